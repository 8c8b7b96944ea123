"""Examine the registry hosts that a repository needs, all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagebot.diagnosis import Examined, Need
from imagebot.engine.lookups import GIVEN_UP_S, STALLED_S, Lookups
from imagebot.errors import RegistryUnreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from imagebot.plan import Scanned
    from imagebot.registries.protocol import Examiner


def needs(references: Sequence[Scanned], hosts: Iterable[str], *, everything: bool) -> tuple[Need, ...]:
    """The hosts to examine, sorted, each with one repository that is deployed from it.

    A chart repository and a registry on one host speak differently, and are two.

    Args:
        references: All of the repository.
        hosts: Named by a person, beside what the references need.
        everything: Whether references count that no policy manages.
    """
    samples: dict[tuple[str, str], Scanned] = {}
    for item in sorted(references, key=_rank):
        name = item.reference.image.name
        samples.setdefault((name.host, name.scheme), item)
    wanted = {key for key, item in samples.items() if everything or item.managed}
    wanted |= {(host, "") for host in hosts}
    return tuple(_need(host, samples.get((host, scheme))) for host, scheme in sorted(wanted))


def _rank(item: Scanned) -> tuple[bool, bool, str, str]:
    """Which reference stands for its host: one that matters, with a tag, and always the same."""
    image = item.reference.image
    return not item.managed, image.tag is None, str(image.name), image.tag or ""


def _need(host: str, sample: Scanned | None) -> Need:
    if sample is None:
        return Need(host)
    return Need(host, sample.reference.image.name, sample.reference.image.tag)


def examine(
    wanted: Sequence[Need],
    examiner: Examiner,
    *,
    waiting: Callable[[Sequence[str]], None] = lambda _: None,
    stalled_s: float = STALLED_S,
    given_up_s: float = GIVEN_UP_S,
) -> tuple[Examined, ...]:
    """What becomes of every host, in the order they came: one that hangs or fails stops no other.

    Args:
        wanted: The hosts.
        examiner: Who examines one.
        waiting: Told the hosts that are still waited for when the others have answered.
        stalled_s: Seconds without any answer, after which it is told them.
        given_up_s: Seconds without any answer, after which nobody is waited for.
    """
    lookups = Lookups(
        {need: need.host for need in wanted}, examiner.examine, stalled_s=stalled_s, given_up_s=given_up_s
    )
    examined: dict[Need, Examined] = {}
    for found in lookups.rounds():
        examined.update(found.answers)
        if not found.last:
            waiting(sorted(need.host for need in found.open))
    return tuple(examined.get(need) or _given_up(need, given_up_s) for need in wanted)


def _given_up(need: Need, after_s: float) -> Examined:
    message = f"{need.host} did not finish its answers in {after_s:.0f} seconds"
    hint = "check what stands between: a firewall or proxy that swallows answers looks like this"
    return Examined(need, error=RegistryUnreachable(message, hint=hint))
