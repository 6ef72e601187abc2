"""Which traits a project keeps of its characters."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from pipeline.characters.events import CharacterEvents
from pipeline.characters.models import MetadataField, MetadataOption, MetadataType, TraitValue
from studio.core.access import CapabilityCode, require
from studio.core.errors import Conflict, Invalid
from studio.core.models import Project, User
from studio.live.services import record_event

MAX_FIELDS = 200
MAX_OPTIONS = 200
#: Names that prompt templates fill from the character itself.
RESERVED = frozenset({"name", "slate", "slate_code", "project", "notes"})


def define_field(
    *,
    actor: User,
    project: Project,
    key: str,
    label: str,
    value_type: MetadataType.Code = MetadataType.Code.TEXT,
    is_required: bool = False,
    options: Sequence[str] = (),
    help_text: str = "",
) -> MetadataField:
    """Have a project keep a trait; an existing key is changed, a retired one comes back.

    Args:
        key: a–z, 0–9 and _, up to 40, beginning with a letter; prompts call it `{key}`.
        options: the allowed values of a choice, in order.

    Raises:
        NotFound, Forbidden: by the access rule (manage).
        Invalid: a value is not right.
        Conflict: the field holds values, and its type can't change any more.
    """
    require(actor, CapabilityCode.MANAGE, project)
    key, label = _key(key), _label(label)
    wanted = _options(value_type, options)
    if len(help_text) > 200:
        raise Invalid(fields={"help_text": ["At most 200 characters."]})
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        field = MetadataField.objects.filter(project=project, key=key).first()
        if field is None:
            field = MetadataField(project=project, key=key, position=_next_position(project))
        elif field.value_type_id != value_type and TraitValue.objects.filter(field=field).exists():
            raise Conflict(
                f"“{field.label}” holds values; it stays {_type(field)}.",
                remedy="Retire it, and define another field with another key.",
            )
        field.label, field.value_type_id = label, int(value_type)
        field.is_required, field.help_text = is_required, help_text.strip()
        field.retired_at = None
        field.save()
        _write_options(field, wanted)
        _record(CharacterEvents.FIELD_DEFINED, actor, field)
    return field


def retire_field(*, actor: User, field: MetadataField) -> None:
    """No longer ask for a trait; the values that it has stay in the history.

    Raises:
        NotFound, Forbidden: by the access rule (manage).
    """
    require(actor, CapabilityCode.MANAGE, field.project)
    with transaction.atomic():
        open_fields = MetadataField.objects.filter(pk=field.pk, retired_at=None)
        if open_fields.update(retired_at=timezone.now()):
            field.proposals.filter(decided_at=None).delete()
            _record(CharacterEvents.FIELD_RETIRED, actor, field)
    field.refresh_from_db(fields=["retired_at"])


def _write_options(field: MetadataField, wanted: Sequence[str]) -> None:
    field.options.all().delete()
    MetadataOption.objects.bulk_create(
        MetadataOption(field=field, value=value, position=position)
        for position, value in enumerate(wanted)
    )


def _next_position(project: Project) -> int:
    fields = MetadataField.objects.filter(project=project)
    if fields.count() >= MAX_FIELDS:
        raise Invalid(f"A project keeps at most {MAX_FIELDS} fields.")
    last = fields.aggregate(last=Max("position"))["last"]
    return 0 if last is None else int(last) + 1


def _key(text: str) -> str:
    found = text.strip().lower()
    message = ""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", found, re.ASCII):
        message = "A key begins with a letter and has 1 to 40 of a–z, 0–9 and _."
    elif found in RESERVED:
        message = f"“{found}” is always known of a character; choose another key."
    if message:
        raise Invalid(message, fields={"key": [message]})
    return found


def _label(text: str) -> str:
    found = " ".join(text.replace("\x00", "").split())
    if not 1 <= len(found) <= 80:
        message = "A label has 1 to 80 characters."
        raise Invalid(message, fields={"label": [message]})
    return found


def _options(value_type: MetadataType.Code, options: Sequence[str]) -> list[str]:
    if value_type != MetadataType.Code.CHOICE:
        return []
    cleaned = (" ".join(option.replace("\x00", "").split()) for option in options)
    found = list(dict.fromkeys(option for option in cleaned if option))
    message = ""
    if not found:
        message = "Name at least one allowed value."
    elif len(found) > MAX_OPTIONS or max(map(len, found)) > 120:
        message = f"At most {MAX_OPTIONS} values of at most 120 characters."
    if message:
        raise Invalid(message, fields={"options": [message]})
    return found


def _type(field: MetadataField) -> str:
    return f"of the type “{MetadataType.Code(field.value_type_id).label.lower()}”"


def _record(kind: CharacterEvents, actor: User, field: MetadataField) -> None:
    record_event(
        kind, project=field.project, actor=actor, label=field.label, data={"key": field.key}
    )
