"""Branches and what protects them: classic protection, which admins may read, and rulesets, which all may."""

from __future__ import annotations

from imagebot.demo.github import bodies, commits
from imagebot.demo.github.call import Call, Routes, paged, reply
from imagebot.demo.github.records import Rules
from imagebot.demo.github.refusals import Refused
from imagebot.demo.http_server import Response


def _classic(call: Call, branch: str) -> Rules | None:
    rules = call.hosted.rules_of(branch)
    return rules if call.hosted.has_rules(branch) and not rules.ruleset else None


def _branch(call: Call) -> Response:
    """The contexts that are required stand here too, for everybody who may read."""
    hosted, name = call.hosted, call.parameters["branch"]
    tip = hosted.tip(name)
    if tip is None:
        raise Refused(404, "Branch not found")
    rules = _classic(call, name)
    url = f"{call.site.api}/repos/{hosted.name}/branches/{name}"
    checks = _required_checks(rules or Rules()) | {"enforcement_level": "non_admins" if rules else "off"}
    body = {
        "name": name,
        "commit": commits.commit(hosted, tip, call.site),
        "_links": {"self": url, "html": f"{hosted.page}/tree/{name}"},
        "protected": rules is not None,
        "protection": {"enabled": rules is not None, "required_status_checks": checks},
        "protection_url": f"{url}/protection",
    }
    return reply(200, body)


def _required_checks(rules: Rules) -> bodies.Body:
    checks = [{"context": context, "app_id": None} for context in rules.checks]
    return {"contexts": list(rules.checks), "checks": checks}


def _protection(call: Call) -> Response:
    rules = _classic(call, call.parameters["branch"])
    if rules is None:
        raise Refused(404, "Branch not protected")
    body: bodies.Body = {"enforce_admins": {"url": call.site.api, "enabled": True}}
    if rules.checks:
        body["required_status_checks"] = _required_checks(rules) | {"strict": rules.strict}
    if rules.reviews:
        flags = dict.fromkeys(("dismiss_stale_reviews", "require_code_owner_reviews"), False)
        body["required_pull_request_reviews"] = flags | {"required_approving_review_count": rules.reviews}
    return reply(200, body)


def _rules(call: Call) -> Response:
    rules = call.hosted.rules_of(call.parameters["branch"])
    source = {"ruleset_source_type": "Repository", "ruleset_source": call.hosted.name, "ruleset_id": 1}
    found = [rule | source for rule in _ruleset(rules)] if rules.ruleset else []
    return paged(call, found, lambda rule: rule)


def _ruleset(rules: Rules) -> list[bodies.Body]:
    found: list[bodies.Body] = []
    if rules.checks:
        checks = [{"context": context} for context in rules.checks]
        parameters = {"required_status_checks": checks, "strict_required_status_checks_policy": rules.strict}
        found.append({"type": "required_status_checks", "parameters": parameters})
    if rules.reviews:
        flags = (
            "dismiss_stale_reviews_on_push",
            "require_code_owner_review",
            "require_last_push_approval",
            "required_review_thread_resolution",
        )
        parameters = dict.fromkeys(flags, False) | {"required_approving_review_count": rules.reviews}
        found.append({"type": "pull_request", "parameters": parameters})
    return found


ROUTES: Routes = {
    "GET /repos/{owner}/{repo}/branches/{branch}": _branch,
    "GET /repos/{owner}/{repo}/branches/{branch}/protection": _protection,
    "GET /repos/{owner}/{repo}/rules/branches/{branch}": _rules,
}
