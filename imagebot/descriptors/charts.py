"""Versions of Helm charts: a chart is listed and moved like an image, wherever it is kept."""

from __future__ import annotations

from collections.abc import Iterator

from imagebot.descriptors.assembled import RANGE
from imagebot.descriptors.nodes import Scalar
from imagebot.descriptors.piece import NotEditable, Piece, is_empty, piece, unknown_part
from imagebot.descriptors.source import Source
from imagebot.descriptors.written import OCI, Item, no_source, skipped, together
from imagebot.references.charts import is_exact


def chart(
    source: Source,
    descriptor: str,
    repository: Scalar | str | None,
    name: Scalar | str | None,
    version: Scalar | None,
    *,
    filled: bool = False,
) -> Iterator[Item]:
    """A chart by the repository it comes from, its name and its version.

    Args:
        source: The file.
        descriptor: Kind of descriptor.
        repository: ``oci://host/path``, or the ``https://`` address of a chart repository.
        name: The chart's name, put behind the repository; None if the repository names it already.
        version: The version that is asked for.
        filled: Whether something fills the template expressions of a version.
    """
    address = _text(repository)
    if version is None or is_empty(version) or not address or address.startswith("file://"):
        return
    reason = no_source(address) or _no_name(address, name)
    if not (filled and unknown_part(version.value)):
        reason = reason or no_version(version.value)
    if reason:
        yield skipped(source, version, reason)
        return
    try:
        where = address_of(source, repository) if isinstance(repository, Scalar) else _bare(address)
        written: list[Piece | str] = [where]
        if name is not None:
            written += ["/", name if isinstance(name, str) else piece(source, name)]
        yield together(descriptor, [*written, ":", piece(source, version)], chart=True)
    except NotEditable as problem:
        yield skipped(source, version, str(problem))


def _no_name(address: str, name: Scalar | str | None) -> str:
    """The index of a chart repository lists charts by their names; a registry has them by path."""
    if address.startswith(OCI):
        return ""
    if not _text(name):
        return "no chart is named"
    return (
        "the name of a chart holds a `/`, as only that of one in a registry can" if "/" in _text(name) else ""
    )


def no_version(version: str) -> str:
    """Why a text is not one version of a chart, or nothing if it is."""
    return unknown_part(version) or ("" if is_exact(version) else RANGE)


def address_of(source: Source, repository: Scalar) -> Piece:
    """An address as references have it: without the scheme of a registry, and slashes at its end.

    Raises:
        NotEditable: If the characters of the value are not its text.
    """
    found = piece(source, repository)
    start = len(OCI) if found.text.startswith(OCI) else 0
    return found.part(start, len(found.text.rstrip("/")))


def _bare(address: str) -> str:
    return address.removeprefix(OCI).rstrip("/")


def _text(value: Scalar | str | None) -> str:
    return value.value if isinstance(value, Scalar) else value or ""
