"""Git's references through the API. To move one here compares nothing; ``updateRefs`` of GraphQL does."""

from __future__ import annotations

from imagebot.demo.github import commits, refs
from imagebot.demo.github.call import Call, Routes, paged, reply
from imagebot.demo.github.refusals import not_found
from imagebot.demo.http_server import Response


def _create(call: Call) -> Response:
    name, sha = str(call.content["ref"]), str(call.content["sha"])
    refs.create(call.hosted, name, sha)
    call.hosted.sync(call.actor.login)
    return reply(201, commits.ref(call.hosted, name, sha, call.site))


def _move(call: Call) -> Response:
    name, sha = f"refs/{call.parameters['ref']}", str(call.content["sha"])
    refs.move(call.hosted, name, sha, force=call.content.get("force") is True)
    call.hosted.sync(call.actor.login)
    return reply(200, commits.ref(call.hosted, name, sha, call.site))


def _delete(call: Call) -> Response:
    refs.delete(call.hosted, f"refs/{call.parameters['ref']}")
    call.hosted.sync(call.actor.login)
    return reply(204)


def _get(call: Call) -> Response:
    name = f"refs/{call.parameters['ref']}"
    sha = refs.value(call.hosted, name)
    if sha is None:
        raise not_found()
    return reply(200, commits.ref(call.hosted, name, sha, call.site))


def _matching(call: Call) -> Response:
    prefix = f"refs/{call.parameters['ref']}"
    listed = call.hosted.git("for-each-ref", "--format=%(objectname) %(refname)").text.splitlines()
    found = [
        (name, sha) for sha, _, name in (line.partition(" ") for line in listed) if name.startswith(prefix)
    ]
    return paged(call, found, lambda pair: commits.ref(call.hosted, *pair, call.site))


ROUTES: Routes = {
    "POST /repos/{owner}/{repo}/git/refs": _create,
    "PATCH /repos/{owner}/{repo}/git/refs/{ref}": _move,
    "DELETE /repos/{owner}/{repo}/git/refs/{ref}": _delete,
    "GET /repos/{owner}/{repo}/git/ref/{ref}": _get,
    "GET /repos/{owner}/{repo}/git/matching-refs/{ref}": _matching,
}
