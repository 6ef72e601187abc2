"""Who may use the API of a scene's history, its boundaries and its cuts."""

from __future__ import annotations

from typing import Any

from pipeline.scenes import arrangement as history
from pipeline.scenes.models import Boundary, Cut, Scene
from pipeline.scenes.services.boundaries import boundaries_of
from pipeline.scenes.services.cuts import render_cut
from tests.pipeline.scenes.builders import build_scene, run_jobs
from tests.support.access import Cast, Rule, declare, provide

VIEW, CREATE = Rule.VIEW, Rule.CREATE


@provide
def ready_scene(cast: Cast) -> Scene:
    """Three segments, measured, with a cut that is rendered; other jobs may run meanwhile."""
    scene = build_scene(cast.creator, cast.project, takes=[4, 4, 4], title=cast.text)
    run_jobs(scene)
    render_cut(actor=cast.creator, scene=Scene.objects.get(pk=scene.pk))
    run_jobs(scene)
    return Scene.objects.get(pk=scene.pk)


def of_scene(cast: Cast) -> dict[str, Any]:
    return {"code": cast.make(ready_scene).code}


def of_boundary(cast: Cast) -> dict[str, Any]:
    found: Boundary = boundaries_of(history.current(cast.make(ready_scene)))[0]
    return {"code": found.code}


def of_cut(cast: Cast) -> dict[str, Any]:
    return {"code": Cut.objects.get(scene=cast.make(ready_scene)).code}


def take(cast: Cast) -> dict[str, Any]:
    return {"take": str(cast.make(ready_scene).segments.all()[0].takes.get().code)}


def segment(cast: Cast) -> dict[str, Any]:
    return {"segment": str(cast.make(ready_scene).segments.all()[0].code)}


def order(cast: Cast) -> dict[str, Any]:
    return {"segments": [str(one.code) for one in cast.make(ready_scene).segments.all()]}


declare("api-scene-timeline", of_scene, GET=VIEW)
declare("api-scene-edits", of_scene, GET=VIEW)
declare("api-scene-curves", of_scene, GET=VIEW)
declare("api-scene-cuts", of_scene, GET=VIEW, POST=CREATE)
declare("api-scene-select", of_scene, POST=CREATE, bodies={"POST": take})
declare(
    "api-scene-trim",
    of_scene,
    POST=CREATE,
    bodies={"POST": lambda cast: {**segment(cast), "in_frame": 0, "out_frame": 3}},
)
declare("api-scene-reorder", of_scene, POST=CREATE, bodies={"POST": order})
declare("api-scene-remove-segment", of_scene, POST=CREATE, bodies={"POST": segment})
declare("api-scene-undo", of_scene, POST=CREATE)
declare("api-scene-redo-edit", of_scene, POST=CREATE)
declare("api-scene-jump", of_scene, POST=CREATE, bodies={"POST": lambda cast: {"edit": 1}})
declare("api-boundary", of_boundary, GET=VIEW)
declare("api-boundary-heal", of_boundary, POST=CREATE)
declare("api-boundary-measure-again", of_boundary, POST=CREATE)
declare("api-boundary-drop-bridge", of_boundary, POST=CREATE)
declare(
    "api-boundary-use-bridge",
    of_boundary,
    # there is none: what is refused is refused before that is said
    POST=Rule.NOWHERE,
    bodies={"POST": lambda cast: {"bridge": str(cast.make(ready_scene).code)}},
)
declare("api-cut", of_cut, GET=VIEW)
declare("api-cut-poster", of_cut, POST=CREATE, bodies={"POST": lambda cast: {"frame": 1}})
