"""What stand-ins of picture services deliver: real pictures and meshes, each from its seed."""

from __future__ import annotations

import io
import json
import struct

import numpy as np
from PIL import Image, ImageFilter

Size = tuple[int, int]


def paint(size: Size, seed: int) -> Image.Image:
    """Two colours that run into each other, with a disc; another seed gives another picture."""
    numbers = np.random.default_rng(seed)
    one, two, disc = numbers.integers(0, 256, (3, 3))
    x = np.linspace(0, 1, size[0])[None, :, None]
    y = np.linspace(0, 1, size[1])[:, None, None]
    pixels = one * (1 - x) + two * x * y + two * x * 0.3 * (1 - y)
    centre, radius = numbers.random(2), 0.15 + 0.2 * numbers.random()
    ratio = size[0] / size[1]
    inside = ((x - centre[0]) * ratio) ** 2 + (y - centre[1]) ** 2 < radius**2
    return Image.fromarray(np.where(inside, disc, pixels).clip(0, 255).astype(np.uint8))


def edit(content: bytes, size: Size, seed: int, mask: bytes | None = None) -> Image.Image:
    """A picture in another size, painted anew where the mask is white (without one: a quarter)."""
    with Image.open(io.BytesIO(content)) as opened:
        base = opened.convert("RGB").resize(size)
    painted = paint(size, seed)
    if mask is None:
        where = Image.new("L", size)
        where.paste(255, (0, 0, size[0] // 2, size[1] // 2))
    else:
        with Image.open(io.BytesIO(mask)) as opened:
            where = opened.convert("L").resize(size)
    return Image.composite(painted, base, where)


def extend(content: bytes, left: int, top: int, right: int, bottom: int, seed: int) -> Image.Image:
    """A picture on a larger painted canvas."""
    with Image.open(io.BytesIO(content)) as opened:
        base = opened.convert("RGB")
    canvas = paint((left + base.width + right, top + base.height + bottom), seed)
    canvas.paste(base, (left, top))
    return canvas


def cut_out(content: bytes) -> Image.Image:
    """A picture of which an ellipse is opaque."""
    with Image.open(io.BytesIO(content)) as opened:
        base = opened.convert("RGB")
    x = np.linspace(-1, 1, base.width)[None, :]
    y = np.linspace(-1, 1, base.height)[:, None]
    alpha = ((x * 1.4) ** 2 + (y * 1.1) ** 2 < 1).astype(np.uint8) * 255
    base.putalpha(Image.fromarray(alpha))
    return base


def blurred(picture: Image.Image) -> Image.Image:
    """What a filtered picture looks like."""
    return picture.convert("RGB").resize((64, 64)).filter(ImageFilter.GaussianBlur(8))


def encoded(picture: Image.Image, kind: str = "png") -> bytes:
    """The file: png, jpeg or webp."""
    buffer = io.BytesIO()
    options = {"compress_level": 1} if kind == "png" else {}
    picture = picture.convert("RGB") if kind == "jpeg" else picture
    picture.save(buffer, kind.upper(), **options)
    return buffer.getvalue()


def size_of(content: bytes) -> Size:
    """Width and height of a picture."""
    with Image.open(io.BytesIO(content)) as opened:
        return opened.size


def cube() -> bytes:
    """A binary glTF file with one cube."""
    corners = [(x, y, z) for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)]
    faces = [0, 1, 3, 0, 3, 2, 4, 6, 7, 4, 7, 5, 0, 4, 5, 0, 5, 1]
    faces += [2, 3, 7, 2, 7, 6, 0, 2, 6, 0, 6, 4, 1, 5, 7, 1, 7, 3]
    points = b"".join(struct.pack("<3f", *corner) for corner in corners)
    indices = struct.pack(f"<{len(faces)}H", *faces)
    document = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "buffers": [{"byteLength": len(points) + len(indices)}],
        "bufferViews": [
            {"buffer": 0, "byteOffset": 0, "byteLength": len(points), "target": 34962},
            {
                "buffer": 0,
                "byteOffset": len(points),
                "byteLength": len(indices),
                "target": 34963,
            },
        ],
        "accessors": [
            {
                "bufferView": 0,
                "componentType": 5126,
                "count": 8,
                "type": "VEC3",
                "min": [-0.5] * 3,
                "max": [0.5] * 3,
            },
            {"bufferView": 1, "componentType": 5123, "count": len(faces), "type": "SCALAR"},
        ],
    }
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    data = points + indices
    data += b"\0" * (-len(data) % 4)
    body = struct.pack("<II", len(text), 0x4E4F534A) + text
    body += struct.pack("<II", len(data), 0x004E4942) + data
    return struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body
