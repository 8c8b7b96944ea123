"""Values of a chart, wherever they stand: a file, a HelmRelease, an Application, a Kustomization."""

from __future__ import annotations

from collections.abc import Iterator

from imagebot.descriptors.image_names import Setting
from imagebot.descriptors.images import images_in
from imagebot.descriptors.nodes import Mapping, Node
from imagebot.descriptors.piece import is_empty
from imagebot.descriptors.source import Source
from imagebot.descriptors.written import Item

BASES = frozenset({"values.yaml", "values.yml"})
"""Values that others in the same folder are laid over."""


def in_values(
    source: Source, descriptor: str, values: Node, *, bare: bool = False, file: str = ""
) -> Iterator[Item]:
    """Every image of a chart's values.

    Args:
        source: The file.
        descriptor: Kind of descriptor that they stand in.
        values: The mapping.
        bare: Whether ``image: nginx``, without tag and digest, is an image.
        file: Name of the file, if it holds nothing but values.
    """
    shared = values.mapping("global") if isinstance(values, Mapping) else None
    registry = shared.scalar("imageRegistry") if shared else None
    hub = shared is not None and not is_empty(shared.scalar("hub"))
    only_beside = False
    if shared is not None and is_empty(registry):
        image = shared.mapping("image")
        registry = image.scalar("registry") if image else None
        only_beside = True
    base = file in BASES
    overlay = bool(file) and not base
    setting = Setting(
        descriptor,
        None if is_empty(registry) else registry,
        bare,
        only_beside=only_beside,
        hub=hub,
        overlay=overlay,
        base=base,
    )
    yield from images_in(source, setting, values)
