"""Labels and milestones."""

from __future__ import annotations

from collections.abc import Sequence

from imagebot.demo.github import bodies, threads
from imagebot.demo.github.call import Call, Routes, paged, reply
from imagebot.demo.github.records import Label
from imagebot.demo.github.refusals import Refused
from imagebot.demo.http_server import Response


def _labels(call: Call, labels: Sequence[Label]) -> Response:
    return paged(call, labels, lambda label: bodies.label(label, call.site))


def _of_repository(call: Call) -> Response:
    return _labels(call, list(call.hosted.labels.values()))


def _create(call: Call) -> Response:
    content = call.content
    made = threads.create_label(
        call.hosted,
        str(content["name"]),
        str(content.get("color") or "ededed").lower(),
        content.get("description"),
    )
    return reply(201, bodies.label(made, call.site))


def _of_thread(call: Call) -> Response:
    return _labels(call, [call.hosted.labels[name.lower()] for name in call.thread.labels])


def _add(call: Call) -> Response:
    threads.add_labels(call.hosted, call.thread, call.content.get("labels") or ())
    return _of_thread(call)


def _remove(call: Call) -> Response:
    thread, name = call.thread, call.parameters["name"].lower()
    kept = [label for label in thread.labels if label.lower() != name]
    if len(kept) == len(thread.labels):
        raise Refused(404, "Label does not exist")
    thread.labels = kept
    return _of_thread(call)


def _milestones(call: Call) -> Response:
    state = call.request.one("state", "open")
    found = [each for each in call.hosted.milestones.values() if state in {"all", each.state}]
    return paged(call, found, bodies.milestone)


ROUTES: Routes = {
    "GET /repos/{owner}/{repo}/labels": _of_repository,
    "POST /repos/{owner}/{repo}/labels": _create,
    "GET /repos/{owner}/{repo}/issues/{issue_number}/labels": _of_thread,
    "POST /repos/{owner}/{repo}/issues/{issue_number}/labels": _add,
    "DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}": _remove,
    "GET /repos/{owner}/{repo}/milestones": _milestones,
}
