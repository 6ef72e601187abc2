"""What the ComfyUI stand-in does beside the transcripts: sockets, deaths, failures, pictures."""

from __future__ import annotations

import contextlib
import io
import json
import socket
import time

import av
import httpx
import numpy as np
import pytest
from PIL import Image
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

from tests.standins.comfyui import ComfyStandIn
from tests.standins.comfyui.replay import Listener, readable
from tests.standins.transcripts import event, frame, load, names


def slow(steps=3, delay=0.02, seed=1, prefix="t/slow", preview="none"):
    inputs = {"steps": steps, "delay": delay, "preview": preview, "size": 16, "seed": seed}
    return {
        "1": {"class_type": "SlowProgress", "inputs": inputs},
        "2": {
            "class_type": "SaveImage",
            "inputs": {"images": ["1", 0], "filename_prefix": prefix},
        },
    }


def submit(server, graph, prompt_id="p", client_id="me"):
    document = {"prompt": graph, "prompt_id": prompt_id, "client_id": client_id}
    return httpx.post(server.url + "/prompt", json=document, timeout=20)


def finished(server, prompt_id="p", seconds=20):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        entry = httpx.get(f"{server.url}/history/{prompt_id}", timeout=20).json().get(prompt_id)
        if entry is not None:
            return entry
        time.sleep(0.02)
    raise AssertionError(f"{prompt_id} did not finish")


def listen(server, client_id="me"):
    address = server.url.replace("http", "ws") + f"/ws?clientId={client_id}"
    return Listener(connect(address, max_size=None, ping_interval=None, legacy=True))


def kinds(listener):
    return [m["msg"]["type"] if "msg" in m else f"binary {m['event']}" for m in listener.heard]


def output(server, entry, node):
    file = entry["outputs"][node]["images"][0]
    answer = httpx.get(server.url + "/view", params=file, timeout=20)
    assert answer.status_code == 200
    return answer.content


def upload(server, pixels, name="in.png"):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    files = {"image": (name, buffer.getvalue(), "image/png")}
    return httpx.post(server.url + "/upload/image", files=files, timeout=20).json()["name"]


@pytest.fixture
def server():
    with ComfyStandIn() as standin:
        yield standin
        assert standin.served.errors == []


# -- sockets (transcripts 18, 14b and 23; 21 is a note) ---------------------------------------------


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
            "inputs": {"width": 1024, "height": 1024, "batch_size": 5, "color": 255},
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


# -- pictures --------------------------------------------------------------------------------------


def text_to_image(seed=5, prompt="a red fox", **model):
    graph = {
        "4": {
            "class_type": "CheckpointLoaderSimple",
            "inputs": {"ckpt_name": "sd_xl_base_1.0.safetensors"},
        },
        "5": {
            "class_type": "EmptyLatentImage",
            "inputs": {"width": 128, "height": 64, "batch_size": 1},
        },
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": prompt, "clip": ["4", 1]}},
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "", "clip": ["4", 1]}},
        "3": {
            "class_type": "KSampler",
            "inputs": {
                "seed": seed,
                "steps": 2,
                "cfg": 7,
                "sampler_name": "euler",
                "scheduler": "normal",
                "denoise": 1,
                "model": ["4", 0],
                "positive": ["6", 0],
                "negative": ["7", 0],
                "latent_image": ["5", 0],
            },
        },
        "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
        "9": {
            "class_type": "SaveImage",
            "inputs": {"images": ["8", 0], "filename_prefix": "t/i"},
        },
    }
    return graph


def drawn(server, graph, prompt_id):
    answer = submit(server, graph, prompt_id)
    assert answer.status_code == 200, answer.text
    entry = finished(server, prompt_id)
    assert entry["status"]["completed"], entry["status"]
    return np.asarray(Image.open(io.BytesIO(output(server, entry, "9"))).convert("RGB"))


def test_a_picture_follows_from_seed_and_prompt(server):
    first = drawn(server, text_to_image(), "a")
    assert first.shape == (64, 128, 3)
    httpx.post(server.url + "/free", json={"free_memory": True})
    time.sleep(0.2)
    assert (drawn(server, text_to_image(), "b") == first).all()
    assert server.node_runs["KSampler"] == 2
    assert (drawn(server, text_to_image(seed=6), "c") != first).any()
    assert (drawn(server, text_to_image(prompt="a blue fox"), "d") != first).any()


def test_an_anchor_image_draws_the_picture_to_itself(server):
    anchor = np.full((64, 64, 3), (200, 30, 30), dtype=np.uint8)
    name = upload(server, anchor)
    distances = []
    for index, weight in enumerate((0.2, 0.9)):
        graph = text_to_image()
        graph["10"] = {"class_type": "LoadImage", "inputs": {"image": name}}
        graph["11"] = {
            "class_type": "IPAdapterUnifiedLoader",
            "inputs": {"model": ["4", 0], "preset": "PLUS (high strength)"},
        }
        graph["12"] = {
            "class_type": "IPAdapter",
            "inputs": {
                "model": ["11", 0],
                "ipadapter": ["11", 1],
                "image": ["10", 0],
                "weight": weight,
                "start_at": 0.0,
                "end_at": 1.0,
                "weight_type": "standard",
            },
        }
        graph["3"]["inputs"]["model"] = ["12", 0]
        picture = drawn(server, graph, f"w{index}").astype(int)
        distances.append(np.abs(picture - anchor[0, 0]).mean())
    assert distances[1] < distances[0]


def test_an_inpainted_picture_keeps_what_is_not_masked(server):
    under = np.full((64, 64, 3), 100, dtype=np.uint8)
    mask = np.zeros((64, 64, 3), dtype=np.uint8)
    mask[:, 32:] = 255
    graph = text_to_image()
    graph["10"] = {"class_type": "LoadImage", "inputs": {"image": upload(server, under, "u.png")}}
    graph["11"] = {
        "class_type": "LoadImageMask",
        "inputs": {"image": upload(server, mask, "m.png"), "channel": "red"},
    }
    graph["5"] = {
        "class_type": "VAEEncodeForInpaint",
        "inputs": {"pixels": ["10", 0], "vae": ["4", 2], "mask": ["11", 0], "grow_mask_by": 6},
    }
    picture = drawn(server, graph, "p")
    assert (picture[:, :32] == 100).all()
    assert (picture[:, 32:] != 100).any()


def test_a_film_goes_from_its_first_to_its_last_picture(server):
    first = np.full((96, 160, 3), (220, 40, 40), dtype=np.uint8)
    last = np.full((96, 160, 3), (40, 40, 220), dtype=np.uint8)
    film = {
        "positive": ["6", 0],
        "negative": ["7", 0],
        "vae": ["12", 0],
        "width": 160,
        "height": 96,
        "length": 9,
        "batch_size": 1,
        "start_image": ["10", 0],
        "end_image": ["11", 0],
    }
    graph = text_to_image()
    graph |= {
        "4": {
            "class_type": "UNETLoader",
            "inputs": {
                "unet_name": "wan2.1_flf2v_720p_14B_fp16.safetensors",
                "weight_dtype": "default",
            },
        },
        "15": {
            "class_type": "CLIPLoader",
            "inputs": {"clip_name": "umt5_xxl_fp8_e4m3fn_scaled.safetensors", "type": "wan"},
        },
        "12": {"class_type": "VAELoader", "inputs": {"vae_name": "wan_2.1_vae.safetensors"}},
        "10": {"class_type": "LoadImage", "inputs": {"image": upload(server, first, "a.png")}},
        "11": {"class_type": "LoadImage", "inputs": {"image": upload(server, last, "b.png")}},
        "5": {"class_type": "WanFirstLastFrameToVideo", "inputs": film},
        "13": {"class_type": "CreateVideo", "inputs": {"images": ["8", 0], "fps": 16.0}},
        "9": {
            "class_type": "SaveVideo",
            "inputs": {
                "video": ["13", 0],
                "filename_prefix": "t/film",
                "format": "mp4",
                "codec": "h264",
            },
        },
    }
    for node in ("6", "7"):
        graph[node]["inputs"]["clip"] = ["15", 0]
    graph["3"]["inputs"] |= {"positive": ["5", 0], "negative": ["5", 1], "latent_image": ["5", 2]}
    graph["8"]["inputs"]["vae"] = ["12", 0]
    assert submit(server, graph).status_code == 200
    entry = finished(server)
    assert entry["status"]["completed"], entry["status"]
    assert entry["outputs"]["9"]["animated"] == [True]
    with av.open(io.BytesIO(output(server, entry, "9"))) as container:
        frames = [f.to_ndarray(format="rgb24") for f in container.decode(video=0)]
    assert len(frames) == 9
    assert frames[0].shape == (96, 160, 3)
    assert np.abs(frames[0].astype(int) - first).max() < 8
    assert np.abs(frames[-1].astype(int) - last).max() < 8


def test_a_mask_is_put_on_its_original(server):
    name = upload(server, np.full((8, 8, 3), 50, dtype=np.uint8), "o.png")
    mask = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 77)).save(mask, "PNG")
    answer = httpx.post(
        server.url + "/upload/mask",
        files={"image": ("mask.png", mask.getvalue(), "image/png")},
        data={
            "original_ref": json.dumps({"filename": name, "subfolder": "", "type": "input"}),
        },
    )
    assert answer.json() == {"name": "mask.png", "subfolder": "", "type": "input"}
    path = server.folders.root / "input" / "mask.png"
    assert Image.open(path).getpixel((0, 0)) == (50, 50, 50, 77)


def test_all_nodes_describe_themselves(server):
    info = httpx.get(server.url + "/object_info").json()
    assert {"LoadImage", "WanImageToVideo", "IPAdapterAdvanced", "ControlNetApplyAdvanced"} <= set(
        info
    )
    for name, about in info.items():
        assert about["name"] == name
        assert about["input_order"]["required"] == list(about["input"]["required"])
        assert len(about["output"]) == len(about["output_name"])
        for spec in about["input"]["required"].values():
            assert isinstance(spec[0], str | list), name
            if spec[0] == "COMBO" and name != "LoadVideo":
                assert spec[1]["options"], name
