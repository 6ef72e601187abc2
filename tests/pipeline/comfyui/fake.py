"""The part of a ComfyUI server that heartbeats and orders speak to, with switches for failures.

Documents have the shapes of the captured ones (0.3.64).
"""

from __future__ import annotations

import asyncio
from typing import Any

from tests.standins.web import Reply, Request, Routes

GB = 10**9
ARGV = ["main.py", "--listen", "127.0.0.1", "--port", "8188"]
LOAD_IMAGE = {
    "input": {"required": {"image": [["example.png"], {"image_upload": True}]}},
    "output": ["IMAGE", "MASK"],
    "name": "LoadImage",
}


class Fake:
    """A ComfyUI server as far as workers are concerned; change its attributes to script it."""

    def __init__(self) -> None:
        self.version = "0.3.64"
        self.argv = list(ARGV)
        self.vram_free: Any = 20 * GB
        self.devices: Any = None
        self.running: list[Any] = []
        self.pending: list[Any] = []
        self.history: dict[str, Any] = {"earlier": {"outputs": {}}}
        self.object_info: Any = {"LoadImage": LOAD_IMAGE}
        self.models = {"checkpoints": ["sd15.safetensors"], "loras": ["ink.safetensors"]}
        self.delay_s = 0.0
        self.status = 200
        self.raw: dict[str, Reply] = {}
        self.asked: list[str] = []
        self.ordered: list[tuple[str, Any]] = []
        self.app = _routes(self)

    def stats(self) -> dict[str, Any]:
        """What `/system_stats` says."""
        device = {
            "name": "cuda:0",
            "type": "cuda",
            "index": 0,
            "vram_total": 24 * GB,
            "vram_free": self.vram_free,
        }
        return {
            "system": {
                "os": "posix",
                "ram_total": 64 * GB,
                "ram_free": 48 * GB,
                "comfyui_version": self.version,
                "python_version": "3.11.7 (main)",
                "pytorch_version": "2.8.0",
                "argv": self.argv,
            },
            "devices": [device] if self.devices is None else self.devices,
        }


def prompt(number: float, prompt_id: str, nodes: int = 2) -> list[Any]:
    """A prompt as `/queue` lists it."""
    graph = {str(n): {"class_type": "LoadImage", "inputs": {}} for n in range(nodes)}
    return [number, prompt_id, graph, {"client_id": "x"}, ["1"]]


def _routes(fake: Fake) -> Any:
    routes = Routes()

    async def say(request: Request, document: Any) -> Reply:
        fake.asked.append(request.path)
        await asyncio.sleep(fake.delay_s)
        if fake.status != 200:
            return Reply(fake.status)
        return fake.raw.get(request.path) or Reply(200, document)

    @routes.on("GET", "/system_stats")
    async def system_stats(request: Request) -> Reply:
        return await say(request, fake.stats())

    @routes.on("GET", "/queue")
    async def queue(request: Request) -> Reply:
        return await say(request, {"queue_running": fake.running, "queue_pending": fake.pending})

    @routes.on("GET", "/history")
    async def history(request: Request) -> Reply:
        return await say(request, fake.history)

    @routes.on("GET", "/object_info")
    async def object_info(request: Request) -> Reply:
        return await say(request, fake.object_info)

    @routes.on("GET", "/models")
    async def folders(request: Request) -> Reply:
        return await say(request, [*fake.models, "embeddings"])

    @routes.on("GET", "/models/{folder}")
    async def files(request: Request, folder: str) -> Reply:
        if folder not in fake.models:
            return Reply(404)
        return await say(request, fake.models[folder])

    @routes.on("GET", "/embeddings")
    async def embeddings(request: Request) -> Reply:
        return await say(request, ["easynegative"])

    for path in ("/interrupt", "/free", "/queue"):

        @routes.on("POST", path)
        async def order(request: Request, path: str = path) -> Reply:
            fake.ordered.append((path, request.json()))
            return Reply(fake.status)

    return routes
