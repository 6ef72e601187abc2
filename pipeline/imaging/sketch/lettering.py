"""Quoted texts of a prompt, set quietly where the picture leaves room."""

from __future__ import annotations

import unicodedata

import cv2
import numpy as np

from pipeline.imaging.sketch.canvas import Planes
from pipeline.imaging.sketch.finish import luma_of
from pipeline.imaging.sketch.noise import blurred
from pipeline.imaging.sketch.stream import Plane

MAX_TEXTS = 2
MAX_TEXT_CHARS = 60

_ROOM = (8192, 1024)


def readable(text: str) -> str:
    """Return the part of a text that the built-in face can set; may be empty.

    The face of OpenCV covers Latin, Greek, Cyrillic, Hebrew and CJK. It does not join
    letters, so a text in Arabic script is left out rather than set wrongly.
    """
    kept = "".join(c for c in text if (c.isprintable() and unicodedata.category(c)[0] not in "CS")
                   or c in "+<=>$€£¥|~^")  # fmt: skip
    directions = {unicodedata.bidirectional(c) for c in kept}
    if "AL" in directions:
        return ""
    line = " ".join(kept.split())[:MAX_TEXT_CHARS]
    # The face sets every line from left to right: turn one that runs the other way.
    return line[::-1] if "R" in directions and "L" not in directions else line


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
    """Return the anti-aliased mask of the set lines, the first large, the second small."""
    unit = min(width, height)
    gap, pad = round(unit * 0.026), round(unit * 0.03)
    rendered: list[Plane] = []
    for line, share, weight in zip(lines, (0.095, 0.044), (430, 380), strict=False):
        size = round(unit * share)
        mask = _line(line, size, weight)
        room = width * 0.86
        if mask.shape[1] > room:
            mask = _line(line, max(9, int(size * room / mask.shape[1])), weight)
        if mask.shape[1] > width * 0.96:
            return None
        rendered.append(mask)
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


def _line(text: str, size_px: int, weight: int) -> Plane:
    """Return one line's mask, drawn at double size and reduced."""
    face = cv2.FontFace("sans")
    left, top, across, down = cv2.getTextSize(_ROOM, text, (0, 0), face, size_px * 2, weight)
    margin = 6
    image = np.zeros((down + 2 * margin, across + 2 * margin), np.uint8)
    origin = (margin - left, margin - top)
    cv2.putText(image, text, origin, 255, face, size_px * 2, weight)
    size = (max(4, image.shape[1] // 2), max(4, image.shape[0] // 2))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) * np.float32(1 / 255)


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
