"""When a request is sent again, after which pause, and when never."""

from __future__ import annotations

import pytest
import requests
from github import GithubException

from imagebot.forges.github.retry import LONGEST_WAIT_S, PAUSES_S, SECONDARY_WAIT_S, Patience

NOW = 1_000_000.0


def refusal(status: int, message: str = "", **headers: str) -> GithubException:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return GithubException(status, {"message": message}, named)


LOST = requests.ConnectionError("reset")
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


def tried(failures: list[Exception], *, again: bool) -> tuple[object, list[float], int]:
    """What came of a request that fails so before it succeeds, the pauses, and how often it was sent."""
    waited: list[float] = []
    sent = 0
    left = list(failures)

    def request() -> str:
        nonlocal sent
        sent += 1
        if left:
            raise left.pop(0)
        return "done"

    try:
        outcome: object = Patience(waited.append, lambda: NOW).send(request, again=again)
    except (GithubException, requests.RequestException) as error:
        outcome = error
    return outcome, waited, sent


@pytest.mark.parametrize(
    ("failures", "again", "waited"),
    [
        pytest.param([], False, [], id="nothing-fails"),
        pytest.param([LOST], True, [1.0], id="lost-and-harmless"),
        pytest.param([refusal(502), refusal(503)], True, [1.0, 2.0], id="gateway-twice"),
        pytest.param([refusal(429, retry_after="7")], False, [7.0], id="429-names-the-pause"),
        pytest.param([refusal(403, "x", retry_after="7")], False, [7.0], id="403-names-the-pause"),
        pytest.param([refusal(403, SECONDARY)], False, [SECONDARY_WAIT_S], id="secondary-names-none"),
        pytest.param(
            [
                refusal(
                    403,
                    "API rate limit exceeded",
                    x_ratelimit_remaining="0",
                    x_ratelimit_reset=str(int(NOW) + 30),
                )
            ],
            False,
            [31.0],
            id="primary-soon-over",
        ),
        pytest.param(
            [GithubException(400, {"errors": [{"type": "RATE_LIMITED", "message": "later"}]}, {})],
            False,
            [SECONDARY_WAIT_S],
            id="graphql-limit",
        ),
        pytest.param(
            [refusal(422, "Could not resolve to a node with the global id")], False, [1.0], id="not-yet"
        ),
        pytest.param([refusal(422, "Tree SHA does not exist")] * 2, False, [1.0, 2.0], id="not-yet-twice"),
    ],
)
def test_what_is_sent_again(failures: list[Exception], again: bool, waited: list[float]) -> None:
    assert tried(failures, again=again) == ("done", waited, len(failures) + 1)


@pytest.mark.parametrize(
    ("failure", "again"),
    [
        pytest.param(LOST, False, id="lost-and-not-harmless"),
        pytest.param(refusal(502), False, id="gateway-and-not-harmless"),
        pytest.param(refusal(429, retry_after="3600"), True, id="an-hour-away"),
        pytest.param(
            refusal(
                403,
                "API rate limit exceeded",
                x_ratelimit_remaining="0",
                x_ratelimit_reset=str(int(NOW) + 3000),
            ),
            True,
            id="primary-far-away",
        ),
        pytest.param(refusal(403, "Resource not accessible by integration"), True, id="no-right"),
        pytest.param(refusal(404, "Not Found"), True, id="not-found"),
        pytest.param(refusal(422, "Validation Failed"), True, id="invalid"),
        pytest.param(refusal(409, "Head branch was modified"), True, id="conflict"),
    ],
)
def test_what_is_not_sent_again(failure: Exception, again: bool) -> None:
    assert tried([failure], again=again) == (failure, [], 1)


@pytest.mark.parametrize(
    "failure", [LOST, refusal(502), refusal(429, retry_after="1"), refusal(422, "Tree SHA does not exist")]
)
def test_patience_ends(failure: Exception) -> None:
    outcome, waited, sent = tried([failure] * 50, again=True)

    assert outcome is failure
    assert (len(waited), sent) == (len(PAUSES_S), len(PAUSES_S) + 1)
    assert sum(waited) <= LONGEST_WAIT_S * len(PAUSES_S)


@pytest.mark.parametrize("header", ["", "soon", "-1", "1e9", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_a_strange_header_is_no_pause(header: str) -> None:
    outcome, waited, _ = tried([refusal(429, retry_after=header)], again=False)

    assert (outcome, waited) == ("done", [SECONDARY_WAIT_S])
