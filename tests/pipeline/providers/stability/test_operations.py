"""Every operation at Stability AI: what is sent, to the byte, and what comes of it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pipeline.imaging.seeds import variant_seed
from pipeline.providers.base import ProviderError
from pipeline.providers.stability.wire import MOST_SEED, provider_seed
from tests.pipeline.providers.running import FakeContext, make_request, mask, picture, run
from tests.standins.stability import KEY
from tests.standins.stability.rules import RULES

SEED = str(provider_seed(variant_seed(7, 0)))
IMAGE = "/v2beta/stable-image/"
WIDE = {"width_px": 1366, "height_px": 768}
CREATE = {"prompt": "a lighthouse", "style_prompt": "oil paint", "guidance": 7.0, **WIDE}

#: operation, model, parameters, roles of inputs, path, the fields that are sent, size that comes.
CASES: list[tuple[str, str, dict[str, Any], list[str], str, dict[str, str], Any]] = [
    (
        "create.image",
        "ultra",
        {**CREATE, "negative_prompt": "people"},
        [],
        IMAGE + "generate/ultra",
        {
            "prompt": "a lighthouse, oil paint",
            "negative_prompt": "people",
            "aspect_ratio": "16:9",
            "output_format": "png",
            "seed": SEED,
        },
        (1366, 768),
    ),
    (
        "create.image",
        "ultra",
        {**CREATE, "strength": 0.4},
        ["base"],
        IMAGE + "generate/ultra",
        {
            "prompt": "a lighthouse, oil paint",
            "strength": "0.4",
            "aspect_ratio": "16:9",
            "output_format": "png",
            "seed": SEED,
        },
        (1366, 768),
    ),
    (
        "create.image",
        "core",
        {"prompt": "a lighthouse", "width_px": 300, "height_px": 300},
        [],
        IMAGE + "generate/core",
        {"prompt": "a lighthouse", "aspect_ratio": "1:1", "output_format": "png", "seed": SEED},
        (300, 300),
    ),
    (
        "create.image",
        "sd3.5-large",
        CREATE,
        [],
        IMAGE + "generate/sd3",
        {
            "prompt": "a lighthouse, oil paint",
            "aspect_ratio": "16:9",
            "cfg_scale": "7",
            "mode": "text-to-image",
            "model": "sd3.5-large",
            "output_format": "png",
            "seed": SEED,
        },
        (1366, 768),
    ),
    (
        "create.image",
        "sd3.5-flash",
        {**CREATE, "strength": 0.4},
        ["base"],
        IMAGE + "generate/sd3",
        {
            "prompt": "a lighthouse, oil paint",
            "strength": "0.4",
            "mode": "image-to-image",
            "model": "sd3.5-flash",
            "output_format": "png",
            "seed": SEED,
        },
        (1366, 768),
    ),
    (
        "edit.erase",
        "",
        {"grow_mask_px": 4},
        ["base", "mask"],
        IMAGE + "edit/erase",
        {"grow_mask": "4", "output_format": "png", "seed": SEED},
        (96, 80),
    ),
    (
        "edit.inpaint",
        "",
        {"prompt": "a boat", "negative_prompt": "", "grow_mask_px": 30},
        ["base", "mask"],
        IMAGE + "edit/inpaint",
        {"prompt": "a boat", "grow_mask": "30", "output_format": "png", "seed": SEED},
        (96, 80),
    ),
    (
        "edit.outpaint",
        "",
        {
            "prompt": "",
            "left_px": 32,
            "right_px": 0,
            "top_px": 16,
            "bottom_px": 0,
            "creativity": 0.5,
        },
        ["base"],
        IMAGE + "edit/outpaint",
        {
            "left": "32",
            "right": "0",
            "up": "16",
            "down": "0",
            "creativity": "0.5",
            "output_format": "png",
            "seed": SEED,
        },
        (128, 96),
    ),
    (
        "edit.search_replace",
        "",
        {"prompt": "a cat", "search_prompt": "dog", "grow_mask_px": 3},
        ["base"],
        IMAGE + "edit/search-and-replace",
        {
            "prompt": "a cat",
            "search_prompt": "dog",
            "grow_mask": "3",
            "output_format": "png",
            "seed": SEED,
        },
        (96, 80),
    ),
    (
        "edit.search_recolor",
        "",
        {"prompt": "a red coat", "select_prompt": "coat"},
        ["base"],
        IMAGE + "edit/search-and-recolor",
        {"prompt": "a red coat", "select_prompt": "coat", "output_format": "png", "seed": SEED},
        (96, 80),
    ),
    (
        "edit.remove_background",
        "",
        {},
        ["base"],
        IMAGE + "edit/remove-background",
        {"output_format": "png"},
        (96, 80),
    ),
    (
        "edit.replace_background",
        "",
        {
            "background_prompt": "a harbour",
            "foreground_prompt": "",
            "light_direction": "left",
            "light_strength": 0.6,
            "preserve_subject": 0.6,
            "background_depth": 0.5,
            "keep_original_background": False,
        },
        ["base"],
        IMAGE + "edit/replace-background-and-relight",
        {
            "background_prompt": "a harbour",
            "light_source_direction": "left",
            "light_source_strength": "0.6",
            "preserve_original_subject": "0.6",
            "original_background_depth": "0.5",
            "keep_original_background": "false",
            "output_format": "png",
            "seed": SEED,
        },
        (96, 80),
    ),
    (
        "upscale.fast",
        "",
        {},
        ["base"],
        IMAGE + "upscale/fast",
        {"output_format": "png"},
        (384, 320),
    ),
    (
        "upscale.conservative",
        "",
        {"prompt": "a face", "creativity": 0.35},
        ["base"],
        IMAGE + "upscale/conservative",
        {
            "prompt": "a face",
            "creativity": "0.35",
            "output_format": "png",
            "seed": SEED,
        },
        (2191, 1826),
    ),
    (
        "upscale.creative",
        "",
        {"prompt": "a face", "creativity": 0.3, "style_preset": "photographic"},
        ["base"],
        IMAGE + "upscale/creative",
        {
            "prompt": "a face",
            "creativity": "0.3",
            "style_preset": "photographic",
            "output_format": "png",
            "seed": SEED,
        },
        (2191, 1826),
    ),
    (
        "control.sketch",
        "",
        {"prompt": "a castle", "strength": 0.7},
        ["control"],
        IMAGE + "control/sketch",
        {"prompt": "a castle", "control_strength": "0.7", "output_format": "png", "seed": SEED},
        (96, 80),
    ),
    (
        "control.structure",
        "",
        {"prompt": "a castle", "strength": 1.0},
        ["control"],
        IMAGE + "control/structure",
        {"prompt": "a castle", "control_strength": "1", "output_format": "png", "seed": SEED},
        (96, 80),
    ),
    (
        "control.style",
        "",
        {"prompt": "a castle", "fidelity": 0.5, "aspect": "4:5"},
        ["style"],
        IMAGE + "control/style",
        {
            "prompt": "a castle",
            "fidelity": "0.5",
            "aspect_ratio": "4:5",
            "output_format": "png",
            "seed": SEED,
        },
        (896, 1088),
    ),
    (
        "control.style_transfer",
        "",
        {
            "prompt": "",
            "style_strength": 1.0,
            "composition_fidelity": 0.9,
            "change_strength": 0.9,
        },
        ["base", "style"],
        IMAGE + "control/style-transfer",
        {
            "style_strength": "1",
            "composition_fidelity": "0.9",
            "change_strength": "0.9",
            "output_format": "png",
            "seed": SEED,
        },
        (1024, 1024),
    ),
    (
        "transform.image_to_3d",
        "stable-fast-3d",
        {"texture_px": 2048, "foreground_ratio": 0.85, "remesh": "quad", "vertex_budget": 0},
        ["base"],
        "/v2beta/3d/stable-fast-3d",
        {
            "texture_resolution": "2048",
            "foreground_ratio": "0.85",
            "remesh": "quad",
            "vertex_count": "0",
        },
        None,
    ),
    (
        "transform.image_to_3d",
        "stable-point-aware-3d",
        {"texture_px": 512, "foreground_ratio": 1.3, "vertex_budget": 5000, "guidance": 3},
        ["base"],
        "/v2beta/3d/stable-point-aware-3d",
        {
            "texture_resolution": "512",
            "foreground_ratio": "1.3",
            "target_type": "vertex",
            "target_count": "5000",
            "guidance_scale": "3",
            "seed": SEED,
        },
        None,
    ),
]
PARTS = {
    "edit.replace_background": ["subject_image"],
    "control.style_transfer": ["init_image", "style_image"],
}


@pytest.mark.parametrize("case", CASES, ids=[f"{c[0]}-{c[1]}-{len(c[3])}" for c in CASES])
def test_operation(standin: Any, adapter: Any, tmp_path: Path, case: Any) -> None:
    operation, model, parameters, roles, path, fields, size = case
    inputs = [
        mask(tmp_path) if role == "mask" else picture(tmp_path, role, noise=True) for role in roles
    ]
    context = FakeContext()
    request = make_request(operation, standin.access(model), parameters, inputs)

    [produced] = run(adapter, request, context)

    sent = standin.recorder.find("POST")[0]
    assert sent.path == path
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert sent.headers["stability-client-id"] == "seedframe"
    assert sent.content_type.startswith("multipart/form-data; boundary=")
    assert sent.fields == fields
    files = {part.name: part for part in sent.parts if part.filename is not None}
    expected = PARTS.get(operation, [{"mask": "mask"}.get(role, "image") for role in roles])
    assert sorted(files) == sorted(expected or ["none"])
    for name, file in zip(expected, inputs, strict=True):
        assert files[name].content == file.path.read_bytes() or name == "mask"
        assert files[name].content_type == "image/png"

    assert (produced.position, produced.quantity_milli) == (0, 1000)
    assert produced.random_seed == variant_seed(7, 0)
    assert context.said[0] == ("submitting", 0, "")
    if size is None:
        assert produced.media_type == "model/gltf-binary"
        assert produced.content[:4] == b"glTF"
        return
    assert produced.media_type == "image/png"
    with Image.open(io.BytesIO(produced.content)) as made:
        assert made.size == size
        assert made.text["seedframe:recipe"] == "{}"
        assert made.mode == ("RGBA" if operation == "edit.remove_background" else "RGB")


def test_every_endpoint_of_the_table_is_exercised() -> None:
    assert {case[4] for case in CASES} == set(RULES)


def test_asynchronous_requests_are_recorded_and_asked_for(
    standin: Any, adapter: Any, tmp_path: Path
) -> None:
    standin.server.waits = 2
    context = FakeContext()
    request = make_request(
        "edit.replace_background",
        standin.access(),
        {"background_prompt": "x"},
        [picture(tmp_path, noise=True)],
        positions=[0, 1],
    )
    made = run(adapter, request, context)
    codes = list(standin.server.results)
    assert [p.position for p in made] == [0, 1]
    assert context.said == [
        ("submitting", 0, ""),
        ("submitted", 0, codes[0]),
        ("submitting", 1, ""),
        ("submitted", 1, codes[1]),
    ]
    assert [p.notes["request_id"] for p in made] == codes
    asked = standin.recorder.find("GET")
    assert len(asked) == 6
    assert {request.headers["accept"] for request in asked} == {"image/*"}


def test_the_seed_is_never_nought_and_always_in_range() -> None:
    assert provider_seed(0) == 1
    assert provider_seed(MOST_SEED) == 1
    assert provider_seed(MOST_SEED - 1) == MOST_SEED
    assert 1 <= provider_seed(2**63 - 1) <= MOST_SEED


def test_variations_have_seeds_of_their_own(standin: Any, adapter: Any) -> None:
    request = make_request(
        "create.image", standin.access("ultra"), {"prompt": "x", **WIDE}, positions=[1, 3]
    )
    made = run(adapter, request)
    assert [p.position for p in made] == [1, 3]
    sent = [r.fields["seed"] for r in standin.recorder.find("POST")]
    assert sent == [str(provider_seed(variant_seed(7, n))) for n in (1, 3)]
    assert [p.notes["provider_seed"] for p in made] == sent


def test_a_mask_is_brought_to_the_size_of_its_picture(
    standin: Any, adapter: Any, tmp_path: Path
) -> None:
    inputs = [picture(tmp_path, size=(200, 100)), mask(tmp_path, (50, 25))]
    run(adapter, make_request("edit.erase", standin.access(), {}, inputs))
    part = standin.recorder.last.part("mask")
    with Image.open(io.BytesIO(part.content)) as sent:
        assert (sent.size, sent.mode) == ((200, 100), "L")
        assert (sent.getpixel((10, 50)), sent.getpixel((190, 50))) == (255, 0)


@pytest.mark.parametrize(
    ("operation", "size", "message"),
    [
        ("edit.inpaint", (63, 200), "too small"),
        ("edit.remove_background", (2400, 2000), "too large"),
        ("edit.outpaint", (1000, 100), "too elongated"),
        ("upscale.fast", (1537, 64), "too large"),
        ("upscale.fast", (1500, 1500), "too large"),
    ],
)
def test_sizes_are_refused_before_anything_is_sent(
    standin: Any, adapter: Any, tmp_path: Path, operation: str, size: Any, message: str
) -> None:
    inputs = [picture(tmp_path, size=size)]
    context = FakeContext()
    request = make_request(operation, standin.access(), {"prompt": "x", "left_px": 9}, inputs)
    with pytest.raises(ProviderError, match=message) as caught:
        run(adapter, request, context)
    assert caught.value.error_class == "input"
    assert context.said == []
    assert standin.recorder.requests == []


def test_a_body_beyond_ten_mebibytes_is_refused_before_anything_is_sent(
    standin: Any, adapter: Any, tmp_path: Path
) -> None:
    inputs = [picture(tmp_path, size=(1900, 1900), noise=True)]
    with pytest.raises(ProviderError, match=r"MiB; the provider takes 10 MiB") as caught:
        run(adapter, make_request("edit.erase", standin.access(), {}, inputs))
    assert caught.value.error_class == "input"
    assert standin.recorder.requests == []


def test_numbers_outside_the_range_are_refused(standin: Any, adapter: Any, tmp_path: Path) -> None:
    inputs = [picture(tmp_path)]
    request = make_request(
        "upscale.conservative", standin.access(), {"prompt": "x", "creativity": 0.9}, inputs
    )
    with pytest.raises(ProviderError, match=r"Creativity is 0.9; Stability AI takes 0.2 to 0.5"):
        run(adapter, request)
    assert standin.recorder.requests == []


def test_a_tiff_is_sent_as_png(standin: Any, adapter: Any, tmp_path: Path) -> None:
    inputs = [picture(tmp_path, kind="tiff", noise=True)]
    run(adapter, make_request("edit.erase", standin.access(), {}, inputs))
    part = standin.recorder.last.part("image")
    assert part.content_type == "image/png"
    with Image.open(io.BytesIO(part.content)) as sent, Image.open(inputs[0].path) as original:
        assert sent.tobytes() == original.tobytes()
