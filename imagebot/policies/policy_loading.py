"""A policy of a file as the value that the rest of the program reads."""

from __future__ import annotations

from imagebot.policies.dates import age
from imagebot.policies.faults import Mark
from imagebot.policies.model import PolicyModel, TagsModel
from imagebot.policies.pattern import Pattern
from imagebot.policies.policy import Case, Gates, Keyless, Policy, TagRules, Verification
from imagebot.policies.proposing_loading import loaded_rules
from imagebot.references.orders import ORDERS


def loaded_policy(model: PolicyModel, tests: tuple[Case, ...], mark: Mark, line: int) -> Policy:
    """A policy without faults.

    Args:
        model: What is written, together with what lies beneath it.
        tests: Its cases.
        mark: Where its name stands.
        line: 1-based line where it begins.
    """
    return Policy(
        name=model.name,
        images=tuple(model.images),
        tags=_rules(model.tags),
        environments=tuple(model.environments),
        paths=tuple(model.paths),
        gates=_gates(model),
        pin=model.pin,
        refresh=model.refresh,
        pull_request=loaded_rules(model.pull_request),
        tests=tests,
        file=mark.path,
        line=line,
        mark=mark,
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
