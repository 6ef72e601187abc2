"""How a request becomes the JSON of Gemini's two interfaces: `generateContent`, interactions."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from typing import Any

from pipeline.providers.base import ErrorClass, ProviderError, RunRequest
from pipeline.providers.facts import GEMINI_ASPECTS, aspect_for, omni_seconds
from pipeline.providers.films import Wanted, framed_picture, start_picture
from pipeline.providers.pictures import Picture, PictureRule, inputs_of, prepare_picture

Size = tuple[int, int]
Body = dict[str, Any]

PICTURE = PictureRule(max_bytes=15_000_000)
#: Random seeds are whole numbers of 32 bits; we stay above zero.
MOST_SEED = 2**31 - 1
#: The first generation knows ten aspect ratios, no image size, and fewer pictures beside a prompt.
FIRST_GENERATION = "gemini-2.5"
FIRST_ASPECTS = dict(list(GEMINI_ASPECTS.items())[:10])
#: Interfaces that Google has closed, by the beginning of their models' names.
CLOSED = {"imagen": "Imagen", "veo": "Veo"}


@dataclass(frozen=True)
class Call:
    """All of a request but its seed.

    Attributes:
        path: after the base address.
        body: the JSON document.
        wanted: exact size of the picture, pixels.
        take: what the film is brought to.
        quantity_milli: what is charged, thousandths of the price's unit.
    """

    path: str
    body: Body
    wanted: Size | None = None
    take: Wanted | None = None
    quantity_milli: int = 1000

    def seeded(self, seed: int) -> Body:
        """The document with a random seed in it."""
        name = "generationConfig" if self.take is None else "generation_config"
        return {**self.body, name: {**self.body[name], "seed": seed}}


def provider_seed(random_seed: int) -> int:
    """A seed of ours in the range that is sent, 0 … 2147483647."""
    return random_seed % (MOST_SEED + 1)


def call_for(request: RunRequest, model: str) -> Call:
    """The call that runs a request.

    Args:
        request: what is to be made.
        model: Google's name of it.

    Raises:
        ProviderError: Google has closed the model, has none for it, or an input breaks a limit.
    """
    closed = next((title for name, title in CLOSED.items() if model.startswith(name)), "")
    if closed:
        raise ProviderError(
            f"Google has retired {closed}: {model} is not asked for. Choose another model.",
            detail="not sent",
        )
    if request.operation == "create.image":
        return _create(request, model)
    if request.operation == "edit.prompt":
        return _edit(request, model)
    if request.operation == "transform.image_to_video":
        return _film(request, model)
    raise _refuse("Gemini can't run this operation. Choose another provider.")


def _create(request: RunRequest, model: str) -> Call:
    given = request.parameters
    words = (given.get("prompt"), given.get("style_prompt"))
    parts = [{"text": ", ".join(str(part) for part in words if part)}]
    return _picture(model, parts, (given["width_px"], given["height_px"]))


def _edit(request: RunRequest, model: str) -> Call:
    """The pictures follow the instruction, the one to change first."""
    pictures = [
        prepare_picture(file, PICTURE)
        for role in ("base", "reference")
        for file in inputs_of(request.inputs, role)
    ]
    if not pictures:
        raise _refuse("This needs a picture.")
    parts: list[Body] = [{"text": request.parameters["instruction"]}]
    parts += [
        {"inlineData": {"mimeType": picture.media_type, "data": _text(picture)}}
        for picture in pictures
    ]
    return _picture(model, parts, (pictures[0].width_px, pictures[0].height_px))


def _picture(model: str, parts: list[Body], wanted: Size) -> Call:
    first = model.startswith(FIRST_GENERATION)
    aspect, _ = aspect_for(FIRST_ASPECTS if first else GEMINI_ASPECTS, *wanted)
    shape = {"aspectRatio": aspect} if first else {"aspectRatio": aspect, "imageSize": "1K"}
    body: Body = {
        "contents": [{"role": "user", "parts": parts}],
        # With words allowed, a refusal comes with its reason.
        "generationConfig": {"responseModalities": ["TEXT", "IMAGE"], "imageConfig": shape},
    }
    return Call(f"/v1beta/models/{model}:generateContent", body, wanted=wanted)


def _film(request: RunRequest, model: str) -> Call:
    """A film of whole seconds, 16:9 or 9:16; a start frame of another shape gets mirrored edges."""
    given = request.parameters
    frames = inputs_of(request.inputs, "start-frame")
    if not frames:
        raise _refuse("Gemini Omni needs a start frame.")
    take = Wanted.of(given)
    name, aspect = ("16:9", 16 / 9) if take.width_px >= take.height_px else ("9:16", 9 / 16)
    start = start_picture(frames[0], take, PICTURE)
    sent = framed_picture(start, aspect)
    seconds = omni_seconds(given["frames"], given["fps_num"], given["fps_den"])
    body: Body = {
        "model": model,
        "input": [
            {"type": "text", "text": given["prompt"]},
            {"type": "image", "mime_type": sent.media_type, "data": _text(sent)},
        ],
        "response_format": {
            "type": "video",
            "aspect_ratio": name,
            "duration": f"{seconds}s",
            "resolution": "720p",
            "delivery": "uri",
        },
        "generation_config": {"video_config": {"task": "image_to_video"}},
        "background": True,
        "store": True,
    }
    return Call(
        "/v1beta/interactions",
        body,
        take=replace(take, is_framed=sent is not start),
        quantity_milli=1000 * seconds,
    )


def _text(picture: Picture) -> str:
    return base64.b64encode(picture.content).decode("ascii")


def _refuse(message: str) -> ProviderError:
    return ProviderError(message, error_class=ErrorClass.INPUT)
