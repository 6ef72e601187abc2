"""Every model at Hugging Face by everybody who may serve it: what is sent, and what comes of it."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pipeline.imaging.seeds import variant_seed
from pipeline.operations.catalogue import CATALOGUE
from pipeline.providers.base import ProviderError, RunRequest
from pipeline.providers.huggingface.adapter import MOST_SEED, provider_seed
from pipeline.providers.huggingface.routes import ROUTES, Ask
from tests.pipeline.providers.running import FakeContext, make_request, picture, run
from tests.standins.huggingface import KEY
from tests.standins.huggingface.rules import DEV, KLEIN, KREA, SCHNELL, live

SEED = provider_seed(variant_seed(7, 0))
I2I = "image-to-image"
SIZED = {"prompt": "a boat", "style_prompt": "oil paint", "width_px": 320, "height_px": 256}
SIZED |= {"guidance": 3.5, "steps": 28, "quality": "standard"}
FLAT = {"prompt": "a boat, oil paint", "seed": SEED}
TUNED = {**FLAT, "guidance_scale": 3.5, "num_inference_steps": 28}
EDIT = {"instruction": "make it winter", "guidance": None, "steps": None, "resolution": "4k"}
WINTER = {"prompt": "make it winter", "seed": SEED}
MODELS = "black-forest-labs/flux-dev"

#: Who serves, their name of the model, path, what is sent.
CREATED: list[tuple[str, str, str, dict[str, Any]]] = [
    (
        "fal-ai",
        "fal-ai/flux/dev",
        "/fal-ai/fal-ai/flux/dev",
        {**TUNED, "image_size": {"width": 320, "height": 256}},
    ),
    (
        "replicate",
        MODELS,
        f"/replicate/v1/models/{MODELS}/predictions",
        {"input": {**TUNED, "width": 320, "height": 256}},
    ),
    (
        "wavespeed",
        "wavespeed-ai/flux-dev",
        "/wavespeed/api/v3/wavespeed-ai/flux-dev",
        {**TUNED, "size": "320*256"},
    ),
    (
        "together",
        MODELS,
        "/together/v1/images/generations",
        {
            **FLAT,
            "model": MODELS,
            "response_format": "base64",
            "width": 320,
            "height": 256,
            "steps": 28,
            "guidance_scale": 3.5,
        },
    ),
    (
        "nscale",
        MODELS,
        "/nscale/v1/images/generations",
        {**FLAT, "model": MODELS, "response_format": "b64_json", "size": "320x256"},
    ),
    (
        "hf-inference",
        DEV,
        f"/hf-inference/models/{DEV}",
        {
            "inputs": "a boat, oil paint",
            "parameters": {
                "guidance_scale": 3.5,
                "num_inference_steps": 28,
                "width": 320,
                "height": 256,
                "seed": SEED,
            },
        },
    ),
]


def create(standin: Any, model: str = DEV, **more: Any) -> RunRequest:
    return make_request("create.image", standin.access(model), SIZED, **more)


@pytest.mark.parametrize(("who", "name", "path", "body"), CREATED, ids=[c[0] for c in CREATED])
def test_pictures_from_words(
    standin: Any, adapter: Any, who: str, name: str, path: str, body: dict[str, Any]
) -> None:
    standin.only(DEV, who, name)
    context = FakeContext()
    [made] = run(adapter, create(standin), context)
    mapped, asked = standin.recorder.requests[:2]
    assert (mapped.path, mapped.query) == (
        f"/api/models/{DEV}",
        {"expand": "inferenceProviderMapping"},
    )
    assert (asked.method, asked.path, asked.query_string) == ("POST", path, "")
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.headers.get("prefer") == ("wait" if who == "replicate" else None)
    assert asked.json() == body
    assert (made.media_type, made.quantity_milli) == ("image/png", 1000)
    assert (made.notes["served_by"], made.notes["provider_seed"]) == (who, str(SEED))
    with Image.open(io.BytesIO(made.content)) as opened:
        assert opened.size == (320, 256)
        assert opened.text["seedframe:recipe"] == "{}"  # type: ignore[attr-defined]
    code = made.notes["request_id"]
    queued = [("submitted", 0, code)] if who in ("replicate", "wavespeed") else []
    assert context.said == [("submitting", 0, ""), *queued]
    assert len(standin.recorder.find("POST")) == 1


@pytest.mark.parametrize("who", ["fal-ai", "replicate", "wavespeed", "together", "hf-inference"])
def test_pictures_from_pictures(standin: Any, adapter: Any, tmp_path: Path, who: str) -> None:
    standin.only(KLEIN, who, KLEIN, I2I)
    base = picture(tmp_path, size=(320, 256), noise=True)
    text = base64.b64encode(base.path.read_bytes()).decode()
    uri = f"data:image/png;base64,{text}"
    request = make_request("edit.prompt", standin.access(KLEIN), EDIT, [base])
    [made] = run(adapter, request)
    [asked] = standin.recorder.find("POST")
    four = {"image": uri, "images": [uri], "input_image": uri, "input_images": [uri]}
    target = {"prompt": "make it winter", "target_size": {"width": 320, "height": 256}}
    together = {"model": KLEIN, "response_format": "base64", "width": 320, "height": 256}
    assert (
        asked.json()
        == {
            "fal-ai": {**WINTER, "image_url": uri, "image_urls": [uri]},
            "replicate": {"input": {**WINTER, **four}},
            "wavespeed": {**WINTER, "image": uri, "images": [uri]},
            "together": {**WINTER, **together, "image_url": uri},
            "hf-inference": {"inputs": text, "parameters": target},
        }[who]
    )
    assert asked.query == ({"_subdomain": "queue"} if who == "fal-ai" else {})
    with Image.open(io.BytesIO(made.content)) as opened:
        assert opened.size == (320, 256)


def test_the_queue_of_fal_is_asked_through_the_router(
    standin: Any, adapter: Any, tmp_path: Path
) -> None:
    context = FakeContext()
    request = make_request("edit.prompt", standin.access(KLEIN), EDIT, [picture(tmp_path)])
    [made] = run(adapter, request, context)
    code = made.notes["request_id"]
    assert context.said == [("submitting", 0, ""), ("submitted", 0, code)]
    path = code.partition(":")[2]
    assert path.startswith("/fal-ai/flux-2/requests/")
    asked = [(r.path, r.query_string) for r in standin.recorder.requests[2:-1]]
    state, queue = f"/fal-ai{path}/status", "_subdomain=queue"
    assert asked == [(state, queue), (state, queue), (f"/fal-ai{path}", queue)]


def test_replicate_is_asked_again_after_a_minute(standin: Any, adapter: Any) -> None:
    standin.only(DEV, "replicate", MODELS)
    request = make_request("create.image", standin.access(), {**SIZED, "prompt": "[slow]"})
    assert len(run(adapter, request)) == 1
    assert len(standin.recorder.find("GET", "/replicate/v1/predictions/*")) == 2


def test_a_pinned_version_of_replicate() -> None:
    ask = Ask(DEV, "a", (256, 256), 1, {})
    message = ROUTES["replicate"].write(ask, "owner/model:abc123")
    assert (message.path, message.body["version"]) == ("/replicate/v1/predictions", "abc123")


def test_fast_models_are_not_told_guidance(standin: Any, adapter: Any) -> None:
    standin.only(SCHNELL, "fal-ai", "fal-ai/flux/schnell")
    run(adapter, create(standin, SCHNELL))
    body = standin.recorder.find("POST")[0].json()
    assert set(body) == {"prompt", "seed", "image_size"}


def test_both_forms_of_the_mapping(standin: Any, adapter: Any) -> None:
    entry = {"provider": "fal-ai", **live("text-to-image", "fal-ai/flux/krea")}
    standin.faults.add(path="/api/models/*", status=200, body={"inferenceProviderMapping": [entry]})
    [made] = run(adapter, create(standin, KREA))
    assert made.notes["served_by"] == "fal-ai"


@pytest.mark.parametrize(
    ("model", "served"),
    [(DEV, "fal-ai"), (f"{DEV}:replicate", "replicate"), (f"{DEV}:wavespeed", "wavespeed")],
)
def test_who_serves_can_be_fixed(standin: Any, adapter: Any, model: str, served: str) -> None:
    [made] = run(adapter, create(standin, model))
    assert (made.notes["served_by"], made.notes["model"]) == (served, DEV)


@pytest.mark.parametrize(
    ("table", "model"),
    [
        ({}, DEV),
        ({"fal-ai": live("text-to-image", "a/b", "staging")}, DEV),
        ({"fal-ai": live("text-to-image", "a/b", "error")}, DEV),
        ({"fal-ai": live("image-to-image", "a/b")}, DEV),
        ({"fal-ai": live("text-to-image", "../../admin")}, DEV),
        ({"somebody-new": live("text-to-image", "a/b")}, DEV),
        ({"fal-ai": live("text-to-image", "a/b")}, f"{DEV}:replicate"),
    ],
)
def test_nobody_serves_it(standin: Any, adapter: Any, table: Any, model: str) -> None:
    standin.server.mapping[DEV] = table
    context = FakeContext()
    with pytest.raises(ProviderError, match="is not served"):
        run(adapter, create(standin, model), context)
    assert (context.said, standin.recorder.find("POST")) == ([], [])


def test_every_offer_has_its_way(standin: Any) -> None:
    offered = {
        (code, offer.identifier)
        for code, spec in CATALOGUE.items()
        for offer in spec.offers
        if offer.provider == "huggingface"
    }
    assert offered == {
        ("create.image", SCHNELL),
        ("create.image", DEV),
        ("create.image", KREA),
        ("edit.prompt", KLEIN),
    }


@pytest.mark.parametrize("who", ["fal-ai", "wavespeed"])
def test_variations_differ(standin: Any, adapter: Any, who: str) -> None:
    made = run(adapter, create(standin, f"{DEV}:{who}", positions=[0, 2]))
    assert sorted(one.position for one in made) == [0, 2]
    assert made[0].content != made[1].content
    assert len(standin.recorder.find("GET", "/api/models/*")) == 1


def test_the_token_goes_to_nobody_else(standin: Any, adapter: Any) -> None:
    run(adapter, create(standin))
    assert all(KEY not in r.path + r.query_string for r in standin.recorder.requests)


@pytest.mark.parametrize("seed", [0, MOST_SEED, MOST_SEED + 1, 2**63 - 1])
def test_seeds_stay_in_range(seed: int) -> None:
    assert 0 <= provider_seed(seed) <= MOST_SEED


def test_an_operation_that_it_does_not_offer(standin: Any, adapter: Any) -> None:
    with pytest.raises(ProviderError, match="can't run this operation"):
        run(adapter, make_request("edit.erase", standin.access(), {}))
    assert standin.recorder.requests == []
