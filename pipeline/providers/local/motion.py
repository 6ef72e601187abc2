"""`transform.image_to_video` on this machine: a camera moves through one picture."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.providers.base import Cancelled, Produced, RunRequest
from pipeline.providers.local.making import Effort
from pipeline.providers.local.pictures import inputs_of, read_picture

if TYPE_CHECKING:
    from pipeline.video.motion import Synthesis

_FAULT = "fault_"
_PREPARED = 0.05  # share of the progress bar that looking at the pictures takes


def move_picture(
    request: RunRequest,
    position: int,
    random_seed: int,
    report: Callable[[float], None],
    cancelled: Callable[[], bool],
) -> Produced:
    """Make one take in the house encoding, with exactly the frames and rate asked for.

    The quantity is the CPU time of this process meanwhile, in milliseconds, for picture and
    encoder work on several threads.

    Raises:
        ProviderError: an input picture can't be read.
        Cancelled: it was asked to stop.
    """
    # Loaded by the processes that make takes; the others start without it.
    from pipeline.video.encoding import TAKE, VideoWriter
    from pipeline.video.motion import Cancelled as MotionCancelled

    effort = Effort(time.process_time)
    wanted = request.parameters
    fps = Fraction(wanted["fps_num"], wanted["fps_den"])
    planned = _planned(request, random_seed, fps)
    report(_PREPARED)
    frames = planned.frames(lambda done: report(_PREPARED + (1 - _PREPARED) * done), cancelled)
    with tempfile.TemporaryDirectory(prefix="seedframe-take-") as folder:
        path = Path(folder) / f"take{TAKE.suffix}"  # its index goes in front at the end
        try:
            with VideoWriter(path, TAKE, wanted["width_px"], wanted["height_px"], fps) as writer:
                for frame in frames:
                    writer.write(frame)
        except MotionCancelled as stop:
            raise Cancelled from stop
        content = path.read_bytes()
    return effort.produced(
        position=position,
        content=content,
        media_type=TAKE.media_type,
        random_seed=random_seed,
        notes=planned.notes() | {"fps": f"{fps.numerator}/{fps.denominator}"},
    )


def _planned(request: RunRequest, random_seed: int, fps: Fraction) -> Synthesis:
    from pipeline.video.motion import Faults, MotionSpec, prepare

    wanted = request.parameters
    pictures = {
        role: read_picture(files[0])
        for role in ("start-frame", "end-frame", "reference")
        if (files := inputs_of(request, role))
    }
    return prepare(
        pictures["start-frame"],
        wanted["frames"],
        fps=fps,
        width_px=wanted["width_px"],
        height_px=wanted["height_px"],
        random_seed=random_seed,
        end=pictures.get("end-frame"),
        reference=pictures.get("reference"),
        anchor_weight=wanted["anchor_weight"],
        motion=MotionSpec(
            kind=wanted["motion"],
            strength=wanted["motion_strength"],
            settle=wanted["settle"],
            grain=wanted["grain"],
            prompt=wanted["prompt"],
            negative_prompt=wanted["negative_prompt"],
        ),
        faults=Faults(**_faults(wanted)),
    )


def _faults(wanted: Mapping[str, Any]) -> dict[str, float]:
    return {
        name.removeprefix(_FAULT): float(value)
        for name, value in wanted.items()
        if name.startswith(_FAULT)
    }
