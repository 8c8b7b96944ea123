"""The two ways to ask a source: as whoever pulls, and as nobody."""

from __future__ import annotations

from imagebot.references.image import ImageName
from imagebot.registries.answer import Answer
from imagebot.registries.dates.protocol import Ask
from imagebot.registries.hosts import Endpoint
from imagebot.registries.http import Http
from imagebot.registries.session import Question, Session

_ACCEPT = {"Accept": "application/json"}


def authorised(session: Session, endpoint: Endpoint, name: ImageName) -> Ask:
    """Asks the registry itself, with its challenge answered."""

    def ask(path: str, *, limit: int) -> Answer:
        question = Question(endpoint, name, "GET", f"{endpoint.base}{path}", _ACCEPT, limit, str(name))
        return session.send(question)

    return ask


def anonymous(http: Http, endpoint: Endpoint) -> Ask:
    """Asks a host without credentials; its pool must be prepared. Redirects are not followed."""

    def ask(path: str, *, limit: int) -> Answer:
        return http.send(endpoint, "GET", f"{endpoint.base}{path}", headers=_ACCEPT, limit=limit)

    return ask
