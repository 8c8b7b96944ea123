"""Bad input and a failing world: a clear message, the right exit code, and nothing written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from imagebot.demo.registry import EmbeddedRegistry
from tests.cli.conftest import NASTY, POLICIES, Team
from tests.processes import Outcome, write_files

Run = Callable[..., Outcome]
STAGING = "imagebot/staging/web"


@pytest.mark.parametrize(
    ("policies", "told"),
    [
        pytest.param(
            POLICIES.replace("images", "image", 1),
            ["error[policy-unknown-key]", "policies/web.yaml:3:5", "did you mean `images`?"],
            id="unknown-key",
        ),
        pytest.param(
            POLICIES.replace('"<2"', '">=1.4 <"'),
            ["error[policy-range]", "policies/web.yaml:4:41", "not followed by a version"],
            id="invalid-range",
        ),
        pytest.param("policies: [a\n", ["error[yaml-invalid]", "policies/web.yaml:2"], id="invalid-yaml"),
        pytest.param(
            POLICIES.replace("order: semver", "order: numerical"),
            ["error[policy-order]", "`range` has no meaning with `order: numerical`"],
            id="key-without-meaning",
        ),
    ],
)
@pytest.mark.parametrize("command", ["plan", "apply", "validate", "scan", "diff"])
def test_invalid_policies_stop_everything(
    team: Team, imagebot: Run, policies: str, told: list[str], command: str
) -> None:
    team.push(web="1.5.0")
    team.commit({"policies/web.yaml": policies})

    outcome = imagebot(command, str(team.clone))

    assert outcome.code == 2
    for text in told:
        assert text in (outcome.out if command == "validate" else outcome.err)
    assert team.github.writes == []


def test_under_json_an_invalid_policy_is_json_too(team: Team, imagebot: Run) -> None:
    team.commit({"policies/web.yaml": POLICIES.replace("images", "image", 1)})

    errors = imagebot("validate", str(team.clone), "-o", "json").json["errors"]

    assert {error["id"] for error in errors} == {"policy-unknown-key", "policy-missing-key"}
    assert all(error["path"] == "policies/web.yaml" and error["line"] for error in errors)


def test_a_template_is_skipped_with_its_reason(team: Team, imagebot: Run) -> None:
    skipped = imagebot("plan", str(team.clone), "-o", "json").json["skipped"]

    assert [(s["path"], s["line"]) for s in skipped] == [("templates/web.yaml", 1)]
    assert "Go template" in skipped[0]["reason"]


@pytest.mark.parametrize("command", ["scan", "plan", "diff", "apply", "validate", "init"])
def test_a_missing_folder_is_named(imagebot: Run, tmp_path: Path, command: str) -> None:
    outcome = imagebot(command, str(tmp_path / "nowhere"))

    assert outcome.code == 2
    assert "error[repository-missing]" in outcome.err
    assert "nowhere" in outcome.err


def test_a_repository_that_the_remote_does_not_have_is_named(team: Team, imagebot: Run) -> None:
    outcome = imagebot("plan", f"{team.github.url}/acme/nothing.git")

    assert outcome.code == 1
    assert "error[repository-missing]" in outcome.err
    assert "/acme/nothing.git" in outcome.err


def test_a_registry_that_is_down_stops_only_its_own_images(team: Team, imagebot: Run) -> None:
    with EmbeddedRegistry() as gone:
        host = gone.host
    team.commit(
        {
            "envs/production/other.yaml": f"services: {{a: {{image: {host}/acme/other:1.0}}}}\n",
            "policies/other.yaml": f'policies: [{{name: other, images: ["{host}/*"]}}]\n',
        }
    )
    team.push(web="1.5.0")

    outcome = imagebot("apply", str(team.clone), "-o", "json")

    assert outcome.code == 5
    assert STAGING in team.open_pulls
    (error,) = outcome.json["errors"]
    assert error["id"] == "registry-unreachable"
    assert error["image"] == f"{host}/acme/other"
    assert f"cannot connect to {host}" in error["message"]


def test_a_pull_request_stays_open_while_its_registry_is_down(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    imagebot("apply", str(team.clone))
    body = team.open_pulls[STAGING].body
    team.registry.fail("acme/web/tags", 503, times=3)

    outcome = imagebot("apply", str(team.clone))

    assert outcome.code == 5
    assert team.open_pulls[STAGING].body == body


def test_an_update_does_not_vanish_while_it_cannot_be_checked(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0", side="v1.1.0")
    imagebot("apply", str(team.clone))
    tip = team.hosted.tip(STAGING)
    team.registry.fail("acme/side/tags", 503, times=3)

    outcome = imagebot("apply", str(team.clone), "-o", "json")

    assert {o["action"] for o in outcome.json["outcomes"]} == {"unchanged"}
    assert team.hosted.tip(STAGING) == tip


@pytest.mark.parametrize("auth", ["basic", "token"])
def test_wrong_credentials_name_host_and_source_and_never_the_value(
    imagebot: Run, tmp_path: Path, auth: str
) -> None:
    with EmbeddedRegistry(auth=auth, credentials={"bot": "right"}) as closed:  # type: ignore[arg-type] # a table
        closed.push("acme/web", "1.5.0")
        write_files(
            tmp_path,
            {
                "compose.yaml": f"services: {{web: {{image: {closed.host}/acme/web:1.4.2}}}}\n",
                "policies/web.yaml": f'policies: [{{name: web, images: ["{closed.host}/*"]}}]\n',
                "docker.json": f'{{"auths": {{"{closed.host}": {{"username": "bot", "password": "s3cret-pw"}}}}}}',
            },
        )

        outcome = imagebot("plan", str(tmp_path), "--docker-config", str(tmp_path / "docker.json"))

    assert outcome.code == 4
    assert closed.host in outcome.out
    assert f"{tmp_path}/docker.json, auths['{closed.host}']" in outcome.out
    assert "s3cret-pw" not in outcome.out + outcome.err


def test_missing_credentials_say_where_they_were_looked_for(imagebot: Run, tmp_path: Path) -> None:
    with EmbeddedRegistry(auth="basic", credentials={"bot": "right"}) as closed:
        write_files(
            tmp_path,
            {
                "compose.yaml": f"services: {{web: {{image: {closed.host}/acme/web:1.4.2}}}}\n",
                "policies/web.yaml": f'policies: [{{name: web, images: ["{closed.host}/*"]}}]\n',
            },
        )

        outcome = imagebot("plan", str(tmp_path))

    assert outcome.code == 4
    assert f"no credentials for {closed.host} in" in outcome.out


def test_a_refused_push_says_so_and_the_others_go_through(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    team.hosted.protect("imagebot/staging/*")

    outcome = imagebot("apply", str(team.clone), "-o", "json")

    assert outcome.code == 5
    failed = next(o for o in outcome.json["outcomes"] if o["action"] == "failed")
    assert failed["error"]["id"] == "push-refused"
    assert "Protected branch update failed" in failed["error"]["message"]
    assert list(team.open_pulls) == ["imagebot/production/web"]


def test_when_every_push_is_refused_the_run_failed(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    team.hosted.protect("imagebot/*/*")

    outcome = imagebot("apply", str(team.clone))

    assert outcome.code == 1
    assert team.pulls == []


def test_an_expired_token_is_named_by_its_source(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    team.github.revoke(team.github.token)

    outcome = imagebot("apply", str(team.clone))

    assert outcome.code == 4
    assert "error[forge-denied]" in outcome.err
    assert "the token from GITHUB_TOKEN" in outcome.err
    assert team.github.token not in outcome.out + outcome.err


def test_a_token_that_expires_between_git_and_the_api_is_named_too(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    team.github.fail(r"GET /api/v3/repos/acme/config/pulls", 401, "Bad credentials")

    outcome = imagebot("apply", str(team.clone))

    assert outcome.code == 4
    assert "refused the token from GITHUB_TOKEN" in outcome.err
    assert team.github.writes == []


def test_a_token_that_may_only_read_is_told_which_right_it_lacks(
    team: Team, imagebot: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    team.push(web="1.5.0")
    monkeypatch.setenv("GITHUB_TOKEN", team.github.add_user("reader", may_write=False))

    outcome = imagebot("apply", str(team.clone))

    assert outcome.code == 4
    assert "write access" in outcome.out + outcome.err
    assert team.pulls == []


def test_no_token_is_missed_before_anything_is_written(
    team: Team, imagebot: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_TOKEN")

    outcome = imagebot("apply", str(team.clone))

    assert outcome.code == 4
    assert "GITHUB_TOKEN" in outcome.err


def test_the_token_goes_to_no_other_host_that_a_file_names(team: Team, imagebot: Run) -> None:
    settings = "forge: {kind: github, api: 'https://evil.example/api/v3', repository: acme/config}\n"
    team.commit({"imagebot.yaml": settings})

    outcome = imagebot("apply", str(team.clone))

    assert outcome.code == 2
    assert "imagebot.yaml names the forge API evil.example" in outcome.err


def test_a_request_that_was_carried_out_although_it_failed_is_not_repeated(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    team.github.fail(r"POST /api/v3/repos/acme/config/pulls", 502, "Server Error", applied=True)

    outcome = imagebot("apply", str(team.clone))

    assert outcome.code == 0
    assert len(team.pulls) == 2
    assert imagebot("apply", str(team.clone)).code == 0
    assert len(team.pulls) == 2


def test_a_run_that_dies_after_the_push_is_healed_by_the_next(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    team.commit({"envs/production/kustomization.yaml": "kind: Kustomization\n"})
    team.github.fail(r"POST /api/v3/repos/acme/config/pulls", 0, times=4)

    died = imagebot("apply", str(team.clone))
    healed = imagebot("apply", str(team.clone))

    assert (died.code, healed.code) == (1, 0)
    assert list(team.open_pulls) == [STAGING]


def test_a_rate_limit_fails_the_run_and_says_what_happens_next(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    team.github.fail(
        r"GET /api/v3/repos/acme/config/pulls", 403, "You have exceeded a secondary rate limit", times=9
    )

    outcome = imagebot("apply", str(team.clone))

    assert outcome.code == 1
    assert "rate limit" in outcome.err
    assert "the next run tries again" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(["plann"], "did you mean plan?", id="command"),
        pytest.param(["plan", "--polices", "x"], "did you mean --policies?", id="option"),
        pytest.param(["plan", "-o", "yaml"], "invalid choice", id="choice"),
        pytest.param(["run", "."], "--once or --every", id="run-without-when"),
        pytest.param(
            ["run", "a", "b", "--once", "--forge-repository", "acme/config"],
            "names one repository",
            id="several-into-one",
        ),
        pytest.param(["run", ".", "--every", "5"], "write a number and a unit", id="interval"),
        pytest.param(
            ["plan", ".", "--policies", "/nowhere"], "there is no such folder", id="policies-folder"
        ),
        pytest.param(["apply", "https://x.example/a", "--local"], "clone it first", id="local-url"),
        pytest.param(
            ["apply", "docs", "--local", "--plan", "/nowhere"], "cannot read the plan", id="plan-file"
        ),
    ],
)
def test_usage_errors_exit_with_2_and_say_what_was_meant(
    imagebot: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], told: str
) -> None:
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path)

    outcome = imagebot(*arguments)

    assert outcome.code == 2
    assert told in outcome.err


def test_a_broken_descriptor_is_skipped_and_the_rest_goes_on(team: Team, imagebot: Run) -> None:
    team.commit({"envs/staging/broken.yaml": "image: [a\n", "compose.yml": NASTY["compose.yml"]})

    outcome = imagebot("plan", str(team.clone), "-o", "json")

    assert outcome.code == 0
    assert ("envs/staging/broken.yaml", "invalid YAML") in [
        (s["path"], s["reason"].partition(":")[0]) for s in outcome.json["skipped"]
    ]


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_certificate_authority_that_cannot_be_used_is_named(
    team: Team, imagebot: Run, content: str | None
) -> None:
    settings = 'registries: {"r.internal": {ca: certs/internal.pem}}\n'
    files = {
        "imagebot.yaml": settings,
        "policies/x.yaml": 'policies: [{name: x, images: ["r.internal/*"]}]\n',
    }
    files["x.yaml"] = "services: {a: {image: r.internal/a:1.0}}\n"
    team.commit(files | ({"certs/internal.pem": content} if content else {}))

    for location in (str(team.clone), team.hosted.clone_url):
        outcome = imagebot("plan", location)
        assert outcome.code == 2
        assert "cannot use the certificate authority of r.internal: certs/internal.pem" in outcome.err


def test_without_a_policy_no_pull_request_is_closed(team: Team, imagebot: Run, tmp_path: Path) -> None:
    team.push(web="1.5.0")
    imagebot("apply", str(team.clone))
    (tmp_path / "empty").mkdir()

    outcome = imagebot("apply", str(team.clone), "--policies", str(tmp_path / "empty"))

    assert outcome.code == 0
    assert "no policy files found" in outcome.err
    assert len(team.open_pulls) == 2


def test_a_folder_inside_a_repository_is_not_taken_for_the_whole(team: Team, imagebot: Run) -> None:
    outcome = imagebot("apply", str(team.clone / "envs"))

    assert outcome.code == 2
    assert f"is a folder of the repository {team.clone}, and not its root" in outcome.err
