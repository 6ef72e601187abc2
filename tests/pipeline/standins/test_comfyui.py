"""What the ComfyUI stand-in does beside the transcripts: sockets, deaths and failures."""

from __future__ import annotations

import contextlib
import json
import socket
import time

import httpx
import pytest
from websockets.exceptions import ConnectionClosedError

from tests.pipeline.standins.helpers import finished, kinds, listen, output, slow, submit
from tests.standins.comfyui import ComfyStandIn
from tests.standins.comfyui.replay import readable
from tests.standins.transcripts import event, frame, load, names

# -- sockets (transcripts 18, 14b and 23; 21 is a note) --------------------------------------


def test_flags_count_only_as_the_first_message(server):
    listener = listen(server)
    listener.wait(bool)
    listener.socket.send("junk")
    listener.socket.send(json.dumps({"type": "feature_flags", "data": {}}))
    assert listener.socket.ping().wait(5)
    assert kinds(listener) == ["status"]
    listener.close()


def test_a_client_without_an_id_gets_one_and_a_long_message_ends_it(server):
    listener = listen(server, "")
    listener.wait(bool)
    assert len(listener.heard[0]["msg"]["data"]["sid"]) == 32
    with contextlib.suppress(ConnectionClosedError):
        listener.socket.send("x" * 5_000_000)
    listener.join()
    assert listener.code in {1006, 1009}


def test_the_old_socket_takes_the_new_one_with_it(server):
    old = listen(server)
    old.wait(bool)
    new = listen(server)
    new.wait(bool)
    old.close()
    time.sleep(0.1)
    submit(server, slow())
    assert finished(server)["status"]["status_str"] == "success"
    assert kinds(new) == ["status"], "a deaf socket hears nothing, not even status"
    new.close()


def test_a_reader_that_stalls_stops_events_for_everybody(server):
    good = listen(server, "good")
    good.wait(bool)
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.connect(("127.0.0.1", server.served.port))
    raw.sendall(
        b"GET /ws?clientId=bad HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    noise = {
        "1": {
            "class_type": "EmptyImage",
            "inputs": {"width": 1024, "height": 1024, "batch_size": 3, "color": 255},
        },
        "2": {
            "class_type": "ImageAddNoise",
            "inputs": {"image": ["1", 0], "seed": 3, "strength": 1.0},
        },
        "3": {"class_type": "SaveImageWebsocket", "inputs": {"images": ["2", 0]}},
    }
    submit(server, noise, "big", "bad")
    finished(server, "big", 60)
    before = len(good.heard)
    submit(server, slow(), "small", "good")
    assert finished(server, "small")["status"]["completed"]
    time.sleep(0.3)
    assert len(good.heard) == before
    raw.close()
    assert good.wait(lambda heard: "execution_success" in kinds(good))
    good.close()


def test_held_events_arrive_later(server):
    listener = listen(server)
    listener.wait(bool)
    server.faults.stall()
    submit(server, slow())
    finished(server)
    assert kinds(listener) == ["status"]
    server.faults.resume()
    assert listener.wait(lambda heard: "execution_success" in kinds(listener))
    listener.close()


def test_dropped_sockets_end_without_a_close_frame(server):
    listener = listen(server)
    listener.wait(bool)
    assert server.faults.drop_sockets() == 1
    listener.join()
    assert listener.code == 1006


def test_a_handshake_of_a_foreign_page_is_refused(server):
    answer = httpx.get(
        server.url + "/ws",
        headers={
            "Origin": "http://example.test",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        },
    )
    assert answer.status_code == 403


def test_frames_have_the_form_of_the_captured_ones():
    for name, kind in (("event1-jpeg", 1), ("event1-png", 1), ("event3-text", 3)):
        assert readable(frame(name))["event"] == kind
    told = readable(frame("event4-jpeg"))
    assert told["image"][:2] == b"\xff\xd8"
    assert told["meta"]["image_type"] == "image/jpeg"
    assert len(names()) == 27
    assert event(load("21-history-race")[0].data | {"msg": {"type": "x", "data": 1}})


# -- failures --------------------------------------------------------------------------------------


def test_a_killed_server_forgets_all_but_its_output_files(server):
    submit(server, slow(prefix="kept/a"), "first")
    entry = finished(server, "first")
    listener = listen(server)
    listener.wait(bool)
    submit(server, slow(steps=500, seed=2), "running")
    submit(server, slow(seed=3), "waiting")
    listener.wait(lambda heard: "progress" in kinds(listener))
    server.kill()
    listener.join()
    assert listener.code == 1006
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url + "/queue")
    server.start()
    assert httpx.get(server.url + "/queue").json() == {"queue_running": [], "queue_pending": []}
    assert httpx.get(server.url + "/history").json() == {}
    assert output(server, entry, "2")
    assert submit(server, slow(), "again").json()["number"] == 0
    assert finished(server, "again")["status"]["completed"]
    assert server.times_run("running") == 1
    assert server.times_run("waiting") == 0


def test_a_prompt_runs_though_its_answer_was_500_or_cut(server):
    server.faults.queued_but_500()
    assert submit(server, slow(), "a").status_code == 500
    server.faults.queued_but_cut()
    with pytest.raises(httpx.RemoteProtocolError):
        submit(server, slow(seed=2), "b")
    assert finished(server, "a")["status"]["completed"]
    assert finished(server, "b")["status"]["completed"]
    assert [prompt.prompt_id for prompt in server.prompts] == ["a", "b"]


def test_files_are_cut_deleted_and_records_forgotten(server):
    submit(server, slow(), "a")
    entry = finished(server, "a")
    server.faults.cut("/view", after_bytes=10)
    with pytest.raises(httpx.RemoteProtocolError):
        output(server, entry, "2")
    assert output(server, entry, "2")
    assert server.faults.delete_output("slow_*") == 1
    file = entry["outputs"]["2"]["images"][0]
    assert httpx.get(server.url + "/view", params=file).status_code == 404
    server.faults.forget_history("b")
    submit(server, slow(seed=2), "b")
    until = time.monotonic() + 10
    while not (server.idle and server.times_run("b")) and time.monotonic() < until:
        time.sleep(0.02)
    assert server.times_run("b") == 1
    assert httpx.get(server.url + "/history/b").json() == {}


def test_a_machine_has_only_its_own_models_and_nodes():
    with ComfyStandIn(models={"vae": ["v.safetensors"]}, without_nodes=["KSampler"]) as small:
        info = httpx.get(small.url + "/object_info").json()
        assert "KSampler" not in info
        assert info["VAELoader"]["input"]["required"]["vae_name"][0] == ["v.safetensors"]
        assert info["CheckpointLoaderSimple"]["input"]["required"]["ckpt_name"][0] == []
        assert httpx.get(small.url + "/models/vae").json() == ["v.safetensors"]
