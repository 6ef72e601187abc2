"""A ComfyUI server to order: its models, its nodes, its speed, its failures, its death."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.standins.comfyui import (  # noqa: F401  (they register their nodes)
    nodes_guidance,
    nodes_images,
    nodes_models,
    nodes_parts,
    nodes_sampling,
    nodes_saving,
    nodes_video,
)
from tests.standins.comfyui.app import Received, build
from tests.standins.comfyui.catalogue import NODES, NodeType
from tests.standins.comfyui.execution import Engine
from tests.standins.comfyui.folders import Folders
from tests.standins.comfyui.hub import Hub
from tests.standins.comfyui.stock import FOLDERS, MODELS
from tests.standins.faults import Fault, Faults, Recorder, scripted
from tests.standins.server import Receive, Scope, Send, Served

MIB = 1024 * 1024
GIB = 1024 * MIB
RAM = 64 * GIB
CPU_RAM = 25276514304
VERSION = "0.3.64"


class ComfyFaults(Faults):
    """Failures of the stand-in: those of any server, and those that only ComfyUI knows."""

    def __init__(self, owner: ComfyStandIn) -> None:
        super().__init__()
        self._owner = owner
        self.forgotten: set[str] = set()
        self.forgets_all = False

    def drop_sockets(self) -> int:
        """Reset every websocket (1006); gives how many there were."""
        return self._owner.served.drop_websockets()

    def stall(self) -> None:
        """Freeze events for everybody, as one client that does not read does; HTTP goes on."""
        self._owner.engine.hub.hold()

    def resume(self) -> None:
        """End `stall`: what was held back is sent."""
        self._owner.engine.hub.release()

    def cut(self, path: str = "/view", *, after_bytes: int = 100, times: int | None = 1) -> Fault:
        """Cut the next answers of a path after so many bytes of the body."""
        return self.add(path=path, truncate_bytes=after_bytes, times=times)

    def queued_but_500(self, times: int = 1) -> Fault:
        """Queue the next prompts, but answer 500."""
        body = "500 Internal Server Error\n\nServer got itself in trouble"
        return self.add(
            path="/prompt", method="POST", status=500, body=body, handled=True, times=times
        )

    def queued_but_cut(self, times: int = 1) -> Fault:
        """Queue the next prompts, but cut the connection instead of an answer."""
        return self.add(path="/prompt", method="POST", cut=True, handled=True, times=times)

    def lose_queue(self) -> None:
        """Forget what waits, as somebody else's `clear` does."""
        self._owner.engine.queue.clear()

    def forget_history(self, prompt_id: str | None = None) -> None:
        """Keep no record of a prompt once it is done (of all of them without an id)."""
        if prompt_id is None:
            self.forgets_all = True
        else:
            self.forgotten.add(prompt_id)

    def delete_output(self, filename: str = "*") -> int:
        """Delete output files from the disk; gives how many."""
        root = self._owner.folders.root / "output"
        files = [path for path in root.rglob(filename) if path.is_file()]
        for path in files:
            path.unlink()
        return len(files)

    def forgets(self, prompt_id: str) -> bool:
        """Whether a prompt leaves no record."""
        return self.forgets_all or prompt_id in self.forgotten


class ComfyStandIn:
    """A ComfyUI 0.3.64 on 127.0.0.1.

    Use it as a context manager, or call `start()` and `close()`.

    Args:
        models: file names by model folder; those of a small studio by default. A folder that is
            not named has none.
        nodes: names of the node types it has; all by default. `without_nodes` takes some away.
        vram: memory of the graphics card in bytes; None: a machine without one.
        step_seconds: how long a sampling step takes, seconds.
        time_scale: factor on the waiting times that test nodes are asked for.
        keeps_cache: False is `--cache-none`.
        max_upload_bytes: largest body of a request.
        port: 0 picks a free one, which stays the same over restarts.

    Attributes:
        url: `http://127.0.0.1:<port>`.
        prompts: every prompt that arrived, as it arrived; see `Received`.
        uploads: (type, subfolder, name, content) of every upload.
        runs: how often each prompt id was begun, over all lives.
        node_runs: how often each node type really ran (what was cached did not).
        recorder: every HTTP request.
        freed: the bodies of `/free`.
    """

    def __init__(
        self,
        models: Mapping[str, Iterable[str]] | None = None,
        nodes: Iterable[str] | None = None,
        vram: int | None = 24 * GIB,
        step_seconds: float = 0.005,
        *,
        without_nodes: Iterable[str] = (),
        time_scale: float = 1.0,
        keeps_cache: bool = True,
        max_upload_bytes: float = 100 * MIB,
        metadata: Mapping[tuple[str, str], Any] | None = None,
        root: Path | None = None,
        port: int = 0,
    ) -> None:
        listed = MODELS if models is None else models
        self.models = {name: list(listed.get(name, ())) for name in [*FOLDERS, *listed]}
        wanted = set(NODES if nodes is None else nodes) - set(without_nodes)
        self.nodes: dict[str, NodeType] = {name: NODES[name] for name in NODES if name in wanted}
        self.vram = vram
        self.step_seconds = step_seconds
        self.time_scale = time_scale
        self.keeps_cache = keeps_cache
        self.max_upload_bytes = max_upload_bytes
        self.metadata = dict(metadata or {})
        self._own_root = root is None
        self.folders = Folders(root or Path(tempfile.mkdtemp(prefix="comfyui-standin-")))
        self.order_outputs: Callable[[str, list[str]], list[str]] = lambda _, outputs: outputs
        self.prompts: list[Received] = []
        self.uploads: list[tuple[str, str, str, bytes]] = []
        self.freed: list[Any] = []
        self.runs: Counter[str] = Counter()
        self.node_runs: Counter[str] = Counter()
        self.lives = 0
        self.recorder = Recorder()
        self.faults = ComfyFaults(self)
        self._new_life()
        self.served = Served(scripted(self._serve, self.faults, self.recorder), port)
        self.url = self.served.url

    def __enter__(self) -> ComfyStandIn:
        """Start it."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it for good."""
        self.close()

    # -- life and death --------------------------------------------------------------------------

    def start(self) -> None:
        """Start, or start again after `kill`: output files are as they were, all else is gone."""
        if self.served.listening:
            return
        if not self.engine.is_alive():
            if self.engine.killed.is_set():
                self._new_life()
            self.engine.start()
        self.served.start()

    def kill(self) -> None:
        """Die at once, in the middle of whatever it does: sockets are reset, nothing is told."""
        self.engine.kill()
        self.served.stop()
        if self.engine.is_alive():
            self.engine.join(10)
        self.runs += self.engine.queue.runs
        self.engine.queue.runs.clear()

    def restart(self) -> None:
        """`kill` and `start`."""
        self.kill()
        self.start()

    def close(self) -> None:
        """End for good; a folder of its own is deleted."""
        self.kill()
        self.served.close()
        if self._own_root:
            shutil.rmtree(self.folders.root, ignore_errors=True)

    def _new_life(self) -> None:
        self.lives += 1
        self.folders.clear_temp()
        limit = self.max_upload_bytes
        hub = Hub({"supports_preview_metadata": True, "max_upload_size": limit})
        self.engine = Engine(
            nodes=self.nodes,
            lists=self,
            folders=self.folders,
            hub=hub,
            step_seconds=self.step_seconds,
            time_scale=self.time_scale,
            keeps_cache=self.keeps_cache,
            node_runs=self.node_runs,
        )
        self.engine.forgets = self.faults.forgets
        self._app = build(self)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    # -- what it knows ---------------------------------------------------------------------------

    def model_names(self, folder: str) -> list[str]:
        """The files of a model folder, sorted."""
        return sorted(self.models.get(folder, ()))

    def input_names(self, kind: str) -> list[str]:
        """The input files of a kind, sorted."""
        return self.folders.input_names(kind)

    def system_stats(self) -> dict[str, Any]:
        """The answer of `/system_stats`."""
        ram = CPU_RAM if self.vram is None else RAM
        argv = ["main.py", "--listen", "127.0.0.1", "--port", str(self.served.port)]
        name, kind, index, memory = "cpu", "cpu", None, ram
        if self.vram is not None:
            name = "cuda:0 NVIDIA Stand-In : cudaMallocAsync"
            kind, index, memory = "cuda", 0, self.vram
        else:
            argv.insert(1, "--cpu")
        return {
            "system": {
                "os": "posix",
                "ram_total": ram,
                "ram_free": ram * 9 // 10,
                "comfyui_version": VERSION,
                "required_frontend_version": "1.27.10",
                "installed_templates_version": "0.1.95",
                "required_templates_version": "0.1.95",
                "python_version": "3.11.7 (main, May  9 2026, 07:35:25) [GCC 12.2.0]",
                "pytorch_version": "2.13.0+cpu" if self.vram is None else "2.13.0+cu130",
                "embedded_python": False,
                "argv": argv,
            },
            "devices": [
                {
                    "name": name,
                    "type": kind,
                    "index": index,
                    "vram_total": memory,
                    "vram_free": memory * 9 // 10,
                    "torch_vram_total": memory if self.vram is None else 0,
                    "torch_vram_free": memory * 9 // 10 if self.vram is None else 0,
                }
            ],
        }

    def forget_history(self, prompt_id: str | None = None) -> None:
        """Drop what is recorded now: one prompt, or all."""
        with self.engine.queue.lock:
            if prompt_id is None:
                self.engine.queue.history.clear()
            else:
                self.engine.queue.history.pop(prompt_id, None)

    def count_from(self, number: int) -> None:
        """Give the next prompt this number."""
        self._app.number = number

    def times_run(self, prompt_id: str) -> int:
        """How often a prompt was begun, over all lives."""
        return self.runs[prompt_id] + self.engine.queue.runs[prompt_id]

    @property
    def idle(self) -> bool:
        """Whether nothing waits or runs."""
        return self.engine.queue.remaining() == 0
