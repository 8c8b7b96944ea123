"""A pull request of imagebot's, as most tests begin."""

from __future__ import annotations

from imagebot.forges.protocol import Forge
from imagebot.forges.values import PullRequest
from tests.forges.contract.world import BASE, PATH, World

BRANCH = "imagebot/staging/web"
TITLE = "staging: update web 1 to 2"
BODY = "**Updates `web`.**\n\nIt says why.\n"


def push(world: World, branch: str = BRANCH, *, title: str = TITLE, body: str = BODY, tag: int = 2) -> str:
    """Push what a pull request proposes; the message says it all where a forge has no other place."""
    return world.push(branch, {PATH: b"image: web:%d\n" % tag}, f"{title}\n\n{body}")


def propose(
    world: World,
    forge: Forge,
    branch: str = BRANCH,
    *,
    title: str = TITLE,
    body: str = BODY,
    draft: bool = False,
) -> PullRequest:
    """Push a branch and open its pull request."""
    push(world, branch, title=title, body=body)
    return forge.create(branch, BASE, title, body, draft=draft)
