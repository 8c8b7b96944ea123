"""The registries of one cycle: every question is asked once, whoever asks it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Self

from imagebot.errors import ImagebotError, RegistryError, RegistryProtocol
from imagebot.evidence import Described, Pushed, Signature
from imagebot.policies.policy import RegistrySettings, Verification
from imagebot.references.image import ImageName, is_tag
from imagebot.registries import images
from imagebot.registries.cache import Cache
from imagebot.registries.chart_repositories import ChartRepositories
from imagebot.registries.clock import Clock
from imagebot.registries.contents import RegistryContents
from imagebot.registries.credentials import Credentials
from imagebot.registries.dates import sources
from imagebot.registries.dates.asking import anonymous, authorised
from imagebot.registries.doubt import shrunk
from imagebot.registries.hosts import Endpoint, api_host, endpoint, located
from imagebot.registries.http import READ_S, Http
from imagebot.registries.manifests import find_digest
from imagebot.registries.manners import KNOWN, Manners
from imagebot.registries.once import Once
from imagebot.registries.protocol import Listing
from imagebot.registries.session import Session
from imagebot.registries.tags import list_tags
from imagebot.registries.tokens import Tokens
from imagebot.registries.trust import Authorities

if TYPE_CHECKING:
    from imagebot.registries.signatures.keys import PublicKey


class RegistryClient:
    """Implements ``Registries``: digests and failures are kept for the life of the client.

    Args:
        settings: How to speak to hosts.
        credentials: Who asks.
        read: Reads a file of the config repository, for the paths of ``ca`` and of keys.
        timeout_s: Seconds a host may be silent.
        cache: What earlier cycles learnt; None remembers nothing beyond this one.
        clock: Tells the time, and waits.
    """

    def __init__(
        self,
        settings: Mapping[str, RegistrySettings],
        credentials: Credentials,
        *,
        read: Callable[[str], bytes] | None = None,
        timeout_s: float = READ_S,
        cache: Cache | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._settings = settings
        self._read = read
        self._clock = clock or Clock()
        self._began = self._clock.now()
        self._cache = cache or Cache(clock=self._clock)
        self._authorities = Authorities(read)
        self.http = Http(timeout_s=timeout_s, clock=self._clock, manners=_manners(settings))
        self.session = Session(self.http, Tokens(self.http, self._clock), credentials, salt=self._cache.salt)
        self._contents = RegistryContents(self.session, self.locate, self._cache)
        self._charts = ChartRepositories(self.session, self._cache)
        self._lock = Lock()
        self._digests: Once[tuple[ImageName, str], str] = Once(RegistryError)
        self._pushed: Once[tuple[ImageName, frozenset[str]], Mapping[str, Pushed]] = Once(RegistryError)
        self._keys: Once[str, PublicKey] = Once(RegistryError)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.close()
        self._cache.close()

    def tags(self, name: ImageName) -> Listing:
        """All tags of a repository, and whether they are believed."""
        there, where = self.locate(name)
        if name.scheme:
            return Listing(self._charts.versions(there, name))
        found = list_tags(self.session, there, where, self._cache)
        who = self.session.who(where)
        before, size = self._cache.size(who, str(where)), len(found)
        doubt = shrunk(before, size, self.now())
        if doubt:
            self._cache.doubt_size(who, str(where))
        elif before != (size, None):
            self._cache.keep_size(who, str(where), size)
        return Listing(found, doubt)

    def digest(self, name: ImageName, tag: str) -> str:
        """The digest that a tag points to now."""
        there, where = self.locate(name)
        if name.scheme:
            return self._charts.digest(there, name, tag)
        if not is_tag(tag):
            raise RegistryProtocol(f"{tag[:140]!r} is no tag")
        return self._digests((where, tag), lambda: find_digest(self.session, there, where, tag, self._cache))

    def platforms(self, name: ImageName, digest: str) -> tuple[str, ...]:
        """The platforms that an image runs on, sorted."""
        _check_image(name)
        return images.platforms(self._contents, name, digest)

    def images(self, name: ImageName, digest: str) -> Mapping[str, frozenset[str]]:
        """The digests of the manifests that each platform may run; of a single image its own, under ``*``."""
        _check_image(name)
        return images.manifests(self._contents, name, digest)

    def describe(self, name: ImageName, digest: str) -> Described:
        """What an image says of itself."""
        _check_image(name)
        return images.describe(self._contents, name, digest, self.now())

    def signature(self, name: ImageName, digest: str, verification: Verification | None) -> Signature:
        """What is made of the signatures of a digest."""
        from imagebot.registries.signatures.check import check

        _check_image(name)
        wanted = verification or Verification()
        keys = [self._keys(path, lambda path=path: self._key(path)) for path in wanted.keys]  # type: ignore[misc] # mypy cannot tell the type of a default
        return check(self._contents, name, digest, keys, wanted.keyless)

    def pushed(self, name: ImageName, tags: frozenset[str]) -> Mapping[str, Pushed]:
        """When the registry says that tags were pushed: what it cannot say is no failure."""
        return self._pushed((name, tags), lambda: self._push_times(name, tags))

    def _push_times(self, name: ImageName, tags: frozenset[str]) -> Mapping[str, Pushed]:
        there, where = self.locate(name)
        source = sources.source_of(there)
        if source is None or name.scheme:
            return {}
        ask = authorised(self.session, there, where)
        if source.api is not None:
            api = endpoint(source.api, {})
            self._prepare(api)
            ask = anonymous(self.http, api)
        return sources.pushed(source, ask, where, tags, self.now(), clock=self._clock.seconds)

    def first_seen(self, name: ImageName, digest: str) -> datetime:
        """When a digest was seen in a repository first."""
        return self._cache.first_seen(str(name), digest, self._began)

    def now(self) -> datetime:
        """The time of day."""
        return self._clock.now()

    def locate(self, name: ImageName) -> tuple[Endpoint, ImageName]:
        """Where a repository is asked about, and its name there: a mirror may stand in for its host."""
        where = located(name, self._settings)
        found = endpoint(where.host, self._settings, scheme=name.scheme)
        self._prepare(found)
        return found, where

    def _prepare(self, found: Endpoint) -> None:
        with self._lock:
            if not self.http.knows(found):
                self.http.prepare(found, self._authorities.of(found))

    def _key(self, path: str) -> PublicKey:
        """A public key of the config repository.

        Raises:
            RegistryError: If it is none: that stops what is verified with it, and nothing else.
        """
        from imagebot.registries.signatures.keys import read_key

        if self._read is None:
            raise RegistryError(f"there is no config repository to read {path} from", id="verify-key")
        try:
            return read_key(self._read(path), path)
        except ImagebotError as error:
            raise RegistryError(error.message, hint=error.hint, id="verify-key") from error


def _check_image(name: ImageName) -> None:
    """Raise unless a name can be that of an image."""
    if name.scheme:
        raise RegistryProtocol(f"{name} is a chart, and no image", id="registry-no-image")


def _manners(settings: Mapping[str, RegistrySettings]) -> dict[str, Manners]:
    """How hosts can be asked, where the settings say so."""
    found = {}
    for host, own in settings.items():
        if own.parallel is None and own.per_second is None:
            continue
        usual = KNOWN.get(api_host(host), Manners())
        found[api_host(host)] = Manners(own.parallel or usual.parallel, own.per_second or usual.per_second)
    return found
