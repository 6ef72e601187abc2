"""Putting a clip together: look at the picture once, then make frame after frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import cv2
import numpy as np

from pipeline.imaging.faces import find_faces
from pipeline.imaging.seeds import variant_seed
from pipeline.imaging.sizes import SizePlan, fit_to
from pipeline.video.motion.camera import Path, plan_path
from pipeline.video.motion.depth import Depth, estimate_depth
from pipeline.video.motion.faults import apply_faults
from pipeline.video.motion.grain import RAMP_FRAMES, Grain
from pipeline.video.motion.light import Anchor, graded, lit_picture, measure_anchor
from pipeline.video.motion.morph import Morph, morph_shares
from pipeline.video.motion.spec import Cancelled, Faults, Frame, MotionSpec, check_clip
from pipeline.video.motion.warp import Warper, sample

_GRAIN_VARIANT = 2


def _silent(fraction: float) -> None:
    """Nobody listens."""


def _never() -> bool:
    return False


@dataclass(frozen=True)
class Synthesis:
    """A clip that is planned; `frames` makes it, as often as wanted, always the same.

    Attributes:
        start: the first frame, exactly.
        depth: what is near in it.
        path: where the camera goes.
        morph: the way to the end picture, if one was given.
        anchor, anchor_weight: what the colours are pulled to, and how much of it by the end.
        motion, faults: as asked for.
        random_seed: decides about the path, where chosen, its waves, and the grain.
    """

    start: Frame
    depth: Depth
    path: Path
    morph: Morph | None
    anchor: Anchor
    anchor_weight: float
    motion: MotionSpec
    faults: Faults
    random_seed: int

    def notes(self) -> dict[str, Any]:
        """What was decided, for the record of the clip."""
        return {
            "frames": len(self.path.poses),
            "camera_move": self.path.move,
            "camera_returns": self.path.returns or self.morph is not None,
            "depth_method": self.depth.method,
            "faces": len(self.depth.faces),
            "still_from_frame": self.path.still_from,
            "anchor": self.anchor.method if self.anchor_weight else "none",
            "end_picture_agreement": round(self.morph.agreement, 3) if self.morph else None,
            "faults": self.faults.present(),
        }

    def frames(
        self,
        report: Callable[[float], None] = _silent,
        cancelled: Callable[[], bool] = _never,
    ) -> Iterator[Frame]:
        """Make the frames in order; each is a new array.

        Args:
            report: told how far it is, 0 … 1, after every frame.
            cancelled: asked before every frame.

        Raises:
            Cancelled: `cancelled` said so.
        """
        count = len(self.path.poses)
        grain = Grain(self.start, self.motion.grain, variant_seed(self.random_seed, _GRAIN_VARIANT))
        lit = lit_picture(self.start, self.path.light_degrees)
        warper = Warper(self.depth, self.path.move)
        shares = morph_shares(count, self.path.still_from) if self.morph else [0.0] * count
        for index in range(count):
            if cancelled():
                raise Cancelled
            frame = self._frame(index, shares[index], warper, grain, lit)
            grained = min(1.0, index / RAMP_FRAMES) * (1 - shares[index])
            frame = grain.add(frame, grained)
            frame = apply_faults(frame, self.faults, index, index / (count - 1))
            report((index + 1) / count)
            yield frame.copy() if frame is self.start else frame

    def _frame(self, index: int, share: float, warper: Warper, grain: Grain, lit: Frame) -> Frame:
        """One frame without grain and faults."""
        if index == 0:
            return self.start
        if self.morph is not None and share >= 1:
            return self.morph.end.copy()
        pose = self.path.poses[index].towards_rest(share)
        source = grain.source(self.start, index / RAMP_FRAMES)
        if pose.light:
            source = np.asarray(
                cv2.addWeighted(lit, pose.light, source, 1 - pose.light, 0), np.uint8
            )
        pull = self.anchor_weight * float(self.path.progress[index]) * (1 - share)
        places = warper.places(pose)
        if self.morph is not None and share > 0:
            frame = self.morph.between(source, places, share)
        else:
            frame = sample(source, places)
        return graded(frame, self.anchor, pull, pose.warmth)


def prepare(
    start: Frame,
    frames: int,
    *,
    fps: Fraction,
    width_px: int,
    height_px: int,
    random_seed: int,
    end: Frame | None = None,
    reference: Frame | None = None,
    anchor_weight: float = 0.0,
    motion: MotionSpec | None = None,
    faults: Faults | None = None,
) -> Synthesis:
    """Look at the pictures and plan a clip.

    Args:
        start: the picture of frame 0, uint8 RGB; fitted to the size (cropped around a face or what
            catches the eye, one Lanczos resampling), and unchanged where it has that size.
        frames: how many, 2 … 600.
        fps: frames per second.
        width_px, height_px: of every frame; even, 64 … 1920.
        random_seed: 0 … 2**63-1.
        end: a picture to end on, exactly; fitted likewise. The camera returns on the way.
        reference: another picture of the same person, whose colours count as right.
        anchor_weight: 0 … 1, the share of the difference in colour to the reference that is gone
            by the end of the clip; in a chain of takes, drift of colour dies out by this factor.
        motion, faults: see there.

    Raises:
        ValueError: a number is outside its range.
    """
    check_clip(frames, width_px, height_px)
    if fps <= 0:
        raise ValueError(f"The frame rate must be above 0, not {fps}.")
    if not 0 <= anchor_weight <= 1:
        raise ValueError(f"anchor_weight must lie in 0 … 1, got {anchor_weight}")
    motion, faults = motion or MotionSpec(), faults or Faults()
    start = _fitted(start, width_px, height_px)
    depth = estimate_depth(start)
    path = plan_path(motion, frames, float(fps), random_seed)
    morph = None if end is None else Morph(start, _fitted(end, width_px, height_px))
    reference = reference if anchor_weight else None
    anchor = measure_anchor(start, depth.faces, reference)
    return Synthesis(start, depth, path, morph, anchor, anchor_weight, motion, faults, random_seed)


def _fitted(picture: Frame, width_px: int, height_px: int) -> Frame:
    """The picture in exactly this size, RGB; itself where it has it.

    What is cut away lies far from the largest face, or else from what catches the eye.
    """
    picture = np.ascontiguousarray(picture[..., :3])
    height, width = picture.shape[:2]
    plan = SizePlan(width_px, height_px, width, height)
    faces = find_faces(picture) if plan.crops else []
    if not faces:
        return fit_to(picture, plan)
    x, y = faces[0].centre
    return fit_to(picture, plan, (x / width, y / height))
