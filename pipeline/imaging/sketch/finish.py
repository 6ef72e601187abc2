"""The last hand: bloom, grade, vignette, grain, and a dithered step down to 8 bits."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.imaging.sketch.canvas import Planes
from pipeline.imaging.sketch.colour import Colour
from pipeline.imaging.sketch.noise import blurred, smoothstep
from pipeline.imaging.sketch.stream import Plane, Stream

LUMA = (0.299, 0.587, 0.114)


@dataclass(frozen=True)
class Grade:
    """How a picture is finished.

    Attributes:
        bloom: 0 … 1, how far lights spill.
        contrast: 1 leaves the tones alone.
        saturation: 1 leaves the colours alone.
        shadows, highlights: split-toning colours, mixed by ``toning`` 0 … 1.
        fade: 0 … 0.2, lifted blacks.
        vignette: 0 … 1.
        grain: standard deviation of the grain, 0 … 0.08.
    """

    bloom: float = 0.22
    contrast: float = 1.0
    saturation: float = 1.0
    shadows: Colour = (0.16, 0.2, 0.34)
    highlights: Colour = (1.0, 0.93, 0.82)
    toning: float = 0.1
    fade: float = 0.015
    vignette: float = 0.16
    grain: float = 0.006


def luma_of(rgb: Planes) -> Plane:
    """Return Rec. 601 luma of planes."""
    red, green, blue = (np.float32(weight) for weight in LUMA)
    return np.asarray(rgb[0] * red + rgb[1] * green + rgb[2] * blue, np.float32)


def apply_grade(rgb: Planes, grade: Grade) -> None:
    """Bloom, tone curve, split toning, saturation and vignette, in place."""
    _, height, width = rgb.shape
    unit = min(height, width)
    if grade.bloom > 0:
        bright = smoothstep(0.62, 1.0, luma_of(rgb))
        for channel in range(3):
            spill = blurred(rgb[channel] * bright, unit * 0.035)
            rgb[channel] += np.maximum(0, 1 - rgb[channel]) * spill * np.float32(grade.bloom)
    np.clip(rgb, 0, 1, out=rgb)
    level = luma_of(rgb)
    if grade.saturation != 1.0:
        for channel in range(3):
            rgb[channel] = level + (rgb[channel] - level) * np.float32(grade.saturation)
    curve = _curve(grade.contrast)
    for channel in range(3):
        plane = np.clip(rgb[channel], 0, 1) * np.float32(4095)
        rgb[channel] = curve[plane.astype(np.int32)]
    low = np.float32(grade.toning) * (1 - level) ** 2
    high = np.float32(grade.toning) * level * level
    fade = np.float32(grade.fade)
    for channel in range(3):
        plane = rgb[channel]
        plane += (grade.shadows[channel] - plane) * low * np.float32(0.8)
        plane *= 1 - high * np.float32(1 - grade.highlights[channel])
        plane *= 1 - fade
        plane += fade
    if grade.vignette > 0:
        rgb *= vignette(height, width, grade.vignette)


def _curve(contrast: float) -> Plane:
    """Return a 4096-step S curve around middle grey with soft shoulders."""
    x = np.linspace(0, 1, 4096, dtype=np.float64)
    s = x * x * (3 - 2 * x)
    amount = 0.22 + (contrast - 1.0) * 0.9
    return np.clip(x + (s - x) * amount, 0, 1).astype(np.float32)


def vignette(height: int, width: int, amount: float) -> Plane:
    """Return the factor that darkens the corners."""
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    radius = (x * x + y * y) * np.float32(0.5)
    return np.asarray(
        1 - np.float32(amount) * radius * radius * (3 - 2 * np.minimum(radius, 1)), np.float32
    )


def add_grain(rgb: Planes, stream: Stream, amount: float, size: float = 1.0) -> None:
    """Add film grain, strongest in the middle tones, in place.

    Args:
        amount: standard deviation.
        size: grain size in px; above 1 it clumps.
    """
    if amount <= 0:
        return
    _, height, width = rgb.shape
    noise = stream.array(height, width) + stream.array(height, width) - 1.0
    if size > 1.05:
        noise = cv2.GaussianBlur(noise, (0, 0), 0.45 * size) * np.float32(1.0 + 0.9 * size)
    level = np.clip(luma_of(rgb), 0, 1)
    strength = np.float32(amount * 2.4) * (0.35 + level * (1 - level) * 2.6)
    rgb += noise * strength


def quantised(rgb: Planes, stream: Stream) -> npt.NDArray[np.uint8]:
    """Return (height, width, 3) uint8, dithered so that slow gradients do not band."""
    _, height, width = rgb.shape
    result = np.empty((height, width, 3), np.uint8)
    dither = stream.array(height, width)
    for channel in range(3):
        # The same noise rolled per channel: as good as three, at a third of the cost.
        noise = np.roll(dither, (37 * channel, 61 * channel), (0, 1))
        result[..., channel] = np.clip(rgb[channel] * np.float32(255) + noise, 0, 255).astype(
            np.uint8
        )
    return result
