"""``imagebot.yaml`` as the values that the rest of the program reads."""

from __future__ import annotations

from collections.abc import Mapping

from imagebot.descriptors.rules import Rule, Step, parse_path
from imagebot.policies.faults import Mark
from imagebot.policies.globs import path_matcher
from imagebot.policies.policy import Environment, ForgeSettings, RegistrySettings, Settings
from imagebot.policies.proposing_loading import (
    loaded_calendar,
    loaded_commits,
    loaded_limits,
    loaded_pull_requests,
)
from imagebot.policies.settings_model import RegistryModel, RuleModel, SettingsModel


def loaded_settings(model: SettingsModel, named: Mapping[str, Mark]) -> Settings:
    """Settings without faults.

    Args:
        model: What is written.
        named: Where each environment is named.
    """
    pull_requests = loaded_pull_requests(model.pull_requests)
    return Settings(
        environments=tuple(
            Environment(
                name,
                tuple(e.paths),
                named[name],
                limits=loaded_limits(e.limits, pull_requests.limits),
                calendar=loaded_calendar(e.calendar, pull_requests.calendar),
            )
            for name, e in model.environments.items()
        ),
        forge=ForgeSettings(model.forge.kind, model.forge.api, model.forge.repository),
        base=model.base,
        registries=tuple((host, _registry(r)) for host, r in model.registries.items()),
        rules=tuple(_rule(rule) for rule in model.descriptors),
        pull_requests=pull_requests,
        commits=loaded_commits(model.commits),
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
