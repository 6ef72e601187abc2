"""Every model at Gemini: what is sent, and what comes of it."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pipeline.imaging.seeds import variant_seed
from pipeline.operations.catalogue import CATALOGUE
from pipeline.providers.base import ProviderError, RunRequest
from pipeline.providers.gemini.calls import MOST_SEED, provider_seed
from tests.pipeline.providers.films import assert_take, looked_at
from tests.pipeline.providers.running import FakeContext, make_request, picture, run
from tests.standins.gemini import KEY

SEED = provider_seed(variant_seed(7, 0))
SIZED = {"prompt": "a boat", "style_prompt": "oil paint", "width_px": 320, "height_px": 240}
WORDS = {"text": "a boat, oil paint"}
EDIT = {"instruction": "make it winter", "guidance": None, "steps": None, "resolution": "4k"}
NEW, OLD, OMNI = "gemini-nano-banana-2.1", "gemini-2.5-flash-image", "gemini-omni-1.1-flash"


def inline(path: Path) -> dict[str, Any]:
    data = base64.b64encode(path.read_bytes()).decode()
    return {"inlineData": {"mimeType": "image/png", "data": data}}


def request_for(
    standin: Any, operation: str, model: str, parameters: dict[str, Any], *inputs: Any, **more: Any
) -> RunRequest:
    return make_request(operation, standin.access(model), parameters, inputs, **more)


@pytest.mark.parametrize(
    ("operation", "model", "parameters", "roles", "shape", "size"),
    [
        ("create.image", NEW, SIZED, [], {"aspectRatio": "4:3", "imageSize": "1K"}, (320, 240)),
        ("create.image", OLD, SIZED, [], {"aspectRatio": "4:3"}, (320, 240)),
        (
            "create.image",
            NEW,
            {**SIZED, "width_px": 800, "height_px": 100},
            [],
            {"aspectRatio": "8:1", "imageSize": "1K"},
            (800, 100),
        ),
        ("edit.prompt", NEW, EDIT, ["base"], {"aspectRatio": "5:4", "imageSize": "1K"}, (96, 80)),
        (
            "edit.prompt",
            NEW,
            EDIT,
            ["reference", "base"],
            {"aspectRatio": "5:4", "imageSize": "1K"},
            (96, 80),
        ),
    ],
)
def test_every_picture_model(
    standin: Any,
    adapter: Any,
    tmp_path: Path,
    operation: str,
    model: str,
    parameters: dict[str, Any],
    roles: list[str],
    shape: dict[str, str],
    size: Any,
) -> None:
    inputs = {role: picture(tmp_path, role, noise=True) for role in roles}
    context = FakeContext()
    request = request_for(standin, operation, model, parameters, *inputs.values())
    [made] = run(adapter, request, context)
    [asked] = standin.recorder.requests
    assert asked.path == f"/v1beta/models/{model}:generateContent"
    assert (asked.headers["x-goog-api-key"], asked.query_string) == (KEY, "")
    words = WORDS if operation == "create.image" else {"text": "make it winter"}
    pictures = [inline(inputs[role].path) for role in ("base", "reference") if role in inputs]
    assert asked.json() == {
        "contents": [{"role": "user", "parts": [words, *pictures]}],
        "generationConfig": {
            "responseModalities": ["TEXT", "IMAGE"],
            "imageConfig": shape,
            "seed": SEED,
        },
    }
    assert context.said == [("submitting", 0, "")]
    assert (made.media_type, made.quantity_milli) == ("image/png", 1000)
    assert made.notes["provider_cost"] == {"amount": 1301, "unit": "tokens"}
    assert made.notes["model"] == model
    with Image.open(io.BytesIO(made.content)) as opened:
        assert opened.size == size
        assert opened.text["seedframe:recipe"] == "{}"  # type: ignore[attr-defined]
        # The draft among the thoughts is 64 px wide; the picture itself is sharp.
        assert made.notes["size"].startswith("Drawn at")
        assert "64×64" not in made.notes["size"]


@pytest.mark.parametrize(
    ("more", "aspect", "seconds"),
    [
        ({"height_px": 54}, "16:9", 3),
        ({"width_px": 54, "height_px": 96, "frames": 120}, "9:16", 5),
        ({"height_px": 96, "fps_num": 30, "frames": 100}, "16:9", 4),
    ],
)
@pytest.mark.parametrize("is_inline", [False, True])
def test_omni_makes_a_take_of_exact_frames(
    standin: Any,
    adapter: Any,
    tmp_path: Path,
    more: Any,
    aspect: str,
    seconds: int,
    is_inline: bool,
) -> None:
    standin.server.is_inline = is_inline
    parameters = {"prompt": "waves", "frames": 40, "fps_num": 24, "fps_den": 1, "width_px": 96}
    parameters |= more
    size = (parameters["width_px"], parameters["height_px"])
    start = picture(tmp_path, "start-frame", (size[0] * 2, size[1] * 2), colour=(90, 90, 90))
    context = FakeContext()
    request = request_for(standin, "transform.image_to_video", OMNI, parameters, start)
    [made] = run(adapter, request, context)
    body = standin.recorder.find("POST", "/v1beta/interactions")[0].json()
    image = body["input"].pop()
    assert (image["type"], image["mime_type"]) == ("image", "image/png")
    sent = base64.b64decode(image["data"])
    if size[0] != size[1]:
        assert sent == start.path.read_bytes()
    else:  # mirrored edges, cut away again afterwards
        with Image.open(io.BytesIO(sent)) as opened:
            assert opened.size == (341, 192)
    assert body == {
        "model": OMNI,
        "input": [{"type": "text", "text": "waves"}],
        "response_format": {
            "type": "video",
            "aspect_ratio": aspect,
            "duration": f"{seconds}s",
            "resolution": "720p",
            "delivery": "uri",
        },
        "generation_config": {"video_config": {"task": "image_to_video"}, "seed": SEED},
        "background": True,
        "store": True,
    }
    fps = Fraction(parameters["fps_num"], 1)
    assert_take(tmp_path, made.content, parameters["frames"], fps, size, 90)
    assert (made.media_type, made.quantity_milli) == ("video/mp4", 1000 * seconds)
    assert context.said == [("submitting", 0, ""), ("submitted", 0, made.notes["request_id"])]
    if not is_inline:
        download = standin.recorder.find("GET", "/v1beta/files/*")[0]
        assert download.headers["x-goog-api-key"] == KEY


def test_a_framed_start_frame_comes_back_in_its_place(
    standin: Any, adapter: Any, tmp_path: Path
) -> None:
    start = picture(tmp_path, "start-frame", (96, 96), colour=(40, 40, 40))
    with Image.open(start.path) as opened:
        marked = opened.copy()
    marked.paste((220, 220, 220), (0, 0, 24, 96))  # a stripe at the left edge
    marked.save(start.path)
    parameters = {"prompt": "waves", "frames": 24, "fps_num": 24, "fps_den": 1}
    parameters |= {"width_px": 96, "height_px": 96}
    request = request_for(standin, "transform.image_to_video", OMNI, parameters, start)
    [made] = run(adapter, request)
    _, first = looked_at(tmp_path, made.content)
    assert first[:, :20].mean() > 200
    assert first[:, 28:].mean() < 60


def test_every_offer_has_its_call() -> None:
    offered = {
        (code, offer.identifier or offer.model)
        for code, spec in CATALOGUE.items()
        for offer in spec.offers
        if offer.provider == "gemini"
    }
    assert {("create.image", NEW), ("create.image", OLD), ("edit.prompt", NEW)} <= offered
    rest = offered - {("create.image", NEW), ("create.image", OLD), ("edit.prompt", NEW)}
    assert ("transform.image_to_video", OMNI) in rest
    assert {model.partition("-")[0] for _, model in rest} == {"gemini", "imagen"}


def test_variations_differ(standin: Any, adapter: Any) -> None:
    made = run(adapter, request_for(standin, "create.image", NEW, SIZED, positions=[0, 2]))
    assert [one.position for one in made] == [0, 2]
    assert made[0].content != made[1].content


@pytest.mark.parametrize(
    "model", ["imagen-4.0-generate-001", "imagen-4.0-fast-generate-001", "veo-3.1-preview"]
)
def test_closed_models_are_not_asked_for(standin: Any, adapter: Any, model: str) -> None:
    with pytest.raises(ProviderError, match="has retired"):
        run(adapter, request_for(standin, "create.image", model, SIZED))
    assert standin.recorder.requests == []


def test_the_key_goes_nowhere_but_into_its_header(standin: Any, adapter: Any) -> None:
    run(adapter, request_for(standin, "create.image", NEW, SIZED))
    for asked in standin.recorder.requests:
        assert KEY not in asked.path + asked.query_string
        assert KEY.encode() not in asked.body


@pytest.mark.parametrize("seed", [0, MOST_SEED, MOST_SEED + 1, 2**63 - 1])
def test_seeds_stay_in_range(seed: int) -> None:
    assert 0 <= provider_seed(seed) <= MOST_SEED


def test_an_operation_that_it_does_not_offer(standin: Any, adapter: Any) -> None:
    with pytest.raises(ProviderError, match="can't run this operation"):
        run(adapter, replace(make_request("edit.erase", standin.access(), {})))
    assert standin.recorder.requests == []
