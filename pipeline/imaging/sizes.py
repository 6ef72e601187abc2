"""The size rule: ask a model only for sizes it supports, then fit the result.

``plan_size`` chooses what to ask for and says so in a sentence, before anything is
spent; ``fit_to`` brings the picture that came back to exactly the wanted size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from pipeline.imaging.focus import focal_point as find_focal_point

Pixels = npt.NDArray[np.uint8]
Size = tuple[int, int]

_ASPECT_TOLERANCE = 0.02  # crop losses this close to the best count as the same aspect
_MIN_CROP_PX = 1.0


@dataclass(frozen=True)
class SizeRange:
    """A model that takes any size within a rule.

    Attributes:
        min_side_px: smallest width and height.
        max_side_px: largest width and height.
        multiple_px: both sides are multiples of this.
        max_pixels: largest width × height, or None for no limit.
    """

    min_side_px: int
    max_side_px: int
    multiple_px: int = 1
    max_pixels: int | None = None

    def __post_init__(self) -> None:
        if not 0 < self.min_side_px <= self.max_side_px or self.multiple_px < 1:
            raise ValueError("sides must be positive and in order, the multiple at least 1")
        if self._first() > self.max_side_px:
            raise ValueError("no multiple lies between the smallest and the largest side")
        if self.max_pixels is not None and self._first() ** 2 > self.max_pixels:
            raise ValueError("max_pixels is smaller than the smallest size")

    def _first(self) -> int:
        return -(-self.min_side_px // self.multiple_px) * self.multiple_px

    def supports(self, width_px: int, height_px: int) -> bool:
        """Tell whether the model takes exactly this size."""
        sides_fit = all(
            self.min_side_px <= side <= self.max_side_px and side % self.multiple_px == 0
            for side in (width_px, height_px)
        )
        return sides_fit and (self.max_pixels is None or width_px * height_px <= self.max_pixels)

    def candidates(self, width_px: int, height_px: int) -> Iterator[Size]:
        """Yield the supported sizes worth weighing for a wanted size."""
        last = self.max_side_px // self.multiple_px * self.multiple_px
        for width in range(self._first(), last + 1, self.multiple_px):
            ceiling = last
            if self.max_pixels is not None:
                allowed = self.max_pixels // width // self.multiple_px * self.multiple_px
                ceiling = min(last, allowed)
            if ceiling < self._first():
                return
            ideal = width * height_px / width_px
            below = int(ideal // self.multiple_px) * self.multiple_px
            for height in {below, below + self.multiple_px}:
                yield width, min(ceiling, max(self._first(), height))


SizeSupport = SizeRange | Sequence[Size]


@dataclass(frozen=True)
class SizePlan:
    """What to ask a model for, and how the answer becomes the wanted picture.

    Attributes:
        wanted_width_px, wanted_height_px: the size of the final picture.
        request_width_px, request_height_px: the size to ask the model for.
        scale: factor from request to final pixels; above 1 enlarges, below 1 reduces.
        crop_box: (left, top, right, bottom) in request pixels, centred; the part of
            the answer that becomes the picture. Floats: the crop may fall between pixels.
    """

    wanted_width_px: int
    wanted_height_px: int
    request_width_px: int
    request_height_px: int

    @property
    def scale(self) -> float:
        """Factor from request pixels to wanted pixels."""
        return max(
            self.wanted_width_px / self.request_width_px,
            self.wanted_height_px / self.request_height_px,
        )

    @property
    def crop_box(self) -> tuple[float, float, float, float]:
        """The centred crop, in request pixels."""
        return self.crop_box_at((0.5, 0.5))

    @property
    def crops(self) -> bool:
        """Whether any part of the answer is cut away."""
        left, top, right, bottom = self.crop_box
        return (
            self.request_width_px - (right - left) >= 0.5
            or self.request_height_px - (bottom - top) >= 0.5
        )

    @property
    def sentence(self) -> str:
        """Say to people what will happen, for instance before they pay."""
        drawn = f"Drawn at {self.request_width_px}×{self.request_height_px}"
        wanted = f"{self.wanted_width_px}×{self.wanted_height_px}"
        steps = []
        if self.scale > 1.0005:
            steps.append(f"enlarged ×{self.scale:.2f}")
        elif self.scale < 0.9995:
            steps.append(f"reduced ×{self.scale:.2f}")
        if self.crops:
            steps.append("cropped")
        return f"{drawn}, {' and '.join(steps)} to {wanted}" if steps else drawn

    def crop_box_at(self, focal_point: tuple[float, float]) -> tuple[float, float, float, float]:
        """Return the crop that keeps the focal point as near its middle as possible.

        Args:
            focal_point: (x, y) fractions of the answer's width and height.
        """
        width = min(float(self.request_width_px), self.wanted_width_px / self.scale)
        height = min(float(self.request_height_px), self.wanted_height_px / self.scale)
        left = _slide(focal_point[0], width, self.request_width_px)
        top = _slide(focal_point[1], height, self.request_height_px)
        return left, top, left + width, top + height


def _slide(focus: float, length: float, whole: float) -> float:
    """Return where a window of ``length`` starts so that ``focus`` is in its middle."""
    return max(0.0, min(whole - length, focus * whole - length / 2))


def _crop_loss(candidate: Size, wanted: Size) -> float:
    """Return the share of the candidate's pixels that the crop would throw away."""
    ratio = (candidate[0] * wanted[1]) / (candidate[1] * wanted[0])
    return 1.0 - min(ratio, 1.0 / ratio)


def plan_size(support: SizeSupport, width_px: int, height_px: int) -> SizePlan:
    """Choose the supported size to ask for when a picture of some size is wanted.

    The nearest aspect wins (within two per cent of cropped area); among those the
    smallest size that need not be enlarged; if all must be, the one enlarged least.

    Args:
        support: a ``SizeRange``, or the list of (width, height) the model takes.
        width_px: wanted width, at least 1.
        height_px: wanted height, at least 1.

    Raises:
        ValueError: a wanted side is not positive, or the model supports no size.
    """
    if width_px < 1 or height_px < 1:
        raise ValueError(f"the wanted size must be positive, got {width_px}×{height_px}")
    wanted = (width_px, height_px)
    if isinstance(support, SizeRange):
        if support.supports(width_px, height_px):
            return SizePlan(width_px, height_px, width_px, height_px)
        sizes = sorted(set(support.candidates(width_px, height_px)))
    else:
        sizes = sorted(set(support))
    if not sizes:
        raise ValueError("the model supports no size")
    least = min(_crop_loss(size, wanted) for size in sizes)
    near = [size for size in sizes if _crop_loss(size, wanted) <= least + _ASPECT_TOLERANCE]

    def rank(size: Size) -> tuple[bool, float, float]:
        scale = max(width_px / size[0], height_px / size[1])
        enlarges = scale > 1.0
        return enlarges, scale if enlarges else size[0] * size[1], _crop_loss(size, wanted)

    best = min(near, key=rank)
    return SizePlan(width_px, height_px, best[0], best[1])


def fit_to(image: Pixels, plan: SizePlan, focal_point: tuple[float, float] | None = None) -> Pixels:
    """Bring a model's answer to exactly the wanted size of the plan.

    One Lanczos resampling of the cropped part; an enlargement is sharpened lightly.
    Should the model have answered with another size than it was asked for, the crop is
    planned anew from what came.

    Args:
        image: uint8 array (height, width, 3 or 4).
        plan: what ``plan_size`` returned.
        focal_point: (x, y) fractions to keep in the crop; None looks for it.

    Returns:
        uint8 array (wanted height, wanted width, same channels); a new array, or the
        given one when nothing needs doing.
    """
    height, width = image.shape[:2]
    if (width, height) == (plan.wanted_width_px, plan.wanted_height_px):
        return image
    actual = SizePlan(plan.wanted_width_px, plan.wanted_height_px, width, height)
    if focal_point is None:
        focal_point = find_focal_point(image) if actual.crops else (0.5, 0.5)
    left, top, right, bottom = actual.crop_box_at(focal_point)
    size = (plan.wanted_width_px, plan.wanted_height_px)
    box = (left, top, max(right, left + _MIN_CROP_PX), max(bottom, top + _MIN_CROP_PX))
    picture = Image.fromarray(np.ascontiguousarray(image))
    box = (box[0], box[1], min(box[2], float(width)), min(box[3], float(height)))
    fitted = np.asarray(picture.resize(size, Image.Resampling.LANCZOS, box=box))
    return _sharpen(fitted, actual.scale) if actual.scale > 1.05 else fitted


def _sharpen(image: Pixels, scale: float) -> Pixels:
    """Give back some of the edge contrast that enlarging by ``scale`` took."""
    amount = 0.3 * min(1.0, scale - 1.0)
    soft = cv2.GaussianBlur(image, (0, 0), min(3.0, 0.6 * scale))
    sharp = cv2.addWeighted(image, 1.0 + amount, soft, -amount, 0.0)
    return np.asarray(sharp, np.uint8)
