"""Figures of frames and of runs of frames: likeness in structure, motion, flicker, grain, colour.

Frames are uint8 RGB arrays (height, width, 3). Everything is pure and deterministic.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.imaging.measures import hamming64, luma, phash64, sharpness

__all__ = [
    "ColourStatistics",
    "Exposure",
    "FlickerMeter",
    "GrainProfile",
    "colour_statistics",
    "exposure",
    "flicker",
    "flow",
    "grain_profile",
    "mean_absolute_difference",
    "motion_energy",
    "phash_distance",
    "sharpness",
    "ssim",
    "working_grey",
    "working_rgb",
]

Frame = npt.NDArray[np.uint8]
Plane = npt.NDArray[np.float32]
Flow = npt.NDArray[np.float32]

SSIM_WINDOW_PX = 11
SSIM_SIGMA_PX = 1.5
SSIM_C1 = (0.01 * 255) ** 2
SSIM_C2 = (0.03 * 255) ** 2

#: Shorter side of the pictures that motion and boundaries are measured on.
WORKING_SIDE_PX = 144

GRAIN_BINS = 8
_GRAIN_LEAST_PIXELS = 64
_SHADOW_LEVEL, _HIGHLIGHT_LEVEL = 8, 247
# Second differences across and down: blind to flat areas and ramps, so that it sees only grain.
_GRAIN_MASK = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)


# --- structure --------------------------------------------------------------------------------


def ssim(a: Frame | Plane, b: Frame | Plane) -> float:
    """Return the mean structural similarity of two pictures' luma, −1 … 1; 1 is equal.

    Wang, Bovik, Sheikh, Simoncelli (2004): with local means μ, variances σ² and covariance σab
    under a Gaussian window of 11×11 px, sigma 1.5 px,
    ``(2 μa μb + C1)(2 σab + C2) / ((μa² + μb² + C1)(σa² + σb² + C2))``, C1 = (0.01 · 255)²,
    C2 = (0.03 · 255)², averaged over the places where the window lies inside the picture.

    Raises:
        ValueError: the pictures differ in size, or are smaller than the window.
    """
    x, y = luma(np.asarray(a)), luma(np.asarray(b))
    if x.shape != y.shape:
        raise ValueError(f"pictures of one size are compared, got {x.shape} and {y.shape}")
    if min(x.shape) < SSIM_WINDOW_PX:
        raise ValueError(f"a side is shorter than the window of {SSIM_WINDOW_PX} px")
    # Moving the middle to 0 keeps float32 exact enough for the variances.
    x, y = x - 128, y - 128
    mean_x, mean_y = _window(x), _window(y)
    variance_x = _window(x * x) - mean_x * mean_x
    variance_y = _window(y * y) - mean_y * mean_y
    covariance = _window(x * y) - mean_x * mean_y
    mean_x, mean_y = mean_x + 128, mean_y + 128
    top = (2 * mean_x * mean_y + SSIM_C1) * (2 * covariance + SSIM_C2)
    bottom = (mean_x**2 + mean_y**2 + SSIM_C1) * (variance_x + variance_y + SSIM_C2)
    edge = SSIM_WINDOW_PX // 2
    inside = (top / bottom)[edge : top.shape[0] - edge, edge : top.shape[1] - edge]
    return float(np.mean(inside, dtype=np.float64))


def _window(plane: Plane) -> Plane:
    kernel = cv2.getGaussianKernel(SSIM_WINDOW_PX, SSIM_SIGMA_PX, cv2.CV_32F)
    return np.asarray(cv2.sepFilter2D(plane, cv2.CV_32F, kernel, kernel), np.float32)


def phash_distance(a: Frame, b: Frame) -> int:
    """Return in how many of 64 bits the perceptual hashes of two pictures differ, 0 … 64.

    The hash is ``pipeline.imaging.measures.phash64``.
    """
    return hamming64(phash64(a), phash64(b))


# --- motion and time --------------------------------------------------------------------------


def working_rgb(frame: Frame, side_px: int = WORKING_SIDE_PX) -> Frame:
    """Return the frame, area-averaged to a shorter side of at most ``side_px``."""
    height, width = frame.shape[:2]
    factor = side_px / min(height, width)
    if factor >= 1:
        return np.ascontiguousarray(frame)
    size = (max(16, round(width * factor)), max(16, round(height * factor)))
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8)


def working_grey(frame: Frame, side_px: int = WORKING_SIDE_PX) -> npt.NDArray[np.uint8]:
    """Return the frame as grey values, area-averaged to a shorter side of at most ``side_px``."""
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) if frame.ndim == 3 else frame
    return working_rgb(np.asarray(grey, np.uint8), side_px)


def flow(a: npt.NDArray[np.uint8], b: npt.NDArray[np.uint8], *, is_fine: bool = False) -> Flow:
    """Return the optical flow from grey picture ``a`` to ``b``: (height, width, 2), x and y, px.

    A place p of ``a`` is found at p + flow[p] in ``b``. Dense inverse search (Kroeger et al.
    2016), preset "ultrafast", or "medium" when ``is_fine``.
    """
    preset = cv2.DISOPTICAL_FLOW_PRESET_MEDIUM if is_fine else cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST
    field = np.zeros((*a.shape, 2), np.float32)
    return np.asarray(cv2.DISOpticalFlow.create(preset).calc(a, b, field), np.float32)


def motion_energy(a: Frame, b: Frame) -> float:
    """Return how much moves from one frame to the next: mean flow length by the shorter side.

    Measured at a shorter side of at most 144 px; 0.01 means that the picture's parts move, on
    the average, by one per cent of its shorter side. Frames that are equal give exactly 0.

    Raises:
        ValueError: the frames differ in size.
    """
    if a.shape != b.shape:
        raise ValueError(f"frames of one size are compared, got {a.shape} and {b.shape}")
    first, second = working_grey(a), working_grey(b)
    return 0.0 if np.array_equal(first, second) else flow_energy(flow(first, second))


def flow_energy(field: Flow) -> float:
    """Return the mean length of a flow field by the shorter side of its picture."""
    length = np.hypot(field[..., 0], field[..., 1])
    side = int(min(field.shape[0], field.shape[1]))
    mean: float = float(np.mean(length, dtype=np.float64))
    return mean / side


def mean_absolute_difference(a: Frame, b: Frame) -> float:
    """Return the mean absolute difference of two pictures over all pixels and channels, levels."""
    return float(np.mean(cv2.mean(cv2.absdiff(a, b))[: a.shape[2] if a.ndim == 3 else 1]))


class FlickerMeter:
    """Temporal flicker of a run of frames that are seen one after the other."""

    def __init__(self) -> None:
        self._last: Frame | None = None
        self._sum = 0.0
        self._steps = 0

    def add(self, frame: Frame) -> float | None:
        """Take the next frame; returns its mean absolute difference to the one before, levels."""
        step = None
        if self._last is not None:
            step = mean_absolute_difference(self._last, frame)
            self._sum += step
            self._steps += 1
        self._last = frame
        return step

    @property
    def value(self) -> float:
        """The figure so far, 0 … 1; 1 for fewer than two frames."""
        return 1.0 - (self._sum / self._steps / 255.0 if self._steps else 0.0)


def flicker(frames: Iterable[Frame]) -> float:
    """Return the temporal flickering figure of VBench, 0 … 1; 1 is perfectly still.

    Huang et al. (2024): ``(255 − MAE) / 255`` with MAE the mean, over consecutive frames, of the
    mean absolute difference of their pixels. Motion lowers it as flicker does; compare clips of
    like motion.
    """
    meter = FlickerMeter()
    for frame in frames:
        meter.add(frame)
    return meter.value


# --- grain ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class GrainProfile:
    """How strong the grain is in each band of luminance.

    Attributes:
        sigma_levels: standard deviation of the grain, levels, for each of the equal bands of
            0 … 255 from dark to light; NaN where the picture has too little of that luminance.
        weight: share of the measured pixels in each band; sums to 1 (or is all 0).
    """

    sigma_levels: tuple[float, ...]
    weight: tuple[float, ...]

    @property
    def mean_levels(self) -> float:
        """The grain over the whole picture, levels: root of the weighted mean variance."""
        total = sum(w for w, s in zip(self.weight, self.sigma_levels, strict=True) if s == s)
        if not total:
            return 0.0
        pairs = zip(self.weight, self.sigma_levels, strict=True)
        return float(np.sqrt(sum(w * s * s for w, s in pairs if s == s) / total))

    def filled(self) -> npt.NDArray[np.float64]:
        """The sigma of every band; bands that were not measured take their neighbours'."""
        sigma = np.array(self.sigma_levels)
        known = np.isfinite(sigma)
        if not known.any():
            return np.zeros(len(sigma))
        places = np.arange(len(sigma))
        return np.asarray(np.interp(places, places[known], sigma[known]), np.float64)


def grain_profile(frame: Frame) -> GrainProfile:
    """Measure the grain: the high-frequency residual's deviation by luminance.

    Immerkær (1996): the luma under the mask of second differences across and down, whose output
    is 6 σ for white noise of deviation σ and 0 for flat areas and ramps. As edges answer too,
    only the smoother half of each band (by gradient of the blurred picture) is measured, and by
    the median: ``σ = median(|response|) / (6 · 0.6745)``.
    """
    plane = luma(frame)
    response = np.abs(cv2.filter2D(plane, cv2.CV_32F, _GRAIN_MASK))[2:-2, 2:-2]
    soft = cv2.GaussianBlur(plane, (0, 0), 2.0)
    slope = np.hypot(
        cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=3), cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3)
    )[2:-2, 2:-2]
    band = np.minimum((soft[2:-2, 2:-2] * (GRAIN_BINS / 256)).astype(int), GRAIN_BINS - 1)
    sigma: list[float] = []
    counts: list[int] = []
    for number in range(GRAIN_BINS):
        inside = band == number
        if int(inside.sum()) < _GRAIN_LEAST_PIXELS:
            sigma.append(float("nan"))
            counts.append(0)
            continue
        slopes, answers = slope[inside], response[inside]
        answers = answers[slopes <= np.median(slopes)]
        sigma.append(float(np.median(answers)) / (6 * 0.6745))
        counts.append(int(inside.sum()))
    total = sum(counts) or 1
    return GrainProfile(tuple(sigma), tuple(count / total for count in counts))


def mean_grain(frames: Sequence[Frame]) -> GrainProfile:
    """Return the grain profile of several frames together: the mean of each band."""
    profiles = [grain_profile(frame) for frame in frames]
    sigma = np.array([profile.sigma_levels for profile in profiles])
    known = np.isfinite(sigma)
    counted = known.sum(axis=0)
    total = np.where(known, sigma, 0).sum(axis=0)
    mean = np.where(counted > 0, total / np.maximum(counted, 1), np.nan)
    weight = np.array([profile.weight for profile in profiles]).mean(axis=0)
    return GrainProfile(tuple(mean.tolist()), tuple(weight.tolist()))


# --- light and colour -------------------------------------------------------------------------


@dataclass(frozen=True)
class Exposure:
    """How a picture is exposed.

    Attributes:
        mean: mean luma, 0 … 1.
        shadows: share of pixels with luma of at most 8 of 255 (no drawing left in the dark).
        highlights: share of pixels with luma of at least 247 of 255.
    """

    mean: float
    shadows: float
    highlights: float


def exposure(frame: Frame) -> Exposure:
    """Measure mean luma and the shares of lost shadows and highlights."""
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) if frame.ndim == 3 else frame
    counts = np.bincount(grey.ravel(), minlength=256)
    total = grey.size
    return Exposure(
        mean=float((counts * np.arange(256)).sum()) / total / 255,
        shadows=float(counts[: _SHADOW_LEVEL + 1].sum()) / total,
        highlights=float(counts[_HIGHLIGHT_LEVEL:].sum()) / total,
    )


@dataclass(frozen=True)
class ColourStatistics:
    """Mean and standard deviation of red, green and blue, levels 0 … 255."""

    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]


def colour_statistics(frame: Frame) -> ColourStatistics:
    """Return mean and standard deviation of each channel, levels."""
    mean, deviation = cv2.meanStdDev(frame)
    r, g, b = mean.ravel().tolist()
    dr, dg, db = deviation.ravel().tolist()
    return ColourStatistics((r, g, b), (dr, dg, db))
