"""What pages that show a scene are told, in a few bytes; they fetch the rest themselves."""

from __future__ import annotations

from typing import Any

from pipeline.scenes.models import Boundary, Cut, Scene, SceneState, Take
from studio.live.services import project_group, publish


def publish_scene(scene: Scene, **figures: Any) -> None:
    """Say that a scene has changed; `figures` may add how many segments are done and wanted."""
    project = scene.character.project
    publish(
        [project_group(project.code)],
        {
            "kind": "scene.changed",
            "code": str(scene.code),
            "project": str(project.code),
            "version": scene.version,
            "state": SceneState.Code(int(scene.state_id or 0)).code,
            **figures,
        },
    )


def publish_take(scene: Scene, take: Take) -> None:
    """Say that a take of a scene has changed."""
    _publish(scene, "take.changed", take)


def publish_boundary(scene: Scene, boundary: Boundary) -> None:
    """Say that a boundary of a scene has changed."""
    _publish(scene, "boundary.changed", boundary)


def publish_cut(scene: Scene, cut: Cut) -> None:
    """Say that a cut of a scene has changed."""
    _publish(scene, "cut.changed", cut)


def _publish(scene: Scene, kind: str, thing: Boundary | Cut | Take) -> None:
    publish(
        [project_group(scene.character.project.code)],
        {"kind": kind, "code": str(thing.code), "scene": str(scene.code)},
    )
