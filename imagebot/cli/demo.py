"""``imagebot demo``."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from imagebot.cli.output import answer, screen
from imagebot.errors import UsageError

if TYPE_CHECKING:
    from imagebot.demo.github import GitHubStandIn
    from imagebot.demo.registry import EmbeddedRegistry

EXAMPLES = """\
examples:
  imagebot demo                  the whole story in a few seconds
  imagebot demo --serve          leave the servers up: look at the pull requests and merge them
  imagebot demo --keep ./demo    keep the sample repository
"""

INTRODUCTION = """\
This runs the real imagebot, over real HTTP and real Git, against two stand-ins on this machine:
  registry   {registry}   in memory, speaks the OCI distribution protocol
  GitHub     {forge}   keeps real Git repositories; checked against GitHub's OpenAPI description
Nothing leaves this machine."""


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("--serve", action="store_true", help="leave the servers up until Ctrl-C")
    parser.add_argument("--keep", metavar="DIR", help="keep the sample repository in this empty folder")
    parser.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help="colour (default: auto)",
    )


def run(arguments: Namespace) -> int:
    """Tell the story, then leave the servers up if asked."""
    began = time.monotonic()
    with ExitStack() as stack:
        story = _open(stack, _folder(stack, arguments.keep), arguments)
        story.tell()
        story.say(f"Done in {time.monotonic() - began:.1f} s.")
        if arguments.keep:
            story.say(f"The repository is kept in {story.clone}.")
        if arguments.serve:
            _serve(story)
    return 0


@dataclass(frozen=True, slots=True)
class Story:
    """The demo's running parts, and the way it is told."""

    registry: EmbeddedRegistry
    github: GitHubStandIn
    clone: Path
    arguments: Namespace

    def tell(self) -> None:
        """Run imagebot step by step and show what a user would see."""
        from imagebot.demo import sample

        self.say(INTRODUCTION.format(registry=self.registry.host, forge=self.github.url))
        self.head("A config repository: which images does it deploy?")
        self.imagebot("scan")
        self.head("CI pushes newer images. What would imagebot change, and why?")
        sample.push(self.registry, sample.NEWER_IMAGES, "2")
        self.imagebot("plan")
        self.head("Exactly these characters, and no other:")
        self.imagebot("diff")
        self.head("One pull request for each environment and policy:")
        self.imagebot("apply")
        self.show_pull_request(self.number_of("edge"))
        self.head("Again: nothing changed, so nothing is written.")
        writes = len(self.github.writes)
        self.imagebot("apply")
        self.say(f"Write requests in this run: {len(self.github.writes) - writes}")
        self.head("A newer tag appears: the pull request that it concerns moves on, the others stay.")
        sample.push(self.registry, sample.NEWEST_IMAGES, "3")
        self.imagebot("apply")
        self.show_pull_request(self.number_of("production"))
        self.head("A person says in a comment that staging has to wait, and merges production.")
        self.talk()
        self.head("What stands now?")
        self.imagebot("status")

    def talk(self) -> None:
        """People act on pull requests, and imagebot answers and tidies up."""
        person = self.github.person("acme/config")
        staging, production = self.number_of("staging"), self.number_of("production")
        text = "/imagebot hold 14d waits for the audit"
        person.comment(staging, text)
        self.say(f"  #{staging}  you: {text}")
        person.merge(next(p for p in self.github.pull_requests("acme/config") if p.number == production))
        self.say(f"  #{production}  you merged it")
        self.imagebot("apply")
        for said in self.github.repositories["acme/config"].comments:
            if said.number == staging and said.author != person.login:
                self.say(f"  #{staging}  imagebot: {said.body.partition('<!--')[0].strip()}")

    def imagebot(self, command: str) -> None:
        """Run a command of imagebot as a user would, in the clone."""
        from imagebot.cli.main import main

        self.prompt(f"imagebot {command}")
        credentials = ["--docker-config", str(self.clone.parent / "no-credentials.json")]
        extra = [] if command in {"scan", "status"} else credentials
        with _environment(self.environment):
            main([command, str(self.clone), "--color", self.arguments.color, *extra])

    @property
    def environment(self) -> Mapping[str, str]:
        """What the commands find in the environment."""
        return {
            "GITHUB_TOKEN": self.github.token,
            "IMAGEBOT_CACHE": str(self.clone.parent / "cache"),
        }

    def number_of(self, environment: str) -> int:
        """Number of the environment's open pull request."""
        found = self.github.pull_requests("acme/config")
        return next(p.number for p in found if p.open and p.title.startswith(f"{environment}:"))

    def show_pull_request(self, number: int) -> None:
        """Show a pull request as the forge holds it."""
        found = next(p for p in self.github.pull_requests("acme/config") if p.number == number)
        visible = found.body.partition("<!-- imagebot")[0].rstrip()
        lines = [f"  #{found.number}  {found.title}", f"  {found.html_url}", ""]
        lines += [f"  | {line}".rstrip() for line in visible.splitlines()]
        self.say("\n".join(lines))

    def head(self, text: str) -> None:
        """A headline."""
        from imagebot.reports.table import styled

        answer("\n" + styled(f"━━ {text}", "bold cyan", screen(self.arguments)))

    def prompt(self, text: str) -> None:
        """The command that comes next."""
        from imagebot.reports.table import styled

        answer(styled(f"$ {text}", "bold", screen(self.arguments)))

    def say(self, text: str) -> None:
        """A remark of the demo's own."""
        answer(text)


def _open(stack: ExitStack, folder: Path, arguments: Namespace) -> Story:
    """Start the servers and lay out the repository."""
    from imagebot.demo import sample
    from imagebot.demo.github import GitHubStandIn
    from imagebot.demo.registry import EmbeddedRegistry

    registry = stack.enter_context(EmbeddedRegistry())
    github = stack.enter_context(GitHubStandIn(folder / "forge"))
    sample.push(registry, sample.FIRST_IMAGES, "1")
    redis = registry.push("library/redis", "7", content=b"library/redis:7 build 1")
    hosted = github.create_repository(
        "acme/config", files=sample.sample_files(registry.host, github.api, redis)
    )
    (folder / "no-credentials.json").write_text("{}")
    clone = folder / "config"
    _clone(hosted.clone_url, clone, github.token)
    return Story(registry, github, clone, arguments)


def _clone(url: str, target: Path, token: str) -> None:
    from imagebot.repository.authentication import git_environment

    subprocess.run(
        ["git", "clone", "--quiet", url, str(target)],
        check=True,
        env=os.environ | git_environment(url, token),
    )


def _folder(stack: ExitStack, keep: str | None) -> Path:
    if keep is None:
        return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="imagebot-demo-")))
    folder = Path(keep).absolute()
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"--keep {keep}: the folder is not empty", hint="name an empty or a new one")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _environment(extra: Mapping[str, str]) -> Iterator[None]:
    """The demo's own environment: whatever the user has set for a real run stays out of it."""
    kept = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("IMAGEBOT_")]:
        del os.environ[name]
    os.environ.update(extra)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)


def _serve(story: Story) -> None:
    exports = " ".join(f"{name}={value}" for name, value in story.environment.items())
    story.say(
        f"\nThe pull requests: {story.github.url}/acme/config/pulls\n"
        f"Merge one, then let imagebot look again:\n  {exports} imagebot apply {story.clone}\n"
        "Ctrl-C ends it."
    )
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    done.wait()
