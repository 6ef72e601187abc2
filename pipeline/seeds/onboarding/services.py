"""Doing what an import has planned: characters first, then their pictures, one by one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from assets.library.services import add_asset
from assets.models import Blob, Origin, RetentionClass
from assets.storage.naming import display_name
from assets.storage.sniffing import IMAGES
from assets.storage.store import ingest
from pipeline.characters.models import Character
from pipeline.characters.services import create_character
from pipeline.seeds.models import SeedImage, Variation
from pipeline.seeds.onboarding.archive import entries_of, file_of, opened
from pipeline.seeds.onboarding.plan import (
    CAPTION,
    Entry,
    ImportPlan,
    PlannedCharacter,
    PlannedFile,
    plan_import,
)
from pipeline.seeds.services.variations import upload_variation
from studio.core.access import CapabilityCode, require
from studio.core.errors import DomainError
from studio.core.models import Project, User

log = logging.getLogger(__name__)

Opener = Callable[[Entry], AbstractContextManager[BinaryIO]]


@dataclass
class ImportReport:
    """What an import has done: characters made, variations added, files refused with the reason."""

    made: list[Character] = field(default_factory=list)
    added: int = 0
    skipped: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """The whole in one sentence."""
        said = f"{len(self.made)} characters and {self.added} pictures were imported"
        if self.skipped:
            said += f", {self.skipped} were there already"
        if self.refused:
            said += f", {len(self.refused)} were refused"
        return f"{said}."


def plan_archive(*, actor: User, project: Project, path: Path) -> ImportPlan:
    """What a ZIP would create. Reads the file.

    Raises:
        NotFound, Forbidden, Conflict: by the access rule (create).
        Invalid, TooLarge, UnsupportedMedia: it can't be imported.
    """
    require(actor, CapabilityCode.CREATE, project)
    with opened(path) as archive:
        return plan_import(project, entries_of(archive))


def run_archive(*, actor: User, project: Project, path: Path) -> ImportReport:
    """Import a ZIP. Doing it again adds nothing.

    Raises:
        As `plan_archive`.
    """
    require(actor, CapabilityCode.CREATE, project)
    with opened(path) as archive:
        plan = plan_import(project, entries_of(archive))
        return run_import(actor=actor, plan=plan, open_entry=lambda e: file_of(archive, e))


def run_import(*, actor: User, plan: ImportPlan, open_entry: Opener) -> ImportReport:
    """Make what a plan says; a file that is refused is told of and does not stop the others.

    Args:
        open_entry: gives the bytes of an entry.

    Raises:
        NotFound, Forbidden, Conflict: by the access rule (create).
    """
    require(actor, CapabilityCode.CREATE, plan.project)
    report = ImportReport()
    for planned in plan.characters:
        report.skipped += len(planned.files) - len(planned.wanted)
        if planned.wanted:
            _import_character(actor, plan.project, planned, open_entry, report)
    return report


def _import_character(
    actor: User,
    project: Project,
    planned: PlannedCharacter,
    open_entry: Opener,
    report: ImportReport,
) -> None:
    character = planned.existing
    if character is None:
        try:
            character = create_character(
                actor=actor,
                project=project,
                name=planned.name,
                import_path=planned.import_path,
            )
        except DomainError as error:
            report.refused += [(item.path, error.detail) for item in planned.wanted]
            return
        report.made.append(character)
    images = {
        row.slot_id: row
        for row in SeedImage.objects.filter(character=character).select_related(
            "character__project"
        )
    }
    for item in planned.wanted:
        try:
            _import_file(actor, images[int(item.slot)], item, open_entry, report)
        except DomainError as error:
            log.info("%s is not imported: %s", item.path, error.detail)
            report.refused.append((item.path, error.detail))


def _import_file(
    actor: User,
    seed_image: SeedImage,
    item: PlannedFile,
    open_entry: Opener,
    report: ImportReport,
) -> None:
    """Store one picture and make it a variation, unless these bytes are one already."""
    name = display_name(item.path)
    with open_entry(item.entry) as source:
        blob = ingest(source, file_name=name, size_bytes=item.entry.size_bytes, accept=IMAGES)
    if _is_known(seed_image, blob):
        report.skipped += 1
        return
    version = add_asset(
        actor=actor,
        project=seed_image.character.project,
        blob=blob,
        title="",
        caption=f"{CAPTION}{item.path}",
        origin=Origin.Code.IMPORT,
        retention_class=RetentionClass.Code.SOURCE,
        file_name=name,
    )
    upload_variation(actor=actor, seed_image=seed_image, version=version)
    report.added += 1


def _is_known(seed_image: SeedImage, blob: Blob) -> bool:
    return Variation.objects.filter(seed_image=seed_image, version__blob=blob).exists()
