"""What each endpoint takes, written from the facts and not from the adapter."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field

from PIL import Image

from tests.standins.multipart import Part

RATIOS = ("21:9", "16:9", "3:2", "5:4", "1:1", "4:5", "2:3", "9:16", "9:21")
STYLES = (
    *("enhance", "anime", "photographic", "digital-art", "comic-book", "fantasy-art", "line-art"),
    *("analog-film", "neon-punk", "isometric", "low-poly", "origami", "modeling-compound"),
    *("cinematic", "3d-model", "pixel-art", "tile-texture"),
)
SD3_MODELS = {
    "sd3.5-large": 6.5,
    "sd3.5-large-turbo": 4.0,
    "sd3.5-medium": 3.5,
    "sd3.5-flash": 2.5,
}


@dataclass(frozen=True)
class Text:
    most: int = 10_000
    required: bool = False

    def faults(self, name: str, part: Part | None) -> list[str]:
        if part is None:
            return [f"{name}: is required"] if self.required else []
        if part.filename is not None:
            return [f"{name}: must be text, not a file"]
        try:
            length = len(part.text)
        except UnicodeDecodeError:
            return [f"{name}: must be UTF-8"]
        if length == 0 and self.required:
            return [f"{name}: cannot be empty"]
        return [f"{name}: must not be longer than {self.most}"] if length > self.most else []


@dataclass(frozen=True)
class Number:
    least: float
    most: float
    whole: bool = False
    required: bool = False

    def faults(self, name: str, part: Part | None) -> list[str]:
        if part is None:
            return [f"{name}: is required"] if self.required else []
        if part.filename is not None:
            return [f"{name}: must be text, not a file"]
        try:
            value = int(part.text) if self.whole else float(part.text)
        except ValueError:
            return [f"{name}: must be {'an integer' if self.whole else 'a number'}"]
        if not self.least <= value <= self.most:
            return [f"{name}: must be between {self.least} and {self.most}"]
        return []


@dataclass(frozen=True)
class Choice:
    values: tuple[str, ...]

    def faults(self, name: str, part: Part | None) -> list[str]:
        if part is None or (part.filename is None and part.text in self.values):
            return []
        return [f"{name}: must be one of {', '.join(self.values)}"]


@dataclass(frozen=True)
class Picture:
    required: bool = True
    min_side: int = 64
    max_side: int = 0
    min_pixels: int = 4_096
    max_pixels: int = 9_437_184
    aspect: float = 0.0

    def faults(self, name: str, part: Part | None) -> list[str]:
        if part is None:
            return [f"{name}: is required"] if self.required else []
        if not part.filename:
            return [f"{name}: must be a file"]
        try:
            with Image.open(io.BytesIO(part.content)) as picture:
                width, height = picture.size
                kind = picture.format
        except OSError:
            return [f"{name}: is not an image"]
        if kind not in ("PNG", "JPEG", "WEBP") or part.content_type != f"image/{kind.lower()}":
            return [f"{name}: must be jpeg, png or webp, and say so"]
        short, long = min(width, height), max(width, height)
        if short < self.min_side or (self.max_side and long > self.max_side):
            return [f"{name}: each side must be between {self.min_side} and {self.max_side}"]
        if width * height < self.min_pixels:
            return [f"{name}: needs at least {self.min_pixels} pixels"]
        if self.max_pixels and width * height > self.max_pixels:
            return [f"{name}: takes at most {self.max_pixels} pixels"]
        if self.aspect and long > self.aspect * short:
            return [f"{name}: the aspect ratio must be between 1:2.5 and 2.5:1"]
        return []


Rule = Text | Number | Choice | Picture


@dataclass(frozen=True)
class Rules:
    credits: float
    fields: Mapping[str, Rule]
    is_async: bool = False
    output: str = "input"  # input, ratio, outpaint, times-4, 4mp, glb
    extra: tuple[str, ...] = field(default=())  # checks over several fields


PROMPT = Text(required=True)
SEED = {"seed": Number(0, 4_294_967_294, whole=True)}
FORMAT = {"output_format": Choice(("jpeg", "png", "webp"))}
STYLE = {"style_preset": Choice(STYLES)}
NEGATIVE = {"negative_prompt": Text()}
COMMON: dict[str, Rule] = {**NEGATIVE, **SEED, **FORMAT, **STYLE}
ASPECT = {"aspect_ratio": Choice(RATIOS)}
SQUARISH = Picture(aspect=2.5)
UNIT = Number(0, 1)


def grow(most: int) -> dict[str, Rule]:
    return {"grow_mask": Number(0, most, whole=True)}


def side() -> Number:
    return Number(0, 2000, whole=True)


IMAGE = "/v2beta/stable-image/"
MESH: dict[str, Rule] = {
    "image": Picture(max_pixels=4_194_304),
    "texture_resolution": Choice(("512", "1024", "2048")),
}
RULES: dict[str, Rules] = {
    IMAGE + "generate/ultra": Rules(
        8,
        {
            "prompt": PROMPT,
            **COMMON,
            **ASPECT,
            "image": Picture(required=False, max_side=16_384, max_pixels=0),
            "strength": UNIT,
        },
        output="ratio",
        extra=("strength-with-image",),
    ),
    IMAGE + "generate/core": Rules(3, {"prompt": PROMPT, **COMMON, **ASPECT}, output="ratio-1.5"),
    IMAGE + "generate/sd3": Rules(
        6.5,
        {
            "prompt": PROMPT,
            **COMMON,
            **ASPECT,
            "mode": Choice(("text-to-image", "image-to-image")),
            "image": Picture(required=False),
            "strength": UNIT,
            "model": Choice(tuple(SD3_MODELS)),
            "cfg_scale": Number(1, 10),
        },
        output="ratio",
        extra=("sd3-mode",),
    ),
    IMAGE + "edit/erase": Rules(
        5, {"image": Picture(), "mask": Picture(required=False), **grow(20), **SEED, **FORMAT}
    ),
    IMAGE + "edit/inpaint": Rules(
        5,
        {
            "image": Picture(),
            "prompt": PROMPT,
            "mask": Picture(required=False),
            **grow(100),
            **COMMON,
        },
    ),
    IMAGE + "edit/outpaint": Rules(
        4,
        {
            "image": SQUARISH,
            "left": side(),
            "right": side(),
            "up": side(),
            "down": side(),
            "creativity": UNIT,
            "prompt": Text(),
            **SEED,
            **FORMAT,
            **STYLE,
        },
        output="outpaint",
        extra=("a-side",),
    ),
    IMAGE + "edit/search-and-replace": Rules(
        5,
        {"image": SQUARISH, "prompt": PROMPT, "search_prompt": PROMPT, **grow(20), **COMMON},
    ),
    IMAGE + "edit/search-and-recolor": Rules(
        5,
        {"image": SQUARISH, "prompt": PROMPT, "select_prompt": PROMPT, **grow(20), **COMMON},
    ),
    IMAGE + "edit/remove-background": Rules(
        5,
        {"image": Picture(max_pixels=4_194_304), "output_format": Choice(("png", "webp"))},
        output="cut-out",
    ),
    IMAGE + "edit/replace-background-and-relight": Rules(
        8,
        {
            "subject_image": SQUARISH,
            "background_prompt": Text(),
            "background_reference": Picture(required=False),
            "foreground_prompt": Text(),
            **NEGATIVE,
            "preserve_original_subject": UNIT,
            "original_background_depth": UNIT,
            "keep_original_background": Choice(("true", "false")),
            "light_source_direction": Choice(("left", "right", "above", "below")),
            "light_reference": Picture(required=False),
            "light_source_strength": UNIT,
            **SEED,
            **FORMAT,
        },
        is_async=True,
        extra=("a-background", "a-light"),
    ),
    IMAGE + "upscale/fast": Rules(
        2,
        {
            "image": Picture(min_side=32, max_side=1536, min_pixels=1_024, max_pixels=1_048_576),
            **FORMAT,
        },
        output="times-4",
    ),
    IMAGE + "upscale/conservative": Rules(
        40,
        {
            "image": SQUARISH,
            "prompt": PROMPT,
            "creativity": Number(0.2, 0.5),
            **NEGATIVE,
            **SEED,
            **FORMAT,
        },
        output="4mp",
    ),
    IMAGE + "upscale/creative": Rules(
        60,
        {
            "image": Picture(min_side=1, max_pixels=1_048_576),
            "prompt": PROMPT,
            "creativity": Number(0.1, 0.5),
            **COMMON,
        },
        is_async=True,
        output="4mp",
    ),
    IMAGE + "control/sketch": Rules(
        5, {"prompt": PROMPT, "image": SQUARISH, "control_strength": UNIT, **COMMON}
    ),
    IMAGE + "control/structure": Rules(
        5, {"prompt": PROMPT, "image": SQUARISH, "control_strength": UNIT, **COMMON}
    ),
    IMAGE + "control/style": Rules(
        5,
        {"prompt": PROMPT, "image": SQUARISH, "fidelity": UNIT, **ASPECT, **COMMON},
        output="ratio",
    ),
    IMAGE + "control/style-transfer": Rules(
        8,
        {
            "init_image": SQUARISH,
            "style_image": SQUARISH,
            "prompt": Text(),
            "style_strength": UNIT,
            "composition_fidelity": UNIT,
            "change_strength": Number(0.1, 1),
            **NEGATIVE,
            **SEED,
            **FORMAT,
        },
        output="ratio",
    ),
    "/v2beta/3d/stable-fast-3d": Rules(
        10,
        {
            **MESH,
            "foreground_ratio": Number(0.1, 1),
            "remesh": Choice(("none", "triangle", "quad")),
            "vertex_count": Number(-1, 20_000, whole=True),
        },
        output="glb",
    ),
    "/v2beta/3d/stable-point-aware-3d": Rules(
        4,
        {
            **MESH,
            "foreground_ratio": Number(1, 2),
            "remesh": Choice(("none", "triangle", "quad")),
            "target_type": Choice(("none", "vertex", "face")),
            "target_count": Number(100, 20_000, whole=True),
            "guidance_scale": Number(1, 10),
            **SEED,
        },
        output="glb",
    ),
}


def faults_of(rules: Rules, parts: Mapping[str, Part]) -> list[str]:
    """What the real server would answer 400 for, as "field: message".

    Unknown fields are refused here, so that a wrong name is seen; whether the real server ignores
    them is not known.
    """
    found = [
        f"{name}: is not a field of this endpoint"
        for name in parts
        if name not in rules.fields and name != "none"
    ]
    for name, rule in rules.fields.items():
        found += rule.faults(name, parts.get(name))
    return found or _together(rules, parts)


def _together(rules: Rules, parts: Mapping[str, Part]) -> list[str]:
    found: list[str] = []
    given = {name: part.text for name, part in parts.items() if part.filename is None}
    if "strength-with-image" in rules.extra and "image" in parts and "strength" not in parts:
        found.append("strength: is required with an image")
    if "sd3-mode" in rules.extra:
        if given.get("mode") == "image-to-image":
            found += [
                f"{name}: is required for image-to-image"
                for name in ("image", "strength")
                if name not in parts
            ]
            if "aspect_ratio" in parts:
                found.append("aspect_ratio: only for text-to-image")
        elif "image" in parts or "strength" in parts:
            found.append("image: only for image-to-image")
    if "a-side" in rules.extra and not any(
        int(given.get(name, "0")) for name in ("left", "right", "up", "down")
    ):
        found.append("outpaint: at least one direction must be non-zero")
    if "a-background" in rules.extra and not (
        given.get("background_prompt") or "background_reference" in parts
    ):
        found.append("background_prompt: or background_reference is required")
    if (
        "a-light" in rules.extra
        and "light_source_strength" in parts
        and not ("light_reference" in parts or "light_source_direction" in parts)
    ):
        found.append("light_source_strength: needs light_reference or light_source_direction")
    return found
