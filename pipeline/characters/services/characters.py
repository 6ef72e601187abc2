"""Making, changing and putting away characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from pipeline.characters.events import CharacterEvents
from pipeline.characters.models import Character
from pipeline.characters.signals import character_created
from studio.core.access import CapabilityCode, require
from studio.core.errors import Conflict, Invalid
from studio.core.lookups import Codes
from studio.core.models import Project, User
from studio.live.services import project_group, publish, record_event

MAX_NAME = 120
MAX_SLATE = 12
MAX_NOTES = 20_000
CHANGED = "Somebody changed this character meanwhile."


def propose_slate_code(name: str, taken: Collection[str] = ()) -> str:
    """A slate code made from a name that is not among those taken: `Jane Doe` → `JANE_DOE`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    stem = re.sub(r"[^A-Z0-9]+", "_", plain).strip("_")[:MAX_SLATE].strip("_") or "CHAR"
    found, number = stem, 2
    while found in taken:
        ending = f"_{number}"
        found = stem[: MAX_SLATE - len(ending)] + ending
        number += 1
    return found


def create_character(
    *,
    actor: User,
    project: Project,
    name: str,
    slate_code: str = "",
    notes: str = "",
    import_path: str = "",
) -> Character:
    """Add a character to a project, with its two empty seed images.

    Args:
        slate_code: A–Z, 0–9, _ and -, up to 12; empty: made from the name.
        import_path: the folder that it comes from, relative to the root of the import.

    Raises:
        NotFound, Forbidden, Conflict: by the access rule (create).
        Invalid: a value is not right, or name or slate code is taken in this project.
    """
    require(actor, CapabilityCode.CREATE, project)
    name, notes = _name(name), _notes(notes)
    taken = set(Character.objects.filter(project=project).values_list("slate_code", flat=True))
    slate = _slate(slate_code) if slate_code.strip() else propose_slate_code(name, taken)
    try:
        with transaction.atomic():
            made = Character.objects.create(
                project=project,
                name=name,
                slate_code=slate,
                notes=notes,
                import_path=import_path,
                created_by=actor,
            )
            character_created.send(Character, character=made, actor=actor)
            tell(CharacterEvents.CREATED, actor, made)
    except IntegrityError as error:
        raise _taken(error, name, slate) from error
    return made


def update_character(
    *,
    actor: User,
    character: Character,
    name: str | None = None,
    slate_code: str | None = None,
    notes: str | None = None,
    expected_version: int | None = None,
) -> Character:
    """Change name, slate code or notes; None leaves a value as it is.

    Args:
        expected_version: `Character.version` that the person saw; None skips the check.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Conflict: it was changed meanwhile, or the project is archived.
        Invalid: a value is not right, or is taken in this project.
    """
    require(actor, CapabilityCode.CREATE, character.project)
    changes: dict[str, Any] = {}
    if name is not None:
        changes["name"] = _name(name)
    if slate_code is not None:
        changes["slate_code"] = _slate(slate_code)
    if notes is not None:
        changes["notes"] = _notes(notes)
    try:
        with transaction.atomic():
            locked = lock(character, expected_version)
            changed = {key for key, value in changes.items() if getattr(locked, key) != value}
            if changed:
                touch(locked, **{key: changes[key] for key in changed})
                tell(CharacterEvents.UPDATED, actor, locked, changed=sorted(changed))
    except IntegrityError as error:
        raise _taken(error, changes.get("name", ""), changes.get("slate_code", "")) from error
    return locked


def archive_character(*, actor: User, character: Character) -> None:
    """Put a character away: it stays readable and leaves the lists.

    Raises:
        NotFound, Forbidden, Conflict: by the access rule (create).
    """
    require(actor, CapabilityCode.CREATE, character.project)
    with transaction.atomic():
        locked = lock(character)
        if locked.archived_at is None:
            touch(locked, archived_at=timezone.now())
            tell(CharacterEvents.ARCHIVED, actor, locked)
    character.archived_at = locked.archived_at


def restore_character(*, actor: User, character: Character) -> None:
    """Bring an archived character back.

    Raises:
        NotFound, Forbidden, Conflict: by the access rule (create).
    """
    require(actor, CapabilityCode.CREATE, character.project)
    with transaction.atomic():
        locked = lock(character)
        if locked.archived_at is not None:
            touch(locked, archived_at=None)
            tell(CharacterEvents.RESTORED, actor, locked)
    character.archived_at = None


def lock(character: Character, expected_version: int | None = None) -> Character:
    """The character's row as it is now, held until the transaction ends.

    Raises:
        Conflict: it is another version than the person saw.
    """
    rows = Character.objects.select_for_update(of=("self",)).select_related("project")
    found = rows.get(pk=character.pk)
    if expected_version is not None and found.version != expected_version:
        raise Conflict(CHANGED, remedy="Look at it again, then repeat your change.")
    return found


def lock_open(character: Character) -> Character:
    """As `lock`, for characters that are worked with.

    Raises:
        Conflict: it is archived.
    """
    found = lock(character)
    if found.archived_at is not None:
        raise Conflict(f"“{found}” is archived.", remedy="Bring the character back first.")
    return found


def touch(character: Character, **values: Any) -> None:
    """Change a locked row and count its version up."""
    Character.objects.filter(pk=character.pk).update(version=F("version") + 1, **values)
    for key, value in values.items():
        setattr(character, key, value)
    character.version += 1


def tell(kind: Codes, actor: User, character: Character, **data: object) -> None:
    """Record what happened to a character, and have open pages look again."""
    record_event(
        kind,
        project=character.project,
        actor=actor,
        subject_code=character.code,
        label=character.name,
        data=data,
    )
    message = {
        "kind": "character.changed",
        "code": str(character.code),
        "project": str(character.project.code),
        "version": character.version,
    }
    publish([project_group(character.project.code)], message)


def _name(text: str) -> str:
    found = " ".join(text.replace("\x00", "").split())
    if not 1 <= len(found) <= MAX_NAME:
        message = f"A character needs a name of 1 to {MAX_NAME} characters."
        raise Invalid(message, fields={"name": [message]})
    return found


def _slate(text: str) -> str:
    found = text.strip().upper()
    if not re.fullmatch(r"[A-Z0-9_-]{1,12}", found, re.ASCII):
        message = "A slate code has 1 to 12 of A–Z, 0–9, _ and -."
        raise Invalid(message, fields={"slate_code": [message]})
    return found


def _notes(text: str) -> str:
    found = text.replace("\x00", "").strip()
    if len(found) > MAX_NOTES:
        message = f"Notes have at most {MAX_NOTES:,} characters."
        raise Invalid(message, fields={"notes": [message]})
    return found


def _taken(error: IntegrityError, name: str, slate: str) -> Exception:
    """The constraint that was met, in words."""
    text = str(error)
    if "character_name_once" in text:
        message = f"The project has a character called “{name}” already."
        return Invalid(message, fields={"name": [message]})
    if "character_slate_code_once" in text:
        message = f"The slate code {slate} is taken in this project."
        return Invalid(message, fields={"slate_code": [message]})
    if "character_import_path_once" in text:
        return Conflict("This folder was imported already.")
    return error
