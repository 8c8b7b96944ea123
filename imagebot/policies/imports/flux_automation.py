"""Flux's ImageUpdateAutomation: where is edited, and how it is committed.

Source: https://fluxcd.io/flux/components/image/imageupdateautomations/
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass

from imagebot.descriptors.nodes import Mapping, Scalar
from imagebot.policies.imports.documents import Object, has_value, is_true, others
from imagebot.policies.imports.imported import Ledger

_COMMIT = ("imagebot's commits say what changed in its own words", "name the author with --author")
_LEFT = {
    "git.commit.author": ("the author of commits", "it is an option of imagebot", "--author 'NAME <EMAIL>'"),
    "git.commit.messageTemplate": ("the template of commit messages", *_COMMIT),
    "git.commit.messageTemplateValues": ("values of the commit template", *_COMMIT),
    "git.commit.signingKey": (
        "the key that signs commits",
        "imagebot does not sign commits",
        "let the forge sign merges, or require signed merges only",
    ),
    "git.push.branch": (
        "the branch that is pushed to",
        "imagebot opens a pull request for each proposal, on a branch of its own",
        "nothing to do; to edit files without a pull request: imagebot apply --local",
    ),
    "git.push.refspec": ("the refspec that is pushed", "imagebot pushes branches", "nothing to do"),
    "git.push.options": (
        "push options",
        "imagebot opens pull requests by the API of the forge",
        "nothing to do",
    ),
    "git.checkout.ref.branch": (
        "the branch that is read",
        "it stands in the settings of imagebot",
        "`base: BRANCH` in imagebot.yaml, or --base",
    ),
    "interval": ("the interval of runs", "it is an option of imagebot", "imagebot run --every"),
    "sourceRef": (
        "the Git repository",
        "imagebot reads the folder or URL that it is given",
        "imagebot run URL",
    ),
}
_KNOWN = frozenset({"update", "policySelector", "suspend", "git", "interval", "sourceRef"})


@dataclass(frozen=True, slots=True)
class Automation:
    """Where policies of a namespace are carried out.

    Attributes:
        glob: On paths; empty for the whole repository.
        labels: That a policy must have.
    """

    namespace: str
    glob: str
    labels: frozenset[tuple[str, str]]
    suspended: bool

    def takes(self, policy: Object) -> bool:
        """Whether it carries out a policy."""
        if self.suspended or (self.namespace and policy.namespace and self.namespace != policy.namespace):
            return False
        found = policy.metadata.mapping("labels") if policy.metadata else None
        return all(found is not None and found.text(key) == value for key, value in self.labels)


def automations(found: Iterable[Object], ledger: Ledger) -> list[Automation]:
    """Read every ImageUpdateAutomation; what is not carried over is left."""
    return [_automation(thing, thing.spec, ledger) for thing in found if _is_one(thing) and thing.spec]


def _is_one(thing: Object) -> bool:
    return thing.kind == "ImageUpdateAutomation"


def _automation(thing: Object, spec: Mapping, ledger: Ledger) -> Automation:
    for path, (what, why, instead) in _LEFT.items():
        *outer, key = path.split(".")
        owner: Mapping | None = spec
        for part in outer:
            owner = owner.mapping(part) if owner else None
        if owner is not None and has_value(owner, key):
            ledger.leave(thing.at_key(owner, key), key, f"{what} (`{path}`)", why=why, instead=instead)
    for key in others(spec, _KNOWN):
        ledger.unknown(thing.at_key(spec, key), key)
    update = spec.mapping("update")
    folder = posixpath.normpath((update.text("path") if update else "") or ".").lstrip("/")
    glob = "" if folder in {".", ""} or folder.startswith("..") else f"{folder}/**"
    return Automation(thing.namespace, glob, _labels(thing, spec, ledger), is_true(spec, "suspend"))


def _labels(thing: Object, spec: Mapping, ledger: Ledger) -> frozenset[tuple[str, str]]:
    selector = spec.mapping("policySelector")
    if selector is None:
        return frozenset()
    if has_value(selector, "matchExpressions"):
        ledger.leave(
            thing.at_key(selector, "matchExpressions"),
            "selector",
            "expressions of `policySelector`",
            why="the import compares labels only",
            instead="remove the policies that this automation leaves out, or their `paths`",
        )
    wanted = selector.mapping("matchLabels")
    pairs = wanted.last.items() if wanted else ()
    return frozenset((key, value.value) for key, value in pairs if isinstance(value, Scalar))
