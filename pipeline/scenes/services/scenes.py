"""Scenes: made for a character by a scene type, started and controlled, upgraded."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from pipeline.characters.models import Character
from pipeline.scenes import arrangement as history
from pipeline.scenes.events import SceneEvents
from pipeline.scenes.heroes import require_heroes
from pipeline.scenes.models import Scene, SceneState, SceneTypeVersion, Take
from pipeline.scenes.moves import touch
from pipeline.scenes.recipe import Recipe, resolve
from pipeline.scenes.services.generation import (
    cancel_scene,
    pause_scene,
    resume_scene,
    start_scene,
)
from pipeline.scenes.services.making import check_prompt, make_scene, plan
from pipeline.scenes.services.matrix import Cell, Matrix, create_scenes, plan_matrix
from pipeline.scenes.services.types import type_differences
from studio.core.access import CapabilityCode, require
from studio.core.errors import Conflict, Invalid
from studio.core.models import User
from studio.live.services import record_event

__all__ = [
    "Cell",
    "Matrix",
    "cancel_scene",
    "create_scene",
    "create_scenes",
    "pause_scene",
    "plan_matrix",
    "resume_scene",
    "start_scene",
    "upgrade_scene",
]

MOST_TITLE = 120
#: What takes of a scene have in common, or they could not be joined.
_COMMON = ("width_px", "height_px", "fps_num", "fps_den")


def create_scene(
    *, actor: User, character: Character, type_version: SceneTypeVersion, title: str = ""
) -> Scene:
    """Make a scene of a character by a version of a scene type, with its segments planned.

    Args:
        title: up to 120 characters; empty: named after character and scene type.

    Raises:
        NotFound, Forbidden, Conflict: by the access rule (create).
        Conflict: the character or the scene type is archived.
        Invalid: a hero or a trait is missing, the scene type is of another project, or its
            segments can't make its length.
    """
    require(actor, CapabilityCode.CREATE, character.project)
    _check_pair(character, type_version)
    title = " ".join(title.split()) or f"{character.name} · {type_version.scene_type.name}"
    if len(title) > MOST_TITLE:
        if len(title) > 2 * MOST_TITLE + 3:
            message = f"A title has at most {MOST_TITLE} characters."
            raise Invalid(message, fields={"title": [message]})
        title = title[:MOST_TITLE]
    recipe = resolve(type_version)
    seeds = require_heroes(character)
    check_prompt(recipe, character)
    with transaction.atomic():
        return make_scene(actor, character, type_version, recipe, title, seeds)


def upgrade_scene(
    *,
    actor: User,
    scene: Scene,
    type_version: SceneTypeVersion,
    expected_version: int | None = None,
) -> Scene:
    """Let a scene take up another version of its scene type; its takes stay as they are.

    `type_differences(scene.type_version, type_version)` says beforehand what changes. A scene that
    has not begun is planned anew; in one that has, only what is made from now on follows.

    Raises:
        NotFound, Forbidden, Conflict: by the access rule (create).
        Conflict: the scene is being generated, or somebody has changed it.
        Invalid: a version of another scene type; or takes of another size or rate are there.
    """
    require(actor, CapabilityCode.CREATE, scene.character.project)
    with transaction.atomic():
        locked = history.lock_scene(scene, expected_version)
        before = locked.type_version
        if type_version.scene_type_id != before.scene_type_id:
            message = "This version belongs to another scene type."
            raise Invalid(message, fields={"type_version": [message]})
        if locked.state_id == SceneState.Code.GENERATING:
            raise Conflict("This scene is being generated.", remedy="Pause it first.")
        recipe = resolve(type_version)
        check_prompt(recipe, locked.character)
        begun = Take.objects.filter(segment__scene=locked).exists()
        if begun:
            _check_common(resolve(before), recipe)
        else:
            locked.segments.all().delete()
            plan(locked, recipe)
        Scene.objects.filter(pk=locked.pk).update(type_version=type_version)
        locked.type_version = type_version
        record_event(
            SceneEvents.SCENE_UPGRADED,
            project=locked.character.project,
            actor=actor,
            subject_code=locked.code,
            label=str(locked),
            data={
                "before": before.number,
                "after": type_version.number,
                "fields": [item.field for item in type_differences(before, type_version)],
            },
        )
        touch(locked)
    return locked


def _check_pair(character: Character, type_version: SceneTypeVersion) -> None:
    scene_type = type_version.scene_type
    if scene_type.project_id != character.project_id:
        message = "The scene type belongs to another project."
        raise Invalid(message, fields={"type_version": [message]})
    if character.archived_at is not None:
        raise Conflict(f"“{character.name}” is archived.", remedy="Restore the character first.")
    if scene_type.archived_at is not None:
        raise Conflict(f"“{scene_type.name}” is archived.", remedy="Choose another scene type.")


def _check_common(before: Recipe, after: Recipe) -> None:
    names: Sequence[str] = [n for n in _COMMON if getattr(before, n) != getattr(after, n)]
    if names:
        message = "The takes that are there have another size or frame rate."
        raise Invalid(
            message,
            remedy="Make a new scene by this version.",
            fields={"type_version": [message]},
        )
