"""Every kind of fault and warning: its stable id, what it means, and how to fix it.

``docs/validation.md`` shows the same table; a test says whether it still does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """What all faults of one id have in common.

    Attributes:
        meaning: What is wrong, whatever the file.
        fix: What helps, where a fault knows nothing better.
    """

    meaning: str
    fix: str


_MISSING = Kind("A key that must be there is missing.", "write it")

_TYPE = Kind("A value has another type than is wanted.", "write a value of the type that is named")

_UNKNOWN = Kind("There is no such key.", "mend it, or take it out")

WARNINGS = frozenset(
    {"environment-matches-nothing", "policy-matches-nothing", "policy-not-defined", "policy-shadowed"}
)
"""Kinds that stand in nobody's way."""

KINDS: Mapping[str, Kind] = {
    "environment-matches-nothing": Kind(
        "No file of the repository is in the environment.", "mend its `paths`, or take it out"
    ),
    "policy-contradiction": Kind("Two keys of the policy cannot both hold.", "leave one of them out"),
    "policy-default": Kind(
        "A key that only a policy itself can have stands in `defaults`.", "write it in each policy"
    ),
    "policy-digest-order": Kind(
        "`order: digest` follows a tag and chooses none: other keys of `tags` mean nothing.",
        "leave the others out",
    ),
    "policy-duplicate-name": Kind("Two policies have one name.", "give one of them another"),
    "policy-empty": Kind(
        "`environments` or `paths` is written and empty, which would be everywhere.",
        "name at least one, or leave it out",
    ),
    "policy-extends": Kind(
        "What is extended is not there, has no `defaults`, lies outside the repository, or extends itself.",
        "name a file of the repository, or a preset: `imagebot presets` lists them",
    ),
    "policy-group": Kind(
        "`by` names a group twice, or one that `match` does not have.",
        "write `(?P<name>...)` in `match`, or mend `by`",
    ),
    "policy-image": Kind("A glob is no name of an image.", "write a name such as `ghcr.io/acme/*`, no tag"),
    "policy-label": Kind("A label is none that forges take.", "write at most 50 characters, no comma"),
    "policy-matches-nothing": Kind(
        "No reference of the repository can be governed by the policy.",
        "mend its `images`, `environments` or `paths`, or take it out",
    ),
    "policy-min-age": Kind(
        "`min-age` is no length of time.", "write a number and a unit: `90m`, `72h`, `3d`"
    ),
    "policy-missing-key": _MISSING,
    "policy-name": Kind(
        "The name cannot be part of a branch.", "use letters, digits, `.`, `_`, `:` and `-`, at most 63"
    ),
    "policy-not-defined": Kind(
        "A comment binds a line to a policy that does not exist.", "mend the name, or take the comment out"
    ),
    "policy-order": Kind(
        "A key of `tags` has no meaning with the `order`: the order would not look at it.",
        "leave the key out, or choose another order",
    ),
    "policy-path": Kind(
        "A glob on paths leads out of the repository, negates, or is none.",
        "write it relative to the root, with `/`, such as `apps/**`",
    ),
    "policy-person": Kind(
        "A reviewer or assignee is no login, or a team is none.",
        "write `reviewers: [alice]`, `teams: [acme/platform]`, without `@`",
    ),
    "policy-pin": Kind(
        "`pin` would not write the digest that `verify` checks, or what `order: digest` follows.",
        "write `pin: tag+digest`, or leave it out",
    ),
    "policy-platform": Kind("The platform is none.", "write `os/architecture`, such as `linux/arm64`"),
    "policy-prereleases": Kind(
        "A word of `prereleases` is none for a pre-release.",
        "write such as `[rc, beta]`",
    ),
    "policy-range": Kind("The range is none.", "write such as `>=1.4 <2`, `^1.4` or `1.x`"),
    "policy-regex": Kind(
        "`match` is no regular expression, or a very large one.",
        "mend it at the caret; a `\\` before a sign takes it literally",
    ),
    "policy-shadowed": Kind(
        "Earlier policies govern all that the policy matches.", "put it before them, or take it out"
    ),
    "policy-test": Kind("A test case can never hold under its policy.", "mend its tags"),
    "policy-test-date": Kind(
        "A date is none by ISO 8601.", "write it as `2024-06-12` or `2024-06-12T08:00:00Z`"
    ),
    "policy-type": _TYPE,
    "policy-unknown-environment": Kind(
        "`imagebot.yaml` names no such environment.", "mend the name, or add it to `imagebot.yaml`"
    ),
    "policy-unknown-key": _UNKNOWN,
    "policy-variant": Kind(
        "`variant` is no suffix, or one that nothing would look at.",
        "write `same`, `any`, or a suffix such as `-alpine`",
    ),
    "policy-verify": Kind("`verify` asks for no signature.", "name `keys` or `keyless` identities"),
    "policy-verify-key": Kind("The key is no file of the repository.", "commit it, or mend its path"),
    "settings-calendar": Kind(
        "A calendar does not open in two years.", "leave some minutes of `schedule` out of every freeze"
    ),
    "settings-cron": Kind(
        "A cron expression is none, or never matches.",
        "write minute, hour, day, month and day of the week: `* 9-16 * * mon-thu`",
    ),
    "settings-environment-name": Kind(
        "The name is none for an environment.",
        "use lower-case letters, digits, `.`, `_` and `-`, at most 63",
    ),
    "settings-forge-api": Kind("The API is no base URL.", "write `https://HOST/api/v3`, no password"),
    "settings-forge-repository": Kind(
        "The repository is none on the forge.", "write `owner/name`, on GitLab also `group/subgroup/name`"
    ),
    "settings-freeze": Kind(
        "A freeze has no time, ends before it begins, or is longer than a year.",
        "write `from` and `to`, or `cron` and `for`",
    ),
    "settings-label": Kind("The label is none that forges take.", "write at most 50 characters, no comma"),
    "settings-limit": Kind("The limit is none.", "write a number from 1, or `none` for no limit"),
    "settings-missing-key": _MISSING,
    "settings-registry-host": Kind("The name is no host.", "write `host` or `host:port`, no `https://`"),
    "settings-registry-mirror": Kind(
        "The mirror is no place to look images up.", "write `host[:port][/path]`, no `https://`"
    ),
    "settings-rule": Kind(
        "A rule of `descriptors` does not say where it holds, or where name and tag stand.",
        "write `files` or `kind`, and `reference` or `tag` with a name",
    ),
    "settings-rule-image": Kind(
        "`image` of a rule is no name of an image.", "write a name such as `ghcr.io/acme/web`, no tag"
    ),
    "settings-rule-path": Kind("A path of a rule is none.", "write such as `spec.jobs[*].image`"),
    "settings-time-zone": Kind(
        "There is no such time zone.", "write a name of the IANA database, such as `Europe/Berlin`"
    ),
    "settings-type": _TYPE,
    "settings-unknown-key": _UNKNOWN,
    "yaml-alias": Kind("An alias (`*name`) is not expanded in these files.", "write the value out"),
    "yaml-duplicate-key": Kind("A key stands twice in one mapping.", "take one out"),
    "yaml-invalid": Kind(
        "The file is no single YAML document of at most 1 MiB.",
        "put texts with `{ } [ ] : #` or quotes in quotes, and indent with spaces",
    ),
    "yaml-key": Kind("A key is no text.", "put it in quotes"),
}
