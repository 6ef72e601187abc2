"""The seed images that scenes start from, for many characters at once."""

from __future__ import annotations

from collections.abc import Sequence

from assets.models import Version
from pipeline.characters.models import Character
from pipeline.seeds.models import SeedSlot
from pipeline.seeds.queries import heroes_of
from studio.core.errors import Invalid

Heroes = dict[SeedSlot.Code, Version]


def hero_pictures(characters: Sequence[Character]) -> dict[int, Heroes]:
    """The hero pictures of each character, by the characters' ids. One query."""
    found: dict[int, Heroes] = {character.pk: {} for character in characters}
    for (character_id, slot_id), hero in heroes_of(characters).items():
        found[character_id][SeedSlot.Code(slot_id)] = hero.version
    return found


def missing_hero(heroes: Heroes) -> str:
    """What must be chosen before a scene can be made; empty when both are there."""
    missing = [name for slot, name in _NAMES if slot not in heroes]
    return f"Choose a hero for {' and '.join(missing)} first." if missing else ""


def require_heroes(character: Character) -> tuple[Version, Version]:
    """Seed A and Seed B of a character. One query.

    Raises:
        Invalid: a hero is not chosen yet.
    """
    heroes = hero_pictures([character])[character.pk]
    if message := missing_hero(heroes):
        raise Invalid(
            message,
            remedy=f"Open the seed images of {character.name} and choose.",
            fields={"character": [message]},
        )
    return heroes[SeedSlot.Code.A], heroes[SeedSlot.Code.B]


_NAMES = ((SeedSlot.Code.A, "Seed A"), (SeedSlot.Code.B, "Seed B"))
