"""Who may use the API of a scene's history, its boundaries and its cuts."""

from __future__ import annotations

from typing import Any

from pipeline.scenes import arrangement as history
from pipeline.scenes.models import Boundary, CodecProfile, Cut, CutPiece, Scene
from pipeline.scenes.services.boundaries import boundaries_of
from tests.pipeline.scenes.builders import build_scene, finished_job, take_bytes
from tests.support.access import Cast, Rule, declare, provide

VIEW, CREATE = Rule.VIEW, Rule.CREATE


@provide
def ready_scene(cast: Cast) -> Scene:
    """Three segments and a cut; none of their jobs waits, for others of the walk run jobs."""
    scene = build_scene(cast.creator, cast.project, takes=[4, 4, 4], title=cast.text)
    take = scene.segments.all()[0].takes.get()
    job = finished_job(cast.creator, cast.project, take_bytes(9, 6, 0), "video/mp4")
    cut = Cut.objects.create(
        scene=scene,
        number=1,
        edit=scene.edit,
        profile_id=CodecProfile.Code.H264.value,
        job=job,
        version=job.outputs.get().version,
        frames=4,
        created_by=cast.creator,
    )
    CutPiece.objects.create(cut=cut, position=0, take=take, in_frame=0, out_frame=4, start_frame=0)
    return scene


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
