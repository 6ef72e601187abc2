"""Every endpoint of Bria's v2 API that the studio uses: path, and how a request becomes JSON."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.providers.base import ErrorClass, ProviderError, RunRequest
from pipeline.providers.facts import FIBO_ASPECTS, FIBO_STEPS, aspect_for
from pipeline.providers.pictures import (
    Picture,
    PictureRule,
    inputs_of,
    prepare_mask,
    prepare_picture,
)

Size = tuple[int, int]
Body = dict[str, Any]

#: The largest picture, in bytes as sent: 12 MB of text hold 9 MB of file.
PICTURE = PictureRule(max_bytes=9_000_000)
#: The largest canvas of `expand`, pixels, and the longest side of `increase_resolution`.
MOST_CANVAS_PIXELS, MOST_SIDE_PX = 25_000_000, 8192
#: Random seeds are whole numbers; the documented examples stay within 31 bits, and so do we.
MOST_SEED = 2**31 - 1

_BASE = ("base", "source")


@dataclass(frozen=True)
class Call:
    """All of a request but its seed.

    Attributes:
        path: after the base address.
        body: the JSON document.
        wanted: the exact size of the picture, pixels; None as it comes.
        is_seeded: whether it takes a random seed.
        result: the key of what the answer delivers.
    """

    path: str
    body: Body
    wanted: Size | None = None
    is_seeded: bool = True
    result: str = "image_url"


def provider_seed(random_seed: int) -> int:
    """A seed of ours in the range that is sent, 1 … 2147483647."""
    return 1 + random_seed % MOST_SEED


def call_for(request: RunRequest, model: str) -> Call:
    """The call that runs a request.

    Raises:
        ProviderError: Bria has none for it, or a picture is outside its limits.
    """
    build = CALLS.get(request.operation)
    if build is None:
        raise _refuse("Bria can't run this operation. Choose another provider.")
    call = build(request, model)
    given = {name: value for name, value in call.body.items() if value not in (None, "")}
    return Call(call.path, given, call.wanted, call.is_seeded, call.result)


def generate(request: RunRequest, model: str) -> Call:
    """`create.image`: FIBO from words, from a structured prompt, or from a picture with words.

    A structured prompt alone, with a seed, recreates; the operation says that it takes the
    prompt's place.
    """
    wanted = request.parameters
    document, pictures = wanted.get("structured_prompt"), inputs_of(request.inputs, *_BASE)
    body: Body = {
        "aspect_ratio": aspect_for(FIBO_ASPECTS, wanted["width_px"], wanted["height_px"])[0],
        "negative_prompt": wanted.get("negative_prompt"),
        "steps_num": FIBO_STEPS.get(str(wanted.get("quality", "")), FIBO_STEPS["premium"]),
        "resolution": "1MP",
        "output_type": "png",
        "model_version": model if model.isupper() else "FIBO",
    }
    if document:
        body["structured_prompt"] = document
    else:
        words = (wanted.get("prompt"), wanted.get("style_prompt"))
        body["prompt"] = ", ".join(str(part) for part in words if part)
        if pictures:
            body["images"] = [_text(prepare_picture(pictures[0], PICTURE))]
    return Call("/v2/image/generate", body, (wanted["width_px"], wanted["height_px"]))


def structure(request: RunRequest, model: str) -> Call:
    """`prompt.structure`: from words, from a picture, refined by words, or from a changed copy."""
    given = request.parameters
    if changed := given.get("adjusted_structured_prompt"):
        body: Body = {
            "structured_prompt": given.get("structured_prompt"),
            "user_adjusted_structured_prompt": changed,
        }
        path = "/v2/structured_prompt/generate_from_diff"
    else:
        pictures = inputs_of(request.inputs, *_BASE)
        body = {
            "prompt": given.get("prompt"),
            "structured_prompt": given.get("structured_prompt"),
            "images": [_text(prepare_picture(pictures[0], PICTURE))] if pictures else None,
        }
        path = "/v2/structured_prompt/generate"
    return Call(path, body, result="structured_prompt")


def edit(request: RunRequest, model: str) -> Call:
    """`edit.prompt`: FIBO Edit by an instruction, where the mask is white if there is one."""
    base, given = _base(request), request.parameters
    guidance = given.get("guidance")
    body: Body = {
        "images": [_text(base)],
        "instruction": given.get("instruction"),
        "mask": _mask(request, base),
        "negative_prompt": given.get("negative_prompt"),
        "guidance_scale": None if guidance is None else int(guidance),
        "steps_num": given.get("steps"),
        "output_type": "png",
    }
    return Call("/v2/image/edit", body, _size(base))


def erase(request: RunRequest, model: str) -> Call:
    """`edit.erase`: what is masked goes away."""
    base = _base(request)
    body = {
        "image": _text(base),
        "mask": _mask(request, base, required=True),
        "mask_type": "manual",
    }
    return Call("/v2/image/edit/erase", body, _size(base), is_seeded=False)


def fill(request: RunRequest, model: str) -> Call:
    """`edit.inpaint`: something new where the mask is white."""
    base = _base(request)
    body = {
        "image": _text(base),
        "mask": _mask(request, base, required=True),
        "prompt": request.parameters.get("prompt"),
        "negative_prompt": request.parameters.get("negative_prompt"),
    }
    return Call("/v2/image/edit/gen_fill", body, _size(base))


def replace_background(request: RunRequest, model: str) -> Call:
    """`edit.replace_background`: another place by words or by a picture, never both."""
    base = _base(request)
    words = request.parameters.get("background_prompt")
    references = inputs_of(request.inputs, "reference")
    if bool(words) == bool(references):
        raise _refuse("Bria takes either words or a picture for the new background.")
    body = {
        "image": _text(base),
        "prompt": words,
        "ref_images": [_text(prepare_picture(references[0], PICTURE))] if references else None,
        "negative_prompt": request.parameters.get("negative_prompt"),
        "original_quality": True,
    }
    return Call("/v2/image/edit/replace_background", body, _size(base))


def expand(request: RunRequest, model: str) -> Call:
    """`edit.outpaint`: the picture at its place on a larger canvas."""
    base, given = _base(request), request.parameters
    left, top, right, bottom = (
        int(given.get(f"{side}_px") or 0) for side in ("left", "top", "right", "bottom")
    )
    canvas = (left + base.width_px + right, top + base.height_px + bottom)
    if canvas == _size(base):
        raise _refuse("Say on which side, and by how much, the picture is to grow.")
    if canvas[0] * canvas[1] > MOST_CANVAS_PIXELS:
        raise _refuse(f"The result would be {canvas[0]}×{canvas[1]} px; Bria makes 25 megapixels.")
    body = {
        "image": _text(base),
        "canvas_size": list(canvas),
        "original_image_size": [base.width_px, base.height_px],
        "original_image_location": [left, top],
        "prompt": given.get("prompt"),
        "negative_prompt": given.get("negative_prompt"),
    }
    return Call("/v2/image/edit/expand", body, canvas)


def increase(request: RunRequest, model: str) -> Call:
    """`upscale.increase`: twice or four times as wide and high."""
    base = _base(request)
    factor = int(request.parameters.get("factor") or 2)
    wanted = (base.width_px * factor, base.height_px * factor)
    if max(wanted) > MOST_SIDE_PX:
        raise _refuse(f"The result would be {wanted[0]}×{wanted[1]} px; Bria makes 8192 a side.")
    body = {"image": _text(base), "desired_increase": factor}
    return Call("/v2/image/edit/increase_resolution", body, wanted, is_seeded=False)


def enhance(request: RunRequest, model: str) -> Call:
    """`upscale.creative`: finer detail in the picture's own size, or as it comes."""
    return Call("/v2/image/edit/enhance", {"image": _text(_base(request))})


def remove_background(request: RunRequest, model: str) -> Call:
    """`edit.remove_background`: the subject on nothing."""
    base = _base(request)
    body = {"image": _text(base), "preserve_alpha": True}
    return Call("/v2/image/edit/remove_background", body, _size(base), is_seeded=False)


def replace_by_text(request: RunRequest, model: str) -> Call:
    """`edit.search_replace`: one thing for another, in words."""
    base, given = _base(request), request.parameters
    found, put = given.get("search_prompt"), given.get("prompt")
    body = {"image": _text(base), "instruction": f"Replace {found} with {put}"}
    return Call("/v2/image/edit/replace_object_by_text", body, _size(base), is_seeded=False)


CALLS: Mapping[str, Callable[[RunRequest, str], Call]] = {
    "create.image": generate,
    "prompt.structure": structure,
    "edit.prompt": edit,
    "edit.erase": erase,
    "edit.inpaint": fill,
    "edit.replace_background": replace_background,
    "edit.outpaint": expand,
    "edit.search_replace": replace_by_text,
    "edit.remove_background": remove_background,
    "upscale.increase": increase,
    "upscale.creative": enhance,
}


def _base(request: RunRequest) -> Picture:
    given = inputs_of(request.inputs, *_BASE)
    if not given:
        raise _refuse("This needs a picture.")
    return prepare_picture(given[0], PICTURE)


def _mask(request: RunRequest, base: Picture, *, required: bool = False) -> str | None:
    """The mask in the picture's size, white is edited."""
    given = inputs_of(request.inputs, "mask")
    if given:
        return _text(prepare_mask(given[0], *_size(base)))
    if required:
        raise _refuse("This needs a mask: paint what is to change.")
    return None


def _size(picture: Picture) -> Size:
    return picture.width_px, picture.height_px


def _text(picture: Picture) -> str:
    return base64.b64encode(picture.content).decode("ascii")


def _refuse(message: str) -> ProviderError:
    return ProviderError(message, error_class=ErrorClass.INPUT)
