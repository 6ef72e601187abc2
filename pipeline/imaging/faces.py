"""Where the faces of a picture are, where their eyes are, and how far the head is tilted.

Two detectors, and every face says which one spoke:

* ``lbp-cascade-1``: the frontal-face cascade of local binary patterns that comes with
  scikit-image (Liao et al. 2007, Viola and Jones 2001). Its windows are weighed by a linear
  discriminant on gradient histograms trained, when first needed, on the hundred faces and
  hundred non-faces that come with scikit-image (a subset of "Labeled Faces in the Wild"), and
  by the share of skin colour (Chai and Ngan 1999). Finds upright frontal faces from about a
  tenth of the picture's side (of a square of its area); a doubtful one is looked at again from
  nearer by. Heads tilted up to about 20° are found by trying the picture turned.
* ``yunet``: OpenCV's YuNet (Wu et al. 2023), when the caller names its model file. Finds small
  and turned faces as well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from skimage.data import lbp_frontal_face_cascade_filename, lfw_subset
from skimage.feature import Cascade

from pipeline.imaging.eyes import find_eyes
from pipeline.imaging.measures import Pixels, luma

CASCADE = "lbp-cascade-1"
YUNET = "yunet"

_WORKING_SIDE_PX = 256  # side of a square of as many pixels as the picture is looked at with
_TURNED_SIDE_PX = 208
_TURNS_DEGREES = (20.0, -20.0)
_PADDING = 0.06
_LEAST_WINDOW_PX = 24
_SCALE_STEP = 1.15
_LEAST_VOTES = 0.9  # sum of the discriminant over the windows of one face
_SURE_VOTES = 7.0  # below it, the face must be found again from nearer by, with both eyes
_NEAR_PX = 60  # width of a face looked at from nearer by
_LEAST_NEAR = (2.5, 4)  # votes and windows it must have there
_LEAST_WINDOWS = 2
_LEAST_GREY = (3.6, 7)  # both, where no colour bears a face out
_LEAST_SKIN = 0.3
_NO_CHROMA = 4.0  # mean distance of Cr and Cb from neutral; below it a picture counts as grey
_YUNET_SIDE_PX = 640
_SIDE = 24

Plane = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Face:
    """One face.

    Attributes:
        left, top, width, height: its box in pixels of the picture, from the brows to the chin.
        score: how sure the detector is, 0 … 1; compare only scores of the same detector.
        detector: which detector spoke.
    """

    left: int
    top: int
    width: int
    height: int
    score: float
    detector: str

    @property
    def centre(self) -> tuple[float, float]:
        """(x, y) of the middle of the box, pixels."""
        return self.left + self.width / 2, self.top + self.height / 2

    @property
    def area_px(self) -> int:
        """Area of the box in square pixels."""
        return self.width * self.height


def find_faces(rgb: Pixels, model: Path | None = None) -> list[Face]:
    """Return the faces of a picture, largest first.

    Args:
        rgb: uint8 (height, width, 3), or (height, width) for grey.
        model: a YuNet model file (ONNX); None or a missing file: the cascade speaks.
    """
    rgb = np.ascontiguousarray(np.stack([rgb] * 3, axis=2) if rgb.ndim == 2 else rgb[..., :3])
    if min(rgb.shape[:2]) < _LEAST_WINDOW_PX:
        return []
    found = _by_yunet(rgb, model) if model is not None and model.is_file() else _by_cascade(rgb)
    return sorted(found, key=lambda face: (-face.area_px, face.left, face.top))


def eyes(rgb: Pixels, face: Face) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Return the centres of the two eyes as ((x, y) of the one on the left, … right), pixels.

    See ``pipeline.imaging.eyes`` for the method and its accuracy; None when unsure.
    """
    return find_eyes(rgb, (face.left, face.top, face.width, face.height))


def roll_degrees(rgb: Pixels, face: Face) -> float | None:
    """Return how far the head is tilted, degrees; None when the eyes are not found for sure.

    Positive: the eye on the right of the picture is lower (the head is turned clockwise).
    Right to about 3° on upright frontal faces from 60 px width.
    """
    pair = eyes(rgb, face)
    if pair is None:
        return None
    (left_x, left_y), (right_x, right_y) = pair
    return math.degrees(math.atan2(right_y - left_y, right_x - left_x))


# --- the cascade ----------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _cascade() -> Cascade:
    return Cascade(lbp_frontal_face_cascade_filename())  # type: ignore[no-untyped-call]


def _by_cascade(rgb: Pixels) -> list[Face]:
    faces = _detect(rgb, _WORKING_SIDE_PX)
    if faces:
        return faces
    turned: list[Face] = []
    factor = _factor(rgb, _TURNED_SIDE_PX)
    small = _shrunk(rgb, factor)
    for degrees in _TURNS_DEGREES:
        rows, columns = small.shape[:2]
        matrix = cv2.getRotationMatrix2D((columns / 2, rows / 2), degrees, 1.0)
        picture = cv2.warpAffine(
            small, matrix, (columns, rows), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        back = cv2.invertAffineTransform(matrix)
        for face in _detect(np.asarray(picture, np.uint8), _TURNED_SIDE_PX, doubted=True):
            x, y = back @ np.array([*face.centre, 1.0])
            side = face.width / factor
            turned.append(_face(x / factor - side / 2, y / factor - side / 2, side, face.score))
    return _suppressed(turned)


def _detect(rgb: Pixels, working_side_px: int, doubted: bool = False) -> list[Face]:
    """The upright faces, from the cascade's windows, their votes and their colour.

    Where `doubted`, even sure ones must be found again from nearer by.
    """
    height, width = rgb.shape[:2]
    factor = _factor(rgb, working_side_px)
    small = _shrunk(rgb, factor)
    pad = round(_PADDING * max(small.shape[:2]))
    small = np.asarray(
        cv2.copyMakeBorder(small, pad, pad, pad, pad, cv2.BORDER_REPLICATE), np.uint8
    )
    side = min(small.shape[:2])
    if side < _LEAST_WINDOW_PX + 1:
        return []
    skin = _skin(small)
    weighed = _weighed(small, skin, (_LEAST_WINDOW_PX, side))
    least = (_LEAST_VOTES, _LEAST_WINDOWS) if skin is not None else _LEAST_GREY
    found = []
    for left, top, size, votes in _gathered(weighed, *least):
        face = _face((left - pad) / factor, (top - pad) / factor, size / factor, _score(votes))
        if (votes >= _SURE_VOTES and not doubted) or _again(rgb, face):
            found.append(face)
    return _suppressed([_inside(face, width, height) for face in found])


def _weighed(
    rgb: Pixels, skin: Plane | None, sizes: tuple[int, int]
) -> list[tuple[int, int, int, float]]:
    """Every window of the cascade on plausible colour, with its vote: left, top, side, vote."""
    windows = _cascade().detect_multi_scale(
        img=rgb,
        scale_factor=_SCALE_STEP,
        step_ratio=1,
        min_size=(sizes[0], sizes[0]),
        max_size=(sizes[1], sizes[1]),
        min_neighbor_number=1,  # every window by itself: they are gathered and weighed here
        intersection_score_threshold=1.01,
    )
    grey = luma(rgb) / np.float32(255)
    boxes = [(window["c"], window["r"], window["width"]) for window in windows]
    return [
        (*box, _vote(grey, box))
        for box in boxes
        if skin is None or _share(skin, box) >= _LEAST_SKIN
    ]


def _score(votes: float) -> float:
    return votes / (votes + 2.0)


def _again(rgb: Pixels, face: Face) -> bool:
    """Whether a doubtful face is found from nearer by, too: a chance likeness is not."""
    margin = round(0.45 * face.width)
    top, left = max(0, face.top - margin), max(0, face.left - margin)
    part = rgb[top : face.top + face.height + margin, left : face.left + face.width + margin]
    factor = _NEAR_PX / face.width
    size = (max(1, round(part.shape[1] * factor)), max(1, round(part.shape[0] * factor)))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    near = np.asarray(cv2.resize(part, size, interpolation=how), np.uint8)
    most = min(*near.shape[:2], round(1.4 * _NEAR_PX))
    if most <= _LEAST_WINDOW_PX:
        return False
    windows = _weighed(near, _skin(near), (round(0.7 * _NEAR_PX), most))
    return any(
        find_eyes(near, (round(left), round(top), round(side), round(side))) is not None
        for left, top, side, _ in _gathered(windows, *_LEAST_NEAR)
    )


def _factor(rgb: Pixels, side_px: int) -> float:
    """How much smaller a picture is looked at: as many pixels as a square of this side has."""
    return min(1.0, side_px / math.sqrt(rgb.shape[0] * rgb.shape[1]))


def _shrunk(rgb: Pixels, factor: float) -> Pixels:
    if factor >= 1.0:
        return rgb
    size = (max(1, round(rgb.shape[1] * factor)), max(1, round(rgb.shape[0] * factor)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def _face(left: float, top: float, side: float, score: float) -> Face:
    return Face(round(left), round(top), round(side), round(side), round(score, 4), CASCADE)


def _inside(face: Face, width: int, height: int) -> Face:
    left, top = max(0, face.left), max(0, face.top)
    right = min(width, face.left + face.width)
    bottom = min(height, face.top + face.height)
    return Face(left, top, max(1, right - left), max(1, bottom - top), face.score, face.detector)


def _skin(rgb: Pixels) -> Plane | None:
    """1 where the colour may be skin; None for a picture without colour."""
    ycc = cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb)
    cr, cb = ycc[..., 1].astype(np.int16), ycc[..., 2].astype(np.int16)
    if float(np.abs(cr - 128).mean() + np.abs(cb - 128).mean()) < _NO_CHROMA:
        return None
    return np.asarray((cr > 131) & (cr < 178) & (cb > 72) & (cb < 132), np.float32)


def _share(skin: Plane, box: tuple[int, int, int]) -> float:
    left, top, size = box
    edge = size // 5
    part = skin[top + edge : top + size - edge, left + edge : left + size - edge]
    return float(part.mean()) if part.size else 0.0


def _gathered(
    windows: list[tuple[int, int, int, float]], least_votes: float, least_windows: int
) -> list[tuple[float, float, float, float]]:
    """Gather windows that show the same face; (left, top, side, votes) for each face."""
    rest = sorted(windows, key=lambda window: -window[3])
    faces = []
    while rest:
        seed = rest[0]
        near = [window for window in rest if _same(seed, window)]
        rest = [window for window in rest if window not in near]
        good = [window for window in near if window[3] > 0]
        votes = sum(window[3] for window in good)
        if len(good) >= least_windows and votes >= least_votes:
            weights = [window[3] for window in good]
            left, top, side = np.average([window[:3] for window in good], axis=0, weights=weights)
            faces.append((float(left), float(top), float(side), votes))
    return faces


def _same(a: tuple[int, int, int, float], b: tuple[int, int, int, float]) -> bool:
    reach = 0.3 * min(a[2], b[2])
    shift = math.hypot(a[0] + a[2] / 2 - b[0] - b[2] / 2, a[1] + a[2] / 2 - b[1] - b[2] / 2)
    return shift <= reach and max(a[2], b[2]) <= 1.7 * min(a[2], b[2])


def _suppressed(faces: list[Face]) -> list[Face]:
    """Non-maximum suppression: of faces that overlap, the surest stays."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda face: (-face.score, face.left, face.top)):
        if all(_overlap(face, other) < 0.3 for other in kept):
            kept.append(face)
    return kept


def _overlap(a: Face, b: Face) -> float:
    """Shared area by the smaller area, 0 … 1."""
    width = min(a.left + a.width, b.left + b.width) - max(a.left, b.left)
    height = min(a.top + a.height, b.top + b.height) - max(a.top, b.top)
    return max(0, width) * max(0, height) / max(1, min(a.area_px, b.area_px))


# --- the second opinion -----------------------------------------------------------------------


def _descriptor(grey: Plane) -> Plane:
    """Gradient histograms (8 directions × 6×6 cells) and the coarse grey of a window."""
    small = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    small = (small - small.mean()) / (small.std() + np.float32(1e-3))
    dx, dy = cv2.Sobel(small, cv2.CV_32F, 1, 0), cv2.Sobel(small, cv2.CV_32F, 0, 1)
    strength = np.hypot(dx, dy)
    turn = np.mod(np.arctan2(dy, dx), 2 * np.pi) * (8 / (2 * np.pi))
    lower = np.floor(turn).astype(int) % 8
    part = turn - np.floor(turn)
    planes = np.zeros((8, _SIDE, _SIDE), np.float32)
    rows, columns = np.indices((_SIDE, _SIDE))
    planes[lower, rows, columns] += strength * (1 - part)
    planes[(lower + 1) % 8, rows, columns] += strength * part
    cells = planes.reshape(8, 6, 4, 6, 4).sum((2, 4))
    cells /= np.sqrt(np.square(cells).sum(0, keepdims=True) + np.square(cells.sum()) * 1e-4)
    coarse = cv2.resize(small, (6, 6), interpolation=cv2.INTER_AREA).ravel() * 0.3
    return np.concatenate([cells.ravel(), coarse]).astype(np.float32)


@lru_cache(maxsize=1)
def _discriminant() -> tuple[npt.NDArray[np.float64], float]:
    """Ridge-regularised linear discriminant, +1 for a face and -1 for none."""
    pictures = lfw_subset().astype(np.float32)  # type: ignore[no-untyped-call]
    both = [view for picture in pictures for view in (picture, picture[:, ::-1])]
    known = np.array([_descriptor(view) for view in both], np.float64)
    wanted = np.repeat(np.where(np.arange(len(pictures)) < 100, 1.0, -1.0), 2)
    mean = known.mean(axis=0)
    centred = known - mean
    solved = np.linalg.solve(centred @ centred.T + 10.0 * np.eye(len(centred)), wanted)
    weights = centred.T @ solved
    return weights, float(-(mean @ weights))


def _vote(grey: Plane, box: tuple[int, int, int]) -> float:
    """How much like a face the window is, about -1 … 1; the best of three tightnesses."""
    weights, offset = _discriminant()
    left, top, size = box
    votes = []
    for tighter in (0.0, 0.08, 0.16):
        edge = round(size * tighter)
        window = grey[top + edge : top + size - edge, left + edge : left + size - edge]
        votes.append(float(_descriptor(window) @ weights) + offset)
    return min(1.0, max(votes))


# --- YuNet ------------------------------------------------------------------------------------


@lru_cache(maxsize=2)
def _yunet(path: str) -> object:
    return cv2.FaceDetectorYN.create(path, "", (320, 320), 0.7, 0.3, 500)


def _by_yunet(rgb: Pixels, model: Path) -> list[Face]:
    factor = min(1.0, _YUNET_SIDE_PX / max(rgb.shape[:2]))
    small = _shrunk(rgb, factor)
    detector = _yunet(str(model))
    detector.setInputSize((small.shape[1], small.shape[0]))  # type: ignore[attr-defined]
    _, rows = detector.detect(  # type: ignore[attr-defined]
        cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
    )
    found = []
    for row in rows if rows is not None else ():
        left, top, width, height = (round(float(value) / factor) for value in row[:4])
        found.append(Face(left, top, width, height, round(float(row[14]), 4), YUNET))
    return [_inside(face, rgb.shape[1], rgb.shape[0]) for face in found]
