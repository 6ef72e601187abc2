"""Pictures on their way to a provider and back: within its limits, then of exactly our size.

What is sent is upright, 8 bit and sRGB. A picture that already is and that the provider takes goes
out byte for byte; another is written anew without loss. None is ever reduced: what is too large is
refused with the limit, because a picture that comes back smaller would be a surprise.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyvips
from PIL import Image, PngImagePlugin

from pipeline.imaging.sizes import SizePlan, fit_to
from pipeline.providers.base import ErrorClass, InputFile, ProviderError

#: What nearly every provider takes.
WEB_TYPES = frozenset({"image/png", "image/jpeg", "image/webp"})


@dataclass(frozen=True)
class PictureRule:
    """Which pictures a provider takes.

    Attributes:
        min_side_px, max_side_px: least and greatest width and height; 0: no limit.
        min_pixels, max_pixels: least and greatest width × height; 0: no limit.
        max_aspect: greatest ratio of the longer to the shorter side; 0: no limit.
        max_bytes: largest file; 0: no limit.
    """

    min_side_px: int = 0
    max_side_px: int = 0
    min_pixels: int = 0
    max_pixels: int = 0
    max_aspect: float = 0.0
    max_bytes: int = 0


@dataclass(frozen=True)
class Picture:
    """A picture ready to be sent."""

    content: bytes
    media_type: str
    width_px: int
    height_px: int

    @property
    def file_name(self) -> str:
        """A plain name with the right ending."""
        return "image." + {"image/jpeg": "jpg"}.get(self.media_type, self.media_type[6:])


def prepare_picture(
    file: InputFile, rule: PictureRule, *, accepted: frozenset[str] = WEB_TYPES
) -> Picture:
    """Read an input and bring it into a form that the provider takes.

    Raises:
        ProviderError: it is no picture, or breaks a limit.
    """
    name = file.role.replace("-", " ")
    try:
        image: Any = pyvips.Image.new_from_file(str(file.path), fail_on="error")
        upright = image.autorot()
        width, height = upright.width, upright.height
        _check_size(rule, width, height, name)
        if file.media_type in accepted and _is_plain(image):
            content = file.path.read_bytes()
            if not rule.max_bytes or len(content) <= rule.max_bytes:
                return Picture(content, file.media_type, width, height)
        content, media_type = _encode(_to_srgb(upright), rule, accepted)
    except pyvips.Error as error:
        raise _refuse(f"The {name} can't be read as a picture.", str(error)[:2000]) from error
    if rule.max_bytes and len(content) > rule.max_bytes:
        raise _refuse(
            f"The {name} has {len(content) / 2**20:.1f} MiB; "
            f"the provider takes {rule.max_bytes / 2**20:.0f} MiB. Make it smaller."
        )
    return Picture(content, media_type, width, height)


def prepare_mask(file: InputFile, width_px: int, height_px: int) -> Picture:
    """A mask as grey PNG of this size: white is edited, black kept.

    Transparent parts of the file count as black.

    Raises:
        ProviderError: it is no picture.
    """
    try:
        image: Any = pyvips.Image.new_from_file(str(file.path), fail_on="error").autorot()
        if image.hasalpha():
            image = image.flatten(background=[0] * (image.bands - 1))
        grey = image.colourspace("b-w").extract_band(0).cast("uchar")
        if (grey.width, grey.height) != (width_px, height_px):
            grey = grey.thumbnail_image(width_px, height=height_px, size="force")
        content: bytes = grey.pngsave_buffer(strip=True)
    except pyvips.Error as error:
        raise _refuse("The mask can't be read as a picture.", str(error)[:2000]) from error
    return Picture(content, "image/png", width_px, height_px)


def finish_picture(
    content: bytes,
    *,
    wanted: tuple[int, int] | None,
    embed: Mapping[str, str],
    random_seed: int,
    provider: str,
) -> tuple[bytes, str]:
    """A provider's answer as PNG of exactly the wanted size, with how it was made written in it.

    Args:
        content: the file that came.
        wanted: width and height in pixels; None keeps what came.
        embed: texts by key.
        random_seed: the seed it was made by.
        provider: its name, for the message.

    Returns:
        The file, and a sentence about the size.

    Raises:
        ProviderError: what came is no picture, or is cut short.
    """
    try:
        with Image.open(io.BytesIO(content)) as opened:
            opened.load()
            has_alpha = "A" in opened.getbands() or "transparency" in opened.info
            pixels = np.asarray(opened.convert("RGBA" if has_alpha else "RGB"), np.uint8)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ProviderError(
            f"What {provider} sent is no picture, or was cut short. Try again.",
            detail=f"{len(content)} bytes, starting {content[:16]!r}: {error}",
        ) from error
    height, width = pixels.shape[:2]
    sentence = f"{width}×{height} as it came"
    if wanted is not None and wanted != (width, height):
        plan = SizePlan(*wanted, width, height)
        pixels, sentence = fit_to(pixels, plan), plan.sentence
    info = PngImagePlugin.PngInfo()
    for key, text in embed.items():
        info.add_itxt(key, text)
    info.add_itxt("seedframe:random-seed", str(random_seed))
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(
        buffer, "PNG", pnginfo=info, compress_level=4
    )
    return buffer.getvalue(), sentence


def inputs_of(inputs: Sequence[InputFile], *roles: str) -> list[InputFile]:
    """The inputs that play one of these parts, in their order."""
    return [file for file in inputs if file.role in roles]


def _check_size(rule: PictureRule, width: int, height: int, name: str) -> None:
    """Refuse a size that the provider does not take.

    Raises:
        ProviderError: with the limit.
    """
    longer, shorter, here = max(width, height), min(width, height), f"{width}×{height} px"
    if rule.max_aspect and longer > rule.max_aspect * shorter:
        raise _refuse(
            f"The {name} is too elongated ({here}); the provider takes up to 1:{rule.max_aspect:g}."
        )
    if shorter < rule.min_side_px or width * height < rule.min_pixels:
        least = _limits(rule.min_side_px, rule.min_pixels)
        raise _refuse(f"The {name} is too small ({here}); the provider needs {least}.")
    too_long = rule.max_side_px and longer > rule.max_side_px
    if too_long or (rule.max_pixels and width * height > rule.max_pixels):
        most = _limits(rule.max_side_px, rule.max_pixels)
        raise _refuse(
            f"The {name} is too large ({here}); the provider takes up to {most}. Make it smaller."
        )


def _limits(side_px: int, pixels: int) -> str:
    side = f"{side_px:,} px a side" if side_px else ""
    area = f"{pixels:,} px in all" if pixels else ""
    return " and ".join(part for part in (side, area) if part)


def _is_plain(image: Any) -> bool:
    """Whether a file can be sent as it is: upright, 8 bit, sRGB or grey, one frame."""
    return bool(
        image.format == "uchar"
        and image.interpretation in ("srgb", "b-w")
        and not image.get_typeof("icc-profile-data")
        and not (image.get_typeof("orientation") and image.get("orientation") != 1)
        and not (image.get_typeof("n-pages") and image.get("n-pages") > 1)
    )


def _to_srgb(image: Any) -> Any:
    if image.get_typeof("icc-profile-data"):
        try:
            image = image.icc_transform("srgb", embedded=True).copy_memory()
        except pyvips.Error:  # the profile fits no picture like this: as it is
            image = image.copy()
    return image.colourspace("srgb").cast("uchar")


def _encode(image: Any, rule: PictureRule, accepted: frozenset[str]) -> tuple[bytes, str]:
    """Losslessly: PNG, or WebP where PNG is too large."""
    content: bytes = image.pngsave_buffer(strip=True)
    if rule.max_bytes and len(content) > rule.max_bytes and "image/webp" in accepted:
        return image.webpsave_buffer(lossless=True, strip=True), "image/webp"
    return content, "image/png"


def _refuse(message: str, detail: str = "") -> ProviderError:
    return ProviderError(message, detail=detail, error_class=ErrorClass.INPUT)
