"""What is understood of a socket's messages, and what is left alone."""

from __future__ import annotations

import json
import math
import struct
import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.providers.comfyui.events import (
    Cached,
    Executed,
    Executing,
    Failed,
    NodeState,
    Preview,
    Progress,
    parse_binary,
    parse_text,
)
from pipeline.providers.comfyui.prompts import Prompt
from pipeline.providers.documents import clean, parse_json, unsigned


def told(kind: str, **data: object) -> object:
    return parse_text(json.dumps({"type": kind, "data": data}))


def test_bare_nan_is_nothing_not_a_failure() -> None:
    parsed = parse_json('{"sigma": NaN, "high": Infinity, "low": -Infinity, "one": 1.5}')
    assert parsed == {"sigma": None, "high": None, "low": None, "one": 1.5}
    assert not any(isinstance(v, float) and math.isnan(v) for v in parsed.values())


def test_text_is_read_as_a_database_holds_it() -> None:
    assert parse_json('{"a\\u0000": ["b\\u0000c", "d\\ud800", "é"]}') == {"a": ["bc", "d?", "é"]}
    changes: Counter[str] = Counter()
    assert clean({"a": [1.5, float("nan"), "b\x00", "c"]}, changes) == {"a": [1.5, None, "b", "c"]}
    assert changes == {"text": 1, "number": 1}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("see https://a.example/b/c.png, it is gone", None),
        ("see https://a.example/b?X=1&Sig=2 now", "see https://a.example/b?… now"),
        ('["https:\\/\\/a.example\\/b?x\\u0026s=2"]', '["https:\\/\\/a.example\\/b?…"]'),
        ("WSS://a.example/ws#token", "WSS://a.example/ws?…"),
        ("is it? no # sign: here", None),
    ],
)
def test_queries_of_addresses_are_not_kept(said: str, kept: str | None) -> None:
    assert unsigned(said) == (said if kept is None else kept)


def test_a_long_text_is_looked_through_at_once() -> None:
    began = time.monotonic()
    assert unsigned("http://" * 3_000).startswith("http://")
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    "message",
    [
        "",
        "junk",
        "[]",
        "null",
        '{"type": "status"}',
        '{"type": "status", "data": {"status": {}}}',
        '{"type": "executing", "data": {"node": "1"}}',  # bare: whose it is, nobody knows
        '{"type": "executing", "data": {"node": "1", "prompt_id": 7}}',
        '{"type": "some_later_event", "data": {"prompt_id": "p"}}',
        '{"type": "progress", "data": {"prompt_id": "p", "node": "1", "value": "x", "max": 1}}',
        '{"type": "progress", "data": {"prompt_id": "p", "node": null, "value": 1, "max": 1}}',
        '{"type": "progress_state", "data": {"prompt_id": "p", "nodes": []}}',
        '{"type": "executed", "data": {"prompt_id": "p", "node": null}}',
    ],
)
def test_what_is_unknown_or_misshapen_is_ignored(message: str) -> None:
    assert parse_text(message) is None


def test_events_are_typed() -> None:
    assert told("execution_cached", prompt_id="p", nodes=["1", 2]) == Cached("p", ("1", "2"))
    assert told("executing", prompt_id="p", node=None) == Executing("p", None)
    assert told("executed", prompt_id="p", node="5.0.0.2", display_node="5", output=None) == (
        Executed("p", "5.0.0.2", "5", {})
    )
    state = {"value": 1, "max": 4, "state": "running"}
    nodes = {"1": state, "2": "later versions may say more"}
    event = told("progress_state", prompt_id="p", nodes=nodes)
    assert event == Progress("p", {"1": NodeState(1, 4, "running")}, whole=True)


def test_only_an_error_with_a_time_is_the_end() -> None:
    blocked = told("execution_error", prompt_id="p", exception_message="Execution Blocked: x")
    raised = told("execution_error", prompt_id="p", timestamp=1)
    assert isinstance(blocked, Failed) and not blocked.terminal
    assert isinstance(raised, Failed) and raised.terminal


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\0\0\0\1",
        struct.pack(">II", 1, 1),
        struct.pack(">II", 1, 9) + b"x",
        struct.pack(">II", 2, 1) + b"x",
        struct.pack(">II", 4, 500) + b"{}",
        struct.pack(">II", 4, 2) + b"[]" + b"x",
        struct.pack(">II", 4, 2) + b"{}" + b"x",
        struct.pack(">II", 4, 2) + b"\xff\xff" + b"x",
        struct.pack(">II", 3, 99) + b"x",
        struct.pack(">II", 77, 1) + b"x",
    ],
)
def test_frames_of_no_use_are_ignored(frame: bytes) -> None:
    assert parse_binary(frame) is None


def test_both_kinds_of_previews() -> None:
    assert parse_binary(struct.pack(">II", 1, 2) + b"png") == Preview(b"png", "image/png")
    head = json.dumps({"node_id": "5.1", "display_node_id": "5", "prompt_id": "p"})
    head = head[:-1] + ', "image_type": "image/jpeg"}'
    frame = struct.pack(">II", 4, len(head)) + head.encode() + b"jpeg"
    assert parse_binary(frame) == Preview(b"jpeg", "image/jpeg", "p", "5")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_no_frame_is_a_failure(frame: bytes) -> None:
    parse_binary(frame)


ODD = [None, True, -1, 1e400, "1", "", [], [1, None], {}, {"1": 5}, {"1": {"value": 2, "max": 0}}]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["status", "executing", "executed", "progress", "progress_state"]),
    st.fixed_dictionaries(
        {},
        optional={
            name: st.sampled_from(ODD)
            for name in ("prompt_id", "node", "nodes", "value", "max", "output", "status")
        },
    ),
)
def test_no_message_is_a_failure(kind: str, data: dict[str, object]) -> None:
    event = parse_text(json.dumps({"type": kind, "data": {"prompt_id": "p", **data}}))
    if event is not None and getattr(event, "prompt_id", "") == "p":
        prompt = Prompt(0, "p", {"1": {"class_type": "X", "inputs": {}}})
        prompt.hear(event, 1.0)
        assert 0 <= prompt.fraction <= 1
        assert prompt.stage()


def test_old_servers_tell_steps_only() -> None:
    """Without `progress_state` the fraction comes of steps and of nodes that began."""
    link = {"class_type": "X", "inputs": {"a": ["1", 0]}}
    prompt = Prompt(0, "p", {"1": {"class_type": "K", "inputs": {}}, "2": link})
    for message in (
        {"type": "executing", "data": {"prompt_id": "p", "node": "1"}},
        {"type": "progress", "data": {"prompt_id": "p", "node": "1", "value": 5, "max": 10}},
    ):
        event = parse_text(json.dumps(message))
        assert event is not None
        prompt.hear(event, 1.0)
    assert prompt.fraction == 0.25
    assert prompt.stage() == "“K” (node 1): 5 of 10"
    prompt.hear(Executing("p", "2"), 2.0)
    assert prompt.fraction == 0.5
    assert prompt.node_ms == {"1": 1000}
