from __future__ import annotations

import json
import re
from pathlib import Path

from imagebot.diagnosis import Access, Advice, Budget, Check, Diagnosis, Examined, KnownCredential, Need
from imagebot.errors import (
    ForgeDenied,
    ImagebotError,
    RegistryDenied,
    RegistryLimited,
    RegistryNotFound,
    RegistryProtocol,
    RegistryUnreachable,
)
from imagebot.references.image import ImageName
from imagebot.reports.doctor import doctor_document, doctor_text
from imagebot.reports.table import Screen

GOLDEN = Path(__file__).parent / "doctor.txt"
FILE = "/home/jo/.docker/config.json"
REASON = f"no credentials for ghcr.io in {FILE} or /run/user/1000/containers/auth.json"
HUB = Examined(
    Need("docker.io", ImageName("docker.io", "library/redis"), "7"),
    Access("https://registry-1.docker.io", proxy="proxy.corp.example:3128"),
    "1042 tags of library/redis",
    KnownCredential(f"{FILE}, auths['https://index.docker.io/v1/']", "acme", "password", used=True),
    f"credentials from {FILE}, auths['https://index.docker.io/v1/']",
    rate_limit=Budget(200, 187, 21600),
)
GHCR = Examined(
    Need("ghcr.io", ImageName("ghcr.io", "acme/web"), "1.4.2"),
    Access("https://ghcr.io"),
    reason=REASON,
    error=RegistryDenied(
        f"ghcr.io refused ghcr.io/acme/web (scope repository:acme/web:pull): unauthorized; {REASON}",
        hint="log in with `docker login ghcr.io`: your user and a classic personal access token",
    ),
)
INTERNAL = Examined(
    Need("registry.internal:5000"),
    Access("https://mirror.internal", "mirror.internal/hub", "certs/internal.pem", tls_verify=False),
    "it answers",
    KnownCredential("Amazon ECR, by boto3", None, "cloud", used=False),
    warnings=(Advice("that took 12 seconds"), Advice("its certificate is not checked", "name its authority")),
)
MACHINE = (
    Check("Git", "2.39.5"),
    Check("cache", "/home/jo/.cache/imagebot, 12.1 MiB"),
    Check("forge token", "none", "set GITHUB_TOKEN"),
)


def failing(error: ImagebotError, credential: KnownCredential | None = None) -> str:
    found = Examined(
        Need("r.example.com"), Access("https://r.example.com"), credential=credential, error=error
    )
    return doctor_text(Diagnosis((), (found,)), Screen()).splitlines()[0]


def test_the_text_is_as_it_was_read_and_found_good() -> None:
    shown = doctor_text(Diagnosis(MACHINE, (HUB, GHCR, INTERNAL)), Screen(width=80))

    assert shown == GOLDEN.read_text()
    assert max(map(len, shown.splitlines())) <= 80


def test_a_command_is_never_broken() -> None:
    command = "`docker login registry.example.com:5000`"
    for width in range(60, 110):
        shown = doctor_text(
            Diagnosis((Check("Git", "x", f"one two three {command}, or"),), (HUB,)), Screen(width)
        )

        assert command in shown


def test_in_a_pipe_every_fact_is_one_line() -> None:
    shown = doctor_text(Diagnosis((), (GHCR,)), Screen())

    assert len(shown.splitlines()) == 7
    assert (
        "    credentials  none in /home/jo/.docker/config.json or /run/user/1000/containers/auth.json"
        in shown
    )


def test_colour_adds_nothing_but_colour() -> None:
    diagnosis = Diagnosis(MACHINE, (HUB, GHCR, INTERNAL))
    coloured = doctor_text(diagnosis, Screen(80, colour=True))

    assert coloured != doctor_text(diagnosis, Screen(80))
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == doctor_text(diagnosis, Screen(80))


def test_the_first_line_says_what_is_wrong() -> None:
    assert failing(RegistryUnreachable("x")) == "✗ r.example.com  cannot be reached"
    assert failing(RegistryNotFound("x")) == "✗ r.example.com  does not show what is asked for"
    assert failing(RegistryLimited("x")) == "✗ r.example.com  limits the rate"
    assert failing(RegistryProtocol("x")) == "✗ r.example.com  does not work"
    assert failing(RegistryDenied("x")) == "✗ r.example.com  wants credentials"
    sent, unsent = (KnownCredential("a", "b", "password", used=used) for used in (True, False))
    assert failing(RegistryDenied("x"), sent) == "✗ r.example.com  refuses the credentials"
    assert failing(RegistryDenied("x"), unsent) == "✗ r.example.com  denies access"


def test_a_broken_check_is_told_with_its_fix() -> None:
    check = Check("forge token", "cannot be read", error=ForgeDenied("no such file", hint="mount it"))

    shown = doctor_text(Diagnosis((check,), (HUB,)), Screen())

    assert shown.startswith("✗ forge token  cannot be read: no such file\n               mount it\n")


def test_nothing_from_outside_can_act_on_a_terminal() -> None:
    nasty = "a\x1b[31m\u202eb\nc"
    found = Examined(
        Need("r.example.com"),
        Access("https://r.example.com", proxy=nasty),
        credential=KnownCredential(nasty, nasty, "password", used=True),
        error=RegistryDenied(nasty, hint=nasty),
        warnings=(Advice(nasty, nasty),),
    )

    shown = doctor_text(Diagnosis((), (found,)), Screen())

    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert not any(line.startswith("c") for line in shown.splitlines())


def test_the_document_holds_every_fact() -> None:
    document = json.loads(json.dumps(doctor_document(Diagnosis(MACHINE, (HUB, GHCR, INTERNAL)))))

    assert document["format_version"] == "1.0"
    assert document["checks"][2] == {
        "name": "forge token",
        "message": "none",
        "hint": "set GITHUB_TOKEN",
        "error": None,
    }
    hub, ghcr, internal = document["hosts"]
    assert hub == {
        "host": "docker.io",
        "repository": "docker.io/library/redis",
        "api": "https://registry-1.docker.io",
        "mirror": None,
        "ca": None,
        "tls_verify": True,
        "proxy": "proxy.corp.example:3128",
        "credential": {
            "source": f"{FILE}, auths['https://index.docker.io/v1/']",
            "user": "acme",
            "kind": "password",
            "used": True,
        },
        "reason": f"credentials from {FILE}, auths['https://index.docker.io/v1/']",
        "works": True,
        "answer": "1042 tags of library/redis",
        "error": None,
        "rate_limit": {"limit": 200, "remaining": 187, "window_s": 21600},
        "warnings": [],
    }
    assert ghcr["error"]["id"] == "registry-denied"
    assert ghcr["works"] is False
    assert internal["repository"] is None
    assert internal["warnings"][0] == {"message": "that took 12 seconds", "hint": ""}
