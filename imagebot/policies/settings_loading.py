"""``imagebot.yaml`` as the values that the rest of the program reads."""

from __future__ import annotations

from collections.abc import Mapping

from imagebot.descriptors.rules import Rule, Step, parse_path
from imagebot.policies.faults import Mark
from imagebot.policies.globs import path_matcher
from imagebot.policies.policy import Environment, ForgeSettings, RegistrySettings, Settings
from imagebot.policies.settings_model import RegistryModel, RuleModel, SettingsModel


def loaded_settings(model: SettingsModel, named: Mapping[str, Mark]) -> Settings:
    """Settings without faults.

    Args:
        model: What is written.
        named: Where each environment is named.
    """
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
