"""Whole runs on the stand-in: several outputs, re-attachment, cancelling, bounds, failures."""

from __future__ import annotations

import dataclasses
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from pipeline.imaging.seeds import variant_seed
from pipeline.providers.base import Access, Earlier, ErrorClass, ProviderError, RunRequest
from pipeline.providers.comfyui.adapter import ComfyAdapter
from pipeline.providers.registry import ADAPTERS
from tests.pipeline.providers.comfyui.graphs import (
    is_of,
    node,
    plain,
    previewed,
    saved,
    slow,
)
from tests.pipeline.providers.comfyui.helpers import QUICK, FakeContext, run
from tests.pipeline.providers.comfyui.test_replay import SOMEBODY
from tests.standins.comfyui import ComfyStandIn


def running(context: FakeContext) -> bool:
    return any(" of " in stage and "(node" in stage for stage in context.stages)


def send(server: ComfyStandIn, graph: object, prompt_id: str) -> None:
    """What an attempt that was lost had sent."""
    body = {"prompt": graph, "prompt_id": prompt_id, "client_id": "gone"}
    assert httpx.post(f"{server.url}/prompt", json=body).status_code == 200


# --- several outputs --------------------------------------------------------------------------


def test_each_position_has_its_own_result_in_the_order_of_positions(server: ComfyStandIn) -> None:
    graphs = {position: slow(10 + position, preview="JPEG") for position in range(6)}
    ending = run(server.url, graphs)
    assert ending.state == "done"
    assert [output.position for output in ending.outputs] == list(range(6))
    for output in ending.outputs:
        assert is_of(output.content, 10 + output.position)
        assert output.random_seed == variant_seed(7, output.position)
    assert any(stage.startswith("2 of 6 finished") for stage in ending.context.stages)
    assert ending.context.previews


def test_no_more_than_a_few_prompts_lie_on_the_server_at_once(server: ComfyStandIn) -> None:
    most: list[int] = []

    def count(_context: FakeContext) -> bool:
        most.append(server.engine.queue.remaining())
        return False

    limits = dataclasses.replace(QUICK, window=2)
    graphs = {position: slow(position) for position in range(5)}
    ending = run(server.url, graphs, limits=limits, context=FakeContext(cancel_when=count))
    assert len(ending.outputs) == 5
    assert max(most) <= 2


def test_two_jobs_on_one_server_never_read_each_other_s_events(server: ComfyStandIn) -> None:
    """One shows JPEG previews, the other PNG ones, so that a mix-up would show."""
    kinds = {"JPEG": "image/jpeg", "PNG": "image/png"}

    def job(kind: str, seed: int) -> None:
        graphs = {n: slow(seed + n, preview=kind, steps=6) for n in range(4)}
        ending = run(server.url, graphs)
        assert [is_of(o.content, seed + o.position) for o in ending.outputs] == [True] * 4
        assert {media_type for _, media_type in ending.context.previews} == {kinds[kind]}

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(job, "JPEG", 100), pool.submit(job, "PNG", 200)]:
            future.result(20)


def test_what_is_used_is_the_server_s_time_at_its_rate(server: ComfyStandIn) -> None:
    full = run(server.url, slow(1, steps=5, delay=0.05), gpu_milli=2500).only
    assert full.elapsed_ms >= 250
    assert full.quantity_milli == -(-full.elapsed_ms * 2500 // 1000)
    assert set(full.notes["node_ms"]) == {"1", "2"} and full.notes["node_ms"]["1"] > 100
    assert (full.notes["nodes_run"], full.notes["nodes_cached"]) == (2, 0)


def test_progress_goes_up_and_names_nodes_as_people_know_them(server: ComfyStandIn) -> None:
    graph = slow(steps=20)
    graph["1"]["_meta"] = {"title": "Dream"}
    ending = run(server.url, graph)
    assert any(stage.startswith("“Dream” (node 1): ") for stage in ending.context.stages)
    assert ending.context.fractions == sorted(ending.context.fractions)
    assert 0 < ending.context.fractions[0] < 1 or ending.context.fractions[0] == 0


# --- outputs ----------------------------------------------------------------------------------


def test_the_output_node_decides_what_is_the_result(server: ComfyStandIn) -> None:
    graph = {
        "1": plain(1),
        "2": saved("1"),
        "3": slow(4)["1"],
        "4": saved("3", "other"),
        "5": node("ShowTextTest", text="a red fox"),
        "6": node("ExpandPreview", steps=1),
        "7": previewed("6"),
    }
    assert is_of(run(server.url, graph, output_node="4").only.content, 4)
    text = run(server.url, graph, output_node="5").only
    assert (text.content, text.media_type) == (b"a red fox", "text/plain")
    # an expanded node: the file is that of a node that the graph does not have
    assert run(server.url, graph, output_node="6").only.media_type == "image/png"
    assert "ended without a result" in run(server.url, graph, output_node="1").message


@pytest.mark.parametrize(
    ("saver", "media_type"),
    [
        (
            node("SaveAnimatedWEBP", fps=6.0, lossless=True, quality=80, method="default"),
            "image/webp",
        ),
        (node("SaveWEBM", codec="vp9", fps=6.0, crf=32.0), "video/webm"),
    ],
)
def test_films_are_known_by_their_bytes(
    server: ComfyStandIn, saver: dict[str, dict[str, object]], media_type: str
) -> None:
    frames = node("EmptyImage", width=32, height=32, batch_size=3, color=9)
    inputs = saver["inputs"] | {"images": ["1", 0], "filename_prefix": "film"}
    ending = run(server.url, {"1": frames, "2": {**saver, "inputs": inputs}})
    assert ending.state == "done", ending.detail
    assert ending.only.media_type == media_type


# --- failures ---------------------------------------------------------------------------------


def test_one_failure_takes_the_other_outputs_back(server: ComfyStandIn) -> None:
    bad = {
        "1": plain(),
        "2": node("RaiseError", image=["1", 0], message="no", kind="ValueError"),
        "3": saved("2"),
    }
    ending = run(server.url, {0: slow(1), 1: bad, 2: slow(2, steps=900)})
    assert (ending.state, ending.message) == ("failed", "“RaiseError” (node 2) failed: no.")
    assert [output.position for output in ending.outputs] == [0]
    assert ending.seconds < 5 and server.idle
    assert "Traceback" in ending.detail or "line" in ending.detail


def test_a_partly_invalid_graph_is_taken_back(server: ComfyStandIn) -> None:
    graph = {
        **slow(1, steps=900),
        "3": node("LoadImage", image="gone.png"),
        "4": saved("3"),
    }
    ending = run(server.url, graph)
    assert ending.error_class == ErrorClass.INPUT
    assert "would have left out a part of this workflow" in ending.message
    assert "“LoadImage” (node 3)" in ending.message
    assert ("not submitted", 0) in ending.context.said
    assert server.idle
    server.engine.queue.history.clear()
    assert not list((server.folders.root / "output").rglob("*.png"))


def test_a_blocker_s_success_is_none(server: ComfyStandIn) -> None:
    graph = {"1": plain(), "2": node("BlockExecution", image=["1", 0], message="too dark")}
    graph["3"] = saved("2")
    ending = run(server.url, graph)
    assert ending.message == "The workflow stopped itself before “SaveImage” (node 3): too dark."


def test_somebody_else_s_interrupt_fails_the_run(server: ComfyStandIn) -> None:
    def interrupt(context: FakeContext) -> bool:
        if running(context):
            httpx.post(f"{server.url}/interrupt")
        return False

    ending = run(server.url, slow(steps=500), context=FakeContext(cancel_when=interrupt))
    assert (ending.state, ending.message) == ("failed", SOMEBODY)


def test_a_missing_input_is_named(server: ComfyStandIn) -> None:
    graph = {"1": node("LoadImage", image="input:reference:1"), "2": saved("1")}
    ending = run(server.url, graph)
    assert ending.message == (
        "The workflow needs an input that this job does not have: reference number 2."
    )
    assert server.prompts == []


def test_a_target_of_another_kind_is_our_own_fault() -> None:
    request = RunRequest("x", "y", {}, 1, [0], target=Access("http://x", "s", "m"))
    with pytest.raises(ProviderError) as failure:
        list(ComfyAdapter(QUICK).run(request, FakeContext()))
    assert failure.value.error_class == ErrorClass.INTERNAL


# --- stopping ---------------------------------------------------------------------------------


def test_cancelling_stops_what_runs_and_what_waits(server: ComfyStandIn) -> None:
    graphs = {0: slow(1), 1: slow(2, steps=900), 2: slow(3), 3: slow(4)}
    context = FakeContext(cancel_when=lambda c: any("900" in stage for stage in c.stages))
    ending = run(server.url, graphs, context=context)
    assert ending.state == "cancelled"
    assert [output.position for output in ending.outputs] == [0]  # it had ended before
    assert server.idle and ending.seconds < 5
    bodies = [request.json() for request in server.recorder.find("POST", "/interrupt")]
    assert all(body["prompt_id"] == context.ids(1)[0] for body in bodies)


def test_cancelling_leaves_other_people_s_prompts_alone(server: ComfyStandIn) -> None:
    send(server, slow(50, steps=60), "theirs")
    context = FakeContext(cancel_when=lambda c: any("Behind 1" in stage for stage in c.stages))
    ending = run(server.url, slow(1), context=context)
    assert ending.state == "cancelled"
    assert server.recorder.find("POST", "/interrupt") == []
    deadline = time.monotonic() + 5
    while not server.idle and time.monotonic() < deadline:
        time.sleep(0.02)
    status = httpx.get(f"{server.url}/history/theirs").json()["theirs"]["status"]
    assert status["status_str"] == "success"


@pytest.mark.parametrize(
    ("bounds", "graph", "message"),
    [
        ({"running_s": 0.4}, slow(steps=900), "It ran longer than allowed"),
        (
            {"silence_s": 0.5},
            {
                "1": plain(),
                "2": node("SleepNoProgress", image=["1", 0], seconds=30.0),
                "3": saved("2"),
            },
            "The server told nothing of it for",
        ),
    ],
)
def test_a_run_that_does_not_end_is_interrupted(
    server: ComfyStandIn, bounds: dict[str, float], graph: dict[str, object], message: str
) -> None:
    limits = dataclasses.replace(QUICK, cancel_s=0.3, **bounds)
    ending = run(server.url, graph, limits=limits)
    assert ending.error_class == ErrorClass.TIMEOUT
    assert message in ending.message
    assert ending.seconds < 4
    assert server.recorder.find("POST", "/interrupt")


def test_a_prompt_that_waits_too_long_is_taken_out_of_the_queue(server: ComfyStandIn) -> None:
    send(server, slow(50, steps=400), "theirs")
    ending = run(server.url, slow(), limits=dataclasses.replace(QUICK, queued_s=0.4))
    assert "did not begin with it in time" in ending.message
    assert ending.error_class == ErrorClass.TIMEOUT
    assert server.engine.queue.remaining() == 1


# --- re-attachment ----------------------------------------------------------------------------


@pytest.mark.parametrize("ended", [True, False])
def test_a_lost_attempt_s_prompt_is_taken_up_not_sent_again(
    server: ComfyStandIn, ended: bool
) -> None:
    send(server, slow(21, steps=2 if ended else 40), "before")
    while ended and not server.idle:
        time.sleep(0.01)
    ending = run(server.url, slow(21), earlier=[Earlier(0, "before")])
    assert ending.state == "done" and is_of(ending.only.content, 21)
    assert ending.only.notes["request_id"] == "before"
    assert ending.context.ids() == ["before"]
    assert len(server.prompts) == 1


def test_what_the_server_never_had_is_sent(server: ComfyStandIn) -> None:
    earlier = [Earlier(0, "never-arrived"), Earlier(1, "")]
    ending = run(server.url, {0: slow(1), 1: slow(2)}, earlier=earlier)
    assert len(ending.outputs) == len(server.prompts) == 2
    assert "never-arrived" not in ending.context.ids()


def test_an_output_that_was_asked_for_twice_is_waited_for_once(server: ComfyStandIn) -> None:
    send(server, slow(1, steps=30), "first")
    send(server, slow(2, steps=900), "second")
    earlier = [Earlier(0, "first"), Earlier(0, "second")]
    ending = run(server.url, slow(1), earlier=earlier)
    assert is_of(ending.only.content, 1)
    assert server.idle and server.times_run("second") == 0


def test_a_prompt_that_failed_meanwhile_ends_the_new_attempt_as_well(
    server: ComfyStandIn,
) -> None:
    graph = {
        "1": plain(),
        "2": node("RaiseError", image=["1", 0], message="no", kind="OOM"),
        "3": saved("2"),
    }
    send(server, graph, "before")
    ending = run(server.url, graph, earlier=[Earlier(0, "before")])
    assert "ran out of graphics memory" in ending.message
    assert len(server.prompts) == 1


def test_a_crash_after_sending_loses_and_doubles_nothing(
    server: ComfyStandIn, tmp_path: Path
) -> None:
    """The process dies (its generator is dropped) and another one takes the job up."""
    first = FakeContext()
    graphs = {n: slow(30 + n, steps=10) for n in range(3)}
    died = threading.Event()

    def die(_context: FakeContext) -> bool:
        if server.engine.queue.running:
            died.set()
            raise MemoryError
        return False

    first.cancel_when = die
    with pytest.raises(MemoryError):
        run(server.url, graphs, context=first)
    assert died.is_set()
    earlier = [Earlier(position, first.ids(position)[0]) for position in range(3)]

    ending = run(server.url, graphs, earlier=earlier)

    assert [is_of(o.content, 30 + o.position) for o in ending.outputs] == [True] * 3
    assert sorted(server.runs + server.engine.queue.runs) == sorted(e.request_id for e in earlier)


def test_the_adapter_is_registered() -> None:
    assert ADAPTERS["comfyui"].can_cancel
    assert isinstance(ADAPTERS["comfyui"], ComfyAdapter)
