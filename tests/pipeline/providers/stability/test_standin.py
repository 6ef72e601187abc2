"""The stand-in of Stability AI is as strict as the real server is said to be."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.standins.stability import KEY

CORE = "/v2beta/stable-image/generate/core"
HEADERS = {"authorization": f"Bearer {KEY}"}


def post(standin: Any, path: str, fields: dict[str, str], **headers: str) -> httpx.Response:
    parts: list[tuple[str, Any]] = [(name, (None, text)) for name, text in fields.items()]
    parts.append(("none", ("none", b"")))
    return httpx.post(standin.url + path, files=parts, headers={**HEADERS, **headers}, timeout=30)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "prompt: is required"),
        ({"prompt": ""}, "prompt: cannot be empty"),
        ({"prompt": "x" * 10_001}, "prompt: must not be longer than 10000"),
        ({"prompt": "x", "seed": "4294967295"}, "seed: must be between"),
        ({"prompt": "x", "seed": "1.5"}, "seed: must be an integer"),
        ({"prompt": "x", "aspect_ratio": "7:3"}, "aspect_ratio: must be one of"),
        ({"prompt": "x", "width": "64"}, "width: is not a field"),
    ],
)
def test_bad_fields(standin: Any, fields: dict[str, str], words: str) -> None:
    answer = post(standin, CORE, fields)
    assert answer.status_code == 400
    assert answer.json()["name"] == "bad_request"
    assert any(error.startswith(words) for error in answer.json()["errors"])


def test_fields_are_looked_at_before_the_key(standin: Any) -> None:
    assert post(standin, CORE, {}, authorization="Bearer wrong").status_code == 400
    assert post(standin, CORE, {"prompt": "x"}, authorization="Bearer wrong").status_code == 401
    assert post(standin, CORE, {"prompt": "x"}, authorization=KEY).status_code == 401


def test_only_forms_are_taken(standin: Any) -> None:
    answer = httpx.post(standin.url + CORE, json={"prompt": "x"}, headers=HEADERS)
    assert answer.status_code == 400
    assert "multipart/form-data" in answer.json()["errors"][0]


def test_a_long_body(standin: Any) -> None:
    answer = post(standin, CORE, {"prompt": "x" * (10 * 2**20)})
    assert (answer.status_code, answer.json()["name"]) == (413, "payload_too_large")


def test_json_is_answered_where_it_is_asked_for(standin: Any) -> None:
    answer = post(standin, CORE, {"prompt": "x", "seed": "9"}, accept="application/json")
    assert answer.headers["content-type"] == "application/json; type=image/png"
    assert "seed" not in answer.headers
    assert (answer.json()["finish_reason"], answer.json()["seed"]) == ("SUCCESS", 9)


def test_the_same_seed_makes_the_same_picture_and_nought_another(standin: Any) -> None:
    fixed = [post(standin, CORE, {"prompt": "x", "seed": "9"}).content for _ in range(2)]
    drawn = [post(standin, CORE, {"prompt": "x", "seed": "0"}).content for _ in range(2)]
    assert fixed[0] == fixed[1]
    assert drawn[0] != drawn[1]


def test_credits_are_counted(standin: Any) -> None:
    post(standin, CORE, {"prompt": "x"})
    post(standin, CORE, {"prompt": "[flagged]"})
    balance = httpx.get(standin.url + "/v1/user/balance", headers=HEADERS)
    assert balance.json() == {"credits": 997.0}
    assert httpx.get(standin.url + "/v1/user/account", headers=HEADERS).json()["organizations"]


def test_results_of_another_key_are_unknown(standin: Any) -> None:
    standin.server.keys.add("sk-other")
    made = {
        "prompt": "x",
        "creativity": "0.3",
    }
    parts: list[tuple[str, Any]] = [(name, (None, text)) for name, text in made.items()]
    from tests.standins.painting import encoded, paint

    parts.append(("image", ("a.png", encoded(paint((64, 64), 1)), "image/png")))
    path = "/v2beta/stable-image/upscale/creative"
    code = httpx.post(standin.url + path, files=parts, headers=HEADERS, timeout=30).json()["id"]
    assert len(code) == 64
    url = f"{standin.url}/v2beta/results/{code}"
    assert httpx.get(url, headers={"authorization": "Bearer sk-other"}).status_code == 404
    running = httpx.get(url, headers=HEADERS)
    assert (running.status_code, running.json()) == (202, {"id": code, "status": "in-progress"})
    alias = f"{standin.url}{path}/result/{code}"
    assert httpx.get(alias, headers=HEADERS, timeout=30).headers["finish-reason"] == "SUCCESS"
