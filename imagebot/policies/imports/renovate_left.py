"""What Renovate does besides choosing versions, and where imagebot has it."""

from __future__ import annotations

from dataclasses import replace

from imagebot.descriptors.nodes import Mapping
from imagebot.descriptors.source import Source
from imagebot.policies.imports.documents import Object, keys, texts
from imagebot.policies.imports.imported import Ledger, Origin
from imagebot.policies.imports.renovate_files import MANAGERS
from imagebot.policies.imports.renovate_proposing import line_for
from imagebot.policies.imports.renovate_rules import SETTINGS, TYPES
from imagebot.policies.imports.renovate_tags import Effective
from imagebot.untrusted import clean

_SILENT = frozenset(
    {
        *(
            "$schema",
            "description",
            "packageRules",
            "ignoreDeps",
            "enabledManagers",
            "includePaths",
            "extends",
        ),
        *("managerFilePatterns", "fileMatch"),
    }
)
_PULL_REQUEST = (
    *(
        "group",
        "label",
        "addLabels",
        "automerge",
        "platformAutomerge",
        "ignoreTests",
        "reviewer",
        "additionalReviewers",
    ),
    *(
        "assignee",
        "schedule",
        "timezone",
        "pr",
        "commit",
        "semantic",
        "branch",
        "additionalBranchPrefix",
        "rebase",
    ),
    *(
        "dependencyDashboard",
        "draftPR",
        "recreate",
        "keepUpdated",
        "separate",
        "minimumGroupSize",
        "internalChecks",
    ),
    *(
        "updateNotScheduled",
        "confidential",
        "milestone",
        "suppressNotifications",
        "forkProcessing",
        "platformCommit",
    ),
)
_ELSEWHERE = {
    "hostRules": (
        "imagebot has credentials from the docker configuration",
        "docker login, or --docker-config FILE: docs/registries.md",
    ),
    "registryAliases": (
        "it stands in the settings of imagebot",
        "registries: {HOST: {mirror: ...}} in imagebot.yaml",
    ),
    "customManagers": ("it stands in the settings of imagebot", "descriptors: [...] in imagebot.yaml"),
    "regexManagers": ("it stands in the settings of imagebot", "descriptors: [...] in imagebot.yaml"),
    "baseBranches": ("it stands in the settings of imagebot", "`base: BRANCH` in imagebot.yaml"),
    "baseBranchPatterns": ("it stands in the settings of imagebot", "`base: BRANCH` in imagebot.yaml"),
    "ignorePaths": (
        "`paths` names what is wanted, and leaves nothing out",
        "write `paths`, or `# imagebot: ignore`",
    ),
    "followTag": (
        "imagebot follows the tag that is written in the file",
        "write it there, and `order: digest`",
    ),
    "separateMultipleMajor": ("each major version gets a proposal of its own anyway", "nothing to do"),
}
_ALSO_KNOWN = (
    *(
        "rangeStrategy",
        "replacement",
        "registryUrls",
        "defaultRegistryUrls",
        "ignoreDeprecated",
        "vulnerability",
    ),
    *("respectLatest", "rollbackPrs", "post", "changelogUrl", "sourceUrl", "override", "fetchChangeLogs"),
    *("hashedBranchLength", "maxMajorIncrement", "stopUpdatingLabel", "keepUpdatedLabel", "bumpVersion"),
    *(
        "lockFileMaintenance",
        "constraints",
        "abandonmentThreshold",
        "skip",
        "update",
        "transitiveRemediation",
    ),
    *(
        "env",
        "npmrc",
        "allowScripts",
        "ignoreScripts",
        "minimumReleaseAge",
        "osvVulnerability",
        "customChangelog",
    ),
    *("patch", "rollback", "allowPlugins", "digest", "pin", "customDatasources", "hostRules", "gitAuthor"),
)
"""Beginnings of other settings that a rule may have."""
_OLD = {
    "packageNames": "matchPackageNames",
    "packageName": "matchPackageNames",
    "packagePatterns": "matchPackagePatterns",
    "packagePattern": "matchPackagePatterns",
    "packagePrefixes": "matchPackagePrefixes",
    "excludedPackageNames": "excludePackageNames",
    "paths": "matchPaths",
    "managers": "matchManagers",
    "datasources": "matchDatasources",
    "depTypeList": "matchDepTypes",
    "depTypes": "matchDepTypes",
    "updateTypes": "matchUpdateTypes",
    "languages": "matchLanguages",
    "baseBranchList": "matchBaseBranches",
    "sourceUrlPrefixes": "matchSourceUrlPrefixes",
}
"""Names that Renovate itself reads as newer ones.

Source: https://github.com/renovatebot/renovate/tree/main/lib/config/migrations
"""
_PINNING = frozenset({"docker:pinDigests", "config:best-practices"})
_OFF = frozenset({"docker:disable"})


def migrated(rule: Mapping) -> Mapping:
    """A rule under the names that Renovate has for its keys today."""
    if not any(key in _OLD for key in keys(rule)):
        return rule
    last = {_OLD.get(key, key): value for key, value in rule.last.items()}
    return replace(rule, last=last)


def unknown_keys(rule: Mapping) -> list[str]:
    """Keys of a rule that may select something, for all that is known."""
    known = (*_PULL_REQUEST, *_ALSO_KNOWN)
    exact = {*_SILENT, *_ELSEWHERE, *SETTINGS, *TYPES, *MANAGERS}
    return [
        key for key in keys(rule) if key not in exact and not key.startswith(("match", "exclude", *known))
    ]


def leave_keys(
    source: Source, node: Mapping, what: str, ledger: Ledger, *, types: frozenset[str] = frozenset()
) -> None:
    """Note every key that changes no policy.

    Args:
        source: The file.
        node: A rule, or the whole configuration.
        what: What that is called.
        ledger: Where it is noted.
        types: Update types that a rule is about: of those, only whether they are wanted is carried over.
    """
    thing = Object(source, node)
    carried = {"enabled"} if types else set(SETTINGS)
    for key in keys(node):
        if key in _SILENT or key in carried or key.startswith(("match", "exclude")):
            continue
        at = replace(thing.at_key(node, key), what=what)
        own = node.mapping(key)
        if own is not None and (key in TYPES or key in MANAGERS or key == "docker"):
            if key in TYPES:
                leave_keys(source, own, f"{what}: {key}", ledger, types=frozenset({key}))
            continue
        if key.startswith(_PULL_REQUEST) and key not in SETTINGS and key not in _ELSEWHERE:
            _leave_pull_request(at, key, ledger, line_for(node, key, types))
        else:
            _leave_key(at, key, ledger, of_type=bool(types) and key in SETTINGS)


def _leave_key(at: Origin, key: str, ledger: Ledger, *, of_type: bool) -> None:
    shown = f"`{clean(key, 80)}` of {at.what}"
    if of_type:
        why = "a policy has it for all types of updates or for none"
        ledger.leave(
            at, "update-type", shown, why=why, instead="write it into the policy if it should hold for all"
        )
    elif key in _ELSEWHERE:
        why, instead = _ELSEWHERE[key]
        ledger.leave(at, key, shown, why=why, instead=instead)
    else:
        ledger.unknown(at, key)


def _leave_pull_request(at: Origin, key: str, ledger: Ledger, instead: str) -> None:
    shown = f"`{clean(key, 80)}` of {at.what}"
    why = "the import carries over what is selected, and not how it is proposed"
    ledger.leave(at, "pull-request", shown, why=why, instead=instead)


def leave_presets(source: Source, root: Mapping, ledger: Ledger, base: Effective) -> Effective:
    """Note the presets; of those that are known to speak of images, what they say is taken."""
    at = Object(source, root).at_key(root, "extends") if "extends" in root.last else Origin(source.path, 1)
    for preset in texts(root, "extends"):
        if preset in _PINNING:
            base = replace(base, pins=True)
        elif preset in _OFF:
            base = replace(base, enabled=False)
            continue
        taken = ", but for the pinning of digests" if preset in _PINNING else ""
        ledger.leave(
            replace(at, what="extends"),
            "preset",
            f"the preset {clean(preset.partition('?')[0], 80)}{taken}",
            why="what stands behind it is not in these files",
            instead="see what it says of images, and write that as a policy",
        )
    return base
