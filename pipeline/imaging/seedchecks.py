"""Checks of a seed image: each with a measured value, its thresholds, a verdict and advice.

Seed A is a portrait, the ground truth of a likeness: exactly one face, large, near the middle,
level. Seed B is a foundation (body, wardrobe, setting, style): it need not show a face.
The thresholds are a `QualityProfile`; a project may replace any of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from pipeline.imaging.faces import Face, eyes, find_faces, roll_degrees
from pipeline.imaging.measures import Pixels, luma, sharpness
from pipeline.imaging.seedadvice import advice

Slot = Literal["A", "B"]
Verdict = Literal["pass", "warn", "fail"]

_SHARPNESS_SIDE_PX = 512
_FACE_SIDE_PX = 128
_SHADOW, _HIGHLIGHT = 2.5, 252.5  # luma at or beyond which a pixel counts as clipped
_EYE_BAND = (0.18, 0.55)  # where the eye line of a portrait may lie, share of the height


@dataclass(frozen=True)
class Threshold:
    """From where a value warns and from where it fails; None: never.

    Attributes:
        warn, fail: in the check's unit.
        worse: whether low or high values are bad.
    """

    warn: float | None
    fail: float | None
    worse: Literal["low", "high"]

    def verdict(self, value: float) -> Verdict:
        """What a value means; a value on the threshold is still good."""
        sign = 1.0 if self.worse == "high" else -1.0
        if self.fail is not None and sign * (value - self.fail) > 0:
            return "fail"
        if self.warn is not None and sign * (value - self.warn) > 0:
            return "warn"
        return "pass"


@dataclass(frozen=True)
class Check:
    """What a check is: its code, title and unit, for pages that list them.

    Attributes:
        slots: of which slots it is made.
        meaning: how the value is measured.
    """

    code: str
    title: str
    unit: str
    slots: tuple[Slot, ...]
    meaning: str


CHECKS: tuple[Check, ...] = (
    Check("short_side", "Short side", "px", ("A", "B"), "The smaller of width and height."),
    Check("aspect", "Aspect", ":1", ("A", "B"), "Longer side by shorter side."),
    Check(
        "sharpness",
        "Sharpness",
        "×10⁻⁴",
        ("A", "B"),
        "Variance of the Laplacian, of the face at 128 px or else of the picture at 512 px.",
    ),
    Check(
        "clipped_shadows", "Clipped shadows", "%", ("A", "B"), "Pixels without detail in the dark."
    ),
    Check(
        "clipped_highlights",
        "Clipped highlights",
        "%",
        ("A", "B"),
        "Pixels without detail in the light.",
    ),
    Check("faces", "Faces", "", ("A", "B"), "Faces found."),
    Check("face_size", "Face size", "%", ("A", "B"), "Height of the face by the picture's."),
    Check(
        "centring",
        "Centring",
        "%",
        ("A",),
        "How far the face is from the middle, and its eye line from the upper half.",
    ),
    Check("roll", "Tilt", "°", ("A", "B"), "Angle of the line between the eyes."),
    Check(
        "compression",
        "Compression",
        "%",
        ("A", "B"),
        "How much stronger steps are at the borders of 8×8 blocks than inside.",
    ),
)

_COMMON: dict[str, Threshold] = {
    "short_side": Threshold(512, 256, "low"),
    "aspect": Threshold(2.0, 3.0, "high"),
    "sharpness": Threshold(4.0, 1.0, "low"),
    "clipped_shadows": Threshold(20.0, 50.0, "high"),
    "clipped_highlights": Threshold(10.0, 40.0, "high"),
    "compression": Threshold(35.0, 120.0, "high"),
}
_DEFAULTS: dict[tuple[str, str], Threshold] = {
    **{(slot, code): limit for slot in ("A", "B") for code, limit in _COMMON.items()},
    ("A", "faces"): Threshold(1, 1, "high"),
    ("B", "faces"): Threshold(1, None, "high"),
    ("A", "face_size"): Threshold(14.0, 8.0, "low"),
    ("B", "face_size"): Threshold(5.0, None, "low"),
    ("A", "centring"): Threshold(15.0, 35.0, "high"),
    ("A", "roll"): Threshold(7.0, 20.0, "high"),
    ("B", "roll"): Threshold(20.0, None, "high"),
}


@dataclass(frozen=True)
class QualityProfile:
    """Thresholds by (slot, code of the check); what is not given is the default.

    For ``faces`` of Seed A the count must be exactly one; its threshold says how many are too
    many, and none at all is always a fail.
    """

    thresholds: Mapping[tuple[str, str], Threshold] = field(default_factory=dict)

    def threshold(self, slot: Slot, code: str) -> Threshold:
        """The threshold of a check for a slot."""
        return self.thresholds.get((slot, code), _DEFAULTS[slot, code])

    def replaced(
        self, slot: Slot, code: str, warn: float | None, fail: float | None
    ) -> QualityProfile:
        """A profile with one other threshold.

        Raises:
            KeyError: there is no such check for this slot.
        """
        limit = Threshold(warn, fail, _DEFAULTS[slot, code].worse)
        return QualityProfile({**self.thresholds, (slot, code): limit})


DEFAULT_PROFILE = QualityProfile()


@dataclass(frozen=True)
class CheckResult:
    """One finding.

    Attributes:
        code: of the check, see `CHECKS`.
        value: what was measured, in `unit`.
        threshold_warn, threshold_fail: what it was held against; None: that verdict is not given.
        verdict: pass, warn or fail.
        message: for people; what was found, and unless it passed why it matters and what to do.
    """

    code: str
    value: float
    unit: str
    threshold_warn: float | None
    threshold_fail: float | None
    verdict: Verdict
    message: str


def check_seed(
    rgb: Pixels,
    *,
    media_type: str,
    slot: Slot,
    profile: QualityProfile = DEFAULT_PROFILE,
    face_model: Path | None = None,
) -> list[CheckResult]:
    """Make all checks of a picture for a slot, in the order of `CHECKS`.

    What needs a face is left out where there is not exactly one.

    Args:
        rgb: the decoded picture, uint8 (height, width, 3).
        media_type: of the file, such as ``image/jpeg``; lossless types are looked at for
            blocks too, since a PNG may be made from a JPEG.
        slot: A (portrait) or B (foundation).
        profile: the thresholds.
        face_model: a YuNet model file, see `find_faces`.
    """
    height, width = rgb.shape[:2]
    faces = find_faces(rgb, face_model)
    values: dict[str, float] = {
        "short_side": float(min(height, width)),
        "aspect": max(height, width) / min(height, width),
        "sharpness": subject_sharpness(rgb, faces) * 1e4,
        **_clipping(rgb),
        "faces": float(len(faces)),
        "compression": 100.0 * blockiness(rgb),
    }
    if len(faces) == 1:
        values |= _about_face(rgb, faces[0])
    results = []
    for check in CHECKS:
        if slot in check.slots and check.code in values:
            results.append(_judged(check, values[check.code], slot, profile, media_type))
    return results


def worst(results: list[CheckResult]) -> Verdict:
    """The verdict on the whole picture: its worst finding; pass when there is none."""
    order: tuple[Verdict, ...] = ("pass", "warn", "fail")
    return max((result.verdict for result in results), key=order.index, default="pass")


def _judged(
    check: Check, value: float, slot: Slot, profile: QualityProfile, media_type: str
) -> CheckResult:
    limit = profile.threshold(slot, check.code)
    value = round(value, 2)
    verdict = limit.verdict(value)
    if check.code == "faces" and slot == "A" and value < 1:
        verdict = "fail"
    bound = limit.fail if verdict == "fail" else limit.warn
    message = advice(check.code, value, verdict, bound, slot, media_type)
    return CheckResult(check.code, value, check.unit, limit.warn, limit.fail, verdict, message)


def subject_sharpness(rgb: Pixels, faces: list[Face]) -> float:
    """Variance of the Laplacian at a fixed scale, of the largest face or of the whole picture.

    A face is brought to 128 px width, a picture to 512 px on its short side; smaller ones are
    enlarged to that, so that a picture blown up from few pixels counts as soft.
    """
    if faces:
        face = faces[0]
        part = rgb[face.top : face.top + face.height, face.left : face.left + face.width]
        return sharpness(_scaled(part, _FACE_SIDE_PX / face.width))
    return sharpness(_scaled(rgb, _SHARPNESS_SIDE_PX / min(rgb.shape[:2])))


def _scaled(rgb: Pixels, factor: float) -> Pixels:
    """The picture at a fixed scale; a sliver is kept from growing without bound."""
    longer = max(rgb.shape[:2])
    factor = min(factor, 4 * _SHARPNESS_SIDE_PX / longer)
    size = (max(3, round(rgb.shape[1] * factor)), max(3, round(rgb.shape[0] * factor)))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(rgb, size, interpolation=how), np.uint8)


def _clipping(rgb: Pixels) -> dict[str, float]:
    plane = luma(rgb)
    return {
        "clipped_shadows": 100.0 * float((plane <= _SHADOW).mean()),
        "clipped_highlights": 100.0 * float((plane >= _HIGHLIGHT).mean()),
    }


def _about_face(rgb: Pixels, face: Face) -> dict[str, float]:
    height, width = rgb.shape[:2]
    pair = eyes(rgb, face)
    eye_line = (pair[0][1] + pair[1][1]) / 2 if pair else face.top + 0.36 * face.height
    aside = abs(face.centre[0] / width - 0.5)
    share = eye_line / height
    beyond = max(0.0, _EYE_BAND[0] - share, share - _EYE_BAND[1])
    figures = {
        "face_size": 100.0 * face.height / height,
        "centring": 100.0 * (aside**2 + beyond**2) ** 0.5,
    }
    roll = roll_degrees(rgb, face)
    if roll is not None:
        figures["roll"] = abs(roll)
    return figures


def blockiness(rgb: Pixels) -> float:
    """How much stronger the steps between 8×8 blocks are than those inside, 0 for none.

    After Wang, Sheikh and Bovik (2002, "No-reference perceptual quality assessment of JPEG
    compressed images"), for whichever of the eight grid positions shows it most, so that a
    cropped picture is judged alike: mean step across the block borders by the mean step at
    their four neighbours, less one; the smaller of both directions. On photographs about 0.05
    for a JPEG of quality 90, 0.15 to 0.3 for 75, 0.6 to 1 for 20; below 0.1 for lossless ones.
    """
    plane = luma(rgb)
    if min(plane.shape) < 32:
        return 0.0
    found = []
    for axis in (0, 1):
        steps = np.minimum(np.abs(np.diff(plane, axis=axis)), 24.0)  # edges of things are no blocks
        profile = steps.mean(axis=1 - axis, dtype=np.float64)
        usable = profile[: len(profile) // 8 * 8].reshape(-1, 8).mean(axis=0)
        around = sum(np.roll(usable, shift) for shift in (-2, -1, 1, 2)) / 4
        found.append(float((usable / np.maximum(around, 0.05)).max()) - 1.0)
    return max(0.0, min(found))
