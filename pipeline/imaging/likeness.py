"""How much the person in one picture looks like the person in another.

Without a face-recognition model this is appearance, measured on the face; it tells drift of one
character between frames and pictures well and says little about two strangers. The answer names
the measure that was used:

* ``lbp-face-1``: the largest faces, turned level by their eyes and brought to 96×96, are compared
  by local binary patterns in 6×6 cells (Ahonen, Hadid and Pietikäinen 2006; uniform patterns,
  chi-square distance), by low-frequency structure (correlation of 24×24 luma after removing mean
  and contrast), and by colour (mean and spread of CIE Lab). Where only one picture shows a face
  that the detector finds, the other is searched for the place most like it (normalised
  correlation), and the answer is lowered by a tenth.
* ``appearance-1``: the same three on the whole pictures, when neither shows a face.

1 is the same picture; the same face resized, re-encoded or lit a little differently lies above
0.8; unrelated faces mostly lie between 0.15 and 0.55. Compare only values of one model.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from skimage.feature import local_binary_pattern

from pipeline.imaging.faces import Face, eyes, find_faces
from pipeline.imaging.measures import Pixels, luma

FACE_MODEL = "lbp-face-1"
APPEARANCE_MODEL = "appearance-1"

_SIDE_PX = 96
_CELLS = 6
_PATTERNS = 10  # uniform patterns of 8 neighbours, rotation-invariant
_WEIGHTS = (0.35, 0.4, 0.25)  # texture, structure, colour
_FLOOR = 0.02  # of one part, so that it never wipes out the others
_TEXTURE_SCALE = 0.45
_COLOUR_SCALE = 30.0
_UNSEEN = 0.9
_SEARCH_SIDE_PX = 160
_SEARCH_SCALES = (0.7, 0.85, 1.0, 1.2, 1.4)

Plane = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Likeness:
    """An answer: value 0 … 1, the measure's name, and in how many of the two a face was found."""

    value: float
    model: str
    faces: int


@dataclass(frozen=True)
class Portrait:
    """A picture made ready for comparing; make it once where it is compared many times.

    Attributes:
        rgb: the picture, uint8.
        face: its largest face, or None.
    """

    rgb: Pixels
    face: Face | None


def portrait(rgb: Pixels, model: Path | None = None) -> Portrait:
    """Look for the largest face of a picture (see `find_faces` for `model`)."""
    rgb = np.stack([rgb] * 3, axis=2) if rgb.ndim == 2 else rgb[..., :3]
    faces = find_faces(rgb, model)
    return Portrait(rgb, faces[0] if faces else None)


def likeness(a_rgb: Pixels, b_rgb: Pixels, model: Path | None = None) -> Likeness:
    """Compare two pictures.

    Args:
        a_rgb, b_rgb: uint8 (height, width, 3) or (height, width); sizes may differ.
        model: a YuNet model file for finding the faces, see `find_faces`.
    """
    return compare(portrait(a_rgb, model), portrait(b_rgb, model))


def compare(a: Portrait, b: Portrait) -> Likeness:
    """Compare two pictures made ready by `portrait`; the order does not matter."""
    if a.face is not None and b.face is not None:
        value = _alike(_aligned(a.rgb, a.face), _aligned(b.rgb, b.face))
        return Likeness(value, FACE_MODEL, 2)
    if a.face is None and b.face is None:
        return Likeness(_alike(_whole(a.rgb), _whole(b.rgb)), APPEARANCE_MODEL, 0)
    seen, unseen = (a, b) if a.face is not None else (b, a)
    assert seen.face is not None
    place = _sought(seen.rgb, seen.face, unseen.rgb)
    value = _UNSEEN * _alike(_aligned(seen.rgb, seen.face, level=False), place)
    return Likeness(round(value, 4), FACE_MODEL, 1)


def _whole(rgb: Pixels) -> Pixels:
    shrinks = cv2.INTER_AREA if min(rgb.shape[:2]) >= _SIDE_PX else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(rgb, (_SIDE_PX, _SIDE_PX), interpolation=shrinks), np.uint8)


def _aligned(rgb: Pixels, face: Face, level: bool = True) -> Pixels:
    """The face, level, with the eyes on fixed places; by its box alone when they are not found."""
    pair = eyes(rgb, face) if level else None
    side = float(face.width)
    x, y = face.centre
    angle = 0.0
    if pair is not None:
        (lx, ly), (rx, ry) = pair
        angle = math.degrees(math.atan2(ry - ly, rx - lx))
        # The box jitters by a pixel or two; the eyes give the place, the box the size.
        across = math.radians(angle)
        reach = 0.16 * side
        x = (lx + rx) / 2 - math.sin(across) * reach
        y = (ly + ry) / 2 + math.cos(across) * reach
    matrix = cv2.getRotationMatrix2D((x, y), angle, _SIDE_PX / side)
    matrix[:, 2] += np.array([_SIDE_PX / 2 - x, _SIDE_PX / 2 - y])
    if side > 2 * _SIDE_PX:  # a large face is averaged first: warping alone would alias
        rgb = np.asarray(cv2.GaussianBlur(rgb, (0, 0), 0.35 * side / _SIDE_PX), np.uint8)
    warped = cv2.warpAffine(
        rgb,
        matrix,
        (_SIDE_PX, _SIDE_PX),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(warped, np.uint8)


def _sought(rgb: Pixels, face: Face, other: Pixels) -> Pixels:
    """The place of the other picture most like the face."""
    wanted = luma(_aligned(rgb, face, level=False))
    factor = min(1.0, _SEARCH_SIDE_PX / max(other.shape[:2]))
    size = (max(8, round(other.shape[1] * factor)), max(8, round(other.shape[0] * factor)))
    field = luma(np.asarray(cv2.resize(other, size, interpolation=cv2.INTER_AREA), np.uint8))
    share = face.width / max(rgb.shape[:2])
    best: tuple[float, int, int, int] | None = None
    for scale in _SEARCH_SCALES:
        side = min(*size, max(8, round(share * scale * max(size))))
        patch = cv2.resize(wanted, (side, side), interpolation=cv2.INTER_AREA)
        map_ = cv2.matchTemplate(field, patch, cv2.TM_CCOEFF_NORMED)
        _, score, _, (x, y) = cv2.minMaxLoc(map_)
        if best is None or score > best[0]:
            best = (score, x, y, side)
    assert best is not None
    left, top, side = (round(value / factor) for value in best[1:])
    cut = other[top : top + max(8, side), left : left + max(8, side)]
    return _whole(cut)


def _alike(a: Pixels, b: Pixels) -> float:
    """The three comparisons together, 0 … 1.

    Their weighted geometric mean, so that one that differs much can't hide behind the others.
    """
    parts = (_texture(a, b), _structure(a, b), _colour(a, b))
    logs = (w * math.log(max(_FLOOR, part)) for w, part in zip(_WEIGHTS, parts, strict=True))
    return round(math.exp(sum(logs)), 4)


def _texture(a: Pixels, b: Pixels) -> float:
    first, second = _patterns(a), _patterns(b)
    total = first + second
    squares = np.square(first - second)
    distance = float((squares / np.maximum(total, 1e-6)).sum(axis=1).mean())
    return math.exp(-distance / _TEXTURE_SCALE)


def _patterns(rgb: Pixels) -> Plane:
    """Histogram of uniform local binary patterns in every cell, shape (cells², patterns)."""
    grey = cv2.GaussianBlur(luma(rgb), (0, 0), 1.0).round().astype(np.uint8)
    codes = local_binary_pattern(grey, 8, 2, method="uniform").astype(int)  # type: ignore[no-untyped-call]
    step = _SIDE_PX // _CELLS
    cells = codes.reshape(_CELLS, step, _CELLS, step).transpose(0, 2, 1, 3).reshape(-1, step * step)
    counts = np.stack([(cells == code).sum(axis=1) for code in range(_PATTERNS)], axis=1)
    return np.asarray(counts / (step * step), np.float32)


def _structure(a: Pixels, b: Pixels) -> float:
    planes = []
    for rgb in (a, b):
        small = cv2.resize(luma(rgb), (24, 24), interpolation=cv2.INTER_AREA).astype(np.float64)
        centred = small - small.mean()
        # The floor keeps flat pictures from comparing rounding noise.
        planes.append(centred / math.sqrt(float(np.square(centred).sum()) + 24 * 24 * 4.0))
    correlation = float((planes[0] * planes[1]).sum())
    limit = math.sqrt(float(np.square(planes[0]).sum()) * float(np.square(planes[1]).sum()))
    # Two flat pictures are alike: what the floor took away counts as agreement.
    return max(0.0, min(1.0, correlation + 1.0 - limit if limit < 0.5 else correlation / limit))


def _colour(a: Pixels, b: Pixels) -> float:
    figures = []
    for rgb in (a, b):
        lab = cv2.cvtColor(rgb.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2Lab)
        flat = lab.reshape(-1, 3).astype(np.float64)
        figures.append(np.concatenate([flat.mean(axis=0) * (0.7, 1.5, 1.5), flat.std(axis=0)]))
    return math.exp(-float(np.linalg.norm(figures[0] - figures[1])) / _COLOUR_SCALE)
