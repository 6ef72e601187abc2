"""Who may use the pages of scene types and scenes."""

from __future__ import annotations

from typing import Any

from pipeline.scenes.models import Scene
from tests.pipeline.scenes.cast_edits import of_scene, ready_scene, segment, take
from tests.support.access import Cast, Rule, declare

SIGNED_IN, VIEW, CREATE = Rule.SIGNED_IN, Rule.VIEW, Rule.CREATE


def _scene(cast: Cast) -> Scene:
    found: Scene = cast.make(ready_scene)
    return found


def of_type(cast: Cast) -> dict[str, Any]:
    return {"code": _scene(cast).type_version.scene_type.code}


def of_character(cast: Cast) -> dict[str, Any]:
    return {"code": _scene(cast).character.code}


def of_segment(cast: Cast) -> dict[str, Any]:
    return {"code": segment(cast)["segment"]}


def in_project(cast: Cast) -> str:
    return f"?project={cast.project.code}"


def chosen(cast: Cast) -> str:
    return f"?segment={segment(cast)['segment']}"


# --- scene types --------------------------------------------------------------------------------
declare("pipeline:scene-types", GET=SIGNED_IN)
declare("pipeline:scene-type-new", query=in_project, GET=CREATE, POST=CREATE)
declare(
    "pipeline:scene-type-slots",
    POST=CREATE,
    bodies={"POST": lambda cast: {"project": str(cast.project.code), "prompt": "{name}"}},
)
declare("pipeline:scene-type", of_type, GET=VIEW)
declare("pipeline:scene-type-edit", of_type, GET=CREATE, POST=CREATE)
declare("pipeline:scene-type-upgrade", of_type, POST=CREATE)

# --- scenes -------------------------------------------------------------------------------------
declare("pipeline:scenes", GET=SIGNED_IN)
declare("pipeline:scene-new", query=in_project, GET=CREATE, POST=CREATE)
declare("pipeline:scene-matrix", query=in_project, GET=CREATE, POST=CREATE)
declare("pipeline:character-scenes", of_character, GET=VIEW)
declare("pipeline:scene", of_scene, GET=VIEW)
declare(
    "pipeline:segment",
    lambda cast: {**of_scene(cast), "segment": segment(cast)["segment"]},
    GET=VIEW,
)
declare("pipeline:scene-redo-takes", of_scene, query=chosen, GET=CREATE, POST=CREATE)
declare("pipeline:scene-redo-price", of_scene, POST=CREATE, bodies={"POST": segment})
for action in ("start", "pause", "resume", "cancel", "cut", "undo", "redo"):
    declare(f"pipeline:scene-{action}", of_scene, POST=CREATE)
declare("pipeline:scene-select", of_scene, POST=CREATE, bodies={"POST": take})
declare(
    "pipeline:scene-trim",
    of_scene,
    POST=CREATE,
    bodies={"POST": lambda cast: {**segment(cast), "in_frame": 0, "last_frame": 2}},
)
declare(
    "pipeline:scene-move",
    of_scene,
    POST=CREATE,
    bodies={"POST": lambda cast: {**segment(cast), "by": "later"}},
)
declare("pipeline:scene-remove", of_scene, POST=CREATE, bodies={"POST": segment})
declare("pipeline:scene-jump", of_scene, POST=CREATE, bodies={"POST": lambda cast: {"edit": 1}})

# --- locks of segments --------------------------------------------------------------------------
declare("pipeline:segment-lock", of_segment, POST=CREATE)
declare("pipeline:segment-unlock", of_segment, POST=CREATE)
declare("pipeline:segment-break", of_segment, POST=Rule.ADMIN)
