"""Reads of characters: what is known of them, what their likeness may be used for, how ready."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone

from pipeline.characters.models import (
    Character,
    MetadataField,
    MetadataOption,
    MetadataType,
    RightsBasis,
    RightsRecord,
    RightsRecordUse,
    TraitProposal,
    TraitValue,
)
from pipeline.characters.readiness import Badge, readiness_of, register
from pipeline.characters.values import problem_with
from studio.core.models import Project


@dataclass(frozen=True)
class RightsStanding:
    """Whether a likeness may be used on a day, and why or why not, a sentence."""

    is_valid: bool
    reason: str


@dataclass(frozen=True)
class Finding:
    """What delivery would refuse about a trait."""

    key: str
    label: str
    message: str


NO_RECORD = RightsStanding(
    False,
    "There is no rights record: nobody has written down who allows the use of this likeness.",
)


def fields_of(project: Project, *, retired: bool = False) -> list[MetadataField]:
    """The traits that a project keeps, in order, each with its options. Two queries."""
    fields = MetadataField.objects.filter(project=project).prefetch_related("options")
    return list(fields if retired else fields.filter(retired_at=None))


def current_traits(character: Character) -> dict[str, str]:
    """The values of a character's traits by key; what was never set or taken away is absent.

    One query.
    """
    return traits_of([character]).get(character.pk, {})


def traits_of(characters: Iterable[Character]) -> dict[int, dict[str, str]]:
    """As `current_traits`, for many, by primary key. One query."""
    latest = (
        TraitValue.objects.filter(character__in=[c.pk for c in characters], field__retired_at=None)
        .order_by("character_id", "field_id", "-number")
        .distinct("character_id", "field_id")
        .values_list("character_id", "field__key", "value")
    )
    found: dict[int, dict[str, str]] = {}
    for pk, key, value in latest:
        if value:
            found.setdefault(pk, {})[key] = value
    return found


def trait_history(character: Character) -> QuerySet[TraitValue]:
    """Every value that was ever given, newest first, with field and person. One query."""
    values = TraitValue.objects.filter(character=character)
    return values.select_related("field", "set_by__profile").order_by("-set_at", "-id")


def open_proposals(character: Character) -> list[TraitProposal]:
    """What pictures suggest and nobody has decided. One query."""
    found = character.proposals.filter(decided_at=None)
    return list(found.select_related("field", "picture__asset").order_by("field__position", "id"))


def metadata_findings(character: Character) -> list[Finding]:
    """What delivery would refuse: required traits without value, values that fit no longer."""
    return findings_of([character]).get(character.pk, [])


def findings_of(characters: Sequence[Character]) -> dict[int, list[Finding]]:
    """As `metadata_findings`, for many, by primary key. Three queries."""
    projects = {character.project_id for character in characters}
    options = Prefetch("options", MetadataOption.objects.all())
    fields = MetadataField.objects.filter(project__in=projects, retired_at=None)
    by_project: dict[int, list[MetadataField]] = {}
    for field in fields.prefetch_related(options):
        by_project.setdefault(field.project_id, []).append(field)
    values = traits_of(characters)
    found: dict[int, list[Finding]] = {}
    for character in characters:
        own = values.get(character.pk, {})
        for field in by_project.get(character.project_id, []):
            message = _finding(field, own.get(field.key, ""))
            if message:
                findings = found.setdefault(character.pk, [])
                findings.append(Finding(field.key, field.label, message))
    return found


def _finding(field: MetadataField, value: str) -> str:
    if not value:
        return f"“{field.label}” is required and has no value." if field.is_required else ""
    problem = problem_with(field, value)
    return f"“{field.label}”: {problem}" if problem else ""


def rights_records(character: Character) -> list[RightsRecord]:
    """The rights records of a character, newest first, with all that is shown. Three queries."""
    uses = Prefetch("uses", RightsRecordUse.objects.select_related("use"))
    records = character.rights.select_related(
        "basis", "recorded_by__profile", "revoked_by__profile", "evidence__asset"
    )
    return list(records.prefetch_related(uses, "territories").order_by("-id"))


def rights_standing(character: Character, on: date | None = None) -> RightsStanding:
    """Whether a character's likeness may be used on a day (none: today), and why. One query."""
    return rights_standings([character], on).get(character.pk, NO_RECORD)


def rights_standings(
    characters: Iterable[Character], on: date | None = None
) -> dict[int, RightsStanding]:
    """As `rights_standing`, for many, by primary key; absent: there is no record. One query."""
    day = on or timezone.localdate()
    records = RightsRecord.objects.filter(character__in=[c.pk for c in characters])
    by_character: dict[int, list[RightsRecord]] = {}
    for record in records.order_by("-id"):
        by_character.setdefault(record.character_id, []).append(record)
    return {pk: _standing(found, day) for pk, found in by_character.items()}


def _standing(records: Sequence[RightsRecord], day: date) -> RightsStanding:
    """The best that any of the records (newest first) allows."""
    each = [standing_of(record, day) for record in records]
    return next((standing for standing in each if standing.is_valid), each[0])


def standing_of(record: RightsRecord, day: date) -> RightsStanding:
    """What one record says about a day. No query."""
    basis = RightsBasis.Code(record.basis_id)
    what = {
        RightsBasis.Code.SELF: f"{record.holder}, a member of the team",
        RightsBasis.Code.CONSENT: f"The consent of {record.holder}",
        RightsBasis.Code.LICENCE: f"The licence of {record.holder}",
        RightsBasis.Code.SYNTHETIC: "Synthetic person",
    }[basis]
    if record.revoked_at is not None:
        on = timezone.localdate(record.revoked_at)
        return RightsStanding(False, f"{what}: revoked on {on:%-d %B %Y}. Record new rights.")
    if day < record.valid_from:
        return RightsStanding(False, f"{what}: not valid before {record.valid_from:%-d %B %Y}.")
    if record.valid_until is not None and day > record.valid_until:
        return RightsStanding(
            False, f"{what}: expired on {record.valid_until:%-d %B %Y}. Record a renewal."
        )
    if basis == RightsBasis.Code.SYNTHETIC and record.valid_until is None:
        return RightsStanding(True, "Synthetic person; nobody real is shown.")
    until = f"until {record.valid_until:%-d %B %Y}" if record.valid_until else "without end"
    return RightsStanding(True, f"{what}: valid {until}.")


def readiness(character: Character) -> list[Badge]:
    """The badges of one character, in their order."""
    return readiness_of([character])[character.pk]


def page_url(character: Character, part: str = "") -> str:
    """The address of a character's page, at one of its parts."""
    url = reverse("pipeline:character", args=[character.code])
    return f"{url}#{part}" if part else url


@register(order=30)
def rights_badges(characters: Sequence[Character]) -> Mapping[int, list[Badge]]:
    """Whether each likeness may be used today. One query."""
    standings = rights_standings(characters)
    found = {}
    for character in characters:
        standing = standings.get(character.pk, NO_RECORD)
        url = page_url(character, "rights")
        found[character.pk] = [Badge("rights", "Rights", standing.is_valid, standing.reason, url)]
    return found


@register(order=40)
def metadata_badges(characters: Sequence[Character]) -> Mapping[int, list[Badge]]:
    """Whether each character's metadata would pass delivery. Three queries."""
    findings = findings_of(characters)
    found = {}
    for character in characters:
        missing = findings.get(character.pk, [])
        reason = " ".join(item.message for item in missing[:3]) or "Nothing is missing."
        if len(missing) > 3:
            reason += f" And {len(missing) - 3} more."
        url = page_url(character, "traits")
        found[character.pk] = [Badge("metadata", "Metadata", not missing, reason, url)]
    return found


def for_list(characters: Any) -> Any:
    """With what a row of a list shows."""
    return characters.select_related("project", "created_by__profile")


def type_label(field: MetadataField) -> str:
    """What kind of value a field holds. No query."""
    return MetadataType.Code(field.value_type_id).label
