"""The rows of a new scene: its seeds, its prompt, its segments."""

from __future__ import annotations

import secrets

from django.db.models import Max

from assets.models import Version
from pipeline.characters.models import Character
from pipeline.operations.declaration import MAX_RANDOM_SEED
from pipeline.scenes.events import SceneEvents
from pipeline.scenes.models import Scene, SceneTypeVersion, Segment
from pipeline.scenes.planning import plan_segments
from pipeline.scenes.recipe import Recipe
from pipeline.scenes.slots import fill_slots
from studio.core.errors import Invalid
from studio.core.models import User
from studio.live.services import record_event


def check_prompt(recipe: Recipe, character: Character) -> None:
    """Pass when the prompt can be filled.

    Raises:
        Invalid: the character has no value for a slot.
    """
    try:
        fill_slots(recipe.prompt, character)
        fill_slots(recipe.negative_prompt, character)
    except Invalid as error:
        raise Invalid(
            error.detail, remedy=error.remedy, fields={"character": [error.detail]}
        ) from error


def make_scene(
    actor: User,
    character: Character,
    type_version: SceneTypeVersion,
    recipe: Recipe,
    title: str,
    seeds: tuple[Version, Version],
) -> Scene:
    """The rows of a scene whose parts have been checked; call inside a transaction."""
    # One at a time for a character, or two would get the same number.
    Character.objects.select_for_update().get(pk=character.pk)
    last = character.scenes.aggregate(last=Max("number"))["last"] or 0
    scene = Scene.objects.create(
        character=character,
        type_version=type_version,
        number=last + 1,
        title=title,
        random_seed=secrets.randbelow(MAX_RANDOM_SEED + 1),
        seed_a=seeds[0],
        seed_b=seeds[1],
        created_by=actor,
    )
    plan(scene, recipe)
    record_event(
        SceneEvents.SCENE_CREATED,
        project=character.project,
        actor=actor,
        subject_code=scene.code,
        label=title,
        data={"character": str(character.code), "type": str(type_version)},
    )
    return scene


def plan(scene: Scene, recipe: Recipe) -> None:
    """Write the segments of a scene that has none.

    Raises:
        Invalid: no number of segments makes the length.
    """
    lengths = plan_segments(
        recipe.target_frames,
        recipe.tolerance_frames,
        recipe.segment_min_frames,
        recipe.segment_max_frames,
    )
    Segment.objects.bulk_create(
        Segment(scene=scene, number=number, frames_wanted=frames)
        for number, frames in enumerate(lengths, start=1)
    )
