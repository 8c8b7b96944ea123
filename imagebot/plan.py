"""The plan: what one cycle found and would do, as plain values from which every output is rendered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from imagebot.errors import ImagebotError

if TYPE_CHECKING:
    from imagebot.descriptors.reference import Reference, Skipped
    from imagebot.descriptors.rules import Rule
    from imagebot.evidence import Described, Evidence
    from imagebot.policies.policy import Policy, Selection, Verdict
    from imagebot.references.image import ImageName

Step = Literal["major", "minor", "patch", "digest", "other"]
Action = Literal["created", "updated", "unchanged", "closed", "held", "failed", "merged"]


_SHORT_DIGEST = 7


def short_digest(digest: str) -> str:
    """The first digits of a digest, as a person would name it."""
    return digest.partition(":")[2][:_SHORT_DIGEST]


@dataclass(frozen=True, slots=True)
class Scanned:
    """A reference with the policy that governs it and the environment it belongs to.

    Attributes:
        policy: The governing policy, or None if the reference is unmanaged.
        environment: Name of the environment, or None.
        why: Why this policy governs it, or what is missing for one to.
    """

    reference: Reference
    policy: Policy | None
    environment: str | None
    why: str

    @property
    def managed(self) -> bool:
        """Whether a policy may move it."""
        return self.policy is not None and not self.reference.ignored


def not_moved(scanned: Scanned) -> str:
    """Why no policy moves a reference that is not managed, or that has no tag to move from."""
    if scanned.reference.ignored:
        return "a comment on the line says `imagebot: ignore`"
    return f"no tag is written; {scanned.why}" if scanned.managed else scanned.why


def proposal_id(scanned: Scanned, major: int | None = None) -> str:
    """The proposal a managed reference belongs to: ``staging/web``, unless its policy groups otherwise.

    ``_`` stands for "no environment", and for "whatever the policy": nothing can have that name. What stands
    behind ``+`` is an image or a folder. A further major version, where a policy asks for the newest of each,
    has a proposal of its own: ``staging/web@2``.
    """
    return f"{_grouped(scanned)}{'' if major is None else f'@{major}'}"


def _grouped(scanned: Scanned) -> str:
    environment, policy = scanned.environment or "_", scanned.policy
    if policy is None:
        return f"{environment}/_"
    rules = policy.pull_request
    name = rules.group or policy.name
    match rules.one_per:
        case "policy":
            return f"{environment}/{name}"
        case "image":
            return f"{environment}/{name}+{_quoted(str(scanned.reference.image.name))}"
        case "directory":
            return f"{environment}/{name}+{_quoted(scanned.reference.path.rpartition('/')[0] or '.')}"
        case "environment":
            return f"{environment}/_"
        case "repository":
            return f"_/{rules.group or '_'}"


def _quoted(text: str) -> str:
    """A text of the repository without the signs that mean something in an id, or that no line can hold.

    Percent-encoded (https://www.rfc-editor.org/rfc/rfc3986#section-2.1).
    """
    return quote(text, safe="/:", errors="surrogatepass")


def major_of(proposal: str) -> int:
    """The further major version that a proposal is for; -1 for none."""
    number = proposal.partition("@")[2].partition("@")[0]
    return int(number) if number.isdecimal() else -1


def without_major(proposal: str) -> str:
    """The id, or branch, of the proposal that the one of a further major version stands beside."""
    return proposal.partition("@")[0]


@dataclass(frozen=True, slots=True)
class Scan:
    """Everything found in one snapshot, sorted by path and place.

    Attributes:
        commit: Commit the files were read from; None for a folder that is no clean work tree.
        skipped: What was seen and not understood.
        rules: The team's own rules that it was made with.
    """

    commit: str | None
    references: tuple[Scanned, ...]
    skipped: tuple[Skipped, ...]
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Here:
    """What imagebot makes of one line of one file.

    Attributes:
        descriptor: Kind of descriptor that claims the document, where no reference stands at the line.
        value_path: Path of the value at the line, as a rule would name it.
        references: References that stand there, or that it follows.
        reasons: Why it is none.
    """

    path: str
    line: int
    descriptor: str | None
    value_path: str | None
    references: tuple[Scanned, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pin:
    """A tag, a digest, or both; None where a part is absent."""

    tag: str | None
    digest: str | None


@dataclass(frozen=True, slots=True)
class Update:
    """One reference that moves, with the evidence.

    Attributes:
        to: Where it moves. The digest is what the tag pointed to when the plan was made.
        step: Size of the move.
        why: Why this tag, in words.
        passed_over: Newer tags that a rule rejected, newest first.
        proposal: Id of the proposal it belongs to.
        written: What will stand in the file: a part that is not written is None.
        evidence: What was gathered of the image; None where a saved plan is carried out.
        before: What the image that runs now says of itself; None where nobody asked.
        pending: The gate that still holds it, in words, where it is proposed as a draft all the same.
    """

    scanned: Scanned
    to: Pin
    step: Step
    why: str
    passed_over: tuple[Verdict, ...]
    proposal: str
    written: Pin
    evidence: Evidence | None = None
    before: Described | None = None
    pending: str = ""

    @property
    def reference(self) -> Reference:
        """The reference that moves."""
        return self.scanned.reference

    @property
    def pins(self) -> bool:
        """Whether a digest is written where none stands yet."""
        return self.written.digest is not None and self.source.digest is None

    @property
    def reshapes(self) -> bool:
        """Whether tag or digest comes or goes."""
        old, new = self.source, self.written
        return (old.tag is None, old.digest is None) != (new.tag is None, new.digest is None)

    @property
    def unpins(self) -> bool:
        """Whether a pinned digest is taken away."""
        return self.written.digest is None and self.source.digest is not None

    @property
    def source(self) -> Pin:
        """Where it moves from, as written."""
        return Pin(self.reference.image.tag, self.reference.image.digest)


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who asked for exactly these updates.

    Attributes:
        by: Who: ``@alice``, or what a CI job called itself.
        number: Pull request that is taken back; 0 for none.
        because: Their reason, as they wrote it: hostile text.
    """

    kind: Literal["rollback", "set"]
    by: str
    number: int = 0
    because: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Updates that belong in one pull request.

    Attributes:
        id: ``<environment or _>/<policy>``; stays the same while versions move.
        branch: Head branch, derived from the id.
        title: Title of the pull request and subject of the commit, at most 72 characters.
        body: Markdown body; a pure function of the updates.
        asked: Who asked for it; None for what policies ask for.
        prompted: Who named what policies ask for too: words for its text, and no limit counts for it.
    """

    id: str
    branch: str
    title: str
    body: str
    updates: tuple[Update, ...]
    asked: Asked | None = None
    prompted: Asked | None = None

    @property
    def pending(self) -> str:
        """The gates that still hold a part of it, in words; empty if none does."""
        return "; ".join(dict.fromkeys(update.pending for update in self.updates if update.pending))


@dataclass(frozen=True, slots=True)
class Held:
    """A managed reference that was decided not to move, with the reason.

    Attributes:
        waits: Whether it may move yet, when more is known or time has passed: what was proposed for it stays.
    """

    scanned: Scanned
    reason: str
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """A question that could not be answered, with what it stops.

    Attributes:
        error: The failure.
        image: Normalised name that could not be looked up, or None.
        path: File that could not be edited, or None.
        proposals: Ids of proposals that are undecided because of it.
    """

    error: ImagebotError
    image: str | None = None
    path: str | None = None
    proposals: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Root:
    """Something that is rendered as a whole.

    Attributes:
        folder: Folder of the Kustomization or chart; empty for the root of the repository.
        values: A values file of the chart, relative to it, that is given besides its default one.
    """

    tool: Literal["kustomize", "helm"]
    folder: str
    values: str = ""


@dataclass(frozen=True, slots=True)
class Rendering:
    """What the edits of a plan change in rendered manifests.

    Attributes:
        diff: Unified diff of the manifests before and after; empty where nothing differs.
        problem: Why there is no diff, or an empty text.
        broken: Whether it could be rendered before the edit, and can no longer.
    """

    root: Root
    diff: str
    problem: str
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The outcome of one cycle before anything is written.

    Attributes:
        current: Managed references that are where their policy wants them.
        rendered: What the edits change in rendered manifests, where that was asked for.
        waiting: Ids of proposals that a registry still works on; empty in a plan that is whole.
        judged: Whether every reference was judged; what a saved plan leaves out is no reason to close it.
    """

    scan: Scan
    proposals: tuple[Proposal, ...] = ()
    held: tuple[Held, ...] = ()
    current: tuple[Scanned, ...] = ()
    failures: tuple[Failure, ...] = ()
    rendered: tuple[Rendering, ...] = ()
    waiting: frozenset[str] = frozenset()
    judged: bool = True

    @property
    def updates(self) -> tuple[Update, ...]:
        """All updates, by file and place."""
        found = (update for proposal in self.proposals for update in proposal.updates)
        return tuple(sorted(found, key=lambda u: (u.reference.path, u.reference.line, major_of(u.proposal))))

    @property
    def smallest(self) -> tuple[Update, ...]:
        """One update for each reference: where several majors are proposed, the smallest step."""
        found: dict[Scanned, Update] = {}
        for update in self.updates:
            found.setdefault(update.scanned, update)
        return tuple(found.values())

    @property
    def undecided(self) -> frozenset[str]:
        """Ids of proposals that a failure or a wait left undecided, wholly or in part."""
        waiting = frozenset(proposal_id(held.scanned) for held in self.held if held.waits)
        return waiting.union(*(failure.proposals for failure in self.failures))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one proposal when the plan was carried out.

    Attributes:
        proposal: Its id, or the branch's name where no proposal is left.
        reason: Why it was held, closed or failed; empty where the action says it all.
        number: Number of the pull request, if the forge has one.
        url: Where a person reads it.
        error: The failure, if there was one.
        warnings: What was not essential and could not be done, such as a label that could not be set.
        title: Of the pull request, as it is now; empty without one.
        waits: Whether only a limit or the calendar stands against opening it.
    """

    proposal: str
    branch: str
    action: Action
    reason: str = ""
    number: int | None = None
    url: str | None = None
    error: ImagebotError | None = None
    warnings: tuple[str, ...] = ()
    title: str = ""
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """What is explained: an image under a policy, as it is deployed now.

    Attributes:
        places: References that share image, policy and current tag.
        why: Why this policy governs it.
    """

    name: ImageName
    policy: Policy
    current: str | None
    why: str
    places: tuple[Scanned, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """A subject with the outcome of its policy and the evidence that was needed for it.

    Attributes:
        evidence: What was gathered, by tag: only what the verdict needed, for evidence costs requests.
        doubt: Why nothing is proposed all the same; empty if nothing speaks against it.
    """

    subject: Subject
    selection: Selection
    evidence: Mapping[str, Evidence]
    doubt: str = ""
