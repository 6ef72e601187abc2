"""Faults on demand: finished frames are put wrong by exactly known amounts (see `Faults`)."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.video.motion.spec import Faults, Frame
from pipeline.video.motion.warp import BORDER

DRIFT_CAST = np.array([36.0, -6.0, -30.0])
DRIFT_CONTRAST = -0.30
DRIFT_WIDENING = 0.12


def apply_faults(frame: Frame, faults: Faults, index: int, share: float) -> Frame:
    """The frame with its faults; `share` is how far the clip is, 0 … 1 (only drift grows)."""
    if not faults.any:
        return frame
    drift = faults.drift * share
    matrix = _geometry(frame.shape[1], frame.shape[0], faults, drift)
    if not np.array_equal(matrix, np.eye(3)[:2]):
        frame = np.asarray(
            cv2.warpAffine(
                frame,
                matrix,
                (frame.shape[1], frame.shape[0]),
                flags=cv2.INTER_CUBIC,
                borderMode=BORDER,
            ),
            np.uint8,
        )
    if faults.blur_px:
        frame = np.asarray(cv2.GaussianBlur(frame, (0, 0), faults.blur_px), np.uint8)
    return _colour(frame, faults, index, drift)


def _geometry(width: int, height: int, faults: Faults, drift: float) -> npt.NDArray[np.float64]:
    """2×3, from the right frame to the wrong one: turn and scale about the centre, then shift."""
    scale = 1 + faults.scale_percent / 100
    turn = math.radians(faults.roll_degrees)
    cos, sin = scale * math.cos(turn), scale * math.sin(turn)
    wide = 1 + DRIFT_WIDENING * drift
    x, y = (width - 1) / 2, (height - 1) / 2
    linear = np.array([[cos * wide, -sin], [sin * wide, cos]])
    offset = np.array([x + faults.shift_x_px, y + faults.shift_y_px]) - linear @ np.array([x, y])
    return np.hstack([linear, offset[:, None]])


def _colour(frame: Frame, faults: Faults, index: int, drift: float) -> Frame:
    cast = np.array([faults.cast_red, faults.cast_green, faults.cast_blue])
    flicker = faults.flicker / 2 * (1 if index % 2 else -1)
    if not cast.any() and not flicker and not drift:
        return frame
    levels = np.arange(256, dtype=np.float64)[:, None]
    drifted = 128 + (levels - 128) * (1 + DRIFT_CONTRAST * drift) + DRIFT_CAST * drift
    table = np.clip(np.rint(drifted + cast + flicker), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(frame, table[None]), np.uint8)
