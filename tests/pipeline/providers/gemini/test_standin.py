"""The stand-in of Gemini is as strict as the real server is said to be."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest

from tests.standins.gemini import KEY
from tests.standins.painting import encoded, paint

NEW, OLD = "gemini-nano-banana-2.1", "gemini-2.5-flash-image"
DATA = base64.b64encode(encoded(paint((64, 64), 1))).decode()
PICTURE = {"inlineData": {"mimeType": "image/png", "data": DATA}}
FILM: dict[str, Any] = {
    "model": "gemini-omni-1.1-flash",
    "input": [
        {"type": "text", "text": "x"},
        {"type": "image", "mime_type": "image/png", "data": DATA},
    ],
    "response_format": {"type": "video", "duration": "3s"},
    "generation_config": {"video_config": {"task": "image_to_video"}},
}


def post(standin: Any, path: str, body: Any, key: str = KEY) -> httpx.Response:
    return httpx.post(
        f"{standin.url}/v1beta/{path}", json=body, headers={"x-goog-api-key": key}, timeout=30
    )


def content(parts: Any, shape: Any = None, **config: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"responseModalities": ["IMAGE"], **config}
    if shape is not None:
        given["imageConfig"] = shape
    return {"contents": [{"role": "user", "parts": parts}], "generationConfig": given}


WORDS = [{"text": "x"}]


@pytest.mark.parametrize(
    ("model", "body", "words"),
    [
        (NEW, {}, "contents: is required"),
        (NEW, content([]), "must have one value"),
        (NEW, content([{"text": "x", **PICTURE}]), "must have one value"),
        (NEW, content(WORDS, {"aspectRatio": "7:3"}), "aspectRatio: must be one of"),
        (NEW, content(WORDS, {"imageSize": "1k"}), "imageSize: must be one of"),
        (NEW, content(WORDS, {"personGeneration": "allow_all"}), "unknown field"),
        (NEW, content(WORDS, seed=2**31), "seed: must be between"),
        (NEW, content(WORDS, responseModalities=["TEXT"]), "must have IMAGE"),
        (NEW, content([{"inlineData": {"mimeType": "image/jpeg", "data": DATA}}]), "MIME type"),
        (NEW, content([PICTURE] * 15), "too many images"),
        (OLD, content([PICTURE] * 4), "too many images"),
        (OLD, content(WORDS, {"imageSize": "1K"}), "not supported for this model"),
        (OLD, content(WORDS, {"aspectRatio": "8:1"}), "not supported for this model"),
    ],
)
def test_bad_requests(standin: Any, model: str, body: Any, words: str) -> None:
    answer = post(standin, f"models/{model}:generateContent", body)
    error = answer.json()["error"]
    assert (answer.status_code, error["status"]) == (400, "INVALID_ARGUMENT")
    assert words in error["message"]


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"model": "veo-3.1"}, 404, "not found"),
        ({"input": [{"type": "text", "text": "x"}]}, 400, "needs one image"),
        ({"response_format": {"type": "video", "duration": "2s"}}, 400, "between 3s and 10s"),
        ({"response_format": {"type": "video", "duration": 5}}, 400, "must be a string"),
        ({"response_format": {"type": "video", "aspect_ratio": "1:1"}}, 400, "one of 16:9"),
        ({"generation_config": {"video_config": {"task": "dream"}}}, 400, "task: unknown"),
        ({"webhook": "https://x"}, 400, "unknown field"),
    ],
)
def test_bad_interactions(standin: Any, change: Any, status: int, words: str) -> None:
    answer = post(standin, "interactions", {**FILM, **change})
    assert (answer.status_code, words in answer.json()["error"]["message"]) == (status, True)
    assert isinstance(answer.json()["error"]["code"], str)


@pytest.mark.parametrize(
    "model", ["imagen-4.0-generate-001", "gemini-omni-1.1-flash", "gemini-3.1-flash-image"]
)
def test_what_makes_no_pictures_is_not_found(standin: Any, model: str) -> None:
    answer = post(standin, f"models/{model}:generateContent", content(WORDS))
    assert (answer.status_code, answer.json()["error"]["status"]) == (404, "NOT_FOUND")


def test_an_invalid_key_is_400(standin: Any) -> None:
    answer = post(standin, f"models/{NEW}:generateContent", content(WORDS), "wrong")
    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["reason"] == "API_KEY_INVALID"
    assert httpx.get(f"{standin.url}/v1beta/models").status_code == 403


def test_a_film_needs_the_key_too(standin: Any) -> None:
    body = {**FILM, "response_format": {**FILM["response_format"], "delivery": "uri"}}
    code = post(standin, "interactions", body).json()["id"]
    for _ in range(2):
        url = f"{standin.url}/v1beta/interactions/{code}"
        told = httpx.get(url, headers={"x-goog-api-key": KEY}).json()
    assert told["status"] == "completed"
    uri = told["steps"][-1]["content"][0]["uri"]
    assert httpx.get(uri).status_code == 403
    answer = httpx.get(uri, headers={"x-goog-api-key": KEY}, follow_redirects=True)
    assert answer.headers["content-type"] == "video/mp4"
