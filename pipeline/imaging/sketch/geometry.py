"""Outlines: points in, smooth closed or tapered point lists out. y grows upward here."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Point = tuple[float, float]
Outline = npt.NDArray[np.float64]


def outline(points: Sequence[Point]) -> Outline:
    """Return the points as an array of shape (n, 2)."""
    return np.asarray(points, np.float64)


def smooth(points: Sequence[Point], *, closed: bool = True, density: int = 10) -> Outline:
    """Return a Catmull-Rom curve through the points.

    Args:
        points: at least two.
        closed: join the last point to the first.
        density: curve points per given point.
    """
    given = np.asarray(points, np.float64)
    if closed:
        padded = np.concatenate([given[-1:], given, given[:2]])
        spans = len(given)
    else:
        padded = np.concatenate([given[:1], given, given[-1:]])
        spans = len(given) - 1
    t = (np.arange(density) / density)[:, None]
    pieces = []
    for index in range(spans):
        p0, p1, p2, p3 = padded[index : index + 4]
        pieces.append(
            0.5
            * (
                2 * p1
                + (p2 - p0) * t
                + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
                + (3 * p1 - p0 - 3 * p2 + p3) * t**3
            )
        )
    if not closed:
        pieces.append(given[-1:])
    return np.concatenate(pieces)


def ellipse(
    x: float, y: float, radius_x: float, radius_y: float | None = None, turn_deg: float = 0.0
) -> Outline:
    """Return an ellipse around (x, y); a circle when only one radius is given."""
    radius_y = radius_x if radius_y is None else radius_y
    angle = np.linspace(0, 2 * math.pi, 72, endpoint=False)
    ring = np.stack([radius_x * np.cos(angle), radius_y * np.sin(angle)], axis=1)
    return moved(turned(ring, turn_deg), x, y)


def arc(x: float, y: float, radius: float, start_deg: float, end_deg: float) -> Outline:
    """Return points along an arc, counter-clockwise in y-up coordinates."""
    steps = max(6, int(abs(end_deg - start_deg) / 5))
    angle = np.radians(np.linspace(start_deg, end_deg, steps))
    return np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)


def rectangle(left: float, bottom: float, right: float, top: float) -> Outline:
    """Return the four corners."""
    return outline([(left, bottom), (right, bottom), (right, top), (left, top)])


def rounded(left: float, bottom: float, right: float, top: float, radius: float) -> Outline:
    """Return a rectangle with round corners."""
    radius = min(radius, (right - left) / 2, (top - bottom) / 2)
    return np.concatenate(
        [
            arc(right - radius, top - radius, radius, 0, 90),
            arc(left + radius, top - radius, radius, 90, 180),
            arc(left + radius, bottom + radius, radius, 180, 270),
            arc(right - radius, bottom + radius, radius, 270, 360),
        ]
    )


def limb(points: Sequence[Point], widths: Sequence[float], density: int = 8) -> Outline:
    """Return the outline of a curved stroke whose width changes along it.

    Args:
        points: the spine, at least two points.
        widths: full width at each point (or two: from start to end); ends are round.
    """
    spine = smooth(points, closed=False, density=density)
    knots = np.linspace(0, 1, len(widths))
    half = np.interp(np.linspace(0, 1, len(spine)), knots, np.asarray(widths, np.float64)) / 2
    tangent = np.gradient(spine, axis=0)
    length = np.maximum(1e-9, np.sqrt((tangent**2).sum(axis=1)))[:, None]
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1) / length
    left, right = spine + normal * half[:, None], spine - normal * half[:, None]
    heading = math.degrees(math.atan2(float(tangent[-1, 1]), float(tangent[-1, 0])))
    start = math.degrees(math.atan2(float(tangent[0, 1]), float(tangent[0, 0])))
    tip = arc(float(spine[-1, 0]), float(spine[-1, 1]), float(half[-1]), heading + 90, heading - 90)
    tail = arc(float(spine[0, 0]), float(spine[0, 1]), float(half[0]), start - 90, start - 270)
    return np.concatenate([left, tip, right[::-1], tail])


def lathe(profile: Sequence[Point], *, smooth_profile: bool = True) -> Outline:
    """Return the silhouette of a turned object from (half width, height) points, bottom up."""
    side = smooth(profile, closed=False) if smooth_profile else outline(profile)
    mirrored = side[::-1] * np.array([-1.0, 1.0])
    return np.concatenate([side, mirrored])


def turned(points: Outline, degrees: float, about: Point = (0.0, 0.0)) -> Outline:
    """Return the points turned counter-clockwise about a point."""
    if not degrees:
        return points
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    centre = np.array(about)
    moved = points - centre
    matrix = np.array([[cosine, sine], [-sine, cosine]])
    # Written out: a matrix product may go through a threaded library.
    x = moved[:, 0] * matrix[0, 0] + moved[:, 1] * matrix[1, 0]
    y = moved[:, 0] * matrix[0, 1] + moved[:, 1] * matrix[1, 1]
    return np.asarray(np.stack([x, y], axis=1) + centre, np.float64)


def moved(points: Outline, x: float, y: float) -> Outline:
    """Return the points shifted."""
    return np.asarray(points + np.array([x, y]), np.float64)
