"""What a picture of a person suggests about their looks: colours and light, in plain words.

Classical and modest: regions are placed around the one face that is found (hair above it, clothing
below it, background in the upper corners), their pixels are named by colour (hue, chroma and
lightness in CIE LCh), and the commonest name wins. The confidence is its share of the region, and
is lowered where no face, or more than one, was found. It tells light from dark hair and a red coat
from a blue one; it does not know what a hat is. A person decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.imaging.faces import Face, find_faces
from pipeline.imaging.measures import Pixels, luma

_SIDE_PX = 320
_GUESSED = 0.45  # factor of the confidence where the face is not certain
_LEAST_SHARE = 0.2

#: Hue of CIE LCh in degrees up to which a colour has this name, for chroma above `_GREY`.
_HUES: tuple[tuple[float, str], ...] = (
    (14, "pink"), (42, "red"), (74, "orange"), (112, "yellow"), (168, "green"),
    (225, "turquoise"), (308, "blue"), (335, "purple"), (360, "pink"),
)  # fmt: skip
_GREY = 9.0
#: Hair by lightness (up to) and, where it is colourful, by name.
_HAIR: tuple[tuple[float, str], ...] = ((16, "black"), (32, "dark brown"), (50, "brown"))


@dataclass(frozen=True)
class Suggestion:
    """A value with how sure the picture makes it, 0 … 1."""

    value: str
    confidence: float


def describe(rgb: Pixels) -> Mapping[str, Suggestion]:
    """What a picture suggests, by trait; what can't be told is absent.

    Traits are hair, clothing and background (names of colours), brightness, contrast, warmth,
    and framing.

    Args:
        rgb: uint8 (height, width, 3).
    """
    small = _scaled(rgb)
    faces = find_faces(small)
    sure = 1.0 if len(faces) == 1 else _GUESSED
    found: dict[str, Suggestion] = {}
    if faces:
        found["hair"] = _named(_above(small, faces[0]), sure, _hair_name)
        found["clothing"] = _named(_below(small, faces[0]), sure, _colour_name)
        found["framing"] = _framing(faces[0], small.shape[0], sure)
    found["background"] = _named(_corners(small), max(sure, 0.7), _colour_name)
    found |= _light(small)
    return {key: item for key, item in found.items() if item.confidence >= _LEAST_SHARE}


def colour_name(red: int, green: int, blue: int) -> str:
    """The plain name of a colour: grey tones by lightness, others by hue, with light or dark."""
    pixel = np.array([[[red, green, blue]]], np.uint8)
    lightness, chroma, hue = (float(v) for v in _lch(pixel).reshape(3))
    return _colour_name(lightness, chroma, hue)


def _colour_name(lightness: float, chroma: float, hue: float) -> str:
    if chroma < _GREY or lightness < 8:
        return _grey_name(lightness)
    name = next(name for limit, name in _HUES if hue <= limit)
    if name in ("orange", "yellow", "red") and lightness < 45 and chroma < 42:
        return "dark brown" if lightness < 25 else "brown"
    if name in ("orange", "yellow") and chroma < 26:
        return "beige"
    if lightness < 32:
        return f"dark {name}"
    return f"light {name}" if lightness > 78 and name not in ("yellow", "pink") else name


def _grey_name(lightness: float) -> str:
    for limit, name in ((16, "black"), (38, "dark grey"), (68, "grey"), (90, "light grey")):
        if lightness < limit:
            return name
    return "white"


def _hair_name(lightness: float, chroma: float, hue: float) -> str:
    if chroma < _GREY and lightness > 45:
        return "white" if lightness > 82 else "grey"
    if lightness > 16 and chroma > 30 and hue < 62:
        return "red"
    for limit, name in _HAIR:
        if lightness < limit:
            return name
    return "blond"


def _named(region: Pixels, sure: float, name: object) -> Suggestion:
    """The commonest name in a region, after bringing it down to few pixels."""
    if region.size == 0 or not callable(name):
        return Suggestion("", 0.0)
    few = cv2.resize(region, (24, 24), interpolation=cv2.INTER_AREA)
    names = [name(*(float(v) for v in pixel)) for pixel in _lch(np.asarray(few, np.uint8))]
    values, counts = np.unique(np.array(names), return_counts=True)
    best = int(counts.argmax())
    return Suggestion(str(values[best]), round(sure * float(counts[best]) / len(names), 3))


def _lch(rgb: Pixels) -> npt.NDArray[np.float32]:
    """Lightness 0–100, chroma, hue 0–360 of every pixel, shape (pixels, 3)."""
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255.0, cv2.COLOR_RGB2Lab).reshape(-1, 3)
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    hue = np.degrees(np.arctan2(lab[:, 2], lab[:, 1])) % 360.0
    return np.stack([lab[:, 0], chroma, hue], axis=1).astype(np.float32)


def _scaled(rgb: Pixels) -> Pixels:
    factor = _SIDE_PX / max(rgb.shape[:2])
    if factor >= 1:
        return rgb
    size = (max(1, round(rgb.shape[1] * factor)), max(1, round(rgb.shape[0] * factor)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def _part(rgb: Pixels, left: float, top: float, right: float, bottom: float) -> Pixels:
    height, width = rgb.shape[:2]
    x0, x1 = (round(min(max(v, 0), width)) for v in (left, right))
    y0, y1 = (round(min(max(v, 0), height)) for v in (top, bottom))
    return rgb[y0:y1, x0:x1]


def _above(rgb: Pixels, face: Face) -> Pixels:
    """The band over the brows, where hair is."""
    bottom = face.top - 0.12 * face.height
    sides = (face.left + 0.1 * face.width, face.left + 0.9 * face.width)
    return _part(rgb, sides[0], bottom - 0.28 * face.height, sides[1], bottom)


def _below(rgb: Pixels, face: Face) -> Pixels:
    """Shoulders and chest."""
    top = face.top + 1.6 * face.height
    middle = face.left + face.width / 2
    return _part(rgb, middle - face.width, top, middle + face.width, top + face.height)


def _corners(rgb: Pixels) -> Pixels:
    """The upper corners beside each other."""
    height, width = rgb.shape[:2]
    tall, wide = max(1, height // 3), max(1, width // 6)
    return np.concatenate([rgb[:tall, :wide], rgb[:tall, width - wide :]], axis=1)


def _framing(face: Face, height: int, sure: float) -> Suggestion:
    share = face.height / height
    for least, name in ((0.5, "close-up"), (0.22, "portrait"), (0.1, "half length")):
        if share >= least:
            return Suggestion(name, 0.8 * sure)
    return Suggestion("full length", 0.6 * sure)


def _light(rgb: Pixels) -> dict[str, Suggestion]:
    plane = luma(rgb)
    mean, spread = float(plane.mean()), float(plane.std())
    warm = float(rgb[..., 0].mean()) - float(rgb[..., 2].mean())
    return {
        "brightness": Suggestion(_step(mean, (85, "dark"), (170, "medium"), "bright"), 0.9),
        "contrast": Suggestion(_step(spread, (35, "low"), (70, "medium"), "high"), 0.9),
        "warmth": Suggestion(_step(warm, (-8, "cool"), (12, "neutral"), "warm"), 0.7),
    }


def _step(value: float, low: tuple[float, str], middle: tuple[float, str], high: str) -> str:
    return low[1] if value < low[0] else middle[1] if value < middle[0] else high
