"""A crop around the face, with head room and the eyes near the upper third."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.imaging.faces import Face, eyes, find_faces
from pipeline.imaging.focus import focal_point
from pipeline.imaging.measures import Pixels

#: How much of the crop's height a face takes by default: head and shoulders.
HEAD_AND_SHOULDERS = 0.34

_EYE_LINE = 0.4
_HEAD_ROOM = 0.06
_ABOVE_FACE = 0.42  # hair and forehead above the box, share of the box's height
_EYES_IN_FACE = 0.36


@dataclass(frozen=True)
class Box:
    """A part of a picture in whole pixels; it lies inside the picture."""

    left: int
    top: int
    width: int
    height: int

    def of(self, rgb: Pixels) -> Pixels:
        """The part of a picture, as a view."""
        return rgb[self.top : self.top + self.height, self.left : self.left + self.width]


def plan_crop(
    rgb: Pixels,
    aspect_w: int,
    aspect_h: int,
    *,
    face: Face | None = None,
    face_share: float = HEAD_AND_SHOULDERS,
    least_px: int = 512,
    model: Path | None = None,
) -> Box:
    """Plan the crop of a picture to an aspect.

    Around the largest face: it takes ``face_share`` of the height, its middle is in the middle,
    the eyes are at two fifths from the top and the head has room above, as far as the picture
    reaches. The short side stays at ``least_px`` where the picture has so many. Without a face
    the largest crop around the focal point.

    Args:
        rgb: uint8 (height, width, 3).
        aspect_w, aspect_h: the aspect, such as 4 and 5; both at least 1.
        face: the face to crop around; None looks for the largest.
        face_share: wanted height of the face by the crop's, 0.05 … 0.95.
        least_px: short side not to go below.
        model: a YuNet model file, see `find_faces`.

    Returns:
        A box inside the picture, of the aspect to within one pixel.

    Raises:
        ValueError: a number is outside its range.
    """
    if aspect_w < 1 or aspect_h < 1:
        raise ValueError(f"an aspect has positive sides, got {aspect_w}:{aspect_h}")
    if not 0.05 <= face_share <= 0.95:
        raise ValueError(f"face_share must lie in 0.05 … 0.95, got {face_share}")
    height, width = rgb.shape[:2]
    if face is None:
        face = next(iter(find_faces(rgb, model)), None)
    most = min(height, width * aspect_h / aspect_w)  # the tallest crop there is room for
    if face is None:
        x, y = focal_point(rgb)
        return _boxed(x * width, y * height, 0.5, most, (aspect_w, aspect_h), (width, height))
    least = least_px * max(1.0, aspect_h / aspect_w)
    tall = min(most, max(face.height / face_share, least))
    pair = eyes(rgb, face)
    eye_y = (pair[0][1] + pair[1][1]) / 2 if pair else face.top + _EYES_IN_FACE * face.height
    crown = face.top - _ABOVE_FACE * face.height
    top = min(eye_y - _EYE_LINE * tall, crown - _HEAD_ROOM * tall)
    # Head room must not push the chin out of a crop that is small for the face.
    top = max(top, min(face.top + face.height * 1.08 - tall, face.top))
    return _boxed(face.centre[0], top, 0.0, tall, (aspect_w, aspect_h), (width, height))


def _boxed(
    x: float,
    y: float,
    anchor: float,
    tall: float,
    aspect: tuple[int, int],
    size: tuple[int, int],
) -> Box:
    """Round to whole pixels and slide inside the picture.

    ``x`` is where the middle goes, ``y`` where the point at ``anchor`` of the height goes.
    """
    high = int(np.clip(round(tall), 1, size[1]))
    wide = int(np.clip(round(high * aspect[0] / aspect[1]), 1, size[0]))
    left = int(np.clip(round(x - wide / 2), 0, size[0] - wide))
    top = int(np.clip(round(y - anchor * high), 0, size[1] - high))
    return Box(left, top, wide, high)
