"""GitHub Apps: an assertion by their key buys a token of an installation."""

from __future__ import annotations

from datetime import timedelta

from imagebot.demo.github import bodies
from imagebot.demo.github.accounts import Actor, App
from imagebot.demo.github.call import Call, Routes, reply
from imagebot.demo.github.records import stamp
from imagebot.demo.github.refusals import Refused, not_found
from imagebot.demo.github.schema import mould
from imagebot.demo.http_server import Response

LIFE = timedelta(hours=1)


def _asked(call: Call) -> App:
    app = call.site.accounts.apps.get(call.actor.app)
    if app is None:
        raise Refused(401, "A JSON web token could not be decoded")
    return app


def _app(call: Call) -> Response:
    app = _asked(call)
    body: bodies.Body = mould("nullable-integration") or {}
    owner = bodies.user("acme")
    return reply(200, body | _about(call, app) | {"owner": owner, "name": app.slug, "description": None})


def _about(call: Call, app: App) -> bodies.Body:
    at = stamp(call.site.clock())
    return {
        "id": app.id,
        "slug": app.slug,
        "node_id": f"A_{app.id}",
        "external_url": call.site.url,
        "html_url": f"{call.site.url}/apps/{app.slug}",
        "permissions": dict(app.rights),
        "events": [],
        "created_at": at,
        "updated_at": at,
    }


def _installation(call: Call) -> Response:
    app, hosted = _asked(call), call.hosted
    kept = ("permissions", "events", "created_at", "updated_at")
    about = {name: value for name, value in _about(call, app).items() if name in kept}
    body: bodies.Body = mould("installation")
    known = {"id": app.installation, "app_id": app.id, "app_slug": app.slug, "target_type": "Organization"}
    url = f"{call.site.api}/app/installations/{app.installation}/access_tokens"
    account = bodies.user(hosted.owner)
    return reply(200, body | about | known | {"account": account, "access_tokens_url": url})


def _token(call: Call) -> Response:
    app = _asked(call)
    if call.parameters["installation_id"] != str(app.installation):
        raise not_found()
    wanted = {str(right): str(level) for right, level in (call.content.get("permissions") or {}).items()}
    whole = Actor(app.login, app.rights)
    if not all(whole.has(right, level) for right, level in wanted.items()):
        raise Refused(422, "The permissions requested are not granted to this installation.")
    chosen = _repositories(call)
    expires = call.site.clock() + LIFE
    actor = Actor(app.login, wanted or app.rights, chosen, expires, app.installation)
    body: bodies.Body = {
        "token": call.site.accounts.issue("ghs", actor),
        "expires_at": stamp(expires),
        "permissions": dict(actor.rights or {}),
        "repository_selection": "selected" if chosen else "all",
    }
    if chosen:
        found = [call.site.repositories[name] for name in sorted(chosen)]
        body["repositories"] = [bodies.repository(hosted, call.site, "repository") for hosted in found]
    return reply(201, body)


def _repositories(call: Call) -> frozenset[str] | None:
    """Repositories that the token is narrowed to, by name without owner or by id; None for no narrowing."""
    names, ids = call.texts("repositories"), call.texts("repository_ids")
    if not names and not ids:
        return None
    every = call.site.repositories.values()
    found = {each.name for each in every if each.name.rpartition("/")[2] in names or str(each.id) in ids}
    if len(found) < len(names) + len(ids):
        raise Refused(
            422,
            "There is at least one repository that does not exist or is not accessible to the parent "
            "installation.",
        )
    return frozenset(found)


ROUTES: Routes = {
    "GET /app": _app,
    "GET /repos/{owner}/{repo}/installation": _installation,
    "POST /app/installations/{installation_id}/access_tokens": _token,
}
