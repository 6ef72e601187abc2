"""The stand-in of Bria is as strict as the real server is said to be."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

from tests.standins.bria import KEY
from tests.standins.painting import encoded, paint

IMAGE = base64.b64encode(encoded(paint((64, 48), 1))).decode()
GENERATE, EXPAND = "/v2/image/generate", "/v2/image/edit/expand"


def post(standin: Any, path: str, body: Any, key: str = KEY) -> httpx.Response:
    return httpx.post(standin.url + path, json=body, headers={"api_token": key}, timeout=30)


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        (GENERATE, {}, 422, "no input combination"),
        (GENERATE, {"images": [IMAGE], "structured_prompt": "{}"}, 422, "no input combination"),
        (GENERATE, {"prompt": "x", "structured_prompt": {}}, 422, "string holding JSON"),
        (GENERATE, {"prompt": "x", "structured_prompt": "no"}, 422, "valid JSON"),
        (GENERATE, {"prompt": "x", "guidance_scale": 7}, 422, "between 3 and 5"),
        (GENERATE, {"prompt": "x", "guidance_scale": 4.0}, 422, "must be an integer"),
        (GENERATE, {"prompt": "x", "steps_num": 30}, 422, "between 35 and 50"),
        (GENERATE, {"prompt": "x", "images": [IMAGE, IMAGE]}, 422, "exactly 1 item"),
        (GENERATE, {"prompt": "x", "aspect_ratio": "2:1", "resolution": "4MP"}, 422, "1MP"),
        (GENERATE, {"prompt": "x", "sync": "no"}, 422, "must be a boolean"),
        (GENERATE, {"prompt": "x", "width": 64}, 422, "unknown field"),
        (GENERATE, {"prompt": "[flagged]"}, 422, "inappropriate"),
        ("/v2/image/edit/erase", {"image": IMAGE}, 422, "mask: is required"),
        ("/v2/image/edit/erase", {"image": "***", "mask": IMAGE}, 422, "invalid base64"),
        ("/v2/image/edit/replace_background", {"image": IMAGE}, 422, "exactly one of"),
        (EXPAND, {"image": IMAGE}, 422, "aspect_ratio: or"),
        (
            EXPAND,
            {
                "image": IMAGE,
                "original_image_size": [64, 48],
                "original_image_location": [0, 0],
                "canvas_size": [6000, 6000],
            },
            400,
            "25 MP",
        ),
        (
            "/v2/image/edit/increase_resolution",
            {"image": IMAGE, "desired_increase": 3},
            422,
            "2, 4",
        ),
    ],
)
def test_bad_requests(standin: Any, path: str, body: Any, status: int, words: str) -> None:
    answer = post(standin, path, body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, status)
    assert words in error["details"]
    assert answer.json()["request_id"]


def test_a_mask_of_another_shape(standin: Any) -> None:
    mask = base64.b64encode(encoded(paint((64, 64), 1))).decode()
    answer = post(standin, "/v2/image/edit/erase", {"image": IMAGE, "mask": mask})
    assert "aspect ratio of the image" in answer.json()["error"]["details"]


def test_the_token_is_asked_for(standin: Any) -> None:
    assert post(standin, GENERATE, {"prompt": "x"}, "wrong").status_code == 401
    assert httpx.get(standin.url + "/v2/status/x").status_code == 401


def test_only_json_is_taken(standin: Any) -> None:
    answer = httpx.post(standin.url + GENERATE, data={"prompt": "x"}, headers={"api_token": KEY})
    assert answer.status_code == 415


def test_it_is_asynchronous_unless_asked(standin: Any) -> None:
    taken = post(standin, GENERATE, {"prompt": "x", "ip_signal": True})
    told = taken.json()
    assert (taken.status_code, set(told)) == (202, {"request_id", "status_url", "warning"})
    states = [httpx.get(told["status_url"], headers={"api_token": KEY}).json() for _ in range(2)]
    assert [state["status"] for state in states] == ["IN_PROGRESS", "COMPLETED"]
    assert json.loads(states[1]["result"]["structured_prompt"])["objects"]
    assert httpx.get(states[1]["result"]["image_url"]).headers["content-type"] == "image/png"
    whole = post(standin, GENERATE, {"prompt": "x", "sync": True, "seed": 5})
    assert (whole.status_code, whole.json()["result"]["seed"]) == (200, "5")


def test_requests_of_another_token_are_unknown(standin: Any) -> None:
    standin.server.keys.add("bria-other")
    code = post(standin, GENERATE, {"prompt": "x"}).json()["request_id"]
    answer = httpx.get(f"{standin.url}/v2/status/{code}", headers={"api_token": "bria-other"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, 404)
