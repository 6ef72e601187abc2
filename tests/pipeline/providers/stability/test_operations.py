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
from tests.pipeline.providers.stability.cases import CASES, PARTS, WIDE
from tests.standins.stability import KEY
from tests.standins.stability.rules import RULES


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
