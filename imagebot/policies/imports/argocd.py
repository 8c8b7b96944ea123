"""Argo CD Image Updater: annotations on Applications, and ImageUpdater objects.

Source: https://argocd-image-updater.readthedocs.io/en/stable/ (v1 reads objects, v0 annotations).
"""

from __future__ import annotations

from collections.abc import Mapping

from imagebot.policies.imports.annotations import ANNOTATION, annotated
from imagebot.policies.imports.applications import Application, applications, own_repository
from imagebot.policies.imports.argocd_tags import Wanted, draft
from imagebot.policies.imports.governed import leave_placeless
from imagebot.policies.imports.image_updaters import image_updaters, wanted_by
from imagebot.policies.imports.imported import Imported, Ledger
from imagebot.policies.imports.where import Where

DIFFERENCES = (
    "Beside an expression of your own, imagebot keeps the prefix `v` of the current tag.",
    "imagebot only goes forward from the tag that is deployed; Argo CD Image Updater also goes back.",
    "imagebot reads files and asks no cluster: images that do not run yet are updated too.",
    "Without a constraint Argo CD Image Updater may take pre-releases; here only `prereleases` lets them in.",
    "Where it writes to the cluster only (method argocd, its default), Git may still name an older tag.",
    "An image is changed where it is written; no override files (.argocd-source-*.yaml) are made.",
)


def import_argocd(files: Mapping[str, bytes]) -> Imported:
    """Policies for the images of ImageUpdater objects and of annotated Applications."""
    ledger = Ledger()
    found = list(applications(files, ledger))
    where = Where(list(files), ledger, own_repository(found, files))
    updaters = list(image_updaters(files, Ledger()))
    wanted: list[Wanted] = [one for updater in updaters for one in wanted_by(updater, found, where)]
    by_annotations = not updaters or any(updater.by_annotations for updater in updaters)
    for application in found:
        if by_annotations:
            wanted += annotated(application, where)
        else:
            _leave_annotations(application, ledger)
    drafts = [made for image in wanted if (made := draft(image, ledger)) is not None]
    for one in drafts:
        leave_placeless(files, one, ledger)
    drafts.sort(key=lambda one: not one.paths)
    return Imported(tuple(drafts), tuple(ledger.leftovers), DIFFERENCES)


def _leave_annotations(application: Application, ledger: Ledger) -> None:
    annotations = application.annotations
    if annotations is not None and ANNOTATION + "image-list" in annotations.last:
        ledger.leave(
            application.thing.at_key(annotations, ANNOTATION + "image-list"),
            "annotations",
            f"the annotations of {application.thing.label}",
            why="there are ImageUpdater objects, beside which Image Updater reads no annotations",
            instead="import them from a folder without those objects if they still count",
        )
