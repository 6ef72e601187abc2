"""How many scenes of a character are ready, as a sign on the character."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Count, Q
from django.urls import reverse

from pipeline.characters.models import Character
from pipeline.characters.readiness import Badge, register
from pipeline.scenes.models import Scene, SceneState


@register(order=50)
def scene_badges(characters: Sequence[Character]) -> Mapping[int, list[Badge]]:
    """Scenes 3/8: those that are ready of those that were not cancelled. One query."""
    rows = (
        Scene.objects.filter(character__in=[character.pk for character in characters])
        .exclude(state_id=SceneState.Code.CANCELLED)
        .order_by()
        .values_list("character_id")
        .annotate(
            ready=Count("pk", filter=Q(state_id=SceneState.Code.READY)),
            total=Count("pk"),
            stopped=Count("pk", filter=Q(state_id=SceneState.Code.STOPPED)),
        )
    )
    found = {character_id: figures for character_id, *figures in rows}
    return {
        character.pk: [_badge(character, *found.get(character.pk, (0, 0, 0)))]
        for character in characters
    }


def _badge(character: Character, ready: int, total: int, stopped: int) -> Badge:
    url = f"{reverse('pipeline:scenes')}?character={character.code}"
    if not total:
        url = f"{reverse('pipeline:scene-matrix')}?character={character.code}"
        return Badge("scenes", "Scenes 0", False, "No scene yet: make one in the matrix.", url)
    if stopped:
        reason = f"{stopped} scene{'s need' if stopped > 1 else ' needs'} a person."
    elif ready < total:
        reason = f"{total - ready} of {total} scenes are not ready yet."
    else:
        reason = "All scenes are ready."
    return Badge("scenes", f"Scenes {ready}/{total}", ready == total, reason, url)
