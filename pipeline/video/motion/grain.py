"""Film grain by the random seed: the frozen grain of the start picture gives way to living one.

Frame 0 is the start picture, with whatever grain it carries. Over the first frames that grain is
taken out of the source (an edge-preserving filter) while new grain, another on each frame, comes
up: so a chain of takes, each started from the last frame of another, does not pile grain on grain.
"""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.imaging.measures import luma
from pipeline.video.motion.spec import Frame

_MOST_LEVELS = 6.0  # standard deviation at amount 1, mid-tones
_MARGIN_PX = 61
RAMP_FRAMES = 8


class Grain:
    """Living grain for frames of one size."""

    def __init__(self, picture: Frame, amount: float, random_seed: int) -> None:
        self.amount = amount
        if not amount:
            return
        height, width = picture.shape[:2]
        self._rng = np.random.Generator(np.random.PCG64(random_seed))
        plate = self._rng.standard_normal(
            (height + _MARGIN_PX, width + _MARGIN_PX), dtype=np.float32
        )
        # Grains are a little larger than pixels; the blur takes half the deviation.
        plate = np.asarray(cv2.GaussianBlur(plate, (3, 3), 0.6), np.float32)
        self._plate = plate * np.float32(_MOST_LEVELS * amount / plate.std())
        # Mid-tones show most of it, black and white little, as on film.
        tone = cv2.GaussianBlur(luma(picture), (0, 0), 3) / np.float32(255)
        self._tone = np.float32(0.35) + np.float32(2.6) * tone * (1 - tone)
        self.clean = np.asarray(cv2.bilateralFilter(picture, 5, 4 + 12 * amount, 1.6), np.uint8)

    def source(self, picture: Frame, share: float) -> Frame:
        """The picture with this share (0 … 1) of its frozen grain taken out."""
        if not self.amount or share <= 0:
            return picture
        if share >= 1:
            return self.clean
        return np.asarray(cv2.addWeighted(self.clean, share, picture, 1 - share, 0), np.uint8)

    def add(self, frame: Frame, share: float) -> Frame:
        """The frame with this share of the grain; another plate at each call, as they come."""
        if not self.amount:
            return frame
        height, width = frame.shape[:2]
        y, x, sign = self._rng.integers(0, (_MARGIN_PX, _MARGIN_PX, 2))
        if share <= 0:
            return frame
        part = self._plate[y : y + height, x : x + width]
        noise = part * self._tone * np.float32(share if sign else -share)
        brighter = np.rint(np.maximum(noise, 0)).astype(np.uint8)
        darker = np.rint(np.maximum(-noise, 0)).astype(np.uint8)
        lifted = cv2.add(frame, cv2.merge([brighter] * 3))
        return np.asarray(cv2.subtract(lifted, cv2.merge([darker] * 3)), np.uint8)
