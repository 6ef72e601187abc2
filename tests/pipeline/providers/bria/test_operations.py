"""Every operation at Bria: what is sent, and what comes of it."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pipeline.imaging.seeds import variant_seed
from pipeline.providers.base import ProviderError
from pipeline.providers.bria.endpoints import CALLS, MOST_SEED, provider_seed
from tests.pipeline.providers.running import FakeContext, make_request, mask, picture, run
from tests.standins.bria import KEY

SEED = provider_seed(variant_seed(7, 0))
EDIT = "/v2/image/edit/"
DOCUMENT = json.dumps({"short_description": "a boat", "objects": []})
SQUARE = {"width_px": 300, "height_px": 300}
FIBO = {
    "aspect_ratio": "1:1",
    "steps_num": 42,
    "resolution": "1MP",
    "output_type": "png",
    "model_version": "FIBO",
    "seed": SEED,
    "sync": False,
}

#: operation, parameters, roles of inputs, path, what is sent ("=role": the bytes of that input),
#: size that comes (None: a document).
CASES: list[tuple[str, dict[str, Any], list[str], str, dict[str, Any], Any]] = [
    (
        "create.image",
        {
            "prompt": "a boat",
            "style_prompt": "oil paint",
            "negative_prompt": "people",
            "quality": "standard",
            "structured_prompt": "",
            "guidance": 7.0,
            **SQUARE,
        },
        [],
        "/v2/image/generate",
        {**FIBO, "prompt": "a boat, oil paint", "negative_prompt": "people"},
        (300, 300),
    ),
    (
        "create.image",
        {"prompt": "not used", "structured_prompt": DOCUMENT, "quality": "standard", **SQUARE},
        [],
        "/v2/image/generate",
        {**FIBO, "structured_prompt": DOCUMENT},
        (300, 300),
    ),
    (
        "create.image",
        {"prompt": "a boat", "quality": "premium", "width_px": 1366, "height_px": 768},
        ["base"],
        "/v2/image/generate",
        {
            **FIBO,
            "prompt": "a boat",
            "images": ["=base"],
            "steps_num": 50,
            "aspect_ratio": "16:9",
        },
        (1366, 768),
    ),
    (
        "prompt.structure",
        {"prompt": "a boat", "structured_prompt": ""},
        [],
        "/v2/structured_prompt/generate",
        {"prompt": "a boat", "seed": SEED, "sync": False},
        None,
    ),
    (
        "prompt.structure",
        {"prompt": "", "structured_prompt": ""},
        ["base"],
        "/v2/structured_prompt/generate",
        {"images": ["=base"], "seed": SEED, "sync": False},
        None,
    ),
    (
        "prompt.structure",
        {"prompt": "make it winter", "structured_prompt": DOCUMENT},
        [],
        "/v2/structured_prompt/generate",
        {
            "prompt": "make it winter",
            "structured_prompt": DOCUMENT,
            "seed": SEED,
            "sync": False,
        },
        None,
    ),
    (
        "prompt.structure",
        {"structured_prompt": DOCUMENT, "adjusted_structured_prompt": '{"objects": []}'},
        [],
        "/v2/structured_prompt/generate_from_diff",
        {
            "structured_prompt": DOCUMENT,
            "user_adjusted_structured_prompt": '{"objects": []}',
            "seed": SEED,
            "sync": False,
        },
        None,
    ),
    (
        "edit.prompt",
        {
            "instruction": "make it winter",
            "negative_prompt": "",
            "guidance": 4.0,
            "steps": 30,
            "resolution": "4k",
        },
        ["base", "mask"],
        "/v2/image/edit",
        {
            "images": ["=base"],
            "instruction": "make it winter",
            "mask": "=mask",
            "guidance_scale": 4,
            "steps_num": 30,
            "output_type": "png",
            "seed": SEED,
            "sync": False,
        },
        (96, 80),
    ),
    (
        "edit.prompt",
        {"instruction": "make it winter", "guidance": None, "steps": None},
        ["base"],
        "/v2/image/edit",
        {
            "images": ["=base"],
            "instruction": "make it winter",
            "output_type": "png",
            "seed": SEED,
            "sync": False,
        },
        (96, 80),
    ),
    (
        "edit.erase",
        {"grow_mask_px": 5},
        ["base", "mask"],
        EDIT + "erase",
        {"image": "=base", "mask": "=mask", "mask_type": "manual", "sync": False},
        (96, 80),
    ),
    (
        "edit.inpaint",
        {"prompt": "a gull", "negative_prompt": "blur", "grow_mask_px": 5},
        ["base", "mask"],
        EDIT + "gen_fill",
        {
            "image": "=base",
            "mask": "=mask",
            "prompt": "a gull",
            "negative_prompt": "blur",
            "seed": SEED,
            "sync": False,
        },
        (96, 80),
    ),
    (
        "edit.replace_background",
        {"background_prompt": "a harbour", "negative_prompt": "", "light_strength": 0.3},
        ["base"],
        EDIT + "replace_background",
        {
            "image": "=base",
            "prompt": "a harbour",
            "original_quality": True,
            "seed": SEED,
            "sync": False,
        },
        (96, 80),
    ),
    (
        "edit.replace_background",
        {"background_prompt": ""},
        ["base", "reference"],
        EDIT + "replace_background",
        {
            "image": "=base",
            "ref_images": ["=reference"],
            "original_quality": True,
            "seed": SEED,
            "sync": False,
        },
        (96, 80),
    ),
    (
        "edit.outpaint",
        {"left_px": 30, "top_px": 10, "right_px": 0, "bottom_px": 6, "prompt": "the sea"},
        ["base"],
        EDIT + "expand",
        {
            "image": "=base",
            "canvas_size": [126, 96],
            "original_image_size": [96, 80],
            "original_image_location": [30, 10],
            "prompt": "the sea",
            "seed": SEED,
            "sync": False,
        },
        (126, 96),
    ),
    (
        "edit.search_replace",
        {"search_prompt": "the dog", "prompt": "a cat"},
        ["base"],
        EDIT + "replace_object_by_text",
        {"image": "=base", "instruction": "Replace the dog with a cat", "sync": False},
        (96, 80),
    ),
    (
        "edit.remove_background",
        {},
        ["base"],
        EDIT + "remove_background",
        {"image": "=base", "preserve_alpha": True, "sync": False},
        (96, 80),
    ),
    (
        "upscale.increase",
        {"factor": 4},
        ["base"],
        EDIT + "increase_resolution",
        {"image": "=base", "desired_increase": 4, "sync": False},
        (384, 320),
    ),
    (
        "upscale.creative",
        {"prompt": "x", "creativity": 0.3},
        ["base"],
        EDIT + "enhance",
        {"image": "=base", "seed": SEED, "sync": False},
        (96, 80),
    ),
]


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{number}-{case[0]}" for number, case in enumerate(CASES)]
)
def test_operation(standin: Any, adapter: Any, tmp_path: Path, case: Any) -> None:
    operation, parameters, roles, path, expected, size = case
    inputs = {
        role: mask(tmp_path) if role == "mask" else picture(tmp_path, role, noise=True)
        for role in roles
    }
    context = FakeContext()
    request = make_request(operation, standin.access(), parameters, list(inputs.values()))

    [produced] = run(adapter, request, context)

    [sent] = standin.recorder.find("POST")
    assert sent.path == path
    assert sent.headers["api_token"] == KEY
    assert sent.content_type == "application/json"
    body = sent.json()
    for name, value in list(body.items()):
        text = value[0] if isinstance(value, list) else value
        if isinstance(text, str) and name in ("image", "images", "mask", "ref_images"):
            content = base64.b64decode(text, validate=True)
            role = next(r for r, file in inputs.items() if same(content, file.path.read_bytes()))
            body[name] = [f"={role}"] if isinstance(value, list) else f"={role}"
    assert body == expected

    [code] = standin.server.jobs
    assert context.said == [("submitting", 0, ""), ("submitted", 0, code)]
    assert produced.notes["request_id"] == code
    assert (produced.position, produced.quantity_milli) == (0, 1000)
    assert produced.random_seed == variant_seed(7, 0)
    if size is None:
        assert produced.media_type == "application/json"
        assert isinstance(json.loads(produced.content), dict)
        return
    assert produced.media_type == "image/png"
    with Image.open(io.BytesIO(produced.content)) as made:
        assert made.size == size
        assert made.text["seedframe:recipe"] == "{}"
        assert made.mode == ("RGBA" if operation == "edit.remove_background" else "RGB")


def same(one: bytes, other: bytes) -> bool:
    """Whether two files hold the same pixels."""
    with Image.open(io.BytesIO(one)) as first, Image.open(io.BytesIO(other)) as second:
        return (first.mode, first.size, first.tobytes()) == (
            second.mode,
            second.size,
            second.tobytes(),
        )


def test_every_operation_is_exercised() -> None:
    assert {case[0] for case in CASES} == set(CALLS)


def test_variations_are_all_submitted_before_the_first_is_waited_for(
    standin: Any, adapter: Any
) -> None:
    request = make_request(
        "create.image", standin.access(), {"prompt": "x", **SQUARE}, positions=[0, 2]
    )
    made = run(adapter, request)
    assert [p.position for p in made] == [0, 2]
    methods = [r.method for r in standin.recorder.requests]
    assert methods.index("GET") == 2
    seeds = [r.json()["seed"] for r in standin.recorder.find("POST")]
    assert seeds == [provider_seed(variant_seed(7, n)) for n in (0, 2)]
    assert [p.notes["provider_seed"] for p in made] == [str(seed) for seed in seeds]
    assert made[0].content != made[1].content


def test_where_it_may_call_back(standin: Any, adapter: Any) -> None:
    access = standin.access(webhook_url="https://frames.example/hooks/bria/1/")
    run(adapter, make_request("prompt.structure", access, {"prompt": "x"}))
    [sent] = standin.recorder.find("POST")
    assert sent.json()["webhook_url"] == "https://frames.example/hooks/bria/1/"


def test_the_result_is_fetched_without_the_key(standin: Any, adapter: Any) -> None:
    run(adapter, make_request("create.image", standin.access(), {"prompt": "x", **SQUARE}))
    [fetched] = standin.recorder.find("GET", "/results/*")
    assert fetched.method == "GET"


def test_seeds_stay_in_range() -> None:
    assert provider_seed(0) == 1
    assert provider_seed(MOST_SEED - 1) == MOST_SEED
    assert 1 <= provider_seed(2**63 - 1) <= MOST_SEED


@pytest.mark.parametrize(
    ("operation", "parameters", "size", "words"),
    [
        ("edit.outpaint", {"left_px": 0}, (96, 80), "on which side"),
        ("edit.outpaint", {"left_px": 20_000}, (1500, 1200), "25 megapixels"),
        ("upscale.increase", {"factor": 4}, (2049, 10), "8192 a side"),
        ("edit.erase", {}, (96, 80), "needs a mask"),
        ("edit.replace_background", {"background_prompt": ""}, (96, 80), "words or a picture"),
        ("upscale.fast", {}, (96, 80), "can't run this operation"),
    ],
)
def test_what_is_refused_before_anything_is_sent(
    standin: Any,
    adapter: Any,
    tmp_path: Path,
    operation: str,
    parameters: Any,
    size: Any,
    words: str,
) -> None:
    context = FakeContext()
    request = make_request(operation, standin.access(), parameters, [picture(tmp_path, size=size)])
    with pytest.raises(ProviderError, match=words) as caught:
        run(adapter, request, context)
    assert caught.value.error_class == "input"
    assert (context.said, standin.recorder.requests) == ([], [])


def test_a_picture_that_is_too_large(
    standin: Any, adapter: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    from pipeline.providers.pictures import PictureRule

    monkeypatch.setattr("pipeline.providers.bria.endpoints.PICTURE", PictureRule(max_bytes=2000))
    inputs = [picture(tmp_path, noise=True)]
    with pytest.raises(ProviderError, match="Make it smaller"):
        run(adapter, make_request("edit.remove_background", standin.access(), {}, inputs))
    assert standin.recorder.requests == []
