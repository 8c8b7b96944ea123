"""Labels by name: the API sets them by number, and one that does not exist is made first."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from imagebot.forges.gitea.payloads import Label
from imagebot.forges.gitea.repository import HostedRepository

if TYPE_CHECKING:
    from imagebot.forges.gitea.client import Client

LIMIT = 1000
COLOR = "#1d76db"


class Labelled(HostedRepository):
    """A repository with the labels that can be used in it: its own, and those of its organisation."""

    def __init__(self, api: Client, name: str) -> None:
        super().__init__(api, name)
        self._label_ids: dict[str, int] | None = None

    def _label_id(self, name: str) -> int:
        """The number of a label, which is made if there is none."""
        known = self._known_label_id(name)
        return self._made(name) if known is None else known

    def _known_label_id(self, name: str) -> int | None:
        if self._label_ids is None:
            doing = f"list the labels of {self._name}"
            listed = self._pages(self._path("/labels"), Label, doing, limit=LIMIT)
            self._label_ids = {label.name: label.id for label in [*self._of_organisation(), *listed]}
        return self._label_ids.get(name)

    def _of_organisation(self) -> list[Label]:
        """One page of the owner's labels; none of a person, or without the scope ``read:organization``."""
        owner = self._name.partition("/")[0]
        path, doing = f"/orgs/{quote(owner, safe='')}/labels", f"list the labels of {owner}"
        answer = self._api.get(path, doing, query={"limit": 50}, also={403, 404})
        return answer.many(Label) if answer.status == 200 else []

    def _made(self, name: str) -> int:
        content = {"name": name, "color": COLOR}
        made = self._api.write("POST", self._path("/labels"), f"make the label {name}", content).one(Label)
        if self._label_ids is not None:
            self._label_ids[made.name] = made.id
        return made.id
