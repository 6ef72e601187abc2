"""The engine of the stand-in: one thread, one prompt after the other."""

from __future__ import annotations

import random
import string
import threading
from collections import Counter
from collections.abc import Callable, Mapping

from tests.standins.comfyui.catalogue import Lists, NodeType
from tests.standins.comfyui.folders import Folders
from tests.standins.comfyui.hub import Hub
from tests.standins.comfyui.queueing import Item, PromptQueue
from tests.standins.comfyui.run import Cached, Killed, Run


class Engine(threading.Thread):
    """The one thread that runs prompts, one after the other."""

    def __init__(
        self,
        *,
        nodes: Mapping[str, NodeType],
        lists: Lists,
        folders: Folders,
        hub: Hub,
        step_seconds: float,
        time_scale: float,
        keeps_cache: bool,
        node_runs: Counter[str],
    ) -> None:
        super().__init__(name="comfyui-standin", daemon=True)
        self.nodes = nodes
        self.lists = lists
        self.folders = folders
        self.hub = hub
        self.step_seconds = step_seconds
        self.time_scale = time_scale
        self.keeps_cache = keeps_cache
        self.node_runs = node_runs
        self.queue = PromptQueue(self._status)
        self.cache: dict[str, Cached] = {}
        self.suffixes: dict[tuple[str, str], str] = {}
        self.killed = threading.Event()
        self.interrupted = threading.Event()
        self.idle = threading.Event()
        self.free_wanted = False
        self.forgets: Callable[[str], bool] = lambda prompt_id: False

    def _status(self, remaining: int) -> None:
        self.hub.event("status", {"status": {"exec_info": {"queue_remaining": remaining}}}, None)

    def run(self) -> None:
        """Work until the server is killed."""
        while not self.killed.is_set():
            item = self.queue.take(0.05)
            if self.free_wanted:
                self.free_wanted = False
                self.cache.clear()
            if item is not None:
                try:
                    self._one(item)
                except Killed:
                    return

    def kill(self) -> None:
        """Stop where it is, without a word to anybody."""
        self.killed.set()
        self.hub.close()
        with self.queue.lock:
            self.queue.lock.notify_all()

    def interrupt(self, prompt_id: str | None) -> None:
        """Ask the running prompt to stop; another id than the running one asks nobody."""
        running = self.queue.running
        if prompt_id is None or (running is not None and running[1] == prompt_id):
            self.interrupted.set()

    def _one(self, item: Item) -> None:
        client = item[3].get("client_id")
        self.hub.client_id, self.hub.last_node = client, None
        self.interrupted.clear()
        entry = Run(self, item, client).execute()
        self.hub.last_node = None
        self.queue.done(None if self.forgets(item[1]) else entry)
        if client is not None:
            self.hub.event("executing", {"node": None, "prompt_id": item[1]}, client)

    def suffix(self, node_id: str, class_type: str) -> str:
        """The five letters in the names of a node's temporary files."""
        letters = "".join(random.choices(string.ascii_lowercase, k=5))
        return self.suffixes.setdefault((node_id, class_type), letters)
