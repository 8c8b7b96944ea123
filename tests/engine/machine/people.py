"""What people do on the forge and to their branches; each way says what it did."""

from __future__ import annotations

from imagebot.demo.github.refusals import Refused
from imagebot.demo.github.state import PullRequest
from imagebot.demo.hosting import NOBODY, Method, person
from tests.engine.machine.ledger import Ledger
from tests.engine.machine.world import NAME, PRODUCTION, STAGING, Target, World

NO_CHANGE = "nothing came of it"
MINE = "I take it from here."


class People:
    """Everybody but the bot.

    Args:
        world: Where they work.
        ledger: Where what they did is kept.
    """

    def __init__(self, world: World, ledger: Ledger) -> None:
        self._world = world
        self._hosted = world.hosted
        self._person = world.github.person(NAME)
        self._ledger = ledger
        self._notes = 0
        self._away: dict[str, bytes] = {}

    def merge(self, pull: PullRequest, method: Method = "merge") -> str:
        """Merge a pull request as it is now."""
        shown, body = self._world.shown(pull), pull.body
        try:
            self._person.merge(pull, method)
        except Refused as error:
            return error.message
        if not self._told(pull, shown, body):
            self._ledger.muddled.add(pull.number)
        self._ledger.main = self._tip("main")
        self._ledger.allow(shown)
        return _named(shown)

    def close(self, pull: PullRequest, *, racing: bool = False) -> str:
        """Say no to a pull request.

        What it shows is refused as far as its text says the same: between two requests of the bot, or after
        its death, they may differ.
        """
        shown, body = self._world.shown(pull), pull.body
        self._person.close(pull)
        self._refused(pull, shown, body, racing=racing)
        return _named(shown)

    def _refused(self, pull: PullRequest, shown: frozenset[Target], body: str, *, racing: bool) -> None:
        self._ledger.closed.add(pull.number)
        if racing or not self._told(pull, shown, body):
            self._ledger.doubt(shown)
        else:
            self._refuse(shown)

    def _told(self, pull: PullRequest, shown: frozenset[Target], body: str) -> bool:
        """Whether a pull request says what it shows, in the bot's words."""
        return pull.number not in self._ledger.taken and all(_says(body, target) for target in shown)

    def _refuse(self, targets: frozenset[Target]) -> None:
        self._ledger.refuse(targets)
        for other in self._world.open_pulls:
            self._ledger.standing |= {(other.number, target) for target in self._world.shown(other) & targets}

    def reopen(self, pull: PullRequest) -> str:
        """Take a no back, where GitHub lets it."""
        try:
            self._person.reopen(pull)
        except Refused as error:
            return str(error.errors)
        self._ledger.closed.discard(pull.number)
        self._ledger.allow(self._world.shown(pull))
        return f"#{pull.number} is open"

    def push(self, branch: str) -> str:
        """Add a commit to a branch of the bot's."""
        self._notes += 1
        made = self._person.push(branch, {f"notes-{self._notes}.md": b"wait\n"}, "Wait for the database\n")
        self._ledger.commits[made] = branch
        return made[:7]

    def rewrite(self, branch: str, *, keep_message: bool) -> str:
        """Replace the bot's commit by one of a person's, with its message or another."""
        message = self._hosted.message(branch) if keep_message else "What I would rather have"
        self._notes += 1
        old = self._tip(branch)
        added = self._hosted.commit(branch, {f"notes-{self._notes}.md": b"instead\n"}, f"{message}\n")
        fork = self._hosted.git("merge-base", "main", old).text
        made = self._hosted.commit_tree(f"{added}^{{tree}}", [fork], f"{message}\n", person("A Person"))
        self._person.force_push(branch, made)
        self._ledger.forget_branch(branch)
        self._ledger.commits[made] = branch
        return made[:7]

    def delete(self, branch: str, *, racing: bool = False) -> str:
        """Delete a branch; that closes its pull request."""
        pull = next((pull for pull in self._world.open_pulls if pull.head == branch), None)
        shown, body = (self._world.shown(pull), pull.body) if pull else (frozenset[Target](), "")
        self._person.delete_branch(branch)
        self._ledger.forget_branch(branch)
        if pull:
            self._refused(pull, shown, body, racing=racing)
        return _named(shown)

    def take_over(self, pull: PullRequest) -> str:
        """Write another body, without anything of the bot's."""
        self._person.edit(pull, title="Mine now", body=MINE)
        self._ledger.taken.add(pull.number)
        return f"#{pull.number}"

    def move_base(self, how: str) -> str:
        """Commit to the base: elsewhere, in the same file, on the very line; or the file comes or goes."""
        if how == "elsewhere":
            self._notes += 1
            return self._commit({"README.md": f"{self._notes}\n".encode()})
        if how == "file":
            return self._whole_file(PRODUCTION)
        path = STAGING
        content = self._hosted.read("main", path)
        if how == "same file":
            return self._commit({path: b"# a remark\n" + content})
        return self._other_version(path, content)

    def _other_version(self, path: str, content: bytes) -> str:
        now = self._world.images("main")[path, "acme/web"]
        other = "1.0.5" if now != "1.0.5" else "1.0.6"
        self._ledger.doubt([Target(path, "acme/web", now)])
        return self._commit({path: content.replace(f"acme/web:{now}".encode(), f"acme/web:{other}".encode())})

    def _whole_file(self, path: str) -> str:
        if path in self._away:
            return self._commit({path: self._away.pop(path)})
        self._away[path] = self._hosted.read("main", path)
        self._ledger.doubt(Target(*place, value) for place, value in self._world.images("main").items())
        return self._commit({}, gone=path)

    def revert(self, pull: PullRequest) -> str:
        """Take a merged pull request back, where the base still holds what it brought."""
        merged = pull.merge_sha or ""
        old, new, now = (self._world.images(tree) for tree in (pull.base_sha, merged, "main"))
        files: dict[str, bytes] = {}
        back = set()
        for (path, image), value in new.items():
            before = old.get((path, image), value)
            if before == value or now.get((path, image)) != value:
                continue
            content = files.get(path) or self._hosted.read("main", path)
            files[path] = content.replace(f"{image}:{value}".encode(), f"{image}:{before}".encode())
            back.add(Target(path, image, value))
        if not files:
            return NO_CHANGE
        if pull.number in self._ledger.muddled:
            self._ledger.doubt(back)
        else:
            self._refuse(frozenset(back))
        return self._commit(files, message=f'Revert "{pull.title}"\n\nThis reverts commit {merged}.\n')

    def set_policy(self, name: str, content: bytes) -> str:
        """Change a policy file."""
        return self._commit({f"policies/{name}.yaml": content})

    def _commit(
        self, files: dict[str, bytes], *, gone: str = "", message: str = "A person's change\n"
    ) -> str:
        made = self._person.push("main", files, message) if files else self._without(gone)
        self._ledger.main = made
        self._ledger.commits[made] = "main"
        return made[:7]

    def _without(self, path: str) -> str:
        index = {"GIT_INDEX_FILE": str(self._world.folder / "index")}
        self._hosted.git("read-tree", "main", extra=index)
        self._hosted.git("update-index", "--index-info", stdin=f"0 {NOBODY}\t{path}\n".encode(), extra=index)
        tree = self._hosted.git("write-tree", extra=index).text
        made = self._hosted.commit_tree(tree, [self._tip("main")], "Away with it\n", person("A Person"))
        self._person.force_push("main", made)
        return made

    def _tip(self, branch: str) -> str:
        return self._hosted.tip(branch) or ""


def _says(body: str, target: Target) -> bool:
    tag, _, digest = target.value.partition("@sha256:")
    return tag in body and digest[:7] in body


def _named(targets: frozenset[Target]) -> str:
    return ", ".join(
        sorted(f"{target.path.split('/')[1]} {target.image}:{target.value[:16]}" for target in targets)
    )
