"""Registry credentials: configuration files first, then the cloud that runs a registry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from imagebot.references.image import ImageName
from imagebot.registries.clouds.lending import Clouds
from imagebot.registries.credential import Found
from imagebot.registries.credential_sources import named, usual
from imagebot.registries.docker_config import DockerConfig


class Credentials:
    """Who asks. It is asked itself only after a registry demanded credentials.

    Args:
        configs: Configuration files; a later one is asked where those before it know nothing.
        places: Where was looked for such files, for messages; by default where they came from.
        problems: Why others were not used, for messages.
        clouds: Asked last.
    """

    def __init__(
        self,
        *configs: DockerConfig,
        places: Sequence[str] = (),
        problems: Sequence[str] = (),
        clouds: Clouds | None = None,
    ) -> None:
        self._configs = configs
        self._places = tuple(places) or tuple(config.source for config in configs)
        self._problems = tuple(problems)
        self._clouds = clouds or Clouds()

    @classmethod
    def load(cls, path: Path | None, *, environ: Mapping[str, str], home: Path) -> Credentials:
        """Read the configuration files.

        Args:
            path: A file, or a folder with files, that was named: then no other is read.
            environ: Environment, which holds or names files.
            home: Home folder, for the default ones.

        Raises:
            ConfigError: If what was named is missing or broken.
        """
        sources = named(path) if path else usual(environ, home)
        return cls(*sources.configs, places=sources.places, problems=sources.problems)

    def find(self, name: ImageName) -> Found:
        """The credential for a repository, of the first source that has one.

        In one file the most specific key counts; a key with a path for repositories below that path only.
        """
        problems = list(self._problems)
        for config in self._configs:
            for candidate in config.candidates(name, problems):
                seen = tuple(dict.fromkeys(problems))
                return Found(candidate, f"credentials from {candidate.source}", seen)
        lent = self._clouds.find(name.host)
        if lent and lent.credential:
            return replace(lent, problems=tuple(dict.fromkeys(problems)))
        problems = list(dict.fromkeys([*problems, *([lent.reason] if lent else [])]))
        notes = "; ".join(problems)
        where = " or ".join(self._places) or "any file"
        reason = f"no credentials for {name.host} in {where}{f' ({notes})' if notes else ''}"
        return Found(None, reason, tuple(problems))
