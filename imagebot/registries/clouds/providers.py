"""The clouds that are known."""

from __future__ import annotations

from imagebot.registries.clouds.aws import Aws
from imagebot.registries.clouds.azure import Azure
from imagebot.registries.clouds.gcp import Gcp
from imagebot.registries.clouds.protocol import Provider

PROVIDERS: tuple[Provider, ...] = (Aws(), Gcp(), Azure())
