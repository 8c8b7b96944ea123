"""Whom to believe when a registry shows its certificate."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path

import httpx

from imagebot.errors import ConfigError, ImagebotError
from imagebot.registries.hosts import Endpoint
from imagebot.untrusted import clean

LARGEST = 4 * 1024 * 1024


class Authorities:
    """The certificate authorities of hosts; each set is read once.

    Args:
        read: Reads a file of the config repository, for ``ca`` paths that are relative.
    """

    def __init__(self, read: Callable[[str], bytes] | None) -> None:
        self._read = read
        self._known: dict[tuple[str | None, bool], ssl.SSLContext] = {}

    def of(self, endpoint: Endpoint) -> ssl.SSLContext:
        """The authorities of a host: the public ones, the system's, and the one of the settings.

        Raises:
            ConfigError: If the settings or the environment name a file that cannot be used.
        """
        key = (endpoint.ca, endpoint.tls_verify)
        if key not in self._known:
            trust = _public()
            if endpoint.ca is not None:
                self._add(trust, endpoint, endpoint.ca)
            if not endpoint.tls_verify:
                trust.check_hostname = False
                trust.verify_mode = ssl.CERT_NONE
            self._known[key] = trust
        return self._known[key]

    def _add(self, trust: ssl.SSLContext, endpoint: Endpoint, path: str) -> None:
        try:
            if self._read is None or Path(path).is_absolute():
                certificates = _read(Path(path))
            else:
                certificates = self._read(path)
            trust.load_verify_locations(cadata=certificates.decode("ascii"))
        except (OSError, ValueError, ImagebotError) as error:
            raise ConfigError(
                f"cannot use the certificate authority of {endpoint.host}: {clean(path)}",
                hint="registries.<host>.ca is a PEM file, relative to the root of the repository",
                id="settings-ca",
            ) from error


def _read(path: Path) -> bytes:
    """A file of a size that certificates have: a pipe or device, which can be named too, has no end."""
    if not path.is_file() or path.stat().st_size > LARGEST:
        raise ValueError("no file of certificates")
    return path.read_bytes()


def _public() -> ssl.SSLContext:
    """The public authorities that httpx brings, and the system's store, where a company keeps its own."""
    try:
        trust = httpx.create_ssl_context()
    except OSError as error:
        raise ConfigError(
            "cannot read the certificate authorities that SSL_CERT_FILE or SSL_CERT_DIR names",
            id="environment-ca",
        ) from error
    trust.load_default_certs()
    return trust
