"""Pictures with known content for the tests about faces."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt
from skimage import data

Pixels = npt.NDArray[np.uint8]

#: The eyes of `astronaut`, read off the picture by hand: (x, y) of left and right.
LEFT_EYE, RIGHT_EYE = (203, 101), (248, 103)


@lru_cache(maxsize=1)
def astronaut() -> Pixels:
    """A public-domain portrait, 512 × 512 px, one face."""
    return np.asarray(data.astronaut(), np.uint8)


def turned(rgb: Pixels, degrees: float) -> Pixels:
    """The picture turned clockwise about the face of `astronaut`."""
    matrix = cv2.getRotationMatrix2D((224, 120), -degrees, 1)
    size = (rgb.shape[1], rgb.shape[0])
    return np.asarray(cv2.warpAffine(rgb, matrix, size, borderMode=cv2.BORDER_REFLECT), np.uint8)


def jpeg(rgb: Pixels, quality: int) -> Pixels:
    """The picture after a JPEG of this quality."""
    coded = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.ascontiguousarray(cv2.imdecode(coded, cv2.IMREAD_COLOR)[..., ::-1])


def by_code(results: list) -> dict:
    """Check results by their code."""
    return {result.code: result for result in results}
