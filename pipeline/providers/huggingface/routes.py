"""How each of those behind Hugging Face's router is asked, and how their answers are read.

The router hands a request on to whoever serves the model, in their own wire format. Who answers
with the picture is `at once`; the others give an id: `<route>:<what to ask for>`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pipeline.providers.answers import Answer, field_of
from pipeline.providers.base import ProviderError
from pipeline.providers.huggingface.refusals import NAME, declined, failed
from pipeline.providers.pictures import Picture
from pipeline.providers.predictions import prediction_in, result_of

Body = dict[str, Any]
#: A picture: its bytes, or its address; None while it is being made.
Result = bytes | str | None

TEXT, IMAGE = "text-to-image", "image-to-image"
QUEUE = {"_subdomain": "queue"}


@dataclass(frozen=True)
class Ask:
    """What is wanted, in nobody's wire format; `settings` are guidance and steps where given."""

    repository: str
    prompt: str
    size: tuple[int, int]
    seed: int
    settings: Mapping[str, float]
    picture: Picture | None = None

    @property
    def task(self) -> str:
        """As the hub calls it."""
        return TEXT if self.picture is None else IMAGE

    def encoded(self) -> str:
        """The picture as base64."""
        assert self.picture is not None
        return base64.b64encode(self.picture.content).decode("ascii")

    def uri(self) -> str:
        """The picture as a data URI."""
        assert self.picture is not None
        return f"data:{self.picture.media_type};base64,{self.encoded()}"


@dataclass(frozen=True)
class Message:
    """One POST: path after the router's address, document, and what else it needs."""

    path: str
    body: Body
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Route:
    """One of those behind the router.

    Attributes:
        tasks: what we can ask it for.
        queued: for which of these it gives an id.
        write: the POST for a wish and their name of the model.
        read: the picture in an answer; None while it is being made.
        code: the id in the answer to a queued one.
        look: the GETs of a queued one, path and query, by its id; the last has the result.
    """

    tasks: frozenset[str]
    write: Callable[[Ask, str], Message]
    read: Callable[[Answer], Result]
    queued: frozenset[str] = frozenset()
    code: Callable[[Answer], str] = field(default=lambda answer: "")
    look: Callable[[str], list[tuple[str, Mapping[str, str]]]] = field(default=lambda code: [])


def write_inference(ask: Ask, provider_id: str) -> Message:
    """Hugging Face's own servers."""
    names = {"guidance": "guidance_scale", "steps": "num_inference_steps"}
    given: Body = {names[name]: value for name, value in ask.settings.items()}
    width, height = ask.size
    if ask.picture is None:
        given |= {"width": width, "height": height, "seed": ask.seed}
        return Message(
            f"/hf-inference/models/{provider_id}", {"inputs": ask.prompt, "parameters": given}
        )
    given |= {"prompt": ask.prompt, "target_size": {"width": width, "height": height}}
    return Message(
        f"/hf-inference/models/{provider_id}", {"inputs": ask.encoded(), "parameters": given}
    )


def read_inference(answer: Answer) -> Result:
    """The picture itself; some answer in JSON all the same."""
    if answer.media_type.startswith("image/"):
        return answer.image()
    document = answer.json()
    if field_of(document, "output") is not None:
        return _address(_first(field_of(document, "output")), answer)
    return read_encoded(answer)


def write_fal(ask: Ask, provider_id: str) -> Message:
    """fal.ai: words are answered at once, pictures are queued."""
    names = {"guidance": "guidance_scale", "steps": "num_inference_steps"}
    body: Body = {"prompt": ask.prompt, "seed": ask.seed}
    body |= {names[name]: value for name, value in ask.settings.items()}
    if ask.picture is None:
        body["image_size"] = {"width": ask.size[0], "height": ask.size[1]}
        return Message(f"/fal-ai/{provider_id}", body)
    body |= {"image_url": ask.uri(), "image_urls": [ask.uri()]}
    return Message(f"/fal-ai/{provider_id}", body, params=QUEUE)


def read_fal(answer: Answer) -> Result:
    """The first picture's address."""
    document = answer.json()
    flags = field_of(document, "has_nsfw_concepts")
    if isinstance(flags, list) and flags[:1] == [True]:
        raise declined(answer, "the result was found not safe for work")
    images = field_of(document, "images")
    if not isinstance(images, list):
        raise answer.unreadable("no images")
    return _address(field_of(_first(images), "url"), answer)


def code_fal(answer: Answer) -> str:
    """The path at which the queue tells of the request, as the router repeats it."""
    url = field_of(answer.json(), "response_url")
    path = urlsplit(url).path if isinstance(url, str) else ""
    if not re.fullmatch(r"(/[\w-][\w.-]*)+/requests/[\w-]+", path) or len(path) > 180:
        raise answer.unreadable("no response_url")
    return path


def look_fal(code: str) -> list[tuple[str, Mapping[str, str]]]:
    """First its state, then its result."""
    return [(f"/fal-ai{code}/status", QUEUE), (f"/fal-ai{code}", QUEUE)]


def write_replicate(ask: Ask, provider_id: str) -> Message:
    """Replicate, which waits for a minute; a version has a colon in its name."""
    names = {"guidance": "guidance_scale", "steps": "num_inference_steps"}
    given: Body = {"prompt": ask.prompt, "seed": ask.seed}
    given |= {names[name]: value for name, value in ask.settings.items()}
    if ask.picture is None:
        given |= {"width": ask.size[0], "height": ask.size[1]}
    else:
        uri = ask.uri()
        given |= {"image": uri, "images": [uri], "input_image": uri, "input_images": [uri]}
    model, _, version = provider_id.partition(":")
    waits = {"prefer": "wait"}
    if version:
        body = {"input": given, "version": version}
        return Message("/replicate/v1/predictions", body, headers=waits)
    return Message(f"/replicate/v1/models/{model}/predictions", {"input": given}, headers=waits)


def read_replicate(answer: Answer) -> Result:
    """The output: an address, or a list of them; null while it is made."""
    document = answer.json()
    status, output = field_of(document, "status"), field_of(document, "output")
    if status in ("failed", "canceled", "aborted"):
        raise failed(answer, str(field_of(document, "error") or status))
    if output is None and status == "succeeded":
        raise ProviderError(f"{NAME} has finished without a picture.", detail=answer.told())
    if output is None:
        return None
    return _address(_first(output) if isinstance(output, list) else output, answer)


def code_replicate(answer: Answer) -> str:
    """The id of the prediction."""
    code = field_of(answer.json(), "id")
    if not isinstance(code, str) or not re.fullmatch(r"[\w-]{1,100}", code):
        raise answer.unreadable("no id")
    return code


def write_wavespeed(ask: Ask, provider_id: str) -> Message:
    """WaveSpeed, as at its own address."""
    names = {"guidance": "guidance_scale", "steps": "num_inference_steps"}
    body: Body = {"prompt": ask.prompt, "seed": ask.seed}
    body |= {names[name]: value for name, value in ask.settings.items()}
    if ask.picture is None:
        body["size"] = f"{ask.size[0]}*{ask.size[1]}"
    else:
        body |= {"image": ask.uri(), "images": [ask.uri()]}
    return Message(f"/wavespeed/api/v3/{provider_id}", body)


def read_wavespeed(answer: Answer) -> Result:
    """The address of a finished prediction."""
    return result_of(prediction_in(answer), answer)


def write_together(ask: Ask, provider_id: str) -> Message:
    """Together."""
    names = {"guidance": "guidance_scale", "steps": "steps"}
    body: Body = {
        "prompt": ask.prompt,
        "model": provider_id,
        "response_format": "base64",
        "width": ask.size[0],
        "height": ask.size[1],
        "seed": ask.seed,
    }
    body |= {names[name]: value for name, value in ask.settings.items()}
    if ask.picture is not None:
        body["image_url"] = ask.uri()
    return Message("/together/v1/images/generations", body)


def write_nscale(ask: Ask, provider_id: str) -> Message:
    """nscale, which takes no more than words, a size and a seed."""
    body: Body = {
        "prompt": ask.prompt,
        "model": provider_id,
        "response_format": "b64_json",
        "size": f"{ask.size[0]}x{ask.size[1]}",
        "seed": ask.seed,
    }
    return Message("/nscale/v1/images/generations", body)


def read_encoded(answer: Answer) -> Result:
    """The first picture, as base64."""
    data = field_of(answer.json(), "data")
    if not isinstance(data, list):
        raise answer.unreadable("no data")
    text = field_of(_first(data), "b64_json")
    if not isinstance(text, str):
        raise ProviderError(f"{NAME} has finished without a picture.", detail=answer.told())
    try:
        return base64.b64decode(text.rpartition(",")[2], validate=True)
    except binascii.Error as error:
        raise answer.unreadable(f"b64_json: {error}") from error


def _first(values: Any) -> Any:
    return values[0] if isinstance(values, list) and values else None


def _address(value: Any, answer: Answer) -> str:
    if not isinstance(value, str) or not value.startswith(("https://", "http://")):
        raise ProviderError(f"{NAME} has finished without a picture.", detail=answer.told())
    return value


_BOTH, _QUEUED = frozenset({TEXT, IMAGE}), frozenset({IMAGE})

#: In the order of our liking: those that can be found again after a crash, and are quick, first.
ROUTES: Mapping[str, Route] = {
    "fal-ai": Route(_BOTH, write_fal, read_fal, _QUEUED, code_fal, look_fal),
    "replicate": Route(
        _BOTH,
        write_replicate,
        read_replicate,
        _BOTH,
        code_replicate,
        lambda code: [(f"/replicate/v1/predictions/{code}", {})],
    ),
    "wavespeed": Route(
        _BOTH,
        write_wavespeed,
        read_wavespeed,
        _BOTH,
        lambda answer: prediction_in(answer).code,
        lambda code: [(f"/wavespeed/api/v3/predictions/{code}/result", {})],
    ),
    "together": Route(_BOTH, write_together, read_encoded),
    "nscale": Route(frozenset({TEXT}), write_nscale, read_encoded),
    "hf-inference": Route(_BOTH, write_inference, read_inference),
}
