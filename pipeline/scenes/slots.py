"""Slots of prompt templates: `{name}` and the project's traits; `{{` and `}}` are plain braces."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping

from pipeline.characters.models import Character, MetadataField, TraitValue
from studio.core.errors import Invalid
from studio.core.models import Project

#: The character's own name; all other slots are keys of the project's metadata.
NAME = "name"

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


def slots_of(template: str) -> list[str]:
    """The slots of a template, each once, in order.

    Raises:
        Invalid: a brace without its partner, or an empty slot.
    """
    found: dict[str, None] = {}
    for match in _TOKEN.finditer(template):
        text = match.group()
        if text in ("{{", "}}"):
            continue
        if text in ("{", "}"):
            raise Invalid(
                f"A brace has no partner: “…{_around(template, match.start())}…”.",
                remedy="Write {{ or }} for a brace that is just a brace.",
            )
        slot = match.group(1).strip()
        if not slot:
            raise Invalid("A slot is empty: {}.", remedy="Write {name}, or the key of a trait.")
        found[slot] = None
    return list(found)


def check_slots(template: str, project: Project, *, field: str = "prompt") -> list[str]:
    """The slots of a template, all of which the project has. One query where there are any.

    Args:
        field: what to call the template in messages by field.

    Raises:
        Invalid: a slot is no trait of the project, with the nearest one; or a brace is alone.
    """
    try:
        slots = slots_of(template)
    except Invalid as error:
        raise Invalid(error.detail, remedy=error.remedy, fields={field: [error.detail]}) from error
    if not slots or slots == [NAME]:
        return slots
    keys = MetadataField.objects.filter(project=project, retired_at=None)
    known = [NAME, *keys.values_list("key", flat=True)]
    wrong = [_unknown(slot, known) for slot in slots if slot not in known]
    if wrong:
        raise Invalid(
            wrong[0],
            remedy="Slots are {name} and the traits of the project's metadata: "
            + ", ".join(f"{{{key}}}" for key in known)
            + ".",
            fields={field: wrong},
        )
    return slots


def fill_slots(template: str, character: Character) -> str:
    """The template with the character's traits, as they are now. At most one query.

    Raises:
        Invalid: the character has no value for a slot.
    """
    slots = slots_of(template)
    traits = traits_of([character])[character.pk] if slots else {}
    return fill(template, character, traits)


def fill(template: str, character: Character, traits: Mapping[str, str]) -> str:
    """As `fill_slots`, with the traits at hand.

    Raises:
        Invalid: the character has no value for a slot.
    """
    values = {**traits, NAME: character.name}
    if missing := missing_traits(template, traits):
        raise Invalid(
            f"{character.name} has no value for {_listed(missing)}, which the prompt needs.",
            remedy="Set it among the character's traits.",
        )

    def value(match: re.Match[str]) -> str:
        text = match.group()
        return text[0] if text in ("{{", "}}") else values[match.group(1).strip()]

    return _TOKEN.sub(value, template)


def missing_traits(template: str, traits: Mapping[str, str]) -> list[str]:
    """The slots of a template for which there is no value."""
    return [slot for slot in slots_of(template) if slot != NAME and not traits.get(slot)]


def traits_of(characters: Iterable[Character]) -> dict[int, dict[str, str]]:
    """The current traits of characters by their ids, values by key. One query.

    A trait that was taken away is not among them.
    """
    found: dict[int, dict[str, str]] = {character.pk: {} for character in characters}
    rows = (
        TraitValue.objects.filter(character_id__in=found)
        .order_by("character_id", "field_id", "-number")
        .distinct("character_id", "field_id")
        .values_list("character_id", "field__key", "value")
    )
    for character_id, key, value in rows:
        if value:
            found[character_id][key] = value
    return found


def _unknown(slot: str, known: list[str]) -> str:
    near = difflib.get_close_matches(slot, known, n=1)
    hint = f" Did you mean {{{near[0]}}}?" if near else ""
    return f"{{{slot[:60]}}} is no trait of this project.{hint}"


def _around(text: str, at: int) -> str:
    return text[max(0, at - 12) : at + 12]


def _listed(keys: list[str]) -> str:
    return ", ".join(f"“{key}”" for key in keys)
