"""Where the images of Argo CD's applications are written, and how Image Updater writes them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from imagebot.policies.imports.applications import Application, excluded, is_elsewhere, paths, value_files
from imagebot.policies.imports.extract import NotExpressible
from imagebot.policies.imports.imported import Ledger, Origin, unique
from imagebot.untrusted import clean

_CREDENTIALS = "docker login, or name the secret with --docker-config: docs/registries.md"
_USUAL = re.compile(r"(?:[\w.\[\]-]*\.)?\w*[iI]mage(?:\.(?:name|repository|tag))?")
"""Keys of values that imagebot finds by itself."""
_SHOWN = 5
WAYS = {
    "write-back-method": (
        "the way back (`{key}: {value}`)",
        "imagebot writes to Git, by pull request, with a token of its own",
        "set GITHUB_TOKEN; changes that stand only in the cluster have to be written to Git once",
    ),
    "git-branch": (
        "the branch (`{key}: {value}`)",
        "it stands in the settings of imagebot",
        "`base: BRANCH` in imagebot.yaml; branches of proposals are imagebot's own",
    ),
    "git-repository": (
        "the repository (`{key}: {value}`)",
        "imagebot reads the folder or URL that it is given",
        "imagebot run URL",
    ),
    "pull-secret": ("credentials (`{key}`)", "imagebot has them from the docker configuration", _CREDENTIALS),
    "registry-prefix": (
        "`{key}: {value}`",
        "imagebot asks the registry that is named",
        "registries: {HOST: {mirror: ...}}",
    ),
}


@dataclass(slots=True)
class Where:
    """The files of a repository, and what could not be told of them.

    Attributes:
        files: Paths.
        own: Address of this repository; empty if it is not known.
        taken: Names of policies.
    """

    files: list[str]
    ledger: Ledger
    own: str = ""
    taken: set[str] = field(default_factory=set)

    def name(self, *parts: str) -> str:
        """A name for a policy."""
        parts = tuple(dict.fromkeys(parts))
        text = "-".join(
            "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in p) for p in parts
        )
        return unique(re.sub(r"-+", "-", text).strip("-._")[:58].rstrip("-._") or "imported", self.taken)

    def paths(
        self, found: Iterable[Application], targets: Iterable[str], at: Origin, name: str
    ) -> tuple[str, ...] | None:
        """Where the images of applications stand; empty for everywhere, None for other repositories only."""
        globs: dict[str, None] = {}
        wanted, applications = list(targets), list(found)
        here = [one for one in applications if not is_elsewhere(one, self.own)]
        for application in here:
            try:
                own = paths(application, wanted, self.files)
            except NotExpressible as problem:
                self._everywhere(application, str(problem), at, name)
                return ()
            if not own:
                return ()
            self._leave_excluded(application, at, name)
            globs |= dict.fromkeys(own)
        return None if applications and not here else tuple(globs)

    def _everywhere(self, application: Application, why: str, at: Origin, name: str) -> None:
        self.ledger.leave(
            at,
            "paths",
            f"where the images of {application.thing.label} stand",
            why=f"{why}, so that the policy governs its image wherever no policy before it does",
            instead="run imagebot on the repository that holds them, or write `paths`",
            policy=name,
        )

    def _leave_excluded(self, application: Application, at: Origin, name: str) -> None:
        left_out = excluded(application.thing)
        if left_out:
            self.ledger.leave(
                at,
                "paths",
                f"the folders that its generator leaves out (`{clean(', '.join(left_out), 120)}`)",
                why="`paths` names what is wanted, and leaves nothing out",
                instead="name the folders in `paths` one by one",
                policy=name,
            )

    def values(self, found: Iterable[Application], targets: Iterable[str]) -> list[str]:
        """The files with the values of applications; none where they cannot be told."""
        wanted = list(targets)
        try:
            files = [file for one in found for file in value_files(one, wanted, self.files)]
        except NotExpressible:
            return []
        return list(dict.fromkeys(files))[:_SHOWN]

    def way(self, at: Origin, key: str, value: str, policy: str = "") -> None:
        """Note how Image Updater writes or asks."""
        what, why, instead = WAYS[key]
        shown = clean(value, 80)
        self.ledger.leave(at, key, what.format(key=key, value=shown), why=why, instead=instead, policy=policy)

    def target(self, at: Origin, keys: tuple[str, str, str], policy: str, values: Iterable[str] = ()) -> None:
        """Note the keys of chart values that Image Updater sets: name, tag and whole reference."""
        name, tag, spec = (clean(key, 80) for key in keys)
        if all(map(_USUAL.fullmatch, [spec] if spec else filter(None, (name, tag)))):
            return
        rule = (
            f"reference: {spec}"
            if spec
            else ", ".join(f"{part}: {key}" for part, key in (("repository", name), ("tag", tag)) if key)
        )
        named = ", ".join(json.dumps(file) for file in values)
        line = f"descriptors: [{{files: [{named or 'FILE'}], {rule}}}] in imagebot.yaml"
        self.ledger.leave(
            at,
            "helm",
            f"the Helm parameters ({rule})",
            why="imagebot finds images by the usual keys, such as image.repository and image.tag",
            instead=f"if `imagebot scan` misses it: {line}{'' if named else ' (FILE: of the values)'}",
            policy=policy,
        )

    def kustomize(self, at: Origin, original: str, policy: str) -> None:
        """Note the image that Image Updater renames in a kustomization."""
        self.ledger.leave(
            at,
            "kustomize",
            f"the name that kustomize replaces ({clean(original, 80)})",
            why="imagebot moves tags and renames no images",
            instead="see that the kustomization has an entry with this name, `newName` and `newTag`",
            policy=policy,
        )
