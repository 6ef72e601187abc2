"""Who may use the API of scene types, scenes and takes."""

from __future__ import annotations

from typing import Any

from pipeline.characters.models import Character
from pipeline.scenes.models import Scene, SceneTypeVersion
from tests.pipeline.scenes.cast_edits import of_scene, ready_scene
from tests.pipeline.scenes.stage import begun, cast_character, draft, scene_type
from tests.support.access import Cast, Rule, declare, provide

SIGNED_IN, VIEW, CREATE = Rule.SIGNED_IN, Rule.VIEW, Rule.CREATE


@provide
def api_type(cast: Cast) -> SceneTypeVersion:
    """A scene type with one version."""
    return scene_type(cast.creator, cast.project, cast.text)


@provide
def api_character(cast: Cast) -> Character:
    """A character with both heroes."""
    return cast_character(cast.creator, cast.project, f"{cast.text} walker"[:60])


@provide
def api_draft(cast: Cast) -> Scene:
    """A scene that was not started."""
    return draft(cast.creator, cast.make(api_character))


@provide
def api_begun(cast: Cast) -> Scene:
    """A scene that is being generated."""
    return begun(cast.creator, cast.make(api_character))


def of_type(cast: Cast) -> dict[str, Any]:
    return {"code": cast.make(api_type).scene_type.code}


def of_draft(cast: Cast) -> dict[str, Any]:
    return {"code": cast.make(api_draft).code}


def of_begun(cast: Cast) -> dict[str, Any]:
    return {"code": cast.make(api_begun).code}


def of_take(cast: Cast) -> dict[str, Any]:
    return {"code": cast.make(ready_scene).segments.all()[0].takes.get().code}


def new_type(cast: Cast) -> dict[str, Any]:
    return {"project": str(cast.project.code), "name": f"{cast.text} by API"}


def new_scene(cast: Cast) -> dict[str, Any]:
    return {
        "character": str(cast.make(api_character).code),
        "scene_type": str(cast.make(api_type).scene_type.code),
    }


def matrix(cast: Cast) -> dict[str, Any]:
    return {
        "project": str(cast.project.code),
        "characters": [str(cast.make(api_character).code)],
        "scene_types": [str(cast.make(api_type).scene_type.code)],
    }


def same_version(cast: Cast) -> dict[str, Any]:
    return {"type_version": 1}


declare("api-scene-types", GET=SIGNED_IN, POST=CREATE, bodies={"POST": new_type})
declare("api-scene-type", of_type, GET=VIEW)
declare("api-scene-type-versions", of_type, GET=VIEW, POST=CREATE)
declare("api-scene-type-version", lambda cast: {**of_type(cast), "number": 1}, GET=VIEW)
declare("api-scenes", GET=SIGNED_IN, POST=CREATE, bodies={"POST": new_scene})
declare("api-scene-matrix", POST=CREATE, bodies={"POST": matrix})
declare("api-scene-matrix-create", POST=CREATE, bodies={"POST": matrix})
declare("api-scene", of_draft, GET=VIEW)
declare("api-scene-start", of_draft, POST=CREATE)
declare("api-scene-pause", of_begun, POST=CREATE)
declare("api-scene-resume", of_begun, POST=CREATE)
declare("api-scene-cancel", of_begun, POST=CREATE)
declare(
    "api-scene-upgrade",
    of_draft,
    query=lambda cast: "?type_version=1",
    GET=VIEW,
    POST=CREATE,
    bodies={"POST": same_version},
)
declare("api-scene-takes", of_scene, GET=VIEW)
declare("api-scene-redo", of_scene, POST=CREATE, bodies={"POST": lambda cast: {"segments": [1]}})
declare("api-take", of_take, GET=VIEW)
