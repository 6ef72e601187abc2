"""Asking a ComfyUI stand-in for things, in short words."""

from __future__ import annotations

import io
import time

import httpx
from PIL import Image
from websockets.sync.client import connect

from tests.standins.comfyui.replay import Listener


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
