"""Every model at WaveSpeed: what is sent, and what comes of it."""

from __future__ import annotations

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
from pipeline.providers.wavespeed.endpoints import CALLS, MOST_SEED, provider_seed
from tests.pipeline.providers.films import assert_take, looked_at, recording
from tests.pipeline.providers.running import (
    FakeContext,
    input_file,
    make_request,
    mask,
    picture,
    run,
)
from tests.standins.filming import seconds_of_sound
from tests.standins.wavespeed import KEY

SEED = provider_seed(variant_seed(7, 0))
SIZED = {"prompt": "a boat", "style_prompt": "oil paint", "width_px": 480, "height_px": 320}
EDIT = {"instruction": "make it winter", "guidance": None, "steps": None, "resolution": "4k"}
TAKE = {"prompt": "waves", "frames": 30, "fps_num": 24, "fps_den": 1, "width_px": 96}
MODELS = {
    (code, offer.model): offer.identifier
    for code, spec in CATALOGUE.items()
    for offer in spec.offers
    if offer.provider == "wavespeed"
}

#: operation, model, parameters, roles of inputs, what is sent besides files, files (by field:
#: their roles), size that comes.
CASES: list[tuple[str, str, dict[str, Any], list[str], dict[str, Any], dict[str, Any], Any]] = [
    (
        "create.image",
        "qwen-image",
        SIZED,
        [],
        {"prompt": "a boat, oil paint", "size": "480*320", "output_format": "png", "seed": SEED},
        {},
        (480, 320),
    ),
    (
        "create.image",
        "ideogram-v3-turbo",
        SIZED,
        [],
        {"prompt": "a boat, oil paint", "aspect_ratio": "4:3", "style": "Auto"},
        {},
        (480, 320),
    ),
    (
        "edit.prompt",
        "qwen-image-edit",
        EDIT,
        ["base"],
        {"prompt": "make it winter", "size": "302*256", "output_format": "png", "seed": SEED},
        {"image": "base"},
        (96, 80),
    ),
    (
        "edit.prompt",
        "flux-kontext-pro",
        {**EDIT, "guidance": 3.5},
        ["base"],
        {"prompt": "make it winter", "guidance_scale": 3.5},
        {"image": "base"},
        (96, 80),
    ),
    (
        "edit.prompt",
        "seedream-v4.5",
        EDIT,
        ["base", "reference"],
        {"prompt": "make it winter", "size": "1205*1024"},
        {"images": ["base", "reference"]},
        (96, 80),
    ),
    (
        "edit.prompt",
        "nano-banana-pro-ultra",
        {**EDIT, "resolution": "8k"},
        ["base", "reference"],
        {"prompt": "make it winter", "resolution": "8k", "aspect_ratio": "5:4"},
        {"images": ["base", "reference"]},
        (384, 320),
    ),
]


def request_for(
    standin: Any, operation: str, model: str, parameters: dict[str, Any], *inputs: Any, **more: Any
) -> RunRequest:
    """A request as the engine makes it: with our name of the model, and the provider's."""
    access = standin.access(MODELS[operation, model])
    return replace(make_request(operation, access, parameters, inputs, **more), model=model)


@pytest.mark.parametrize(
    ("operation", "model", "parameters", "roles", "fields", "files", "size"),
    CASES,
    ids=[case[1] for case in CASES],
)
def test_every_picture_model(
    standin: Any,
    adapter: Any,
    tmp_path: Path,
    operation: str,
    model: str,
    parameters: dict[str, Any],
    roles: list[str],
    fields: dict[str, Any],
    files: dict[str, Any],
    size: Any,
) -> None:
    inputs = {role: picture(tmp_path, role, noise=True) for role in roles}
    context = FakeContext()
    request = request_for(standin, operation, model, parameters, *inputs.values())
    [made] = run(adapter, request, context)
    asked = standin.recorder.find("POST", f"/api/v3/{MODELS[operation, model]}")
    assert len(asked) == 1
    assert asked[0].headers["authorization"] == f"Bearer {KEY}"
    assert asked[0].query_string == ""
    body = asked[0].json()
    for name, wanted in files.items():
        many = isinstance(wanted, list)
        urls, sent_roles = (body.pop(name), wanted) if many else ([body.pop(name)], [wanted])
        for url, role in zip(urls, sent_roles, strict=True):
            assert url.startswith(standin.url)
            content = standin.server.files[url.rpartition("/")[2]]
            assert content == inputs[role].path.read_bytes()
    assert body == fields
    code = made.notes["request_id"]
    assert context.said == [("submitting", 0, ""), ("submitted", 0, code)]
    assert (made.media_type, made.quantity_milli) == ("image/png", 1000)
    with Image.open(io.BytesIO(made.content)) as opened:
        assert opened.size == size
        assert opened.text["seedframe:recipe"] == "{}"  # type: ignore[attr-defined]
    if "seed" in fields:
        assert made.notes["provider_seed"] == str(SEED)


def test_every_offer_has_its_call() -> None:
    assert set(CALLS) == set(MODELS)


@pytest.mark.parametrize(
    ("more", "resolution", "duration"),
    [
        ({"height_px": 54, "resolution": "480p"}, "480p", 5),
        ({"height_px": 54, "resolution": "1080p", "frames": 150}, "1080p", 10),
        ({"height_px": 96, "fps_num": 30_000, "fps_den": 1001, "expand_prompt": True}, "720p", 5),
    ],
)
def test_wan_makes_a_take_of_exact_frames(
    standin: Any, adapter: Any, tmp_path: Path, more: Any, resolution: str, duration: int
) -> None:
    parameters = {**TAKE, "negative_prompt": "text", **more}
    start = picture(tmp_path, "start-frame", (192, 108), colour=(90, 90, 90))
    request = request_for(standin, "transform.image_to_video", "wan-2.5", parameters, start)
    [made] = run(adapter, request)
    body = standin.recorder.find("POST", "/api/v3/alibaba/*")[0].json()
    image = standin.server.files[body.pop("image").rpartition("/")[2]]
    if parameters["height_px"] == 54:
        assert image == start.path.read_bytes()
    else:  # cut to the take's shape before anything is made of it
        with Image.open(io.BytesIO(image)) as opened:
            assert opened.size == (96, 96)
    assert body == {
        "prompt": "waves",
        "negative_prompt": "text",
        "resolution": resolution,
        "duration": duration,
        "enable_prompt_expansion": bool(more.get("expand_prompt")),
        "seed": SEED,
    }
    fps = Fraction(parameters["fps_num"], parameters["fps_den"])
    size = (96, parameters["height_px"])
    assert_take(tmp_path, made.content, parameters["frames"], fps, size, 90)
    assert (made.media_type, made.quantity_milli) == ("video/mp4", 1000 * duration)
    assert ("rate" in made.notes) == (fps != 24)


def test_wan_goes_with_a_recording(standin: Any, adapter: Any, tmp_path: Path) -> None:
    heard, start = recording(tmp_path, 4), picture(tmp_path, "start-frame")
    parameters = {**TAKE, "height_px": 80, "resolution": "480p"}
    request = request_for(standin, "transform.image_to_video", "wan-2.5", parameters, start, heard)
    run(adapter, request)
    body = standin.recorder.find("POST", "/api/v3/alibaba/*")[0].json()
    assert standin.server.files[body["audio"].rpartition("/")[2]] == heard.path.read_bytes()


def test_a_recording_that_wan_does_not_take(standin: Any, adapter: Any, tmp_path: Path) -> None:
    inputs = [recording(tmp_path, 1), picture(tmp_path, "start-frame")]
    parameters = {**TAKE, "height_px": 80}
    with pytest.raises(ProviderError, match="3 to 30 seconds"):
        run(
            adapter,
            request_for(standin, "transform.image_to_video", "wan-2.5", parameters, *inputs),
        )
    assert standin.recorder.requests == []


@pytest.mark.parametrize(("given_s", "wanted_s"), [(2, 5), (7, 3)])
def test_a_portrait_speaks_as_long_as_was_ordered(
    standin: Any, adapter: Any, tmp_path: Path, given_s: int, wanted_s: int
) -> None:
    inputs = [picture(tmp_path), mask(tmp_path), recording(tmp_path, given_s)]
    parameters = {"prompt": "calm", "resolution": "480p", "seconds": wanted_s}
    request = request_for(standin, "transform.talking_avatar", "infinitetalk", parameters, *inputs)
    [made] = run(adapter, request)
    body = standin.recorder.find("POST", "/api/v3/wavespeed-ai/infinitetalk")[0].json()
    sound = standin.server.files[body.pop("audio").rpartition("/")[2]]
    assert seconds_of_sound(sound) == pytest.approx(wanted_s, abs=0.001)
    with Image.open(io.BytesIO(standin.server.files[body.pop("mask_image")[-20:]])) as opened:
        assert (opened.mode, opened.size) == ("L", (96, 80))
    assert standin.server.files[body.pop("image")[-20:]] == inputs[0].path.read_bytes()
    assert body == {"prompt": "calm", "resolution": "480p", "seed": SEED}
    info, _ = looked_at(tmp_path, made.content)
    assert (info.has_audio, round(float(info.duration), 1)) == (True, float(wanted_s))
    assert (made.media_type, made.quantity_milli) == ("video/mp4", 1000 * wanted_s)


def test_no_sound_in_a_recording(standin: Any, adapter: Any, tmp_path: Path) -> None:
    path = tmp_path / "no.wav"
    path.write_bytes(b"RIFF but no sound")
    inputs = [picture(tmp_path), input_file(path, "audio", "audio/wav")]
    request = request_for(
        standin, "transform.talking_avatar", "infinitetalk", {"seconds": 5}, *inputs
    )
    with pytest.raises(ProviderError, match="can't be read as sound"):
        run(adapter, request)


def test_variations_differ_and_share_their_files(
    standin: Any, adapter: Any, tmp_path: Path
) -> None:
    request = request_for(
        standin, "edit.prompt", "qwen-image-edit", EDIT, picture(tmp_path), positions=[0, 1, 2]
    )
    made = run(adapter, request)
    assert sorted(one.position for one in made) == [0, 1, 2]
    assert len({one.content for one in made}) == 3
    bodies = [r.json() for r in standin.recorder.find("POST", "/api/v3/wavespeed-ai/*")]
    assert [body["seed"] for body in bodies] == [
        provider_seed(variant_seed(7, n)) for n in range(3)
    ]
    assert len({body["image"] for body in bodies}) == 1
    assert len(standin.recorder.find("POST", "/api/v3/media/*")) == 1


def test_a_webhook_is_named(standin: Any, adapter: Any) -> None:
    request = request_for(standin, "create.image", "qwen-image", SIZED)
    access = standin.access(webhook_url="https://studio.example/hooks/wavespeed/?key=1")
    run(adapter, replace(request, target=access))
    asked = standin.recorder.find("POST")[0]
    assert asked.query == {"webhook": "https://studio.example/hooks/wavespeed/?key=1"}


def test_the_key_goes_to_nobody_else(standin: Any, adapter: Any) -> None:
    run(adapter, request_for(standin, "create.image", "qwen-image", SIZED))
    assert all(KEY not in r.path + r.query_string for r in standin.recorder.requests)


@pytest.mark.parametrize("seed", [0, MOST_SEED, MOST_SEED + 1, 2**63 - 1])
def test_seeds_stay_in_range(seed: int) -> None:
    assert 0 <= provider_seed(seed) <= MOST_SEED


def test_an_operation_that_it_does_not_offer(standin: Any, adapter: Any) -> None:
    with pytest.raises(ProviderError, match="can't run this operation"):
        run(adapter, make_request("edit.erase", standin.access(), {}))
    assert standin.recorder.requests == []
