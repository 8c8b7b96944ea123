"""One request and its answer, whatever stands at the other end."""

from __future__ import annotations

from threading import Thread

import pytest

from imagebot.demo.http_server import Request, Response
from imagebot.errors import ForgeDenied, ForgeError
from imagebot.forges.github import transport
from tests.forges.github.conftest import Serve, json_answer


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(json_answer(""), id="nothing"),
        pytest.param(json_answer("{"), id="half"),
        pytest.param(json_answer("[]"), id="a-list"),
        pytest.param(json_answer('"text"'), id="a-text"),
        pytest.param(json_answer("{}"), id="without-fields"),
        pytest.param(json_answer('{"full_name": 1, "default_branch": 2}'), id="wrong-types"),
        pytest.param(json_answer("[null]"), id="nothing-in-a-list"),
        pytest.param(json_answer("[" * 100_000), id="deep"),
        pytest.param(Response(200, b"<html>Sign in</html>", {"Content-Type": "text/html"}), id="a-page"),
        pytest.param(Response(200, b"\xff\xfe", {}), id="no-text"),
        pytest.param(
            Response(307, b"{}", {"Location": "http://elsewhere.example.com/"}), id="sent-elsewhere-307"
        ),
        pytest.param(
            Response(301, b"{}", {"Location": "http://elsewhere.example.com/"}), id="sent-elsewhere-301"
        ),
    ],
)
def test_what_is_no_github_is_named(serve: Serve, answer: Response) -> None:
    forge = serve(lambda request: answer)

    with pytest.raises(ForgeError) as refused:
        forge.open_pull_requests("imagebot/")

    assert refused.value.id == "forge-protocol"
    assert "`forge` settings" in refused.value.hint


def test_an_answer_without_end_is_cut_off(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MOST_BYTES", 1 << 20)
    forge = serve(lambda request: json_answer('"' + "x" * (2 << 20) + '"'))

    with pytest.raises(ForgeError, match="more than 1 MiB"):
        forge.open_pull_requests("imagebot/")


@pytest.mark.parametrize(
    ("answer", "kind", "id_", "told"),
    [
        pytest.param(
            json_answer('{"message": "Bad credentials"}', 401),
            ForgeDenied,
            "forge-denied",
            "expired or revoked",
            id="401",
        ),
        pytest.param(
            Response(
                403,
                b'{"message": "Resource protected by organization SAML"}',
                {"X-GitHub-SSO": "required; url=x"},
            ),
            ForgeDenied,
            "forge-denied",
            "single sign-on",
            id="sso",
        ),
        pytest.param(
            Response(
                403,
                b'{"message": "Resource not accessible"}',
                {"X-Accepted-GitHub-Permissions": "pull_requests=write"},
            ),
            ForgeDenied,
            "forge-denied",
            "pull_requests=write",
            id="right-missing",
        ),
        pytest.param(
            json_answer('{"message": "Not Found"}', 404), ForgeDenied, "forge-not-found", "may read", id="404"
        ),
        pytest.param(json_answer("[]", 500), ForgeError, "forge-unreachable", "next run", id="500"),
        pytest.param(
            json_answer('{"message": "\\u202eevil\\n\\u001b[31m"}', 418),
            ForgeError,
            "forge",
            "evil",
            id="hostile-words",
        ),
        pytest.param(
            Response(429, b"", {"Retry-After": "9999"}),
            ForgeError,
            "forge-rate-limited",
            "next run",
            id="429",
        ),
        pytest.param(Response(0), ForgeError, "forge-unreachable", "network", id="broken-off"),
    ],
)
def test_refusals_say_what_to_do(
    serve: Serve, answer: Response, kind: type[ForgeError], id_: str, told: str
) -> None:
    forge = serve(lambda request: answer)

    with pytest.raises(kind) as refused:
        forge.open_pull_requests("imagebot/")

    error = refused.value
    assert error.id == id_
    assert told in f"{error.message}\n{error.hint}"
    assert "ghp_x" not in repr(error)
    assert not {"\n", "\x1b", "\u202e"} & set(error.message)


def test_threads_do_not_mix_their_requests_up(serve: Serve) -> None:
    def echo(request: Request) -> Response:
        if request.path.endswith("/acme/config"):
            return json_answer('{"full_name": "acme/config", "default_branch": "main", "node_id": "R"}')
        login = request.path.split("/")[-2]
        return json_answer(f'{{"permission": "{"write" if login.startswith("w") else "read"}"}}')

    forge = serve(echo)
    found: dict[str, bool] = {}
    logins = [f"{kind}{number}" for number in range(20) for kind in "wr"]
    threads = [
        Thread(target=lambda login=login: found.update({login: forge.may_write(login)})) for login in logins
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == {login: login.startswith("w") for login in logins}


def test_lists_are_read_to_their_end_on_the_same_host(serve: Serve) -> None:
    def paged(request: Request) -> Response:
        if request.path.endswith("/acme/config"):
            return json_answer('{"full_name": "acme/config", "default_branch": "main"}')
        page = int(request.one("page", "1"))
        repo = '{"full_name": "acme/config"}'
        item = (
            f'[{{"number": {page}, "html_url": "u", "title": "t", "body": null, "state": "open", "merged_at": null,'
            f' "head": {{"ref": "imagebot/{page}", "sha": "s", "repo": {repo}}}, "base": {{"ref": "main"}}, "user": null}}]'
        )
        link = f'<http://elsewhere.example.com/repos/evil/x/pulls?state=open&page={page + 1}>; rel="next"'
        return Response(200, item.encode(), {"Link": link} if page < 3 else {})

    assert set(serve(paged).open_pull_requests("imagebot/")) == {"imagebot/1", "imagebot/2", "imagebot/3"}


def test_a_deleted_forks_pull_request_is_no_fault(serve: Serve) -> None:
    def answer(request: Request) -> Response:
        if request.path.endswith("/acme/config"):
            return json_answer('{"full_name": "acme/config", "default_branch": "main"}')
        return json_answer(
            '[{"number": 1, "html_url": "u", "title": "t", "body": null, "state": "open", "head":'
            ' {"ref": "imagebot/x", "sha": "s", "repo": null, "label": null}, "base": {"ref": "main"}}]'
        )

    assert serve(answer).open_pull_requests("imagebot/") == {}
