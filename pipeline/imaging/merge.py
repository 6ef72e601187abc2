"""Two pictures made one under a painted mask: by alpha, or in the gradient domain.

In the gradient domain the second picture keeps its edges and texture and takes on the light and
colour of the first at the border (Pérez, Gangnet and Blake 2003, "Poisson image editing"). Written
as b plus a correction u, the Poisson equation with the gradients of b becomes Laplace's: u is the
membrane that equals a - b at the border of the painted region. It is solved by conjugate gradients
from coarse to fine (cascadic multigrid, Bornemann and Deuflhard 1996). Where the region reaches the
edge of the picture there is nothing to agree with, and the membrane ends level there (Neumann).
"""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.imaging.measures import Pixels

Mode = Literal["alpha", "gradient"]
Plane = npt.NDArray[np.float64]
Region = npt.NDArray[np.bool_]

_COARSEST_PX = 24
_MOST_STEPS = 400
_TOLERANCE = 0.02  # of one grey level, largest residual


class SizesDiffer(ValueError):
    """The two pictures and the mask are not of one size; the message says which are."""


def merge(
    a: Pixels,
    b: Pixels,
    mask: npt.NDArray[np.uint8],
    mode: Mode = "alpha",
    feather_px: float = 0.0,
) -> Pixels:
    """Show b in a where the mask is painted.

    Args:
        a, b: uint8 (height, width, 3), of one size.
        mask: uint8 (height, width), 0: a … 255: b.
        mode: ``alpha`` mixes the pixels; ``gradient`` also makes b take on a's light and colour
            at the border of the painted region. A mask that covers everything has no border:
            b stays as it is.
        feather_px: the mask is softened by this much (standard deviation), 0 … 500.

    Raises:
        SizesDiffer: the three are not of one size.
        ValueError: feather_px is outside its range, or the mode is unknown.
    """
    _check_sizes(a, b, mask)
    if not 0 <= feather_px <= 500:
        raise ValueError(f"feather_px must lie in 0 … 500, got {feather_px}")
    if mode not in ("alpha", "gradient"):
        raise ValueError(f"mode must be alpha or gradient, got {mode!r}")
    alpha = mask.astype(np.float32) / np.float32(255)
    if feather_px > 0:
        alpha = np.asarray(cv2.GaussianBlur(alpha, (0, 0), feather_px), np.float32)
        alpha[alpha < 1 / 512] = 0
    top = b.astype(np.float32)
    if mode == "gradient":
        top += membrane(a, b, alpha > 0)
    below = a.astype(np.float32)
    result = below + alpha[..., None] * (top - below)
    return np.clip(np.rint(result), 0, 255).astype(np.uint8)


def _check_sizes(a: Pixels, b: Pixels, mask: npt.NDArray[np.uint8]) -> None:
    sizes = [f"{x.shape[1]}×{x.shape[0]}" for x in (a, b, mask)]
    if len(set(sizes)) > 1:
        raise SizesDiffer(
            f"The first picture is {sizes[0]}, the second {sizes[1]}, the mask {sizes[2]} px. "
            "All three must be of one size."
        )


def membrane(a: Pixels, b: Pixels, region: Region) -> npt.NDArray[np.float32]:
    """The correction that makes b agree with a at the border of a region.

    Args:
        a, b: uint8 (height, width, 3).
        region: (height, width), where b is shown.

    Returns:
        float32 (height, width, 3): harmonic inside the region, a - b just outside of it and 0
        elsewhere; 0 everywhere when the region is empty or covers the picture.
    """
    result = np.zeros(a.shape, np.float32)
    if not region.any() or region.all():
        return result
    rows, columns = np.nonzero(region)
    # One pixel around the region carries the border values.
    y0, y1 = max(0, rows.min() - 1), min(region.shape[0], rows.max() + 2)
    x0, x1 = max(0, columns.min() - 1), min(region.shape[1], columns.max() + 2)
    cut = np.s_[y0:y1, x0:x1]
    inside = region[cut]
    difference = a[cut].astype(np.float64) - b[cut].astype(np.float64)
    for channel in range(3):
        known = np.where(inside, 0.0, difference[..., channel])
        solved = _laplace(known, inside)
        result[cut][..., channel] = np.where(inside, solved, 0.0)
    return result


def _laplace(known: Plane, inside: Region) -> Plane:
    """Solve Laplace's equation inside; outside are the given values."""
    start = _coarse(known, inside)
    values = np.where(inside, start, known)
    return _conjugate_gradients(values, inside)


def _coarse(known: Plane, inside: Region) -> Plane:
    """A first guess from the same problem at half the size."""
    outside = ~inside
    if min(known.shape) <= _COARSEST_PX:
        return np.full(known.shape, float(known[outside].mean()))
    height, width = known.shape
    half_h, half_w = (height + 1) // 2, (width + 1) // 2
    pad = ((0, 2 * half_h - height), (0, 2 * half_w - width))

    def halved(plane: Plane) -> Plane:
        return np.asarray(
            np.pad(plane, pad, mode="edge").reshape(half_h, 2, half_w, 2).sum(axis=(1, 3))
        )

    count = halved(outside.astype(np.float64))
    total = halved(np.where(outside, known, 0.0))
    coarse_inside = count == 0
    if coarse_inside.any():
        solved = _laplace(total / np.maximum(count, 1.0), coarse_inside)
    else:
        solved = total / count
    grown = cv2.resize(solved, (2 * half_w, 2 * half_h), interpolation=cv2.INTER_LINEAR)
    return np.asarray(grown[:height, :width], np.float64)


def _residual(values: Plane, inside: Region) -> Plane:
    """Minus the discrete Laplacian inside; neighbours beyond the picture are left out."""
    padded = np.pad(values, 1, mode="edge")
    around = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
    return np.where(inside, around - 4.0 * values, 0.0)


def _conjugate_gradients(values: Plane, inside: Region) -> Plane:
    """Bring the values inside to where the Laplacian vanishes."""
    residual = _residual(values, inside)
    direction = residual.copy()
    energy = float(np.vdot(residual, residual))
    for _ in range(_MOST_STEPS):
        if float(np.abs(residual).max()) < _TOLERANCE:
            break
        # The operator is minus the Laplacian of a field that is 0 outside.
        applied = -_residual(direction, inside)
        step = energy / float(np.vdot(direction, applied))
        values = values + step * direction
        residual = residual - step * applied
        renewed = float(np.vdot(residual, residual))
        direction = residual + (renewed / energy) * direction
        energy = renewed
    return values
