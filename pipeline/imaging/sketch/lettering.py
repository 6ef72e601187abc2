"""Quoted texts of a prompt, set quietly where the picture leaves room."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.imaging.sketch.canvas import Planes
from pipeline.imaging.sketch.finish import luma_of
from pipeline.imaging.sketch.noise import blurred
from pipeline.imaging.sketch.stream import Plane

MAX_TEXTS = 2
MAX_TEXT_CHARS = 60

_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@lru_cache(maxsize=32)
def _font(size_px: int) -> _Font:
    return ImageFont.load_default(size_px)


@lru_cache(maxsize=2048)
def _drawable(character: str) -> bool:
    """Whether the built-in face has a glyph for the character."""
    if character.isspace():
        return True
    font = _font(24)
    return bytes(font.getmask(character)) != bytes(font.getmask("\U0010fffd"))


def readable(text: str) -> str:
    """Return the part of a text that the built-in face can set; may be empty."""
    kept = "".join(c for c in text if c.isprintable() and _drawable(c))
    return " ".join(kept.split())[:MAX_TEXT_CHARS]


def letter(rgb: Planes, texts: tuple[str, ...]) -> None:
    """Set up to two texts into the picture, in place; those without glyphs are left out.

    The first is the larger. They stand in the calmest of the upper, middle and lower
    bands, light on dark or dark on light.
    """
    lines = [line for line in (readable(text) for text in texts[:MAX_TEXTS]) if line]
    if not lines:
        return
    _, height, width = rgb.shape
    block = _block(lines, width, height)
    if block is None:
        return
    top = _calmest(rgb, block.shape[0])
    left = (width - block.shape[1]) // 2
    region = rgb[:, top : top + block.shape[0], left : left + block.shape[1]]
    behind = luma_of(region)
    inked = block > 0.3
    level = float(behind[inked].mean(dtype=np.float64)) if inked.any() else 0.5
    light = level < 0.6
    colour = (0.985, 0.97, 0.94) if light else (0.13, 0.12, 0.15)
    halo = np.clip(blurred(block, max(1.0, height * 0.012)) * 1.7, 0, 1)
    for channel in range(3):
        plane = region[channel]
        if light:
            plane *= 1 - halo * np.float32(0.34)
        else:
            plane += (1 - plane) * halo * np.float32(0.3)
        plane += (np.float32(colour[channel]) - plane) * block * np.float32(0.95)


def _block(lines: list[str], width: int, height: int) -> Plane | None:
    """Return the anti-aliased mask of the set lines."""
    unit = min(width, height)
    sizes = [round(unit * 0.095), round(unit * 0.045)]
    rendered: list[Plane] = []
    for index, line in enumerate(lines):
        size = sizes[index]
        track = size * (0.1 if index else 0.045)
        mask = _line(line, size, track)
        room = width * 0.86
        if mask.shape[1] > room:
            mask = _line(
                line, max(10, int(size * room / mask.shape[1])), track * room / mask.shape[1]
            )
        if mask.shape[1] > width * 0.96:
            return None
        rendered.append(mask)
    gap = round(unit * 0.022)
    pad = round(unit * 0.03)
    across = min(width, max(mask.shape[1] for mask in rendered) + 2 * pad)
    down = sum(mask.shape[0] for mask in rendered) + gap * (len(rendered) - 1) + 2 * pad
    block = np.zeros((min(height, down), across), np.float32)
    y = pad
    for mask in rendered:
        x = (across - mask.shape[1]) // 2
        rows = min(mask.shape[0], block.shape[0] - y)
        if rows > 0:
            block[y : y + rows, x : x + mask.shape[1]] = mask[:rows]
        y += mask.shape[0] + gap
    return block


def _line(text: str, size_px: int, track_px: float) -> Plane:
    """Return one line, drawn at double size and reduced, with letter spacing."""
    font = _font(size_px * 2)
    ascent = round(size_px * 2.3)
    widths = [font.getlength(character) for character in text]
    total = int(sum(widths) + track_px * 2 * len(text)) + 8
    image = Image.new("L", (max(8, total), round(size_px * 2.7)), 0)
    draw = ImageDraw.Draw(image)
    x = 4.0
    for character, advance in zip(text, widths, strict=True):
        draw.text(
            (round(x), ascent - round(size_px * 0.4)), character, fill=255, font=font, anchor="ls"
        )
        x += advance + track_px * 2
    array = np.asarray(image, np.uint8)
    size = (max(4, array.shape[1] // 2), max(4, array.shape[0] // 2))
    small = cv2.resize(array, size, interpolation=cv2.INTER_AREA)
    return small.astype(np.float32) * np.float32(1 / 255)


def _calmest(rgb: Planes, tall: int) -> int:
    """Return the top row of the calmest place for a block of that height."""
    _, height, width = rgb.shape
    level = luma_of(rgb)
    detail = blurred(np.abs(cv2.Laplacian(blurred(level, 1.2), cv2.CV_32F)), 4.0)
    middle = slice(round(width * 0.12), round(width * 0.88))
    best, chosen = float("inf"), 0
    for place in (0.07, 0.13, 0.2, 0.42, 0.74, 0.82):
        top = max(0, min(height - tall, round(height * place)))
        busy = float(detail[top : top + tall, middle].mean(dtype=np.float64))
        busy *= 1.5 if place == 0.42 else 1.0
        if busy < best:
            best, chosen = busy, top
    return chosen
