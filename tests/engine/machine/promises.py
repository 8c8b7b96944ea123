"""What must hold after every step, and what must hold when the faults have stopped."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from imagebot.demo.github.state import PullRequest
from tests.engine.machine.bot import Run
from tests.engine.machine.ledger import Ledger, Seen, of_people, seen
from tests.engine.machine.people import MINE
from tests.engine.machine.world import NAME, Target, World

SAID = "Closed by imagebot"


def own(pull: PullRequest) -> bool:
    """Whether the bot opened it."""
    return pull.author == "imagebot"


def untouchable(world: World, ledger: Ledger) -> dict[int, Seen]:
    """Open pull requests on which people work, as they stand."""
    return {
        pull.number: seen(world, pull)
        for pull in world.open_pulls
        if pull.number in ledger.taken or of_people(world, ledger, pull.head)
    }


def check_always(world: World, ledger: Ledger) -> None:
    """The promises that hold whatever happens."""
    branches = world.branches()
    assert branches["main"] == ledger.main, "the bot wrote to the base branch"
    for commit, branch in ledger.commits.items():
        assert _kept(world, branches, commit, branch), f"a person's commit {commit[:7]} on {branch} is lost"
    for pull in world.open_pulls:
        back = world.shown(pull) & ledger.refused - {
            then for number, then in ledger.standing if number == pull.number
        }
        if own(pull) and not of_people(world, ledger, pull.head):
            assert not back, f"#{pull.number} brings back what a person refused: {back}"
    heads = Counter(pull.head for pull in world.open_pulls)
    assert set(heads.values()) <= {1}, f"several open pull requests from one branch: {heads}"
    for pull in world.pulls:
        mute = own(pull) and not pull.open and not pull.merged_at and SAID not in pull.body
        assert not mute or pull.number in ledger.closed, f"the bot closed #{pull.number} without a word"
    _check_comments(world)
    assert world.github.violations == []


def _check_comments(world: World) -> None:
    """The bot repeats nothing that it said last."""
    for number in world.hosted.pulls:
        said = [(c.author, c.body) for c in world.hosted.comments if c.number == number]
        twice = [text for text, after in pairwise(said) if text == after and text[0] == "imagebot"]
        assert twice == [], f"the bot says twice on #{number}: {twice}"


def _kept(world: World, branches: dict[str, str], commit: str, branch: str) -> bool:
    """Whether a commit is where its author put it, or merged."""
    git = world.hosted.git
    for place in (branch, "main"):
        if place in branches and git.attempt("merge-base", "--is-ancestor", commit, place).code == 0:
            return True
    merged = (pull.head_sha for pull in world.hosted.pulls.values() if pull.merged_at)
    return any(git.attempt("merge-base", "--is-ancestor", commit, head).code == 0 for head in merged)


def check_left_alone(world: World, ledger: Ledger, before: dict[int, Seen]) -> None:
    """What people worked on before the run is as it was, but for what people did meanwhile."""
    for number, then in before.items():
        pull = world.hosted.pulls[number]
        assert number not in ledger.taken or pull.body == MINE
        if pull.head not in ledger.busy:
            assert seen(world, pull) == then, f"the bot touched #{number}, on which a person works"


def check_settled(world: World, ledger: Ledger, first: Run, second: Run) -> None:
    """After one clean run everything stands as the plan asks, and another run writes nothing."""
    for run in (first, second):
        assert run.code == 0, run.said
    assert second.writes == (), f"the second run wrote: {second.writes}"
    moved = [o for o in second.outcomes if o["action"] not in {"unchanged", "held"}]
    assert moved == [], f"the second run says it did something: {moved}"
    wanted = {_wanted(world, update) for update in second.updates}
    proposed = _proposed(world, ledger)
    doubled = [target for target, times in proposed.items() if times > 1]
    assert doubled == [], f"proposed twice: {doubled}"
    surplus = set(proposed) - wanted
    assert surplus == set(), f"nobody asks for {surplus}"
    missing = {target for target in wanted - set(proposed) if not _withheld(world, ledger, target)}
    assert missing == set(), f"{missing} stand in no pull request, and nobody refused them\n{second.said}"
    _check_branches(world, ledger)


def _wanted(world: World, update: dict[str, dict[str, str]]) -> Target:
    """An update of the plan as a target: what is written says whether a digest stands there."""
    path, image = str(update["path"]), str(update["image"]).partition("/")[2]
    pinned = "@" in world.images("main")[path, image]
    to = update["to"]
    return Target(path, image, f"{to['tag']}@{to['digest']}" if pinned else str(to["tag"]))


def _proposed(world: World, ledger: Ledger) -> Counter[Target]:
    """What merging each of the bot's pull requests would change on the present base."""
    found: Counter[Target] = Counter()
    for pull in world.open_pulls:
        if not own(pull) or pull.number in untouchable(world, ledger):
            continue
        merged = world.hosted.git.attempt("merge-tree", "--write-tree", "main", pull.head)
        assert merged.code == 0, f"#{pull.number} conflicts with the base:\n{merged.text}"
        tree = merged.text.splitlines()[0]
        found.update(world.between("main", tree))
        paths = world.hosted.git("diff-tree", "-r", "--name-only", "main", tree).text.split()
        assert set(paths) == {target.path for target in world.between("main", tree)}
    return found


def _withheld(world: World, ledger: Ledger, target: Target) -> bool:
    """Whether people have given the bot a reason, or half a reason, not to propose something."""
    if target in ledger.refused or target[:2] in ledger.doubtful:
        return True
    return any(
        target[:2] in {shown[:2] for shown in world.shown(world.hosted.pulls[number])}
        for number in untouchable(world, ledger)
    )


def _check_branches(world: World, ledger: Ledger) -> None:
    """No branch is left over: each has an open pull request, a refused one, or work of a person on it."""
    if _undecided(world):
        return
    pulls = world.github.pull_requests(NAME)
    alive = {pull.head for pull in pulls if pull.open or pull.number in ledger.closed}
    for branch in world.branches():
        left = branch.startswith("imagebot/") and branch not in alive and not of_people(world, ledger, branch)
        assert not left, f"branch {branch} is left over"


def _undecided(world: World) -> bool:
    """Whether a tag that runs is gone from its registry: what belongs to it stays as it is until it is back."""
    return any(
        value.partition("@")[0] not in world.registry.tags(image)
        for (_, image), value in world.images("main").items()
    )
