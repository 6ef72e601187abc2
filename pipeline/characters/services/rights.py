"""Writing down who allows the use of a likeness, and that it is allowed no longer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.utils import timezone

from assets.models import Version
from pipeline.characters.events import CharacterEvents
from pipeline.characters.models import (
    Character,
    RightsBasis,
    RightsRecord,
    RightsRecordUse,
    RightsTerritory,
    RightsUse,
)
from pipeline.characters.services.characters import lock, tell
from pipeline.characters.territories import TERRITORIES, WORLD
from studio.core.access import CapabilityCode, require
from studio.core.errors import Conflict, Invalid
from studio.core.models import User


def record_rights(
    *,
    actor: User,
    character: Character,
    basis: RightsBasis.Code,
    holder: str = "",
    uses: Collection[RightsUse.Code] = (),
    territories: Collection[str] = (WORLD,),
    valid_from: date | None = None,
    valid_until: date | None = None,
    evidence: Version | None = None,
    note: str = "",
) -> RightsRecord:
    """Write down on which ground a likeness may be used.

    Args:
        holder: who consented or licensed; a synthetic person needs none.
        uses: what for; empty: for every use.
        territories: ISO 3166-1 alpha-2 codes, or WW for the world.
        valid_from: the first day; None: today.
        valid_until: the last day; None: without end.
        evidence: the signed form or licence, a file of the same project; consent needs it.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Invalid: by field, what is missing or wrong.
    """
    require(actor, CapabilityCode.CREATE, character.project)
    first = valid_from or timezone.localdate()
    holder = " ".join(holder.replace("\x00", "").split())
    problems = _problems(character, basis, holder, first, valid_until, evidence)
    unknown = [code for code in territories if code not in TERRITORIES]
    if unknown or not territories:
        problems["territories"] = ["Choose territories of the list, or the whole world."]
    if len(note) > 500:
        problems["note"] = ["At most 500 characters."]
    if problems:
        raise Invalid("The rights record is not complete.", fields=problems)
    places = [WORLD] if WORLD in territories else sorted(set(territories))
    with transaction.atomic():
        locked = lock(character)
        record = RightsRecord.objects.create(
            character=locked,
            basis_id=basis,
            holder=holder,
            valid_from=first,
            valid_until=valid_until,
            evidence=evidence,
            note=note.replace("\x00", "").strip(),
            recorded_by=actor,
        )
        RightsRecordUse.objects.bulk_create(
            RightsRecordUse(record=record, use_id=use) for use in sorted(set(uses))
        )
        RightsTerritory.objects.bulk_create(
            RightsTerritory(record=record, territory=place) for place in places
        )
        tell(CharacterEvents.RIGHTS_RECORDED, actor, locked, basis=basis.code)
    return record


def revoke_rights(*, actor: User, record: RightsRecord) -> None:
    """Say that a record no longer holds; it stays on file.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Conflict: it is revoked already.
    """
    require(actor, CapabilityCode.CREATE, record.character.project)
    with transaction.atomic():
        locked = lock(record.character)
        standing = RightsRecord.objects.filter(pk=record.pk, revoked_at=None)
        if not standing.update(revoked_at=timezone.now(), revoked_by=actor):
            raise Conflict("This record is revoked already.")
        tell(CharacterEvents.RIGHTS_REVOKED, actor, locked)
    record.refresh_from_db()


def _problems(
    character: Character,
    basis: RightsBasis.Code,
    holder: str,
    valid_from: date,
    valid_until: date | None,
    evidence: Version | None,
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if basis != RightsBasis.Code.SYNTHETIC and not holder:
        found["holder"] = ["Name the person or party; only a synthetic person needs none."]
    elif len(holder) > 200:
        found["holder"] = ["At most 200 characters."]
    if basis == RightsBasis.Code.CONSENT and evidence is None:
        found["evidence"] = ["Attach the signed form: consent without evidence does not count."]
    elif evidence is not None and evidence.asset.project_id != character.project_id:
        found["evidence"] = ["This file is in another project."]
    if valid_until is not None and valid_until < valid_from:
        found["valid_until"] = ["This is before the first day."]
    return found
