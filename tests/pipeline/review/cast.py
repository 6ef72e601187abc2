"""Who may use the addresses of takes, boundaries, cuts and deliveries."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django.utils import timezone

from pipeline.characters.models import RightsBasis, RightsRecord
from pipeline.delivery.models import Delivery
from pipeline.delivery.services import create_delivery
from pipeline.review.pages import get_cut
from pipeline.review.services import approve_final
from pipeline.scenes.arrangement import current
from pipeline.scenes.models import (
    Boundary,
    BoundaryMeasurement,
    CodecProfile,
    Cut,
    CutPiece,
    Scene,
    Take,
)
from tests.pipeline.scenes.builders import build_scene, finished_job, take_bytes
from tests.support.access import Cast, Rule, declare, provide

VIEW, CREATE = Rule.VIEW, Rule.CREATE
FRAMES = 6


@provide
def shot(cast: Cast) -> Scene:
    """A scene of two takes that meet; nothing is rendered."""
    return build_scene(cast.creator, cast.project, takes=(FRAMES, FRAMES), title=cast.text[:100])


@provide
def take(cast: Cast) -> Take:
    """The first take of the scene."""
    return Take.objects.filter(segment__scene=cast.make(shot)).order_by("id")[0]


@provide
def boundary(cast: Cast) -> Boundary:
    """The boundary of the scene, measured."""
    [key] = current(cast.make(shot)).keys()
    made = Boundary.objects.create(**key._asdict())
    BoundaryMeasurement.objects.create(
        boundary=made,
        job=finished_job(cast.creator, cast.project, b"{}", "application/json"),
        left_frame=FRAMES - 1,
        right_frame=0,
        boundary_score=0.9,
        ssim_score=0.9,
        phash_distance=1,
        motion_score=0.9,
        is_passed=True,
    )
    return made


def _cut(cast: Cast, number: int) -> Cut:
    scene = cast.make(shot)
    clip = take_bytes(1, FRAMES, 0, Fraction(24), (0, 0))
    job = finished_job(cast.creator, cast.project, clip, "video/mp4")
    made = Cut.objects.create(
        scene=scene,
        number=number,
        edit=scene.edit,
        profile_id=CodecProfile.Code.H264,
        job=job,
        version=job.outputs.get().version,
        frames=FRAMES,
        created_by=cast.creator,
    )
    CutPiece.objects.create(
        cut=made, position=0, take=cast.make(take), in_frame=0, out_frame=FRAMES, start_frame=0
    )
    return made


@provide
def cut(cast: Cast) -> Cut:
    """A rendered cut that may become final."""
    cast.make(boundary)
    scene = cast.make(shot)
    RightsRecord.objects.create(
        character=scene.character,
        basis_id=RightsBasis.Code.SYNTHETIC,
        valid_from=timezone.localdate(),
        recorded_by=cast.creator,
    )
    return _cut(cast, 101)


@provide
def final_cut(cast: Cast) -> Cut:
    """A cut that is final."""
    cast.make(cut)
    made = _cut(cast, 102)
    approve_final(actor=cast.creator, cut=get_cut(cast.creator, made.code), note="as it is")
    return made


@provide
def delivery(cast: Cast) -> Delivery:
    """A delivery of the final cut."""
    cuts = [get_cut(cast.creator, cast.make(final_cut).code)]
    return create_delivery(
        actor=cast.creator, project=cast.project, cuts=cuts, title=cast.text[:100], note=cast.text
    )


def of(maker: Any) -> Any:
    return lambda cast: {"code": cast.make(maker).code}


def verdict(cast: Cast) -> dict[str, Any]:
    return {"kind": "changes", "note": cast.text[:200]}


def new_delivery(cast: Cast) -> dict[str, Any]:
    return {
        "project": str(cast.project.code),
        "title": cast.text[:100],
        "cuts": [str(cast.make(final_cut).code)],
        "naming_template": "{scene}_{version:03}.{ext}",
    }


declare("pipeline:take", of(take), GET=VIEW)
declare("pipeline:take-verdict", of(take), POST=VIEW, bodies={"POST": verdict})
declare("pipeline:boundary", of(boundary), GET=VIEW)
declare("pipeline:boundary-heal", of(boundary), POST=CREATE)
declare("pipeline:boundary-bridge", of(boundary), POST=CREATE)
declare("pipeline:cut", of(cut), GET=VIEW)
declare("pipeline:cut-verdict", of(cut), POST=VIEW, bodies={"POST": verdict})
declare("pipeline:cut-approve", of(cut), POST=CREATE)
declare("pipeline:cut-poster", of(cut), POST=CREATE, bodies={"POST": lambda cast: {"frame": "1"}})
declare("api-take-verdicts", of(take), GET=VIEW, POST=VIEW, bodies={"POST": verdict})
declare("api-cut-verdicts", of(cut), GET=VIEW, POST=VIEW, bodies={"POST": verdict})
declare("api-cut-approval", of(cut), GET=VIEW, POST=CREATE)
declare("pipeline:deliveries", GET=Rule.SIGNED_IN)
declare(
    "pipeline:delivery-new",
    lambda cast: {"code": cast.project.code},
    GET=CREATE,
    POST=CREATE,
    bodies={"POST": new_delivery},
)
declare("pipeline:delivery", of(delivery), GET=VIEW)
declare("pipeline:delivery-repeat", of(delivery), POST=CREATE)
declare("api-deliveries", GET=Rule.SIGNED_IN, POST=CREATE, bodies={"POST": new_delivery})
declare("api-delivery", of(delivery), GET=VIEW)
declare("api-delivery-repeat", of(delivery), POST=CREATE)
