"""Git over smart HTTP: Git's own ``http-backend`` does the work (``git help http-backend``)."""

from __future__ import annotations

import base64
import binascii
import os
import re
import subprocess
from pathlib import Path

from imagebot.demo.http_server import Request, Response

_GIT = re.compile(r"/(?P<repo>.+)\.git/(?:info/refs|git-(?:upload|receive)-pack)")


def repository_of(request: Request) -> str | None:
    """The repository that Git asks for, or None if it is not Git that asks."""
    match = _GIT.fullmatch(request.path)
    return match["repo"] if match else None


def is_push(request: Request) -> bool:
    """Whether Git asks in order to push."""
    return "git-receive-pack" in request.path or request.one("service") == "git-receive-pack"


def password(request: Request) -> str:
    """The token or password that a request carries, in whatever scheme; empty if there is none."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return value.strip()
    try:
        return base64.b64decode(value).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def serve_git(request: Request, root: Path, actor: str) -> Response:
    """Hand a request to ``git http-backend`` and its answer back."""
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "GIT_PROJECT_ROOT": str(root),
        "GIT_HTTP_EXPORT_ALL": "1",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "PATH_INFO": request.path,
        "QUERY_STRING": request.raw_query,
        "REQUEST_METHOD": request.method,
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(request.body)),
        "HTTP_CONTENT_ENCODING": request.headers.get("content-encoding", ""),
        "GIT_PROTOCOL": request.headers.get("git-protocol", ""),
        "REMOTE_USER": actor,
        "REMOTE_ADDR": "127.0.0.1",
    }
    done = subprocess.run(
        ["git", "http-backend"],
        input=request.body,
        env=environment,
        capture_output=True,
        check=False,
    )
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    headers = {}
    for line in head.decode("latin-1").splitlines():
        name, _, value = line.partition(":")
        headers[name.strip()] = value.strip()
    status = int(headers.pop("Status", "200").split()[0]) if head else 500
    return Response(status, body, headers)
