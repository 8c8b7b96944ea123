"""What a policy file holds besides its policies."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from imagebot.policies import presets
from imagebot.policies.case_model import CaseModel
from imagebot.policies.checking import check
from imagebot.policies.faults import Fault
from imagebot.policies.model import FileHeadModel
from imagebot.policies.placed import Placed


class FileModel(FileHeadModel):
    """A policy file whose policies and defaults are checked elsewhere: they depend on one another."""

    defaults: dict[str, Any] | None = None
    policies: list[Any] | None = None


class PresetModel(FileHeadModel):
    """A preset, whose tests stand beside its defaults."""

    defaults: dict[str, Any]
    tests: list[CaseModel] = Field(default=[])


def head_faults(placed: Placed) -> list[Fault]:
    """Faults of a policy file or preset outside of its policies and defaults."""
    if placed.value is None:
        return []
    if not isinstance(placed.value, dict):
        hint = "begin with `policies:` and a list below it"
        return [placed.fault((), "policy-type", "a policy file is a mapping", hint=hint)]
    model = PresetModel if placed.path.startswith(presets.PREFIX) else FileModel
    return check(placed, placed.value, (), model)[1]
