"""Load settings and policy files, or report every fault of every file."""

from __future__ import annotations

import difflib
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from imagebot.descriptors.rules import Rule, Step, parse_path
from imagebot.policies.checking import check
from imagebot.policies.faults import Fault, InvalidConfiguration, Mark
from imagebot.policies.globs import path_matcher
from imagebot.policies.model import PolicyModel, TagsModel, age
from imagebot.policies.pattern import Pattern
from imagebot.policies.placed import Placed, Unreadable, Value, read_placed
from imagebot.policies.policy import (
    Configuration,
    Environment,
    ForgeSettings,
    Gates,
    Keyless,
    Policy,
    RegistrySettings,
    Settings,
    TagRules,
    Verification,
)
from imagebot.policies.settings_model import RegistryModel, RuleModel, SettingsModel
from imagebot.references.orders import ORDERS


@dataclass(frozen=True, slots=True)
class _Entry:
    """A policy as it stands in its file; the model is None if it has faults."""

    placed: Placed
    place: int
    value: Value
    model: PolicyModel | None


def load(
    files: Mapping[str, bytes],
    *,
    settings_path: str = "imagebot.yaml",
    any_environment: bool = False,
    paths: Container[str] | None = None,
) -> Configuration:
    """Load ``imagebot.yaml`` and policy files.

    Policies govern in sorted order of their files, and in the order they have in a file.

    Args:
        files: Content by path.
        settings_path: Which of them holds the settings; the others are policy files.
        any_environment: Take environments that the settings do not name: where only the tags of
            a policy matter, the settings may not be at hand.
        paths: Files of the config repository; None if that is not at hand. A key that a policy verifies
            signatures with must be one of them.

    Raises:
        InvalidConfiguration: With every fault of every file.
    """
    faults: list[Fault] = []
    settings = SettingsModel()
    named: dict[str, Mark] = {}
    entries: list[_Entry] = []
    for path in sorted(files):
        try:
            placed, problems = read_placed(path, files[path])
        except Unreadable as error:
            faults.append(error.fault)
            any_environment |= path == settings_path
            continue
        faults += problems
        if path == settings_path:
            model, problems = check(placed, {} if placed.value is None else placed.value, (), SettingsModel)
            settings = model or settings
            named = _environments(placed)
        else:
            found, problems = _entries(placed)
            entries += found
        faults += problems
    faults += _same_names(entries)
    if not any_environment:
        faults += _unknown_environments(entries, named)
    if paths is not None:
        faults += _missing_keys(entries, paths)
    if faults:
        raise InvalidConfiguration(faults, files)
    return Configuration(_settings(settings, named), tuple(_policies(entries)), tuple(sorted(files)))


def _entries(placed: Placed) -> tuple[list[_Entry], list[Fault]]:
    """The policies of a file; one with faults does not hide the faults of the next."""
    if placed.value is None:
        return [], []
    if not isinstance(placed.value, dict):
        hint = "begin with `policies:` and a list below it"
        return [], [placed.fault((), "policy-type", "a policy file is a mapping", hint=hint)]
    faults = [
        placed.fault(
            (key,),
            "policy-unknown-key",
            f"unknown key `{key}`",
            hint="the only key here is `policies`",
            key=True,
        )
        for key in placed.value
        if key != "policies"
    ]
    listed = placed.value.get("policies")
    if listed is None:
        return [], faults
    if not isinstance(listed, list):
        fault = placed.fault(
            ("policies",),
            "policy-type",
            "`policies` is a list of policies",
            hint="begin each with `- name:`",
        )
        return [], [*faults, fault]
    entries = []
    for place, value in enumerate(listed):
        model, problems = check(placed, value, ("policies", place), PolicyModel)
        faults += problems
        entries.append(_Entry(placed, place, value, model))
    return entries, faults


def _same_names(entries: Iterable[_Entry]) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for entry in entries:
        name = entry.value.get("name") if isinstance(entry.value, dict) else None
        if not isinstance(name, str):
            continue
        where = ("policies", entry.place, "name")
        here = entry.placed.fault(where, "policy-duplicate-name", "")
        if name in first:
            message = f"there is already a policy {name!r}, at {first[name]}"
            yield entry.placed.fault(
                where, "policy-duplicate-name", message, hint="give this one another name"
            )
        else:
            first[name] = f"{here.path}:{here.line}"


def _environments(placed: Placed) -> dict[str, Mark]:
    """Where each environment is named, also if the settings have faults."""
    found = placed.value.get("environments") if isinstance(placed.value, dict) else None
    names = found if isinstance(found, dict) else {}
    return {name: placed.mark(("environments", name), key=True) for name in names}


def _unknown_environments(entries: Iterable[_Entry], known: Iterable[str]) -> Iterator[Fault]:
    names = list(known)
    for entry in entries:
        listed = entry.value.get("environments") if isinstance(entry.value, dict) else None
        for place, name in enumerate(listed if isinstance(listed, list) else []):
            if not isinstance(name, str) or name in names:
                continue
            close = difflib.get_close_matches(name, names, n=1)
            hint = (
                f"did you mean {close[0]}?" if close else f"imagebot.yaml names: {', '.join(names) or 'none'}"
            )
            where = ("policies", entry.place, "environments", place)
            yield entry.placed.fault(
                where, "policy-unknown-environment", f"there is no environment {name!r}", hint=hint
            )


def _missing_keys(entries: Iterable[_Entry], paths: Container[str]) -> Iterator[Fault]:
    for entry in entries:
        cosign = entry.model.verify.cosign if entry.model and entry.model.verify else None
        for place, key in enumerate(cosign.keys if cosign else []):
            if key not in paths:
                where = ("policies", entry.place, "verify", "cosign", "keys", place)
                hint = "name a file of the config repository, relative to its root"
                yield entry.placed.fault(where, "policy-verify-key", f"there is no file {key!r}", hint=hint)


def _policies(entries: Iterable[_Entry]) -> Iterator[Policy]:
    for entry in entries:
        if entry.model is not None:
            model = entry.model
            place = entry.placed.fault(("policies", entry.place), "", "")
            yield Policy(
                name=model.name,
                images=tuple(model.images),
                tags=_rules(model.tags),
                environments=tuple(model.environments),
                paths=tuple(model.paths),
                gates=_gates(model),
                pin=model.pin,
                refresh=model.refresh,
                file=place.path,
                line=place.line,
                mark=entry.placed.mark(("policies", entry.place, "name")),
            )


def _gates(model: PolicyModel) -> Gates:
    cosign = model.verify.cosign if model.verify else None
    return Gates(
        min_age=age(model.min_age) if model.min_age is not None else None,
        platforms=tuple(model.platforms),
        verification=Verification(
            keys=tuple(cosign.keys),
            keyless=tuple(Keyless(found.identity, found.issuer) for found in cosign.keyless),
        )
        if cosign
        else None,
    )


def _rules(model: TagsModel) -> TagRules:
    words = model.prereleases
    return TagRules(
        order=model.order,
        range=ORDERS[model.order].range(model.range) if model.range is not None else None,
        match=Pattern.parse(model.match) if model.match is not None else None,
        by=model.groups,
        variant=model.variant,
        precision=model.precision,
        prereleases=words if isinstance(words, bool) else tuple(word.lower() for word in words),
        max_step=model.max_step,
        ignore=tuple(model.ignore),
        newest_of_each=model.newest_of_each,
        dated_by=model.dated_by,
    )


def _settings(model: SettingsModel, named: Mapping[str, Mark]) -> Settings:
    return Settings(
        environments=tuple(
            Environment(name, tuple(e.paths), named[name]) for name, e in model.environments.items()
        ),
        forge=ForgeSettings(
            kind="github" if model.forge.kind == "github" else "git" if model.forge.kind == "git" else None,
            api=model.forge.api,
            repository=model.forge.repository,
        ),
        base=model.base,
        registries=tuple((host, _registry(r)) for host, r in model.registries.items()),
        rules=tuple(_rule(rule) for rule in model.descriptors),
    )


def _registry(model: RegistryModel) -> RegistrySettings:
    return RegistrySettings(
        plain_http=model.plain_http,
        ca=model.ca,
        tls_verify=model.tls_verify,
        mirror=model.mirror,
        token_servers=tuple(model.token_servers),
        parallel=model.parallel,
        per_second=model.requests_per_second,
    )


def _rule(model: RuleModel) -> Rule:
    return Rule(
        files=tuple(path_matcher(glob) for glob in model.files),
        kind=model.kind or "",
        reference=_steps(model.reference),
        repository=_steps(model.repository),
        image=model.image or "",
        tag=_steps(model.tag),
        digest=_steps(model.digest),
    )


def _steps(path: str | None) -> tuple[Step, ...]:
    return parse_path(path) if path else ()
