"""Figures that identify or describe a decoded picture."""

from __future__ import annotations

import hashlib

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

_PHASH_SIDE_PX = 32
_PHASH_BLOCK = 8
_PHASH_FLAT = 1e-3  # below this a DCT coefficient is rounding, not picture


def pixel_sha256(rgb: Pixels) -> str:
    """Return the SHA-256 of the decoded pixels as 64 hexadecimal digits.

    The hash covers the shape and the bytes, so two pictures with the same hash are
    pixel-identical whatever file format carried them.

    Args:
        rgb: uint8 array of shape (height, width, channels) or (height, width).

    Raises:
        ValueError: the array is not uint8.
    """
    if rgb.dtype != np.uint8:
        raise ValueError(f"pixels must be uint8, got {rgb.dtype}")
    digest = hashlib.sha256("×".join(str(side) for side in rgb.shape).encode())
    digest.update(b"\x00")
    digest.update(np.ascontiguousarray(rgb).data)
    return digest.hexdigest()


def luma(rgb: Pixels) -> npt.NDArray[np.float32]:
    """Return Rec. 601 luma, 0 … 255, shape (height, width), of an RGB or grey picture."""
    if rgb.ndim == 2:
        return rgb.astype(np.float32)
    weights = (0.299, 0.587, 0.114)
    plane = np.zeros(rgb.shape[:2], np.float32)
    for channel, weight in enumerate(weights):
        plane += rgb[..., channel].astype(np.float32) * np.float32(weight)
    return plane


def phash64(rgb: Pixels) -> int:
    """Return the 64-bit perceptual hash of a picture.

    Definition (version 1): Rec. 601 luma; blurred with a Gaussian of 1/128 of the
    longer side, so that enlarging or sharpening changes nothing; area-averaged to
    32×32; two-dimensional DCT-II; of the 8×8 lowest frequencies in row-major order,
    bit i (most significant first) is 1 when coefficient i exceeds the median of the 63
    coefficients other than the mean. The mean's own bit (the first) is always 0, and
    coefficients of a flat picture count as 0.

    Two pictures look alike when ``hamming64`` of their hashes is small: about 0–4 for
    the same picture resized or re-encoded, around 31 for unrelated ones.
    """
    plane = luma(rgb)
    sigma = max(plane.shape) / 128
    if sigma >= 0.5:
        plane = np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), np.float32)
    shrinks = min(plane.shape) >= _PHASH_SIDE_PX
    small = cv2.resize(
        plane,
        (_PHASH_SIDE_PX, _PHASH_SIDE_PX),
        interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR,
    )
    block = cv2.dct(small.astype(np.float64))[:_PHASH_BLOCK, :_PHASH_BLOCK].ravel()
    block = np.where(np.abs(block) < _PHASH_FLAT, 0.0, block)
    median = float(np.median(block[1:]))
    bits = 0
    for position, coefficient in enumerate(block.tolist()):
        bits = (bits << 1) | int(position > 0 and coefficient > median)
    return bits


def hamming64(a: int, b: int) -> int:
    """Return in how many of their 64 bits two hashes differ, 0 … 64."""
    return ((a ^ b) & 0xFFFFFFFFFFFFFFFF).bit_count()


def sharpness(rgb: Pixels) -> float:
    """Return the variance of the Laplacian of the luma, scaled to 0 … 1 luma.

    0 is a flat picture; a soft photograph lies near 0.001, a crisp one above 0.01.
    Compare only pictures of the same size.
    """
    laplacian = cv2.Laplacian(luma(rgb) / np.float32(255), cv2.CV_32F)
    return float(np.var(laplacian, dtype=np.float64))
