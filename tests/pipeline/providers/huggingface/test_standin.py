"""The stand-in of Hugging Face is as strict as those behind the router are said to be."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.standins.huggingface import KEY
from tests.standins.huggingface.rules import DEV, KLEIN, SCHNELL, SD3

HEADERS = {"authorization": f"Bearer {KEY}"}
FAL, NSCALE = "fal-ai/fal-ai/flux/dev", "nscale/v1/images/generations"
SIZE = {"width": 256, "height": 256}
REPLICATE = "replicate/v1/models/black-forest-labs/flux-dev/predictions"


def post(standin: Any, path: str, body: Any, **headers: str) -> httpx.Response:
    return httpx.post(f"{standin.url}/{path}", json=body, headers={**HEADERS, **headers})


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        (FAL, {"prompt": "x"}, 422, "image_size: is required"),
        (FAL, {"prompt": "x", "image_size": SIZE, "size": "1"}, 422, "size: unknown field"),
        ("fal-ai/fal-ai/other", {"prompt": "x", "image_size": SIZE}, 404, "not found"),
        (REPLICATE, {"prompt": "x"}, 422, "prompt: unknown field"),
        (REPLICATE, {"input": {"prompt": "x", "width": 64}}, 422, "width: must be between"),
        (NSCALE, {"prompt": "x", "model": SCHNELL}, 422, "response_format: is required"),
        (
            NSCALE,
            {"prompt": "x", "model": SCHNELL, "response_format": "base64"},
            422,
            "must be one of b64_json",
        ),
        (
            "together/v1/images/generations",
            {"prompt": "x", "model": "nobody", "response_format": "base64"},
            404,
            "model not found",
        ),
        (f"hf-inference/models/{DEV}", {"inputs": "x"}, 404, "is not deployed"),
        (f"hf-inference/models/{SD3}", {"prompt": "x"}, 422, "inputs: is required"),
        (f"hf-inference/models/{SD3}", {"inputs": "x", "parameters": {"size": 1}}, 422, "unknown"),
        ("wavespeed/api/v3/wavespeed-ai/flux-dev", {"prompt": "x", "size": "9"}, 422, "W*H"),
    ],
)
def test_bad_requests(standin: Any, path: str, body: Any, status: int, words: str) -> None:
    answer = post(standin, path, body)
    assert (answer.status_code, words in answer.text) == (status, True), answer.text
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize("key", ["", "Bearer wrong", KEY, f"Key {KEY}"])
def test_the_token_is_asked_for(standin: Any, key: str) -> None:
    assert post(standin, FAL, {"prompt": "x"}, authorization=key).status_code == 401
    url = f"{standin.url}/api/whoami-v2"
    assert httpx.get(url, headers={"authorization": key}).status_code == 401


def test_the_mapping_is_only_told_when_asked_for(standin: Any) -> None:
    url = f"{standin.url}/api/models/{KLEIN}"
    assert httpx.get(url).json() == {"id": KLEIN}
    told = httpx.get(url, params={"expand": "inferenceProviderMapping"}).json()
    assert told["inferenceProviderMapping"]["fal-ai"]["task"] == "image-to-image"
    assert httpx.get(f"{standin.url}/api/models/no/body").status_code == 404


def test_replicate_waits_only_when_asked(standin: Any) -> None:
    body = {"input": {"prompt": "x", **SIZE}}
    assert post(standin, REPLICATE, body).json()["output"] is None
    assert post(standin, REPLICATE, body, prefer="wait").json()["status"] == "succeeded"


def test_the_queue_wants_its_word(standin: Any) -> None:
    body = {"prompt": "x", "image_size": SIZE}
    told = post(standin, f"{FAL}?_subdomain=queue", body).json()
    path = httpx.URL(told["response_url"]).path
    state = f"{standin.url}/fal-ai{path}/status"
    assert httpx.get(state, headers=HEADERS).status_code == 404
    states = [
        httpx.get(state, params={"_subdomain": "queue"}, headers=HEADERS).json()["status"]
        for _ in range(2)
    ]
    assert states == ["IN_PROGRESS", "COMPLETED"]
