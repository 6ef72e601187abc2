"""What boundaries ask of `video.measure_boundary` and `video.heal_boundary`, and their answers.

Frames are those of the takes' files, 0-based; a take is shown within [in, out).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.jobs.models import Job, JobOutput
from pipeline.jobs.submit import JobRequest, submit_job
from pipeline.operations.boundaries import MAX_WINDOW
from pipeline.scenes.models import (
    Boundary,
    BoundaryMeasurement,
    Bridge,
    BridgeKey,
    BridgeResult,
    HealMethod,
    Scene,
)
from pipeline.scenes.recipe import Recipe
from studio.core.errors import Conflict
from studio.core.models import User

MEASURE, HEAL = "video.measure_boundary", "video.heal_boundary"


#: Frames over which a bridge eases the difference of two takes out, where they are long enough.
BRIDGE_FRAMES = 12


@dataclass(frozen=True)
class Room:
    """Two takes that meet, and the frames that their other joins leave to this one.

    Attributes:
        left_in: first frame of the left take that is shown after its own left join.
        left_end: its end frame, the last one that may be shown.
        right_in: first frame that may be shown of the right take.
        right_out: where its own right join ends it (exclusive).
    """

    left_in: int
    left_end: int
    right_in: int
    right_out: int

    @property
    def shortest(self) -> int:
        """Frames of the shorter of both."""
        return min(self.left_end + 1 - self.left_in, self.right_out - self.right_in)


def measure_parameters(room: Room, recipe: Recipe) -> dict[str, Any]:
    """Where the two takes may be joined, and what is good enough.

    A join is looked for in at most half of either take, so that joins never cross.
    """
    return {
        **asdict(room),
        "mode": recipe.stitch_mode.code,
        "window": max(1, min(recipe.window_frames, MAX_WINDOW, room.shortest // 2)),
        "threshold": recipe.boundary_threshold_permille / 1000,
    }


def heal_parameters(
    room: Room, recipe: Recipe, measured: BoundaryMeasurement, method: HealMethod.Code
) -> dict[str, Any]:
    """How the join is to be healed, which is looked for just as it was when it was measured."""
    asked = measured.job.parameters
    as_measured = ("mode", "window", "threshold", "left_end", "right_in")
    return {
        **measure_parameters(room, recipe),
        **{name: asked[name] for name in as_measured if name in asked},
        "method": "both" if method == HealMethod.Code.AUTO else method.code,
        "frames": max(2, min(BRIDGE_FRAMES, room.shortest // 2)),
    }


def submit(
    scene: Scene, actor: User, boundary: Boundary, operation: str, parameters: Mapping[str, Any]
) -> Job:
    """Ask for work on the two takes of a boundary.

    A measurement that was made before is taken over; a bridge is always a file of its own.

    Raises:
        DomainError: as `submit_job`.
    """
    left, right = boundary.left_take.version, boundary.right_take.version
    if left is None or right is None:
        raise Conflict("A take of this boundary has no file.", remedy="Redo its segment.")
    request = JobRequest(
        operation=operation,
        parameters=parameters,
        inputs=[("video", left.code), ("video", right.code)],
        reuse=operation == MEASURE,
    )
    return submit_job(actor=actor, project=scene.character.project, request=request)


def write_measurement(measured: BoundaryMeasurement, notes: Mapping[str, Any]) -> None:
    """Write what a measuring job found."""
    measured.left_frame = notes["left_out"]
    measured.right_frame = notes["right_in"]
    measured.boundary_score = notes["score"]
    measured.ssim_score = notes["ssim"]
    measured.phash_distance = notes["phash_distance"]
    measured.motion_score = notes["motion_agreement"]
    measured.grain_ratio = notes["grain_ratio"]
    measured.is_passed = notes["passes"]
    measured.save()


def write_result(bridge: Bridge, output: JobOutput) -> BridgeResult:
    """Write what a healing job made: its clip, what that stands for, and how well it does."""
    notes = output.notes
    result = BridgeResult.objects.create(
        bridge=bridge,
        version_id=output.version_id,
        frames=notes["frames"],
        left_frame=notes["left_out"] - notes["left_replaced"],
        right_frame=notes["right_in"] + notes["right_replaced"],
        before_score=notes["before"]["score"],
        after_score=notes["after"]["score"],
        is_better=notes["is_kept"],
        reason=notes["reason"][:300],
        method_used_id=HealMethod.Code.by_code(notes["method"]).value,
    )
    # keys are numbered by the right take's file; a validated join hides the first of them
    first = notes["left_replaced"] - notes["right_in"]
    BridgeKey.objects.bulk_create(
        BridgeKey(
            result=result,
            frame=first + key["frame"],
            scale_ratio=key["scale"],
            shift_x_px=key["shift_x_px"],
            shift_y_px=key["shift_y_px"],
            roll_deg=key["roll_degrees"],
        )
        for key in notes["keyframes"]
        if 0 <= first + key["frame"] < notes["frames"]
    )
    return result
