"""Planning a crop of a stored picture, in its own pixels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assets.models import Version
from pipeline.characters.pixels import load_rgb
from studio.core.errors import Invalid

ASPECTS = ("4:5", "1:1", "3:4", "2:3", "9:16", "16:9")
SIDES = ("left_px", "top_px", "width_px", "height_px")
#: Faces are found as well at this size, and much sooner.
_SIDE_PX = 1024
_LEAST_PX = 512


def read_aspect(text: str) -> str:
    """The aspect that an address asks for, or the usual one of a portrait."""
    return text if text in ASPECTS else ASPECTS[0]


def planned(version: Version, aspect: str) -> dict[str, int]:
    """A crop around the face: left, top, width and height in pixels. Reads the file.

    Raises:
        Invalid: the picture can't be decoded.
    """
    from pipeline.imaging.autocrop import plan_crop  # brings the face detector along

    across, down = (int(part) for part in aspect.split(":"))
    pixels = load_rgb(version.blob, side_px=_SIDE_PX)
    width, height = size_of(version)
    scale = width / pixels.shape[1]
    box = plan_crop(pixels, across, down, least_px=max(1, round(_LEAST_PX / scale)))
    wide, tall = min(width, round(box.width * scale)), min(height, round(box.height * scale))
    return {
        "left_px": min(round(box.left * scale), width - wide),
        "top_px": min(round(box.top * scale), height - tall),
        "width_px": wide,
        "height_px": tall,
    }


def size_of(version: Version) -> tuple[int, int]:
    """Width and height of a picture as it is shown, upright.

    Raises:
        Invalid: it has none.
    """
    image = getattr(version.blob, "image", None)
    if image is None:
        raise Invalid("The picture can't be decoded.", remedy="Upload it again.")
    return image.width_px, image.height_px


def check_inside(version: Version, box: Mapping[str, Any]) -> None:
    """Pass when a crop lies inside the picture.

    Raises:
        Invalid: naming the side that sticks out.
    """
    width, height = size_of(version)
    problems = {}
    if box["left_px"] + box["width_px"] > width:
        problems["width_px"] = [f"The picture is {width} px wide: the crop sticks out."]
    if box["top_px"] + box["height_px"] > height:
        problems["height_px"] = [f"The picture is {height} px high: the crop sticks out."]
    if problems:
        raise Invalid("The crop sticks out of the picture.", fields=problems)
