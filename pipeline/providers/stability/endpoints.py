"""Every endpoint of Stability's v2beta API that the studio uses: path, fields, pictures, answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.providers.base import ErrorClass, ProviderError
from pipeline.providers.facts import STABILITY_ASPECTS, STABILITY_CORE_ASPECTS, Aspects
from pipeline.providers.pictures import PictureRule

#: The largest body that is taken, in bytes.
MAX_BODY_BYTES = 10 * 2**20

#: Pictures: each side at least 64 px, up to 9.4 megapixels; room for the rest of the body is left.
PICTURE = PictureRule(
    min_side_px=64, min_pixels=4_096, max_pixels=9_437_184, max_bytes=MAX_BODY_BYTES - 2**16
)
#: The same, between 1:2.5 and 2.5:1.
NEAR_SQUARE = replace(PICTURE, max_aspect=2.5)
SMALL = replace(PICTURE, max_pixels=4_194_304)


@dataclass(frozen=True)
class FilePart:
    """A picture of the request: its part's name, the roles it is taken from, what is allowed."""

    part: str
    roles: tuple[str, ...]
    rule: PictureRule = PICTURE
    required: bool = True
    is_mask: bool = False


@dataclass(frozen=True)
class Field:
    """A field of the request and the parameter that it comes from.

    A number outside `least`–`most` is refused with a message before anything is sent. The value
    `none` stands for nothing, like an empty one.
    """

    wire: str
    parameter: str
    least: float | None = None
    most: float | None = None
    none: str = ""

    def text(self, parameters: Mapping[str, Any]) -> str | None:
        """The value as it is sent; None leaves the field out.

        Raises:
            ProviderError: the provider takes no such number.
        """
        value = parameters.get(self.parameter)
        if value is None or value in ("", self.none):
            return None
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            too_small = self.least is not None and value < self.least
            too_large = self.most is not None and value > self.most
            if too_small or too_large:
                raise ProviderError(
                    f"{self.parameter.replace('_', ' ').capitalize()} is {value:g}; Stability AI "
                    f"takes {self.least:g} to {self.most:g}.",
                    error_class=ErrorClass.INPUT,
                )
            return f"{value:g}" if isinstance(value, float) else str(value)
        return str(value)


@dataclass(frozen=True)
class Endpoint:
    """One address: what it takes and how it answers.

    Attributes:
        path: after the base address.
        fields: besides those that `seeded`, `png` and `sizes` bring.
        files: pictures, in the order they are sent.
        seeded: whether it takes a random seed.
        png: whether it takes an output format; PNG is asked for, which loses nothing.
        is_async: whether it answers with an id that is asked for later.
        sizes: sizes by aspect ratio, where the picture's shape is asked for by ratio.
        keeps_size: whether the answer stands for the first picture, in its size.
        media_type: of the answer.
    """

    path: str
    fields: tuple[Field, ...] = ()
    files: tuple[FilePart, ...] = ()
    seeded: bool = True
    png: bool = True
    is_async: bool = False
    sizes: Aspects = field(default_factory=dict)
    keeps_size: bool = False
    media_type: str = "image/png"


_BASE = ("base", "source")
_PROMPT = Field("prompt", "prompt")
_NEGATIVE = Field("negative_prompt", "negative_prompt")
_STYLE = Field("style_preset", "style_preset")
_COMMON = (_PROMPT, _NEGATIVE, _STYLE)
_MASK = FilePart("mask", ("mask",), required=False, is_mask=True)
_IMAGE = "/v2beta/stable-image"

#: `create.image`, by the model's name at the provider; `sd3.5-…` are all served by one address.
GENERATORS: dict[str, Endpoint] = {
    "ultra": Endpoint(
        f"{_IMAGE}/generate/ultra",
        (*_COMMON, Field("strength", "strength", 0, 1)),
        (
            FilePart(
                "image",
                _BASE,
                replace(PICTURE, max_side_px=16_384, max_pixels=0),
                required=False,
            ),
        ),
        sizes=STABILITY_ASPECTS,
    ),
    "core": Endpoint(f"{_IMAGE}/generate/core", _COMMON, sizes=STABILITY_CORE_ASPECTS),
    "sd3": Endpoint(
        f"{_IMAGE}/generate/sd3",
        (*_COMMON, Field("strength", "strength", 0, 1)),
        (FilePart("image", _BASE, PICTURE, required=False),),
        sizes=STABILITY_ASPECTS,
    ),
}

#: All other operations, by their code.
ENDPOINTS: dict[str, Endpoint] = {
    "edit.erase": Endpoint(
        f"{_IMAGE}/edit/erase",
        (Field("grow_mask", "grow_mask_px", 0, 20),),
        (FilePart("image", _BASE), _MASK),
        keeps_size=True,
    ),
    "edit.inpaint": Endpoint(
        f"{_IMAGE}/edit/inpaint",
        (*_COMMON, Field("grow_mask", "grow_mask_px", 0, 100)),
        (FilePart("image", _BASE), _MASK),
        keeps_size=True,
    ),
    "edit.outpaint": Endpoint(
        f"{_IMAGE}/edit/outpaint",
        (
            _PROMPT,
            _STYLE,
            Field("left", "left_px", 0, 2000),
            Field("right", "right_px", 0, 2000),
            Field("up", "top_px", 0, 2000),
            Field("down", "bottom_px", 0, 2000),
            Field("creativity", "creativity", 0, 1),
        ),
        (FilePart("image", _BASE, NEAR_SQUARE),),
    ),
    "edit.search_replace": Endpoint(
        f"{_IMAGE}/edit/search-and-replace",
        (
            *_COMMON,
            Field("search_prompt", "search_prompt"),
            Field("grow_mask", "grow_mask_px", 0, 20),
        ),
        (FilePart("image", _BASE, NEAR_SQUARE),),
        keeps_size=True,
    ),
    "edit.search_recolor": Endpoint(
        f"{_IMAGE}/edit/search-and-recolor",
        (
            *_COMMON,
            Field("select_prompt", "select_prompt"),
            Field("grow_mask", "grow_mask_px", 0, 20),
        ),
        (FilePart("image", _BASE, NEAR_SQUARE),),
        keeps_size=True,
    ),
    "edit.remove_background": Endpoint(
        f"{_IMAGE}/edit/remove-background",
        files=(FilePart("image", _BASE, SMALL),),
        seeded=False,
        keeps_size=True,
    ),
    "edit.replace_background": Endpoint(
        f"{_IMAGE}/edit/replace-background-and-relight",
        (
            Field("background_prompt", "background_prompt"),
            Field("foreground_prompt", "foreground_prompt"),
            _NEGATIVE,
            Field("preserve_original_subject", "preserve_subject", 0, 1),
            Field("original_background_depth", "background_depth", 0, 1),
            Field("keep_original_background", "keep_original_background"),
            Field("light_source_direction", "light_direction", none="none"),
            Field("light_source_strength", "light_strength", 0, 1),
        ),
        (
            FilePart("subject_image", _BASE, NEAR_SQUARE),
            FilePart("background_reference", ("reference",), required=False),
            FilePart("light_reference", ("style",), required=False),
        ),
        is_async=True,
        keeps_size=True,
    ),
    "upscale.fast": Endpoint(
        f"{_IMAGE}/upscale/fast",
        files=(
            FilePart("image", _BASE, PictureRule(32, 1536, 1_024, 1_048_576, 0, PICTURE.max_bytes)),
        ),
        seeded=False,
    ),
    "upscale.conservative": Endpoint(
        f"{_IMAGE}/upscale/conservative",
        (_PROMPT, _NEGATIVE, Field("creativity", "creativity", 0.2, 0.5)),
        (FilePart("image", _BASE, NEAR_SQUARE),),
    ),
    "upscale.creative": Endpoint(
        f"{_IMAGE}/upscale/creative",
        (*_COMMON, Field("creativity", "creativity", 0.1, 0.5)),
        (FilePart("image", _BASE, replace(PICTURE, max_pixels=1_048_576)),),
        is_async=True,
    ),
    "control.sketch": Endpoint(
        f"{_IMAGE}/control/sketch",
        (*_COMMON, Field("control_strength", "strength", 0, 1)),
        (FilePart("image", ("control", *_BASE), NEAR_SQUARE),),
    ),
    "control.structure": Endpoint(
        f"{_IMAGE}/control/structure",
        (*_COMMON, Field("control_strength", "strength", 0, 1)),
        (FilePart("image", ("control", *_BASE), NEAR_SQUARE),),
    ),
    "control.style": Endpoint(
        f"{_IMAGE}/control/style",
        (*_COMMON, Field("fidelity", "fidelity", 0, 1)),
        (FilePart("image", ("style", "control", *_BASE), NEAR_SQUARE),),
        sizes=STABILITY_ASPECTS,
    ),
    "control.style_transfer": Endpoint(
        f"{_IMAGE}/control/style-transfer",
        (
            _PROMPT,
            _NEGATIVE,
            Field("style_strength", "style_strength", 0, 1),
            Field("composition_fidelity", "composition_fidelity", 0, 1),
            Field("change_strength", "change_strength", 0.1, 1),
        ),
        (FilePart("init_image", _BASE, NEAR_SQUARE), FilePart("style_image", ("style",))),
    ),
}

#: `transform.image_to_3d`, by the model's name at the provider.
MESHES: dict[str, Endpoint] = {
    "stable-fast-3d": Endpoint(
        "/v2beta/3d/stable-fast-3d",
        (
            Field("texture_resolution", "texture_px"),
            Field("foreground_ratio", "foreground_ratio", 0.1, 1),
            Field("remesh", "remesh"),
            Field("vertex_count", "vertex_budget", -1, 20_000),
        ),
        (FilePart("image", _BASE, SMALL),),
        seeded=False,
        png=False,
        media_type="model/gltf-binary",
    ),
    "stable-point-aware-3d": Endpoint(
        "/v2beta/3d/stable-point-aware-3d",
        (
            Field("texture_resolution", "texture_px"),
            Field("foreground_ratio", "foreground_ratio", 1, 2),
            Field("remesh", "remesh"),
            Field("target_count", "vertex_budget", 100, 20_000),
            Field("guidance_scale", "guidance", 1, 10),
        ),
        (FilePart("image", _BASE, SMALL),),
        png=False,
        media_type="model/gltf-binary",
    ),
}


def endpoint_for(operation: str, model: str) -> Endpoint:
    """The address that runs an operation with a model.

    Raises:
        ProviderError: there is none.
    """
    found = ENDPOINTS.get(operation)
    if operation == "create.image":
        found = GENERATORS.get("sd3" if model.startswith("sd3") else model)
    elif operation == "transform.image_to_3d":
        found = MESHES.get(model)
    if found is None:
        raise ProviderError(
            f"Stability AI has no model “{model}” for this operation. Choose another one.",
            detail=f"operation {operation}",
            error_class=ErrorClass.INPUT,
        )
    return found
