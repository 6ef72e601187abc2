"""What a delivery says of a cut: its master metadata, and of each take in it its sidecar.

Everything here is plain data (dicts, lists, text, numbers), read once when the delivery is made
and frozen with it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from pipeline.characters.queries import current_traits
from pipeline.jobs.models import Job
from pipeline.review.queries import current_verdicts
from pipeline.scenes.arrangement import of_edit
from pipeline.scenes.joins import result_of, standing, with_details
from pipeline.scenes.models import Boundary, BridgeResult, Cut, Take
from pipeline.scenes.recipe import Recipe, resolve
from pipeline.scenes.services.edits import key_of
from pipeline.video.timecode import frame_of, timecode

SCHEMA = "delivery-1.schema.json"


def cut_facts(cut: Cut, file_name: str) -> dict[str, Any]:
    """The master metadata of one cut; the shape is `schemas/delivery-1.schema.json`."""
    recipe = resolve(cut.scene.type_version)
    character = cut.scene.character
    pieces = list(cut.pieces.order_by("position"))
    takes = _takes(cut)
    first = _first_frame(cut, recipe)
    return {
        "file": file_name,
        "code": str(cut.code),
        "number": cut.number,
        "sha256": cut.version.blob.sha256 if cut.version else "",
        "size_bytes": cut.version.blob.size_bytes if cut.version else 0,
        "character": {
            "code": str(character.code),
            "name": character.name,
            "slate_code": character.slate_code,
            "traits": current_traits(character),
        },
        "scene": {
            "code": str(cut.scene.code),
            "number": cut.scene.number,
            "title": cut.scene.title,
            "type": str(cut.scene.type_version.scene_type),
            "type_version": cut.scene.type_version.number,
            "random_seed": str(cut.scene.random_seed),
        },
        "technical": _technical(cut, recipe),
        "approval": {
            "approved_by": cut.final_approval.approved_by.username,
            "approved_at": cut.final_approval.created_at.isoformat(),
            "note": cut.final_approval.note,
        },
        "pieces": [
            {
                "start_frame": piece.start_frame,
                "in_frame": piece.in_frame,
                "out_frame": piece.out_frame,
                "take": str(takes[piece.take_id].code) if piece.take_id is not None else None,
                "bridge": piece.bridge_id is not None,
                "timecode": timecode(first + piece.start_frame, recipe.fps),
            }
            for piece in pieces
        ],
        "boundaries": _boundaries(cut, recipe),
        "takes": [_take_facts(take, recipe, pieces, first) for take in takes.values()],
    }


def _first_frame(cut: Cut, recipe: Recipe) -> int:
    """The frame number that the timecode in the cut's file begins at; 0 where it has none."""
    stated = cut.job.parameters.get("timecode")
    return frame_of(stated, recipe.fps) if stated else 0


def _technical(cut: Cut, recipe: Recipe) -> dict[str, Any]:
    return {
        "profile": cut.profile.code,
        "width_px": recipe.width_px,
        "height_px": recipe.height_px,
        "fps": {"num": recipe.fps_num, "den": recipe.fps_den},
        "frames": cut.frames,
        "duration_s": _seconds(cut.frames, recipe.fps),
        "start_timecode": timecode(_first_frame(cut, recipe), recipe.fps),
        "color": {"primaries": "bt709", "transfer": "bt709", "matrix": "bt709", "range": "tv"},
        "compliance": [
            {
                "check": finding.name,
                "wanted": finding.wanted,
                "found": finding.found,
                "verdict": finding.verdict.code,
            }
            for finding in cut.findings.select_related("verdict").order_by("id")
        ],
    }


def _seconds(frames: int, fps: Fraction) -> float:
    return round(float(frames / fps), 6)


def _takes(cut: Cut) -> dict[int, Take]:
    """The takes that a cut shows, by primary key, in the order of their segments."""
    rows = (
        Take.objects.filter(pk__in=cut.pieces.exclude(take=None).values("take_id"))
        .select_related(
            "segment",
            "version__blob",
            "start_image__blob",
            "examination",
            "job__offer__operation",
            "job__offer__model__provider",
            "job__recipe",
        )
        .prefetch_related("measures__measure")
    )
    at = {piece.take_id: piece.start_frame for piece in reversed(list(cut.pieces.all()))}
    return {take.pk: take for take in sorted(rows, key=lambda take: at[take.pk])}


def _take_facts(take: Take, recipe: Recipe, pieces: list[Any], first: int) -> dict[str, Any]:
    shown = next(piece for piece in pieces if piece.take_id == take.pk)
    found: Any = take.examination
    job: Job = take.job
    verdict = current_verdicts(takes=[take.pk]).get(take.pk)
    return {
        "code": str(take.code),
        "segment": take.segment.number,
        "number": take.number,
        "sha256": take.version.blob.sha256 if take.version else "",
        "frames": found.frames,
        "end_frame": found.end_frame,
        "in_frame": shown.in_frame,
        "out_frame": shown.out_frame,
        "cut_start_frame": shown.start_frame,
        "cut_start_timecode": timecode(first + shown.start_frame, recipe.fps),
        "start_image_sha256": take.start_image.blob.sha256,
        "codec": "h264",
        "verdict": verdict.kind.code if verdict is not None else "pending",
        "made_by": {
            "operation": job.offer.operation.code,
            "provider": job.offer.model.provider.code,
            "model": job.offer.model.code,
            "job": str(job.code),
            "recipe_sha256": job.recipe.sha256,
            "random_seed": str(job.random_seed),
            "prompt": str(job.parameters.get("prompt", "")),
            "negative_prompt": str(job.parameters.get("negative_prompt", "")),
        },
        "measures": {row.measure.code: row.score for row in take.measures.all()},
    }


def _boundaries(cut: Cut, recipe: Recipe) -> list[dict[str, Any]]:
    """The joins of a cut in order, with their scores and what bridges did."""
    used = of_edit(cut.edit_id).bridges()
    takes = {take for key in used for take in (key.left_take_id, key.right_take_id)}
    rows = with_details(Boundary.objects.filter(left_take__in=takes, right_take__in=takes))
    rows = rows.select_related("measurement__job", "left_take__segment", "right_take__segment")
    order = list(used)
    known = sorted(
        (row for row in rows if key_of(row) in used), key=lambda row: order.index(key_of(row))
    )
    return [_boundary_facts(row, used[key_of(row)], recipe) for row in known]


def _boundary_facts(row: Boundary, bridge_id: int | None, recipe: Recipe) -> dict[str, Any]:
    stands = standing(row, bridge_id, recipe.boundary_threshold_permille / 1000)
    found: Any = getattr(row, "measurement", None)
    bridge = next((bridge for bridge in row.bridges.all() if bridge.pk == bridge_id), None)
    result: BridgeResult | None = result_of(bridge) if bridge is not None else None
    return {
        "left_segment": row.left_take.segment.number,
        "right_segment": row.right_take.segment.number,
        "state": stands.state.value,
        "score": getattr(found, "boundary_score", None),  # none: it is being measured anew
        "ssim": getattr(found, "ssim_score", None),
        "phash_distance": getattr(found, "phash_distance", None),
        "motion_agreement": getattr(found, "motion_score", None),
        "bridge": None if result is None else _bridge_facts(result),
    }


def _bridge_facts(result: BridgeResult) -> dict[str, Any]:
    return {
        "method": result.method_used.code,
        "frames": result.frames,
        "score_before": result.before_score,
        "score_after": result.after_score,
        "transform": [
            {
                "frame": key.frame,
                "scale": key.scale_ratio,
                "shift_x_px": key.shift_x_px,
                "shift_y_px": key.shift_y_px,
                "roll_deg": key.roll_deg,
            }
            for key in result.keys.order_by("frame")
        ],
    }
