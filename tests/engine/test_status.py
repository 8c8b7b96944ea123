from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from imagebot.engine.status import standing
from imagebot.engine.world import Bot
from imagebot.errors import ForgeError, RepositoryError
from imagebot.forges.dashboard import MARK
from imagebot.forges.marker import Hold, Marker, Move
from imagebot.forges.values import Abilities, Issue, PullRequest
from imagebot.plan import Pin, Scan
from imagebot.policies.policy import Settings
from imagebot.policies.proposing import PullRequestSettings
from imagebot.standing import Standing
from tests.builders import reference, scanned

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PATH, IMAGE = "envs/staging/web.yaml", "ghcr.io/acme/web"


@dataclass
class Told:
    """A forge that has the pull requests that a test says; nothing else is asked of it."""

    requests: Sequence[PullRequest]
    issue: Issue | None = None
    abilities: Abilities = field(default_factory=lambda: Abilities(issues=True))
    refuses: bool = False

    def open_pull_requests(self, prefix: str) -> Mapping[str, PullRequest]:
        return {r.branch: r for r in self.requests if r.open and r.branch.startswith(prefix)}

    def recent_pull_requests(self, prefix: str, limit: int) -> Sequence[PullRequest]:
        return [r for r in self.requests if not r.open and r.branch.startswith(prefix)][:limit]

    def find_issue(self, mark: str) -> Issue | None:
        if self.refuses:
            raise ForgeError("issues are switched off")
        return self.issue if self.issue and mark in self.issue.body else None


class Unreachable:
    """A remote that is not there."""

    def holds(self, commit: str) -> bool:
        return False

    def fetch(self, branch: str) -> str | None:
        raise RepositoryError("no way")


def move(to: str, *, old: str = "1.4.2", path: str = PATH) -> Move:
    return Move(path, IMAGE, Pin(old, None), Pin(to, None))


def marker(*moves: Move, **fields: Any) -> Marker:
    targets = tuple(each.target for each in moves)
    return Marker("staging/web", "0" * 32, targets, moves, **fields)


def request(number: int, known: Marker | None, **fields: Any) -> PullRequest:
    """A pull request that was closed a day ago by whom the marker says."""
    whole: dict[str, Any] = {
        "open": False,
        "merged": False,
        "closed": NOW - DAY,
        "created": NOW - 2 * DAY,
    } | fields
    body = f"Text.\n{known or ''}"
    return PullRequest(
        number, f"https://forge/{number}", "imagebot/staging/web", f"Title {number}", body, **whole
    )


def opened(number: int, known: Marker | None, **fields: Any) -> PullRequest:
    return request(number, known, open=True, closed=None, **fields)


def seen(
    *requests: PullRequest, deployed: str = "1.4.2", forge: Told | None = None, dashboard: bool = True
) -> Standing:
    """What stands where the base holds a version; requests newest first."""
    found = forge or Told(requests)
    bot = Bot(
        repository=cast("Any", Unreachable()),
        forge=cast("Any", found),
        base="main",
        commit="c0ffee0",
        name="imagebot",
        email="imagebot@example.com",
        now=lambda: NOW,
        settings=Settings(pull_requests=PullRequestSettings(dashboard=dashboard)),
    )
    return standing(bot, Scan("c0ffee0", (scanned(reference(deployed, path=PATH)),), ()))


def declined(found: Standing) -> list[tuple[int, str, str]]:
    """Pull request, how and what."""
    return [
        (row.request.number, row.how, ", ".join(shift.words for shift in row.shifts))
        for row in found.turned_down
    ]


@pytest.mark.parametrize(
    ("pull", "state", "reason"),
    [
        pytest.param(opened(1, marker(move("1.5.0"))), "open", "", id="open"),
        pytest.param(opened(1, None), "no-marker", "no marker of imagebot", id="no-marker"),
        pytest.param(
            opened(1, marker(move("1.5.0"), draft=True), draft=True), "draft", "a gate", id="own-draft"
        ),
        pytest.param(opened(1, marker(move("1.5.0")), draft=True), "draft", "a person", id="draft-by-person"),
        pytest.param(
            opened(1, marker(move("1.5.0")), auto_merge=True), "merging", "when its checks", id="merging"
        ),
        pytest.param(
            opened(1, marker(hold=Hold(NOW + DAY, "ada", "the fair"))),
            "on-hold",
            "@ada holds it until 2026-03-02 12:00 UTC: the fair",
            id="on-hold",
        ),
        pytest.param(opened(1, marker(hold=Hold(NOW, "ada", ""))), "open", "", id="hold-is-over"),
        pytest.param(
            opened(1, marker(noted="abcdef012345"), head="abcdef012345"),
            "hands-off",
            "commit abcdef0",
            id="hands-off",
        ),
        pytest.param(
            opened(1, marker(noted="abcdef012345"), head="999999"),
            "hands-off",
            "commit abcdef0",
            id="head-moved-and-cannot-be-fetched",
        ),
        pytest.param(opened(1, marker(), base="next"), "hands-off", "pointed it at next", id="another-base"),
        pytest.param(
            opened(1, marker(noted="abcdef0", hold=Hold(None, "ada", "")), draft=True),
            "hands-off",
            "abcdef0",
            id="what-matters-most",
        ),
    ],
)
def test_the_state_of_an_open_pull_request(pull: PullRequest, state: str, reason: str) -> None:
    (found,) = seen(pull).open

    assert found.state == state
    assert reason in found.reason
    assert bool(found.reason) == bool(reason)


def test_an_open_pull_request_says_what_it_moves() -> None:
    (found,) = seen(opened(7, marker(move("1.5.0"), move("1.5.0", path="b.yaml")), labels=("x",))).open

    assert (found.request.name, found.request.proposal, found.request.environment) == (
        "#7",
        "staging/web",
        "staging",
    )
    assert [(shift.words, shift.places) for shift in found.shifts] == [("web 1.4.2 to 1.5.0", 2)]
    assert found.labels == ("x",)


CLOSED = request(5, marker(move("1.5.0")))
MERGED = request(6, marker(move("1.6.0")), merged=True)


@pytest.mark.parametrize(
    ("requests", "deployed", "expected"),
    [
        pytest.param([CLOSED], "1.4.2", [(5, "closed", "web 1.4.2 to 1.5.0")], id="closed"),
        pytest.param([CLOSED], "1.5.0", [], id="the-base-has-it-by-now"),
        pytest.param([CLOSED], "1.7.0", [], id="the-base-has-something-newer"),
        pytest.param([CLOSED], "1.3.0", [(5, "closed", "web 1.4.2 to 1.5.0")], id="the-base-is-older"),
        pytest.param([MERGED], "1.6.0", [], id="merged"),
        pytest.param([MERGED], "1.4.2", [(6, "gone-back", "web 1.4.2 to 1.6.0")], id="gone-back"),
        pytest.param([MERGED], "1.6.1", [], id="moved-on-by-hand"),
        pytest.param([MERGED], "edge", [], id="what-cannot-be-compared-went-nowhere"),
        pytest.param([replace(MERGED, closed=NOW)], "1.4.2", [], id="the-base-was-read-before-the-merge"),
        pytest.param(
            [MERGED, CLOSED], "1.4.2", [(6, "gone-back", "web 1.4.2 to 1.6.0")], id="a-later-merge-moved-on"
        ),
        pytest.param(
            [CLOSED, MERGED],
            "1.4.2",
            [(6, "gone-back", "web 1.4.2 to 1.6.0"), (5, "closed", "web 1.4.2 to 1.5.0")],
            id="both-where-the-merge-was-before",
        ),
        pytest.param([request(5, marker(move("1.5.0"), lifted=True))], "1.4.2", [], id="lifted"),
        pytest.param(
            [request(8, marker(move("1.5.0"), lifted=True)), CLOSED],
            "1.4.2",
            [],
            id="the-newest-word-frees-it",
        ),
        pytest.param(
            [request(8, marker(move("1.5.0"))), CLOSED],
            "1.4.2",
            [(8, "closed", "web 1.4.2 to 1.5.0")],
            id="the-newest-word-is-told",
        ),
        pytest.param([request(5, marker(move("1.5.0"), closed_by_bot=True))], "1.4.2", [], id="by-imagebot"),
        pytest.param(
            [
                opened(
                    9,
                    marker(
                        move("1.5.0"),
                        skipped=(move("1.4.9").target,),
                        skipped_moves=(move("1.4.9"),),
                    ),
                )
            ],
            "1.4.2",
            [(9, "skipped", "web 1.4.2 to 1.4.9")],
            id="skipped-in-an-open-one",
        ),
        pytest.param(
            [request(5, replace(marker(move("1.5.0")), moves=()))],
            "1.4.2",
            [(5, "closed", "")],
            id="too-much-for-a-marker",
        ),
        pytest.param([request(5, None)], "1.4.2", [], id="no-marker"),
    ],
)
def test_what_people_turned_down(
    requests: list[PullRequest], deployed: str, expected: list[tuple[int, str, str]]
) -> None:
    assert declined(seen(*requests, deployed=deployed)) == expected


def test_what_was_turned_down_says_the_way_on() -> None:
    (row,) = seen(CLOSED).turned_down

    assert row.reason.startswith("a person closed #5 without merging it")
    assert "`/imagebot resume` on #5" in row.reason


def test_a_reference_that_is_gone_was_turned_down_by_nobody() -> None:
    elsewhere = request(5, marker(move("1.5.0", path="gone.yaml")))

    assert seen(elsewhere).turned_down == ()


def test_a_hold_outlives_its_pull_request() -> None:
    hold = Hold(None, "ada", "the fair")

    found = seen(request(5, marker(hold=hold)), request(4, marker(hold=Hold(None, "bob", ""))))

    assert [(one.request.number, one.by, one.until, one.reason) for one in found.holds] == [
        (5, "ada", None, "the fair")
    ]
    assert seen(request(5, marker(hold=hold, lifted=True))).holds == ()


@pytest.mark.parametrize(
    ("forge", "expected"),
    [
        pytest.param(Told([]), None, id="no-trace"),
        pytest.param(Told([opened(3, marker())]), (NOW - 2 * DAY, "opened #3"), id="opened"),
        pytest.param(Told([opened(3, None)]), None, id="not-by-imagebot"),
        pytest.param(
            Told([request(3, marker(closed_by_bot=True))]), (NOW - DAY, "closed #3"), id="closed-by-imagebot"
        ),
        pytest.param(
            Told([request(3, marker())]), (NOW - 2 * DAY, "opened #3"), id="closed-by-a-person-is-no-trace"
        ),
        pytest.param(
            Told(
                [opened(3, marker())],
                Issue(
                    9, "", "", f"{MARK}\n<!-- imagebot:page 2026-03-01T10:00:00Z {'0' * 32} -->", open=True
                ),
            ),
            (NOW - timedelta(hours=2), "wrote the dashboard, #9"),
            id="dashboard",
        ),
        pytest.param(
            Told([opened(3, marker())], refuses=True), (NOW - 2 * DAY, "opened #3"), id="issues-are-off"
        ),
    ],
)
def test_when_imagebot_was_last_at_work(forge: Told, expected: tuple[datetime, str] | None) -> None:
    last = seen(forge=forge).last_seen

    assert (last and (last.at, last.what)) == expected


def test_a_team_without_dashboard_is_not_asked_for_one() -> None:
    page = Issue(9, "", "", f"{MARK}\n<!-- imagebot:page 2026-03-01T10:00:00Z {'0' * 32} -->", open=True)

    assert seen(forge=Told([], page), dashboard=False).last_seen is None
