"""Pixels of the stand-in: arrays of (count, height, width, 3) bytes, and how they are coded."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

Pixels = np.ndarray

FILTERS = {
    "nearest-exact": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "area": Image.Resampling.BOX,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


@dataclass(frozen=True)
class Latent:
    """What a sampler works on. `pixels` are what it decodes to; None before it was sampled.

    `length` is more than 1 for a video; `start` and `end` are its first and last picture.
    """

    width: int
    height: int
    batch: int = 1
    length: int = 1
    pixels: Pixels | None = None
    mask: Pixels | None = None
    start: Pixels | None = None
    end: Pixels | None = None


@dataclass(frozen=True)
class Model:
    """A diffusion model with what was hung on it: LoRAs, and images with their weight."""

    name: str
    loras: tuple[tuple[str, float], ...] = ()
    anchors: tuple[tuple[Pixels, float], ...] = ()


@dataclass(frozen=True)
class Conditioning:
    """A text, with the control images and their strength."""

    text: str
    controls: tuple[tuple[Pixels, float], ...] = ()


@dataclass(frozen=True)
class Video:
    """Frames with their rate."""

    frames: Pixels
    fps: float


@dataclass(frozen=True)
class Recipe:
    """Everything a sampled picture depends on."""

    model: Model
    positive: Conditioning
    negative: Conditioning
    random_seed: int
    sampler: str
    cfg: float
    denoise: float
    words: Mapping[str, Any] = field(default_factory=dict)


def draw(recipe: Recipe, width: int, height: int, index: int) -> Pixels:
    """One picture (height, width, 3): the same for the same recipe, another for any other."""
    told = (
        recipe.model.name,
        recipe.model.loras,
        recipe.positive.text,
        recipe.negative.text,
        recipe.random_seed,
        recipe.sampler,
        recipe.cfg,
        index,
    )
    random = np.random.default_rng(
        int.from_bytes(hashlib.sha256(repr(told).encode()).digest()[:8], "big")
    )
    coarse = Image.fromarray(random.integers(30, 226, (5, 5, 3), dtype=np.uint8))
    image = coarse.resize((width, height), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(image)
    for _ in range(4):
        x, y = random.integers(0, width), random.integers(0, height)
        radius = int(min(width, height) * random.uniform(0.05, 0.25))
        colour = tuple(int(part) for part in random.integers(0, 256, 3))
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    if width >= 256:
        label = f"{recipe.positive.text[:60]}\nseed {recipe.random_seed} · {recipe.model.name}"
        safe = label.encode("latin-1", "replace").decode("latin-1")
        pen.multiline_text(
            (12, height - 40), safe, fill="white", stroke_width=1, stroke_fill="black"
        )
    picture = np.asarray(image, dtype=np.float32)
    for anchor, weight in recipe.model.anchors:
        share = min(max(weight, 0.0), 1.0) * 0.7
        picture = picture * (1 - share) + resized(anchor[:1], width, height)[0] * share
    for control, strength in recipe.positive.controls:
        share = min(max(strength, 0.0), 1.0) * 0.3
        picture = picture * (1 - share) + resized(control[:1], width, height)[0] * share
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def sampled(latent: Latent, recipe: Recipe) -> Latent:
    """The latent after sampling."""
    if latent.length > 1 or latent.start is not None:
        return replace(latent, pixels=_film(latent, recipe))
    drawn = np.stack([draw(recipe, latent.width, latent.height, i) for i in range(latent.batch)])
    if latent.pixels is not None:
        share = np.full(drawn.shape[:3], recipe.denoise, dtype=np.float32)
        if latent.mask is not None:
            share = share * resized_mask(latent.mask, latent.width, latent.height)
        mixed = latent.pixels * (1 - share[..., None]) + drawn * share[..., None]
        drawn = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
    return replace(latent, pixels=drawn)


def _film(latent: Latent, recipe: Recipe) -> Pixels:
    """Frames from exactly the first picture to exactly the last one, where they are given."""
    drawn = draw(recipe, latent.width, latent.height, 0)
    first = latent.start[0] if latent.start is not None else drawn
    other = draw(recipe, latent.width, latent.height, 1)
    last = latent.end[0] if latent.end is not None else (first * 0.6 + other * 0.4)
    frames = []
    for index in range(latent.length):
        share = index / (latent.length - 1) if latent.length > 1 else 0.0
        mixed = np.asarray(first, dtype=np.float32) * (1 - share) + last * share
        frames.append(np.clip(np.rint(mixed), 0, 255).astype(np.uint8))
    return np.stack(frames)


def resized(
    pixels: Pixels, width: int, height: int, method: str = "bilinear", crop: str = "disabled"
) -> Pixels:
    """Pictures at another size; `crop` "center" keeps the proportions."""
    if pixels.shape[1:3] == (height, width):
        return pixels
    frames = []
    for frame in pixels:
        image = Image.fromarray(frame)
        if crop == "center":
            image = _centre(image, width / height)
        frames.append(np.asarray(image.resize((width, height), FILTERS[method])))
    return np.stack(frames)


def _centre(image: Image.Image, ratio: float) -> Image.Image:
    width, height = image.size
    if width / height > ratio:
        cut = round((width - height * ratio) / 2)
        return image.crop((cut, 0, width - cut, height))
    cut = round((height - width / ratio) / 2)
    return image.crop((0, cut, width, height - cut))


def resized_mask(mask: Pixels, width: int, height: int) -> Pixels:
    """Masks (count, height, width) as shares from 0 to 1 at another size."""
    frames = [
        np.asarray(Image.fromarray(one).resize((width, height), Image.Resampling.BILINEAR))
        for one in mask
    ]
    return np.stack(frames).astype(np.float32) / 255.0


def read_image(path: Path) -> tuple[Pixels, Pixels]:
    """Picture and mask of a file; the mask is what is transparent, 64 x 64 black without."""
    with Image.open(path) as image:
        image.load()
        frame = image.convert("RGBA") if "A" in image.getbands() else image.convert("RGB")
    pixels = np.asarray(frame.convert("RGB"))[None]
    if frame.mode == "RGBA":
        return pixels, 255 - np.asarray(frame)[None, :, :, 3]
    return pixels, np.zeros((1, 64, 64), dtype=np.uint8)


def encoded(pixels: Pixels, format_: str, **options: Any) -> bytes:
    """One picture (height, width, 3) as a file."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format_, **options)
    return buffer.getvalue()


def png(pixels: Pixels, graph: Any, extra: Mapping[str, Any] | None) -> bytes:
    """A PNG that carries its graph, as SaveImage writes it."""
    information = PngInfo()
    information.add_text("prompt", json.dumps(graph))
    for key, value in (extra or {}).items():
        information.add_text(key, json.dumps(value))
    return encoded(pixels, "PNG", pnginfo=information, compress_level=4)


def animated(pixels: Pixels, format_: str, fps: float, **options: Any) -> bytes:
    """All pictures as one moving WebP or PNG."""
    first, *rest = [Image.fromarray(frame) for frame in pixels]
    buffer = io.BytesIO()
    first.save(
        buffer,
        format_,
        save_all=True,
        append_images=rest,
        duration=int(1000.0 / fps),
        **options,
    )
    return buffer.getvalue()


def write_video(path: Path, frames: Pixels, fps: float, codec: str, quality: float) -> None:
    """A film of all frames; raises av.error.* for sizes the codec can't do."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=Fraction(round(fps * 1000), 1000))
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": str(int(quality))}
        if codec.startswith("libvpx"):
            stream.options |= {"deadline": "realtime", "cpu-used": "8"}
            stream.bit_rate = 0
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())


def read_video(path: Path) -> Video:
    """All frames of a film."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
        return Video(np.stack(frames), float(stream.average_rate or 24))
