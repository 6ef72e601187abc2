"""How one picture lies against another: scale, shift and roll, to fractions of a pixel.

A similarity maps a place p of the first picture (pixels, x to the right, y down, the middle of the
top left pixel is (0, 0)) to a place of the second, about the picture's centre c:

    q = c + s · R(roll) · (p − c) + (shift_x, shift_y)

A positive roll turns the content clockwise on the screen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

Frame = npt.NDArray[np.uint8]
Plane = npt.NDArray[np.float32]
Matrix = npt.NDArray[np.float64]

_WORKING_LONG_SIDE_PX = 480
_FEATURES = 1200
_RANSAC_PX = 1.5
_LEAST_MATCHES = 12
_STEPS = 40
_STILL_PX = 0.002
_TUKEY = 4.685
_MAD_TO_SIGMA = 1.4826
_LEAST_SIGMA_LEVELS = 1.5  # below this a difference is rounding, not disagreement


@dataclass(frozen=True)
class Similarity:
    """Where the content of a first picture is found in a second one.

    Attributes:
        scale: above 1 when the content is larger in the second picture.
        shift_x_px, shift_y_px: how far the centre moved, to the right and down.
        roll_degrees: how far it turned, clockwise on the screen.
        confidence: correlation of the two pictures laid on each other like this, 0 … 1; 0 where
            nothing was found or there is nothing to see. 1 for one that was not measured.
    """

    scale: float = 1.0
    shift_x_px: float = 0.0
    shift_y_px: float = 0.0
    roll_degrees: float = 0.0
    confidence: float = field(default=1.0, compare=False)

    def part(self, weight: float) -> Similarity:
        """Return the similarity gone ``weight`` of its way: 0 is the identity, 1 all of it."""
        return Similarity(
            scale=self.scale**weight,
            shift_x_px=self.shift_x_px * weight,
            shift_y_px=self.shift_y_px * weight,
            roll_degrees=self.roll_degrees * weight,
            confidence=self.confidence,
        )

    def matrix(self, width_px: int, height_px: int) -> Matrix:
        """Return the 2×3 matrix that maps places of the first picture to places of the second."""
        centre_x, centre_y = (width_px - 1) / 2, (height_px - 1) / 2
        angle = math.radians(self.roll_degrees)
        a, b = self.scale * math.cos(angle), self.scale * math.sin(angle)
        return np.array(
            [
                [a, -b, centre_x - a * centre_x + b * centre_y + self.shift_x_px],
                [b, a, centre_y - b * centre_x - a * centre_y + self.shift_y_px],
            ]
        )

    @classmethod
    def from_matrix(
        cls, matrix: Matrix, width_px: int, height_px: int, confidence: float = 1.0
    ) -> Similarity:
        """Return the similarity that a 2×3 matrix of places states."""
        a, b = float(matrix[0, 0]), float(matrix[1, 0])
        centre = np.array([(width_px - 1) / 2, (height_px - 1) / 2])
        moved = matrix[:, :2] @ centre + matrix[:, 2] - centre
        return cls(
            math.hypot(a, b),
            float(moved[0]),
            float(moved[1]),
            math.degrees(math.atan2(b, a)),
            confidence,
        )

    def inverse(self, width_px: int, height_px: int) -> Similarity:
        """Return the way back, from the second picture to the first."""
        matrix = np.asarray(cv2.invertAffineTransform(self.matrix(width_px, height_px)), np.float64)
        return Similarity.from_matrix(matrix, width_px, height_px, self.confidence)

    def displacement_px(self, width_px: int, height_px: int) -> float:
        """Return how far the picture's corners move, at most, pixels."""
        corners = np.array(
            [(x, y, 1.0) for x in (0, width_px - 1) for y in (0, height_px - 1)], float
        )
        moved = corners @ self.matrix(width_px, height_px).T - corners[:, :2]
        return float(np.hypot(moved[:, 0], moved[:, 1]).max())


def warp_back(frame: Frame, similarity: Similarity) -> Frame:
    """Bring a second picture to the geometry of the first; edges are mirrored inwards.

    Bicubic; the identity returns the frame itself, untouched.
    """
    if similarity == Similarity():
        return frame
    height, width = frame.shape[:2]
    return np.asarray(
        cv2.warpAffine(
            frame,
            similarity.matrix(width, height),
            (width, height),
            flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REFLECT_101,
        ),
        np.uint8,
    )


def estimate_similarity(a: Frame, b: Frame) -> Similarity:
    """Estimate where the content of ``a`` is found in ``b``.

    First ORB features (Rublee et al. 2011) matched both ways and a similarity through them by
    RANSAC; then, from there and from the identity, a direct refinement on the pixels: Gauss-Newton
    over scale, shift, roll and the light's gain and offset under Tukey's biweight, so that what
    moves on its own does not pull the estimate (Black & Anandan 1996; the gain and offset make it
    as blind to light as the correlation coefficient of ECC is). The better of both is returned.
    Measured at a longer side of at most 480 px, to about 0.05 px of it.

    Args:
        a: the first picture, uint8 RGB.
        b: the second picture, same size.

    Raises:
        ValueError: the pictures differ in size.
    """
    if a.shape[:2] != b.shape[:2]:
        raise ValueError(f"pictures of one size are compared, got {a.shape} and {b.shape}")
    height, width = a.shape[:2]
    grey_a, grey_b = _working(a), _working(b)
    small = grey_a.shape[1], grey_a.shape[0]
    factor_x, factor_y = width / small[0], height / small[1]
    starts = [np.zeros(4)]
    if (found := _by_features(grey_a, grey_b)) is not None:
        starts.append(found)
    best, least = np.zeros(4), math.inf
    confidence = 0.0
    for start in starts:
        values, light = start, np.array([1.0, 0.0])
        for sigma in (2.5, 0.8):
            values, light, cost, alike = _refine(grey_a, grey_b, values, light, sigma)
        if cost < least:
            best, least, confidence = values, cost, alike
    alpha, beta, x, y = best
    if not np.isfinite(best).all() or math.hypot(1 + alpha, beta) < 0.2:
        return Similarity(confidence=0.0)
    return Similarity(
        scale=math.hypot(1 + alpha, beta),
        shift_x_px=float(x * factor_x),
        shift_y_px=float(y * factor_y),
        roll_degrees=math.degrees(math.atan2(beta, 1 + alpha)),
        confidence=confidence,
    )


def _working(frame: Frame) -> Frame:
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) if frame.ndim == 3 else frame
    height, width = grey.shape
    factor = _WORKING_LONG_SIDE_PX / max(height, width)
    if factor >= 1:
        return np.asarray(grey, np.uint8)
    size = (max(16, round(width * factor)), max(16, round(height * factor)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _by_features(a: Frame, b: Frame) -> npt.NDArray[np.float64] | None:
    """The similarity through matched ORB features, as (α, β, x, y); None when there are too few."""
    orb = cv2.ORB.create(nfeatures=_FEATURES, fastThreshold=7)
    keys_a, words_a = orb.detectAndCompute(a, None)
    keys_b, words_b = orb.detectAndCompute(b, None)
    if words_a is None or words_b is None:
        return None
    matches = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(words_a, words_b)
    if len(matches) < _LEAST_MATCHES:
        return None
    cv2.setRNGSeed(1)  # the same pictures give the same estimate
    from_places = np.array([keys_a[match.queryIdx].pt for match in matches], np.float64)
    to_places = np.array([keys_b[match.trainIdx].pt for match in matches], np.float64)
    matrix, inliers = cv2.estimateAffinePartial2D(
        from_places, to_places, method=cv2.RANSAC, ransacReprojThreshold=_RANSAC_PX
    )
    if matrix is None or int(inliers.sum()) < _LEAST_MATCHES:
        return None
    centre = np.array([(a.shape[1] - 1) / 2, (a.shape[0] - 1) / 2])
    shift = matrix[:, :2] @ centre + matrix[:, 2] - centre
    return np.array([matrix[0, 0] - 1, matrix[1, 0], shift[0], shift[1]])


def _refine(
    a: Frame, b: Frame, values: Matrix, light: Matrix, sigma_px: float
) -> tuple[Matrix, Matrix, float, float]:
    """Gauss-Newton from (α, β, x, y) and (gain, offset) on pictures blurred by ``sigma_px``.

    Returns:
        The refined values and light, the robust cost, and the pictures' correlation (0 … 1).
    """
    first = np.asarray(cv2.GaussianBlur(a.astype(np.float32), (0, 0), sigma_px), np.float32)
    second = np.asarray(cv2.GaussianBlur(b.astype(np.float32), (0, 0), sigma_px), np.float32)
    slope_x = np.asarray(cv2.Scharr(second, cv2.CV_32F, 1, 0, scale=1 / 32), np.float32)
    slope_y = np.asarray(cv2.Scharr(second, cv2.CV_32F, 0, 1, scale=1 / 32), np.float32)
    height, width = a.shape
    unit = max(height, width) / 2  # α and β as pixels at the edge: well conditioned
    x = ((np.arange(width, dtype=np.float32) - (width - 1) / 2) / unit)[None, :]
    y = ((np.arange(height, dtype=np.float32) - (height - 1) / 2) / unit)[:, None]
    values, light = values.copy(), light.copy()
    cost, alike = math.inf, 0.0
    for _step in range(_STEPS):
        warped = _sample(second, values)
        outside = _sample(np.ones_like(second), values) < 0.999
        residual = warped - np.float32(light[0]) * first - np.float32(light[1])
        seen = np.abs(residual[~outside])
        if seen.size < 256:
            return values, light, math.inf, 0.0
        scale = max(_LEAST_SIGMA_LEVELS, _MAD_TO_SIGMA * float(np.median(seen)))
        reach = residual / np.float32(_TUKEY * scale)
        weight = np.where(np.abs(reach) < 1, np.square(1 - np.square(reach)), np.float32(0))
        weight[outside] = 0
        alike = _correlation(warped[~outside], first[~outside])
        cost = float(np.minimum(np.square(seen), (_TUKEY * _LEAST_SIGMA_LEVELS * 2) ** 2).mean())
        gx, gy = _sample(slope_x, values), _sample(slope_y, values)
        columns = (gx * x + gy * y, gy * x - gx * y, gx, gy, -first, -np.ones_like(first))
        design = np.stack([column.ravel() for column in columns])
        weighted = design * weight.ravel()
        normal = (weighted @ design.T).astype(np.float64)
        normal += np.diag(1e-6 * np.diag(normal) + 1e-6)
        step = np.linalg.solve(normal, -(weighted @ residual.ravel()).astype(np.float64))
        values += step[:4] / np.array([unit, unit, 1, 1])
        light += step[4:]
        if np.abs(step[:4]).max() < _STILL_PX:
            break
    return values, light, cost, alike


def _correlation(a: Plane, b: Plane) -> float:
    """Pearson's correlation, 0 … 1; 0 for flat pictures and for opposite ones."""
    x, y = a - a.mean(dtype=np.float64), b - b.mean(dtype=np.float64)
    power = float(np.square(x).mean(dtype=np.float64) * np.square(y).mean(dtype=np.float64))
    if power < 1e-4:
        return 0.0
    return min(1.0, max(0.0, float((x * y).mean(dtype=np.float64)) / math.sqrt(power)))


def _sample(plane: Plane, values: Matrix) -> Plane:
    """The plane seen through the similarity (α, β, x, y) about its centre; 0 outside."""
    height, width = plane.shape
    alpha, beta, x, y = values.tolist()
    centre_x, centre_y = (width - 1) / 2, (height - 1) / 2
    matrix = np.array(
        [
            [1 + alpha, -beta, x - alpha * centre_x + beta * centre_y],
            [beta, 1 + alpha, y - beta * centre_x - alpha * centre_y],
        ]
    )
    return np.asarray(
        cv2.warpAffine(
            plane, matrix, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        ),
        np.float32,
    )
