"""The traps of the protocol, numbered as in the facts, against the stand-in."""

from __future__ import annotations

import dataclasses
import hashlib
import threading
import time
from pathlib import Path

import pytest
from websockets.sync.client import connect

from pipeline.providers.base import ErrorClass
from pipeline.providers.comfyui.adapter import ComfyAdapter
from pipeline.providers.comfyui.answers import Queue
from pipeline.providers.comfyui.socket import EventSocket
from tests.pipeline.providers.comfyui.graphs import (
    is_of,
    node,
    pixels_of,
    plain,
    png,
    previewed,
    saved,
    slow,
)
from tests.pipeline.providers.comfyui.helpers import QUICK, FakeContext, input_file, run
from tests.pipeline.providers.comfyui.test_replay import LOST
from tests.standins.comfyui import ComfyStandIn


def when(server: ComfyStandIn, work: object, *, running: bool = True) -> threading.Thread:
    """Do something to the server once a prompt runs there (or only lies there)."""

    def watch() -> None:
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            queue = server.engine.queue
            if queue.running is not None or (not running and queue.pending):
                work()  # type: ignore[operator]
                return
            time.sleep(0.005)

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def test_1_a_dropped_socket_comes_back_under_a_new_id(server: ComfyStandIn) -> None:
    seen: set[str] = set()
    drops: list[int] = []

    def drop(_context: FakeContext) -> bool:
        seen.update(server.engine.hub.sockets)
        if len(drops) < 3 and server.engine.queue.running and server.engine.hub.sockets:
            drops.append(server.faults.drop_sockets())
        return False

    ending = run(server.url, slow(7, steps=40), context=FakeContext(cancel_when=drop))

    assert ending.state == "done" and is_of(ending.only.content, 7)
    assert sum(drops) >= 2
    assert len(seen) >= 2  # each connection had an id of its own
    assert len(server.prompts) == 1


def test_2_a_stalled_reader_of_somebody_else_delays_nothing(server: ComfyStandIn) -> None:
    server.faults.stall()
    ending = run(server.url, slow(3))
    assert ending.state == "done" and is_of(ending.only.content, 3)


def test_2_our_own_reader_never_stalls(server: ComfyStandIn) -> None:
    """The run is busy elsewhere for a second; a bystander hears of the run all the same."""
    graph = {
        "1": node("EmptyImage", width=256, height=256, batch_size=8, color=3),
        "2": node("ImageAddNoise", image=["1", 0], seed=1, strength=1.0),
        "3": node("SaveImageWebsocket", images=["2", 0]),
    }
    told: list[float] = []
    context = FakeContext()
    busy = threading.Event()

    def preview(content: bytes, media_type: str) -> None:
        if not busy.is_set():
            busy.set()
            time.sleep(1.0)

    context.preview = preview  # type: ignore[method-assign]

    def listen() -> None:
        with connect(server.url.replace("http", "ws") + "/ws?clientId=bystander") as socket:
            busy.wait(5)
            began = time.monotonic()
            while '"queue_remaining": 0' not in str(socket.recv(timeout=5)):
                pass
            told.append(time.monotonic() - began)

    bystander = threading.Thread(target=listen)
    bystander.start()
    ending = run(server.url, graph, context=context)
    bystander.join(10)

    assert ending.state == "done"
    assert ending.only.notes["files_left"] == 7  # not one of the pictures was dropped
    assert told and told[0] < 0.8


def test_3_without_any_socket_the_run_is_followed_over_http(
    server: ComfyStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EventSocket, "_serve", lambda self, client_id: "refused")
    limits = dataclasses.replace(QUICK, unreachable_s=0.5)
    ending = run(server.url, slow(5), limits=limits)
    assert ending.state == "done" and is_of(ending.only.content, 5)
    assert ending.only.notes["nodes_run"] == 2


def test_3_a_restart_loses_the_run_and_says_so_soon(server: ComfyStandIn) -> None:
    thread = when(server, server.restart)
    ending = run(server.url, slow(steps=500, delay=0.02))
    thread.join()
    assert (ending.state, ending.message) == ("failed", LOST)
    assert ending.error_class == ErrorClass.WORKER_LOST
    assert ending.seconds < 4
    assert ending.context.ids()[0] in ending.detail


def test_3_a_server_that_stays_away_is_given_up_in_time(server: ComfyStandIn) -> None:
    limits = dataclasses.replace(QUICK, unreachable_s=0.6, cancel_s=0.5)
    thread = when(server, server.kill)
    ending = run(server.url, slow(steps=500), limits=limits)
    thread.join()
    assert ending.error_class == ErrorClass.WORKER_LOST
    assert ending.message.startswith("The ComfyUI server did not answer")
    assert ending.seconds < 5


def test_3_a_cleared_queue_and_a_trimmed_history_are_losses(server: ComfyStandIn) -> None:
    server.faults.forget_history()
    assert run(server.url, slow()).message == LOST

    thread = when(server, lambda: (time.sleep(0.3), server.faults.lose_queue()))
    ending = run(server.url, {0: slow(1, steps=60), 1: slow(2)})
    thread.join()
    assert ending.message == LOST


@pytest.mark.parametrize("fault", ["queued_but_500", "queued_but_cut"])
def test_4_a_lost_answer_is_looked_for_before_anything_is_sent_again(
    server: ComfyStandIn, fault: str
) -> None:
    getattr(server.faults, fault)()
    ending = run(server.url, slow(9))
    assert ending.state == "done" and is_of(ending.only.content, 9)
    assert len(server.prompts) == 1
    assert server.times_run(ending.context.ids()[0]) == 1
    assert ending.context.retries == 0


def test_4_an_answer_that_takes_too_long_is_looked_for(server: ComfyStandIn) -> None:
    server.faults.add(path="/prompt", method="POST", delay_s=1.2, handled=True, status=200)
    ending = run(server.url, slow(9), limits=dataclasses.replace(QUICK, answer_s=0.4))
    assert ending.state == "done"
    assert len(server.prompts) == 1


def test_4_what_never_arrived_is_sent_again_under_the_same_id(server: ComfyStandIn) -> None:
    server.faults.add(path="/prompt", method="POST", cut=True)
    ending = run(server.url, slow(9))
    assert ending.state == "done"
    assert [prompt.prompt_id for prompt in server.prompts] == ending.context.ids()
    assert ending.context.retries == 1


def test_4_a_server_that_never_takes_it_is_not_asked_for_ever(server: ComfyStandIn) -> None:
    server.faults.add(path="/prompt", method="POST", cut=True, times=None)
    ending = run(server.url, slow())
    assert ending.error_class == ErrorClass.WORKER_LOST
    assert len(server.recorder.find("POST", "/prompt")) == 1 + QUICK.resubmits


def test_5_the_same_graph_runs_only_its_saving_again(server: ComfyStandIn) -> None:
    first = run(server.url, slow(4))
    server.faults.delete_output()
    second = run(server.url, slow(4))
    assert is_of(first.only.content, 4) and is_of(second.only.content, 4)
    assert (second.only.notes["nodes_run"], second.only.notes["nodes_cached"]) == (1, 1)
    assert server.node_runs["SlowProgress"] == 1
    assert server.node_runs["SaveImage"] == 2


def test_5_a_cached_preview_whose_file_is_gone_is_saved_anew(server: ComfyStandIn) -> None:
    graph = {"1": slow(6)["1"], "2": previewed("1")}
    assert is_of(run(server.url, graph).only.content, 6)
    server.folders.clear_temp()

    again = run(server.url, graph)

    assert is_of(again.only.content, 6)
    assert again.only.notes["saved_anew"] is True
    assert server.node_runs["SlowProgress"] == 1
    assert len(again.context.ids()) == 2


def test_6_a_name_that_is_used_again_is_no_other_job_s_result(server: ComfyStandIn) -> None:
    first = run(server.url, slow(1))
    server.faults.delete_output()
    second = run(server.url, slow(2))
    assert is_of(first.only.content, 1) and is_of(second.only.content, 2)
    for ending in (first, second):
        content = ending.only.content
        assert ending.only.notes["sha256"] == hashlib.sha256(content).hexdigest()
    prefixes = {p.graph["2"]["inputs"]["filename_prefix"] for p in server.prompts}
    assert prefixes == {f"jobs/{p.prompt_id}/out" for p in server.prompts}


def test_7_temporary_files_are_brought_in_at_once(server: ComfyStandIn) -> None:
    graph = {"1": plain(), "2": previewed("1"), "3": slow(steps=50)["1"], "4": saved("3")}
    graph["3"]["inputs"]["image"] = ["1", 0]  # of what can run, nodes with a result come first
    wiped: list[bool] = []

    def wipe(_context: FakeContext) -> bool:
        if not wiped and server.recorder.find("GET", "/view"):
            wiped.append(server.engine.queue.running is not None)
            server.folders.clear_temp()
        return False

    context = FakeContext(cancel_when=wipe)
    ending = run(server.url, graph, output_node="2", context=context)

    assert wiped == [True]  # it was fetched while the prompt still ran
    assert ending.state == "done" and len(ending.context.ids()) == 1
    assert (pixels_of(ending.only.content) == [0, 0, 255]).all()


def test_8_an_input_goes_up_once_per_content(server: ComfyStandIn, tmp_path: Path) -> None:
    adapter = ComfyAdapter(QUICK)
    inputs = [
        input_file(tmp_path, "base", png(10)),
        input_file(tmp_path, "reference", png(20)),
        input_file(tmp_path, "reference", png(10)),  # the same picture in another role
    ]
    graph = {
        "1": node("LoadImage", image="input:base:0"),
        "2": node("LoadImage", image="input:reference:0"),
        "3": node("LoadImage", image="input:reference:1"),
        "4": node("ImageBatch", image1=["1", 0], image2=["2", 0]),
        "5": node("ImageBatch", image1=["4", 0], image2=["3", 0]),
        "6": saved("5"),
    }
    for _ in range(2):
        ending = run(server.url, graph, inputs=inputs, adapter=adapter)
        assert ending.state == "done", ending.detail

    names = {hashlib.sha256(png(colour)).hexdigest() + ".png" for colour in (10, 20)}
    assert {upload[2] for upload in server.uploads} == names
    assert len(server.uploads) == 2
    sent = server.prompts[-1].graph
    assert sent["1"]["inputs"]["image"] == sent["3"]["inputs"]["image"]
    assert {sent[n]["inputs"]["image"] for n in "12"} == names


def test_8_an_input_that_vanished_goes_up_again(server: ComfyStandIn, tmp_path: Path) -> None:
    adapter = ComfyAdapter(QUICK)
    inputs = [input_file(tmp_path, "base", png(10))]
    graph = {"1": node("LoadImage", image="input:base:0"), "2": saved("1")}
    run(server.url, graph, inputs=inputs, adapter=adapter)
    for file in (server.folders.root / "input").iterdir():
        file.unlink()
    assert run(server.url, graph, inputs=inputs, adapter=adapter).state == "done"
    assert len(server.uploads) == 2


def test_8_the_name_that_the_server_gives_back_counts(server: ComfyStandIn, tmp_path: Path) -> None:
    file = input_file(tmp_path, "base", png(10))
    taken = server.folders.root / "input" / f"{file.sha256}.png"
    taken.write_bytes(png(99))
    graph = {"1": node("LoadImage", image="input:base:0"), "2": saved("1")}
    ending = run(server.url, graph, inputs=[file])
    assert server.prompts[-1].graph["1"]["inputs"]["image"] == f"{file.sha256} (1).png"
    assert (pixels_of(ending.only.content) == 10).all()


def test_8_an_input_that_is_too_large_is_the_person_s_matter(tmp_path: Path) -> None:
    with ComfyStandIn(max_upload_bytes=2000) as server:
        file = input_file(tmp_path, "base", png(10) + bytes(3000))
        graph = {"1": node("LoadImage", image="input:base:0"), "2": saved("1")}
        ending = run(server.url, graph, inputs=[file])
    assert ending.error_class == ErrorClass.INPUT
    assert "larger than the ComfyUI server takes" in ending.message
    assert server.prompts == []


def test_9_no_origin_is_ever_sent(server: ComfyStandIn) -> None:
    assert run(server.url, slow()).state == "done"
    assert all("origin" not in request.headers for request in server.recorder.requests)


@pytest.mark.parametrize("prefix", ["../../evil/x", "/srv/x", "..\\..\\x", "..", "a/b/%date%_x"])
def test_10_nothing_is_saved_outside_of_our_folder(server: ComfyStandIn, prefix: str) -> None:
    ending = run(server.url, {"1": plain(), "2": saved("1", prefix)})
    assert ending.state == "done"
    written = [p for p in server.folders.root.rglob("*") if p.is_file()]
    folder = server.folders.root / "output" / "jobs" / ending.context.ids()[0]
    assert [path.parent for path in written] == [folder]


def test_11_no_extra_data_is_left_in_the_queue_for_all_to_see(server: ComfyStandIn) -> None:
    run(server.url, slow())
    (prompt,) = server.prompts
    assert set(prompt.extra_data) == {"client_id"}


def test_13_a_download_that_breaks_off_is_tried_again(server: ComfyStandIn) -> None:
    server.faults.cut("/view", after_bytes=50, times=2)
    ending = run(server.url, slow(8))
    assert is_of(ending.only.content, 8)
    assert len(server.prompts) == 1


def test_13_a_download_that_always_breaks_off_is_given_up(server: ComfyStandIn) -> None:
    server.faults.cut("/view", after_bytes=50, times=None)
    ending = run(server.url, slow(8))
    assert ending.message == "The result could not be downloaded whole from the ComfyUI server."
    assert ending.error_class == ErrorClass.WORKER_LOST
    assert len(server.recorder.find("GET", "/view")) == 4


def test_13_a_file_outlasts_a_restart_between_run_and_download(server: ComfyStandIn) -> None:
    server.faults.add(path="/view", status=502, times=5)
    ending = run(server.url, slow(8))
    assert is_of(ending.only.content, 8)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"body": "<html>Sign in</html>"}, "something that is no picture, film or sound"),
        ({"body": ""}, "an empty file"),
    ],
)
def test_13_what_is_no_result_is_not_taken_for_one(
    server: ComfyStandIn, words: dict[str, str], message: str
) -> None:
    server.faults.add(path="/view", status=200, content_type="image/png", times=None, **words)
    ending = run(server.url, slow())
    assert ending.state == "failed" and message in ending.message
    assert ending.outputs == []


def test_13_a_result_that_is_too_large_is_not_taken_in(server: ComfyStandIn) -> None:
    ending = run(server.url, slow(), limits=dataclasses.replace(QUICK, download_bytes=100))
    assert "larger than the studio takes in" in ending.message


def test_14_later_versions_queue_longer_tuples() -> None:
    waiting = [[3, "b", {"1": {}}, {}, [], {"create_time": 1}], ["?", "c"], [1.5], "x", None]
    queue = Queue.of({"queue_running": [[9, "a", {}]], "queue_pending": waiting})
    assert [(prompt.prompt_id, prompt.nodes) for prompt in queue.prompts] == [
        ("a", 0),
        ("c", 0),
        ("b", 1),
    ]
    assert (queue.running, queue.pending) == (["a"], ["c", "b"])
    assert "b" in queue and "d" not in queue
    assert (queue.ahead_of("a"), queue.ahead_of("b"), queue.ahead_of("d")) == (0, 2, 0)
