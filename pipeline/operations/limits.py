"""Which files a model takes, checked before anything is paid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assets.models import Version


@dataclass(frozen=True)
class InputFacts:
    """What is known of an input file. Sizes are None where it is no picture and no film."""

    role: str
    title: str
    media_type: str
    size_bytes: int
    width_px: int | None = None
    height_px: int | None = None


@dataclass(frozen=True)
class InputLimits:
    """What the files of a role must be like; None is no limit.

    Attributes:
        min_side_px, max_side_px: of width and height each.
        min_pixels, max_pixels: width × height.
        max_aspect: the longer side is at most so many times the shorter one.
        max_bytes: size of the file.
        media_types: those that are taken; empty: whatever the role's kinds allow.
        at_most: files of this role; 0: the model takes none.
    """

    min_side_px: int | None = None
    max_side_px: int | None = None
    min_pixels: int | None = None
    max_pixels: int | None = None
    max_aspect: float | None = None
    max_bytes: int | None = None
    media_types: tuple[str, ...] = ()
    at_most: int | None = None

    def problems(self, facts: InputFacts) -> Iterator[str]:
        """What is wrong with a file, each with what to do about it."""
        name = f"“{facts.title}”"
        if self.media_types and facts.media_type not in self.media_types:
            wanted = ", ".join(kind.split("/")[1].upper() for kind in self.media_types)
            yield f"{name} is {facts.media_type}; save it as one of {wanted}."
        if self.max_bytes is not None and facts.size_bytes > self.max_bytes:
            yield (
                f"{name} has {facts.size_bytes / 1e6:.1f} MB, at most {self.max_bytes / 1e6:g} MB"
                " are taken; make it smaller or save it as JPEG or WebP."
            )
        if facts.width_px and facts.height_px:
            yield from self._size_problems(name, facts.width_px, facts.height_px)

    def _size_problems(self, name: str, width: int, height: int) -> Iterator[str]:
        has = f"{name} is {width} × {height} px"
        short, long, pixels = min(width, height), max(width, height), width * height
        if self.min_side_px is not None and short < self.min_side_px:
            yield f"{has}; each side must have {self.min_side_px} or more: enlarge it first."
        if self.max_side_px is not None and long > self.max_side_px:
            yield f"{has}; each side may have {self.max_side_px} at most: make it smaller first."
        if self.min_pixels is not None and pixels < self.min_pixels:
            yield f"{has}; {self.min_pixels:,} pixels are needed in all: enlarge it first."
        if self.max_pixels is not None and pixels > self.max_pixels:
            share = (self.max_pixels / pixels) ** 0.5
            fitting = f"{int(width * share)} × {int(height * share)}"
            yield f"{has}, more than {self.max_pixels:,} pixels: reduce it to {fitting} or less."
        if self.max_aspect is not None and long > self.max_aspect * short:
            yield (
                f"{has}; the longer side may be {self.max_aspect:g} times the shorter at most:"
                " crop it first."
            )

    @property
    def sentence(self) -> str:
        """The limits in words; empty where there are none."""
        said = []
        if self.at_most == 0:
            return "not taken"
        if self.at_most is not None:
            said.append(f"at most {self.at_most}")
        if self.min_side_px is not None or self.max_side_px is not None:
            said.append(_span(self.min_side_px, self.max_side_px) + " px a side")
        if self.min_pixels is not None or self.max_pixels is not None:
            said.append(_span(self.min_pixels, self.max_pixels) + " pixels in all")
        if self.max_aspect is not None:
            said.append(f"aspect up to {self.max_aspect:g}:1")
        if self.max_bytes is not None:
            said.append(f"up to {self.max_bytes / 1e6:g} MB")
        if self.media_types:
            said.append(", ".join(kind.split("/")[1].upper() for kind in self.media_types))
        return "; ".join(said)


NO_LIMITS = InputLimits()


def _span(least: int | None, most: int | None) -> str:
    if least is None:
        return f"up to {most:,}"
    return f"{least:,} or more" if most is None else f"{least:,} to {most:,}"


def facts_of(role: str, version: Version) -> InputFacts:
    """What the library knows of a file. Cheap where blob, its type and its image are loaded."""
    blob = version.blob
    shape = getattr(blob, "image", None) or getattr(blob, "video", None)
    return InputFacts(
        role=role,
        title=version.asset.title,
        media_type=blob.media_type.code,
        size_bytes=blob.size_bytes,
        width_px=shape.width_px if shape else None,
        height_px=shape.height_px if shape else None,
    )
