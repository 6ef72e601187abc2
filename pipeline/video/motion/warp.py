"""From a pose to the place in the start picture that each pixel of a frame shows.

The distance moves by one affine transform. What is nearer moves further, in proportion to its
depth, which is looked up where the distance's transform lands, so that depth goes with the picture.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.video.motion.camera import Pose
from pipeline.video.motion.depth import Depth
from pipeline.video.motion.spec import Frame, Plane

#: The mirror image of the border stands beyond it: no black, no smear.
BORDER = cv2.BORDER_REFLECT_101

#: Moves that go towards or away from what the camera looks at; the others keep to the middle.
_CENTRED = frozenset({"push-in", "pull-out"})
_HOLD = 0.16  # share of a side over which the border's hold ends


class Warper:
    """Places of one clip; holds scratch planes, so use it from one thread."""

    def __init__(self, depth: Depth, move: str) -> None:
        height_px, width_px = depth.near.shape
        self.size = (width_px, height_px)
        middle = ((width_px - 1) / 2, (height_px - 1) / 2)
        self.centre = depth.centre if move in _CENTRED else middle
        self._x = np.arange(width_px, dtype=np.float32)[None, :]
        self._y = np.arange(height_px, dtype=np.float32)[:, None]
        # Lower parts of a figure stand, upper ones sway.
        upright = np.clip(1.15 - self._y / height_px, 0, 1)
        # What shrinks holds on to the border, or it would show what lies beyond.
        near = depth.near * _inside(width_px, height_px) if move == "pull-out" else depth.near
        self._fields = np.ascontiguousarray(np.dstack([near, depth.front * upright]))
        self._map_x = np.empty((height_px, width_px), np.float32)
        self._map_y = np.empty_like(self._map_x)
        self._scratch = np.empty_like(self._map_x)

    def places(self, pose: Pose) -> tuple[Plane, Plane]:
        """(x, y) in the start picture for each pixel; valid until the next call."""
        back = self._distance(pose)
        fields = cv2.warpAffine(
            self._fields,
            back,
            self.size,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        near, living = (np.asarray(plane, np.float32) for plane in cv2.split(fields))
        (a, b, c), (d, e, f) = back.astype(np.float32)
        centre_x, centre_y = self.centre
        np.add(a * self._x + c, b * self._y, out=self._map_x)
        np.add(d * self._x, e * self._y + f, out=self._map_y)
        # An object that grows, or goes right, is sampled further in, or from the left.
        width, height = self.size
        self._add(self._map_x, near, -pose.near_zoom, centre_x, -pose.near_x * width, self._x)
        self._add(self._map_y, near, -pose.near_zoom, centre_y, -pose.near_y * height, self._y)
        if pose.sway or pose.breath:
            np.multiply(living, np.float32(-pose.sway * height), out=self._scratch)
            self._map_x += self._scratch
            np.multiply(living, np.float32(pose.breath * height), out=self._scratch)
            self._map_y += self._scratch
        return self._map_x, self._map_y

    def _add(
        self, plane: Plane, near: Plane, zoom: float, centre: float, shift: float, axis: Plane
    ) -> None:
        """Add near × (zoom × (axis − centre) + shift) to a plane of places."""
        if not zoom and not shift:
            return
        line = np.float32(zoom) * (axis - np.float32(centre)) + np.float32(shift)
        np.multiply(near, line, out=self._scratch)
        plane += self._scratch

    def _distance(self, pose: Pose) -> npt.NDArray[np.float64]:
        """The affine transform (2×3) from a frame's pixel to the start picture's."""
        turn = math.radians(pose.roll_degrees)
        cos, sin = math.cos(turn) / pose.zoom, math.sin(turn) / pose.zoom
        x, y = self.centre
        shift_x, shift_y = pose.shift_x * self.size[0], pose.shift_y * self.size[1]
        return np.array(
            [
                [cos, sin, x - cos * (x + shift_x) - sin * (y + shift_y)],
                [-sin, cos, y + sin * (x + shift_x) - cos * (y + shift_y)],
            ]
        )


def _inside(width_px: int, height_px: int) -> Plane:
    """0 on the border, 1 inside, smooth between."""
    ramps = []
    for side in (width_px, height_px):
        gone = np.clip(np.minimum(np.arange(side), np.arange(side)[::-1]) / (_HOLD * side), 0, 1)
        ramps.append((gone * gone * (3 - 2 * gone)).astype(np.float32))
    return np.asarray(ramps[0][None, :] * ramps[1][:, None], np.float32)


def sample(picture: Frame, places: tuple[Plane, Plane]) -> Frame:
    """The picture at these places, by cubic interpolation."""
    return np.asarray(
        cv2.remap(picture, *places, interpolation=cv2.INTER_CUBIC, borderMode=BORDER), np.uint8
    )
