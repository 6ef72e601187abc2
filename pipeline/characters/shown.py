"""Characters as lists show them: portrait and badges worked out for all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assets.library.cards import Picture, picture_of
from pipeline.characters.models import Character
from pipeline.characters.queries import page_url
from pipeline.characters.readiness import Badge, portraits_of, readiness_of


@dataclass(frozen=True)
class ShownCharacter:
    """One row of a list."""

    character: Character
    url: str
    badges: list[Badge]
    picture: Picture | None

    @property
    def blocking(self) -> Badge | None:
        """The first badge that is not ready: what to do next."""
        return next((badge for badge in self.badges if not badge.is_ready), None)


def show_characters(characters: Sequence[Character]) -> list[ShownCharacter]:
    """Characters with portrait and badges, in a fixed number of queries."""
    badges = readiness_of(characters)
    portraits = portraits_of(characters)
    found = []
    for character in characters:
        version = portraits.get(character.pk)
        picture = picture_of(version) if version is not None else None
        found.append(ShownCharacter(character, page_url(character), badges[character.pk], picture))
    return found
