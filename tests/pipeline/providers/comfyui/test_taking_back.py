"""What a run takes back nobody takes up; what another attempt waits for nobody takes back."""

from __future__ import annotations

import time

import httpx
import pytest

from tests.pipeline.providers.comfyui.graphs import node, plain, saved, slow
from tests.pipeline.providers.comfyui.helpers import FakeContext, run
from tests.standins.comfyui import ComfyStandIn


class Handed(Exception):
    """The attempt was ended elsewhere: what the engine raises then."""


class HandedOver(FakeContext):
    """Is over from the moment that a test says so."""

    is_over = False

    def cancelled(self) -> bool:
        if self.is_over:
            raise Handed
        return super().cancelled()


def broken() -> dict[str, object]:
    """A graph that fails as soon as it runs."""
    fails = node("RaiseError", image=["1", 0], message="boom", kind="ValueError")
    return {"1": plain(), "2": fails, "3": saved("2")}


def test_what_is_taken_back_is_no_longer_asked_for(server: ComfyStandIn) -> None:
    """Were the process to die now, the next attempt would not wait for what is interrupted."""
    ending = run(server.url, {0: broken(), 1: slow(5, steps=200), 2: slow(6)})
    assert ending.state == "failed" and "boom" in ending.message
    assert ending.context.said[-2:] == [("not submitted", 1), ("not submitted", 2)]
    assert server.idle, "nothing is left behind"


def test_an_attempt_that_is_over_takes_nothing_back(
    server: ComfyStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.providers.comfyui import errors

    context, tells = HandedOver(), errors.raised

    def raised(*words: object) -> object:
        context.is_over = True  # the bridge lets go in this very moment
        return tells(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(errors, "raised", raised)
    with pytest.raises(Handed):
        run(server.url, {0: broken(), 1: slow(5, steps=20)}, context=context)
    (waits,) = context.ids(1)
    assert server.recorder.find("POST", "/interrupt") == []
    deadline = time.monotonic() + 10
    while not server.idle and time.monotonic() < deadline:
        time.sleep(0.02)
    status = httpx.get(f"{server.url}/history/{waits}").json()[waits]["status"]
    assert status["status_str"] == "success"
