"""Ending on a given picture: both pictures flow towards each other while one fades into the other.

Optical flow (DIS, Kroeger et al. 2016) is measured once in both directions between the two still
pictures. Where there and back do not agree, the flow is taken back, so that parts without a
counterpart dissolve in place instead of being smeared.
"""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.video.motion.spec import Frame, Plane
from pipeline.video.motion.warp import sample

_WORKING_SIDE_PX = 512
_MOST_SHARE = 0.15  # longer flow than this share of the longer side is no motion but a mistake


class Morph:
    """The way from the start picture to an end picture of the same size."""

    def __init__(self, start: Frame, end: Frame) -> None:
        self.end = end
        height, width = start.shape[:2]
        there, back = _flow(start, end), _flow(end, start)
        self.agreement = float(_trust(there, back).mean())
        self._to_end = _large(_trusted(there, back), width, height)
        self._to_start = _large(_trusted(back, there), width, height)

    def between(self, start: Frame, places: tuple[Plane, Plane], share: float) -> Frame:
        """A frame on the way, 0 < share < 1.

        `places` are where the camera looks; both pictures are sampled there, each moved by its
        part of the way.
        """
        fading = sample(start, self._moved(places, self._to_start, share))
        coming = sample(self.end, self._moved(places, self._to_end, 1 - share))
        return np.asarray(cv2.addWeighted(coming, share, fading, 1 - share, 0), np.uint8)

    @staticmethod
    def _moved(places: tuple[Plane, Plane], flow: Plane, share: float) -> tuple[Plane, Plane]:
        here = cv2.remap(flow, *places, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return places[0] + here[..., 0] * share, places[1] + here[..., 1] * share


def morph_shares(frames: int, still_from: int) -> list[float]:
    """How far each frame is on the way to the end picture, 0 … 1.

    Nothing for the first two fifths, then eased; 1 from `still_from` on and on the last frame.
    """
    last = min(still_from, frames - 1)
    begin = 0.4 * last
    gone = np.clip((np.arange(frames) - begin) / max(last - begin, 1e-6), 0, 1)
    return [float(share) for share in gone**3 * (gone * (gone * 6 - 15) + 10)]


def _flow(here: Frame, there: Frame) -> Plane:
    """Where each pixel of one picture is in the other, in pixels of the working size."""
    small = [cv2.cvtColor(_small(picture), cv2.COLOR_RGB2GRAY) for picture in (here, there)]
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    # Propagation runs along stripes, one for each thread: without it, any number gives equal bits.
    dis.setUseSpatialPropagation(False)
    guess = np.zeros((*small[0].shape, 2), np.float32)
    flow = dis.calc(small[0], small[1], guess)
    return np.asarray(cv2.GaussianBlur(flow, (0, 0), 2.5), np.float32)


def _small(picture: Frame) -> Frame:
    height, width = picture.shape[:2]
    factor = min(1.0, _WORKING_SIDE_PX / max(height, width))
    size = (max(16, round(width * factor)), max(16, round(height * factor)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _trust(there: Plane, back: Plane) -> Plane:
    """1 where going there and back returns, towards 0 where it ends elsewhere."""
    height, width = there.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    returned = cv2.remap(
        back,
        x + there[..., 0],
        y + there[..., 1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    error = np.square(there + returned).sum(axis=2)
    length = np.square(there).sum(axis=2)
    most = _MOST_SHARE * max(height, width)
    return np.asarray(np.exp(-error / (1.0 + 0.05 * length)) * (length < most**2), np.float32)


def _trusted(there: Plane, back: Plane) -> Plane:
    """The flow, with its doubtful parts filled from trusted surroundings and softened."""
    trust = _trust(there, back)
    sigma = max(trust.shape) / 40
    weight = cv2.GaussianBlur(trust, (0, 0), sigma)
    around = cv2.GaussianBlur(there * trust[..., None], (0, 0), sigma)
    around = around / np.maximum(weight, 1e-3)[..., None] * np.minimum(1, weight * 3)[..., None]
    mixed = there * trust[..., None] + around * (1 - trust[..., None])
    return np.asarray(cv2.GaussianBlur(mixed, (0, 0), 2.0), np.float32)


def _large(flow: Plane, width: int, height: int) -> Plane:
    scale = np.array([width / flow.shape[1], height / flow.shape[0]], np.float32)
    large = cv2.resize(flow, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large * scale, np.float32)
