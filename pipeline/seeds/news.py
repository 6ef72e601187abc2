"""Telling open pages that a seed image looks different now."""

from __future__ import annotations

from pipeline.seeds.models import SeedImage
from studio.live.services import project_group, publish


def tell_changed(seed_image: SeedImage) -> None:
    """Have the pages that show a seed image look again, once the transaction commits.

    Reads the character and its project unless they are loaded.
    """
    character = seed_image.character
    message = {
        "kind": "seed-image.changed",
        "code": str(seed_image.code),
        "character": str(character.code),
        "project": str(character.project.code),
    }
    publish([project_group(character.project.code)], message)
