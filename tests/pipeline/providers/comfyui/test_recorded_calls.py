"""Recorded calls without a prompt: what a server has, uploads, files, the socket's odd cases."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from pipeline.providers.comfyui.events import (
    Executed,
    Executing,
    NodeText,
    Preview,
    Status,
    parse_binary,
    parse_text,
)
from pipeline.providers.comfyui.http import (
    ComfyHttp,
    NotReached,
    Refused,
    ServerFault,
)
from pipeline.providers.documents import parse_json
from tests.pipeline.providers.comfyui.helpers import QUICK
from tests.pipeline.providers.comfyui.replay import (
    CAPTURES,
    Replay,
    _answer,
    _body,
    _json,
    is_call,
    records,
)
from tests.standins.server import Receive, Scope, Send, serve


class Calls(Replay):
    """Answers every call as the session has it; uploads in their order."""

    def __init__(self, scenario: str) -> None:
        self.all = records(scenario)
        self.uploads = iter([r for r in self.all if is_call(r, "POST", "/upload/image")])
        self.seen: list[Scope] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.seen.append(scope)
        await _body(receive)
        path = scope["path"]
        query = scope["query_string"].decode()
        if path == "/upload/image":
            record = next(self.uploads)
        else:
            whole = path + (f"?{query}" if query else "")
            known = (whole, path, "/models/nope")  # what was not recorded is not there
            found = (r for p in known for r in self.all if is_call(r, scope["method"], p))
            record = next(found)
        answer = record["res"]
        content = answer.get("json", answer.get("json_excerpt"))
        if content is not None:
            await _json(send, content, answer["status"])
        elif "head_hex" in answer:
            head = bytes.fromhex(answer["head_hex"])
            await _answer(send, answer["status"], head + bytes(answer["len"] - len(head)))
        else:
            await _answer(send, answer["status"], answer.get("text", "").encode())


@pytest.fixture
def calls(request: pytest.FixtureRequest) -> Iterator[tuple[ComfyHttp, Calls]]:
    app = Calls(request.param)
    with serve(app) as served, ComfyHttp(served.url, QUICK) as http:
        yield http, app
        assert served.errors == []


@pytest.mark.parametrize("calls", ["01"], indirect=True)
def test_01_what_a_server_says_of_itself(calls: tuple[ComfyHttp, Calls]) -> None:
    http, app = calls
    stats, has = http.stats(), http.inventory()
    assert stats.version == "0.3.64" and stats.vram_total_bytes == 25_276_514_304
    assert stats.system["devices"][0]["name"] == "cpu"
    assert "LoadImage" in has.object_info
    assert has.model_files["checkpoints"] == ["tiny_random_sd15.safetensors"]
    assert has.model_files["embeddings"] == []
    assert http.queue().prompts == () and not http.has_history()
    assert all(name != b"origin" for scope in app.seen for name, _ in scope["headers"])


@pytest.mark.parametrize("calls", ["02"], indirect=True)
def test_02_uploads_and_their_names(calls: tuple[ComfyHttp, Calls]) -> None:
    http, _ = calls
    names: list[Any] = []
    for _ in range(13):
        try:
            names.append(http.upload("x.png", io.BytesIO(b"x"), "image/png"))
        except (Refused, ServerFault) as error:
            names.append(error.status)
    assert names == [
        "cap_a.png",
        "cap_a.png",  # the same bytes
        "cap_a (1).png",  # other bytes
        "cap_a (1).png",
        "cap_b.png",
        "cap_t.png",
        "shots/sh010/cap_s.png",  # as a graph names it
        "..%2Fevil.png",
        400,
        "notimage.png",
        "clip.mp4",
        500,
        400,
    ]


@pytest.mark.parametrize("calls", ["19"], indirect=True)
def test_19_names_that_a_server_does_not_take(calls: tuple[ComfyHttp, Calls]) -> None:
    http, _ = calls
    found: list[Any] = []
    for _ in range(13):
        try:
            found.append(http.upload("x.png", io.BytesIO(b"x"), "image/png"))
        except (Refused, ServerFault) as error:
            found.append(error.status)
    assert found[:2] == ["plate é 01.png", "has space.png"]
    assert found.count(500) == 4 and found.count(400) == 2
    assert "a/../b/y.png" in found


def test_18_and_21_what_a_socket_says_beside_prompts() -> None:
    messages = [r["msg"] for r in records("18") if r.get("msg") and r["dir"] == "in"]
    events = [parse_text(json.dumps(message)) for message in messages]
    assert events and set(map(type, events)) == {Status}
    # 21: the history is surely there with the last event only, so that is when it is asked for
    (note,) = [parse_json(r["note"]) for r in records("21") if r["kind"] == "note"]
    assert note == {
        "executed": "21/25 had history",
        "execution_success": "24/25 had history",
        "executing_null": "25/25 had history",
    }


def test_every_recorded_message_is_understood_or_ignored() -> None:
    kinds: dict[str, set[type]] = {}
    for path in sorted(CAPTURES.glob("*.jsonl")):
        for record in records(path.name[:2]):
            if record["kind"] == "ws" and record.get("msg") and record["dir"] == "in":
                event = parse_text(json.dumps(record["msg"]))
                kinds.setdefault(record["msg"]["type"], set()).add(type(event))
    assert kinds.pop("feature_flags") == {type(None)}
    assert kinds.pop("executing") == {Executing, type(None)}  # bare after a reconnect
    assert kinds.pop("executed") == {Executed}
    assert set(kinds) == {
        "status",
        "execution_start",
        "execution_cached",
        "progress",
        "progress_state",
        "execution_success",
        "execution_error",
        "execution_interrupted",
    }
    assert all(len(types) == 1 and type(None) not in types for types in kinds.values())


def test_recorded_frames_are_pictures_and_text() -> None:
    found = {p.stem: parse_binary(p.read_bytes()) for p in CAPTURES.glob("frame-*.bin")}
    jpeg, png = found["frame-event1-jpeg"], found["frame-event1-png"]
    assert isinstance(jpeg, Preview) and jpeg.media_type == "image/jpeg"
    assert jpeg.content.startswith(b"\xff\xd8\xff") and jpeg.prompt_id is None
    assert isinstance(png, Preview) and png.content.startswith(b"\x89PNG")
    told = found["frame-event4-jpeg"]
    assert isinstance(told, Preview) and told.node == "1" and len(told.prompt_id or "") == 36
    assert told.content.startswith(b"\xff\xd8\xff")
    text = found["frame-event3-text"]
    assert isinstance(text, NodeText) and text.node == "9" and text.text.startswith("note: hello")


def test_nobody_there_is_told_apart_from_no_answer() -> None:
    with serve(Calls("01")) as served:
        served.stop()
        with ComfyHttp(served.url, QUICK) as http, pytest.raises(NotReached):
            http.queue()


def test_the_cloud_s_own_address_is_never_called() -> None:
    with ComfyHttp("http://169.254.169.254", QUICK) as http, pytest.raises(NotReached) as failure:
        http.queue()
    assert "does not call" in failure.value.detail
    assert "169.254" not in str(failure.value)
