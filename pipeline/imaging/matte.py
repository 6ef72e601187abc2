"""The person of a picture, cut out: a matte and the colours under its soft edge.

GrabCut (Rother, Kolmogorov and Blake 2004) on a small copy, told by the face where head and
shoulders are likely, or by saliency where there is no face. The hard outline becomes a soft matte
by a guided filter on the colours (He, Sun and Tang 2013), and the old background is taken out of
the half-covered pixels by blurred foreground estimation (Forte 2021, "Fast multi-level foreground
estimation", in one level).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.imaging.faces import Face
from pipeline.imaging.filters import guided_by_colour
from pipeline.imaging.focus import saliency
from pipeline.imaging.measures import Pixels

Plane = npt.NDArray[np.float32]
Labels = npt.NDArray[np.uint8]

_WORKING_SIDE_PX = 400
_ROUNDS = 6
_REACH = 1.9  # how far from the middle of the face a body may reach, in widths of the face
_RNG_SEED = 20  # GrabCut's clustering draws from OpenCV's generator of this thread


@dataclass(frozen=True)
class CutOut:
    """A person without the background.

    Attributes:
        rgb: uint8, the person's colours, continued under the soft edge.
        alpha: 0 … 1, how much of each pixel is the person.
    """

    rgb: Pixels
    alpha: Plane


def cut_out(rgb: Pixels, face: Face | None) -> CutOut:
    """Cut out the person of a picture; without a face, its most salient thing.

    Args:
        rgb: uint8 (height, width, 3).
        face: the person's face, see `faces.find_faces`.
    """
    height, width = rgb.shape[:2]
    factor = min(1.0, _WORKING_SIDE_PX / max(height, width))
    size = (max(8, round(width * factor)), max(8, round(height * factor)))
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    labels = _guess_from_face(small, face, factor) if face else _guess_from_saliency(small)
    unit = (face.width if face else min(height, width) / 3) * factor
    outline = _outline(small, labels, _seed_point(size, face, factor), unit)
    alpha = _softened(rgb, outline, face)
    if face is not None:
        alpha *= _body_fade(alpha.shape, face)
    return CutOut(_foreground(rgb, alpha), alpha)


def _guess_from_face(small: Pixels, face: Face, factor: float) -> Labels:
    """Where head and shoulders are for sure, likely, unlikely and not."""
    rows, columns = small.shape[:2]
    ys, xs = np.indices((rows, columns), dtype=np.float32)
    side = face.width * factor
    x, top = face.centre[0] * factor, face.top * factor
    aside = np.abs(xs - x) / side  # distances in faces
    down = (ys - top) / side

    head = np.square(aside / 0.8) + np.square((down - 0.42) / 0.95) < 1
    core = np.square(aside / 0.42) + np.square((down - 0.5) / 0.52) < 1
    shoulders = np.clip(0.5 + np.maximum(0, down - 1.05) * 1.9, 0.5, 1.5)
    torso = (down > 1.0) & (aside < shoulders)
    spine = (down > 1.0) & (aside < np.clip(0.25 + (down - 1.0) * 0.85, 0.25, 0.85))
    reach = np.where(down < 1.0, 1.15, np.clip(1.15 + (down - 1.0) * 1.1, 1.15, _REACH))
    labels = np.full((rows, columns), cv2.GC_PR_BGD, np.uint8)
    labels[(aside > reach) | (down < -0.75)] = cv2.GC_BGD
    labels[head | torso] = cv2.GC_PR_FGD
    labels[core | spine] = cv2.GC_FGD
    return labels


def _guess_from_saliency(small: Pixels) -> Labels:
    map_ = cv2.resize(saliency(small), (small.shape[1], small.shape[0]))
    map_ = cv2.GaussianBlur(map_, (0, 0), max(small.shape[:2]) / 40)
    labels = np.full(small.shape[:2], cv2.GC_PR_BGD, np.uint8)
    likely, sure = np.quantile(map_, (0.6, 0.93))
    labels[map_ >= likely] = cv2.GC_PR_FGD
    labels[map_ >= sure] = cv2.GC_FGD
    edge = max(1, round(min(small.shape[:2]) * 0.02))
    labels[:edge] = labels[:, :edge] = labels[:, -edge:] = cv2.GC_BGD
    return labels


def _seed_point(size: tuple[int, int], face: Face | None, factor: float) -> tuple[int, int] | None:
    if face is None:
        return None
    x, y = face.centre
    return min(size[0] - 1, round(x * factor)), min(size[1] - 1, round(y * factor))


def _body_fade(shape: tuple[int, ...], face: Face) -> Plane:
    """1 where a body may be, falling to 0 at its reach, so that nothing ends in a hard cut."""
    columns = np.arange(shape[1], dtype=np.float32)
    aside = np.abs(columns - np.float32(face.centre[0])) / np.float32(face.width)
    fall = np.clip((_REACH - aside) / 0.3, 0, 1)
    return np.asarray((fall * fall * (3 - 2 * fall))[None, :], np.float32)


def _outline(small: Pixels, labels: Labels, inside: tuple[int, int] | None, unit: float) -> Labels:
    """One solid shape, 0 or 255; `unit` is the width of a face in its pixels."""
    cv2.setRNGSeed(_RNG_SEED)
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    picture = cv2.bilateralFilter(small, 5, 25, 3)
    cv2.grabCut(
        picture, labels, (0, 0, 0, 0), background, foreground, _ROUNDS, cv2.GC_INIT_WITH_MASK
    )
    shape = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8) * 255
    width = 2 * max(1, round(max(small.shape[:2]) / 130)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    smooth = cv2.morphologyEx(shape, cv2.MORPH_OPEN, kernel)
    smooth = cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, kernel)
    shape = _without_bays(_one_part(np.asarray(smooth, np.uint8), inside), inside, unit)
    shape = _without_holes(shape)
    return _without_spurs(shape, inside, unit)


def _one_part(shape: Labels, inside: tuple[int, int] | None) -> Labels:
    count, parts, figures, _ = cv2.connectedComponentsWithStats(shape, connectivity=4)
    if count <= 1:
        return shape
    label = int(parts[inside[1], inside[0]]) if inside else 0
    if label == 0:
        label = 1 + int(np.argmax(figures[1:, cv2.CC_STAT_AREA]))
    return np.where(parts == label, 255, 0).astype(np.uint8)


def _without_bays(shape: Labels, inside: tuple[int, int] | None, unit: float) -> Labels:
    """Close narrow bays below the chin: collars and folds that look like what is behind."""
    if inside is None:
        return shape
    wide = 2 * max(1, round(unit * 0.25)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
    closed = cv2.morphologyEx(shape, cv2.MORPH_CLOSE, kernel)
    chin = min(shape.shape[0], round(inside[1] + 0.65 * unit))
    return np.concatenate([shape[:chin], closed[chin:]])


def _without_spurs(shape: Labels, inside: tuple[int, int] | None, unit: float) -> Labels:
    """Drop what hangs on by a thin link: the shape opened widely, then grown back a little."""
    wide = 2 * max(1, round(unit * 0.14)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
    # Beyond the lower edge the shape goes on as it ends.
    framed = cv2.copyMakeBorder(shape, 0, wide, 0, 0, cv2.BORDER_REPLICATE)
    opened = cv2.morphologyEx(framed, cv2.MORPH_OPEN, kernel)[: shape.shape[0]]
    core = _one_part(np.asarray(opened, np.uint8), inside)
    if not core.any():
        return shape
    grown = cv2.dilate(core, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide // 2 | 1,) * 2))
    return np.asarray(np.minimum(shape, grown), np.uint8)


def _without_holes(shape: Labels) -> Labels:
    """Fill what the shape or the lower edge of the picture encloses."""
    framed = np.asarray(cv2.copyMakeBorder(shape, 1, 0, 1, 1, cv2.BORDER_CONSTANT, value=0))
    flooded = framed.copy()
    mask = np.zeros((framed.shape[0] + 2, framed.shape[1] + 2), np.uint8)
    cv2.floodFill(flooded, mask, (0, 0), 128)
    filled = np.where(flooded == 128, 0, 255).astype(np.uint8)
    return filled[1:, 1:-1]


def _softened(rgb: Pixels, outline: Labels, face: Face | None) -> Plane:
    """The hard outline, enlarged, with an edge that follows hair and cloth."""
    height, width = rgb.shape[:2]
    unit = (face.width if face else min(height, width) / 3) / 100
    hard = cv2.resize(outline, (width, height), interpolation=cv2.INTER_CUBIC)
    soft = cv2.GaussianBlur(hard.astype(np.float32) / np.float32(255), (0, 0), 1.2 * unit + 0.5)
    hard01 = np.asarray(np.clip((soft - 0.5) * 4 + 0.5, 0, 1), np.float32)
    radius = max(2, round(6 * unit))
    fine = guided_by_colour(rgb, hard01, radius, 1e-4, side_px=900)
    # Inside and outside stay as they are; only a band along the outline is refined.
    band = cv2.GaussianBlur(hard01, (0, 0), radius / 2)
    inner = np.clip((band - 0.88) / 0.1, 0, 1)
    outer = np.clip((0.12 - band) / 0.1, 0, 1)
    alpha = np.clip((fine - 0.12) / 0.76, 0, 1)
    alpha = alpha * (1 - inner) + inner
    return np.asarray(alpha * (1 - outer), np.float32)


def _foreground(rgb: Pixels, alpha: Plane) -> Pixels:
    """The person's own colours: what shines through of the old background is taken out."""
    picture = rgb.astype(np.float32)
    cover = alpha[..., None]
    radius = 2 * max(3, round(min(rgb.shape[:2]) / 40)) + 1

    def spread(values: npt.NDArray[np.float32], weight: npt.NDArray[np.float32]) -> Plane:
        sums = cv2.blur(values * weight[..., None], (radius, radius))
        return np.asarray(sums / (cv2.blur(weight, (radius, radius))[..., None] + 1e-4), np.float32)

    solid = np.where(alpha > 0.9, alpha, alpha * np.float32(0.05)).astype(np.float32)
    near = spread(picture, solid)
    behind = spread(picture, np.float32(1) - alpha)
    found = near + cover * (picture - cover * near - (1 - cover) * behind)
    return np.clip(np.rint(np.where(cover > 0.98, picture, found)), 0, 255).astype(np.uint8)
