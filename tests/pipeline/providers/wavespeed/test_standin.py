"""The stand-in of WaveSpeed is as strict as the real server is said to be."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.standins.painting import encoded, paint
from tests.standins.wavespeed import KEY

HEADERS = {"authorization": f"Bearer {KEY}"}
PICTURE = encoded(paint((64, 64), 1))
QWEN, WAN = "wavespeed-ai/qwen-image/text-to-image", "alibaba/wan-2.5/image-to-video"


def post(standin: Any, model: str, body: Any, query: str = "") -> httpx.Response:
    return httpx.post(
        f"{standin.url}/api/v3/{model}{query}", json=body, headers=HEADERS, timeout=30
    )


def upload(standin: Any, name: str, content: bytes = PICTURE, part: str = "file") -> httpx.Response:
    return httpx.post(
        f"{standin.url}/api/v3/media/upload/binary", files={part: (name, content)}, headers=HEADERS
    )


@pytest.mark.parametrize(
    ("model", "body", "status", "words"),
    [
        (QWEN, {}, 400, "prompt: is required"),
        (QWEN, {"prompt": ""}, 400, "prompt: must be a string"),
        (QWEN, {"prompt": "x", "size": "1024x1024"}, 400, "size: must be W*H"),
        (QWEN, {"prompt": "x", "size": "255*300"}, 400, "size: must be between"),
        (QWEN, {"prompt": "x", "seed": 2**31}, 400, "seed: must be between"),
        (QWEN, {"prompt": "x", "seed": "7"}, 400, "seed: must be an integer"),
        (QWEN, {"prompt": "x", "width": 64}, 400, "width: unknown field"),
        (WAN, {"prompt": "x", "image": "ftp://x"}, 400, "image: must be a URL"),
        (WAN, {"prompt": "x", "image": "http://x/y.png", "duration": 7}, 400, "one of 5, 10"),
        (WAN, {"prompt": "x", "image": "http://x/y.png"}, 400, "could not be fetched"),
        ("nobody/model", {"prompt": "x"}, 404, "model not found"),
    ],
)
def test_bad_requests(standin: Any, model: str, body: Any, status: int, words: str) -> None:
    answer = post(standin, model, body)
    assert (answer.status_code, answer.json()["code"]) == (status, status)
    assert words in answer.json()["message"]


def test_webhooks_are_https(standin: Any) -> None:
    assert post(standin, QWEN, {"prompt": "x"}, "?webhook=http://a.example").status_code == 400
    assert post(standin, QWEN, {"prompt": "x"}, "?webhook=https://a.example").status_code == 200


@pytest.mark.parametrize("key", ["", "Bearer wrong", KEY])
def test_the_key_is_asked_for(standin: Any, key: str) -> None:
    for path in ("balance", "webhook/secret", "predictions/1/result"):
        url = f"{standin.url}/api/v3/{path}"
        assert httpx.get(url, headers={"authorization": key}).status_code == 401


def test_the_account(standin: Any) -> None:
    found = [
        httpx.get(f"{standin.url}/api/v3/{path}", headers=HEADERS).json()["data"]
        for path in ("balance", "webhook/secret")
    ]
    assert found == [{"balance": 10.0}, {"secret": f"whsec_{KEY}"}]


def test_states_in_their_envelope(standin: Any) -> None:
    taken = post(standin, QWEN, {"prompt": "x", "output_format": "webp"}).json()
    assert (taken["code"], taken["message"]) == (200, "success")
    states = [taken["data"]]
    for _ in range(2):
        states.append(httpx.get(states[0]["urls"]["get"], headers=HEADERS).json()["data"])
    assert [state["status"] for state in states] == ["created", "processing", "completed"]
    assert [len(state["outputs"]) for state in states] == [0, 0, 1]
    assert httpx.get(states[2]["outputs"][0]).headers["content-type"] == "image/webp"


def test_uploads(standin: Any) -> None:
    told = upload(standin, "a.png").json()["data"]
    assert (told["type"], told["filename"], told["size"]) == ("image", "a.png", len(PICTURE))
    assert httpx.get(told["download_url"]).content == PICTURE
    assert upload(standin, "a.exe").status_code == 400
    assert upload(standin, "a.png", part="picture").status_code == 400
    assert upload(standin, "a.png", b"0" * 20_000_001).status_code == 413
