"""Versions of Helm charts: a chart in an OCI registry is listed and moved like an image."""

from __future__ import annotations

import re
from collections.abc import Iterator

from imagebot.descriptors.nodes import Scalar
from imagebot.descriptors.piece import NotEditable, Piece, is_empty, piece, unknown_part
from imagebot.descriptors.source import Source
from imagebot.descriptors.written import OCI, Item, skipped, together

_EXACT = re.compile(r"v?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:[+_][0-9A-Za-z.-]+)?")


def is_exact(version: str) -> bool:
    """Whether a version names one version, and no range of them."""
    return _EXACT.fullmatch(version) is not None


def chart(
    source: Source,
    descriptor: str,
    repository: Scalar | str | None,
    name: Scalar | None,
    version: Scalar | None,
) -> Iterator[Item]:
    """A chart by the repository it comes from, its name and its version.

    Args:
        source: The file.
        descriptor: Kind of descriptor.
        repository: ``oci://host/path``, or the address of a chart repository, which is no registry.
        name: The chart's name, put behind the repository; None if the repository names it already.
        version: The version that is asked for.
    """
    address = repository if isinstance(repository, str) else repository.value if repository else ""
    if version is None or is_empty(version) or not address or address.startswith("file://"):
        return
    if not address.startswith(OCI):
        yield skipped(source, version, f"the chart comes from {address[:120]}, which is no OCI registry")
        return
    if reason := no_tag(version.value):
        yield skipped(source, version, reason)
        return
    try:
        written: list[Piece | str] = [address[len(OCI) :].strip("/")]
        if isinstance(repository, Scalar):
            written = [address_of(source, repository)]
        if name is not None:
            written += ["/", piece(source, name)]
        yield together(descriptor, [*written, ":", piece(source, version)])
    except NotEditable as problem:
        yield skipped(source, version, str(problem))


def no_tag(version: str) -> str:
    """Why a version of a chart is not the text of a tag, or nothing if it is."""
    if reason := unknown_part(version):
        return reason
    if not is_exact(version):
        return "a range of chart versions: it moves without a commit"
    return "a chart version with `+` has another text than its tag" if "+" in version else ""


def address_of(source: Source, repository: Scalar) -> Piece:
    """The address of an OCI repository, without its scheme.

    Raises:
        NotEditable: If the characters of the value are not its text.
    """
    found = piece(source, repository)
    return found.part(len(OCI), len(found.text.rstrip("/")))
