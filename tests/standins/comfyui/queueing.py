"""The queue and the history of the stand-in, with the habits of a real server."""

from __future__ import annotations

import copy
import heapq
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

Item = tuple[float, str, dict[str, Any], dict[str, Any], list[str]]
SECRETS = {"auth_token_comfy_org", "api_key_comfy_org"}
MOST_HISTORY = 10_000


class PromptQueue:
    """What waits (a heap, by number), what runs and what is done.

    `changed` is called after each change with the number of prompts that wait or run.
    `runs` counts how often each prompt id was begun.
    """

    def __init__(self, changed: Callable[[int], None]) -> None:
        self.lock = threading.Condition()
        self.pending: list[Item] = []
        self.running: Item | None = None
        self.history: dict[str, dict[str, Any]] = {}
        self.runs: Counter[str] = Counter()
        self._changed = changed

    def remaining(self) -> int:
        """How many wait or run."""
        return len(self.pending) + (self.running is not None)

    def put(self, item: Item) -> None:
        """Queue a prompt.

        Raises TypeError, with the prompt queued all the same, when number and id equal those of
        one that waits: the comparison goes on to the graphs, which have no order.
        """
        with self.lock:
            heapq.heappush(self.pending, item)
            self._changed(self.remaining())
            self.lock.notify()

    def take(self, timeout_s: float) -> Item | None:
        """The next prompt; it runs from now on."""
        with self.lock:
            if not self.pending:
                self.lock.wait(timeout_s)
            if not self.pending:
                return None
            item = heapq.heappop(self.pending)
            self.running = item
            self.runs[item[1]] += 1
            self._changed(self.remaining())
            return item

    def done(self, entry: dict[str, Any] | None) -> None:
        """The running prompt ended; `entry` goes into the history, None is forgotten."""
        with self.lock:
            item, self.running = self.running, None
            if item is not None and entry is not None:
                extra = {k: v for k, v in item[3].items() if k not in SECRETS}
                kept = [*item[:3], extra, item[4]]
                if len(self.history) >= MOST_HISTORY:
                    self.history.pop(next(iter(self.history)))
                self.history[item[1]] = {"prompt": copy.deepcopy(kept), **entry}
            self._changed(self.remaining())

    def listing(self) -> dict[str, Any]:
        """The answer of `GET /queue`: what waits comes in the order of the heap."""
        with self.lock:
            running = [list(self.running)] if self.running else []
            pending = [list(item) for item in self.pending]
            return copy.deepcopy({"queue_running": running, "queue_pending": pending})

    def clear(self) -> None:
        """Forget what waits."""
        with self.lock:
            self.pending.clear()
            self._changed(self.remaining())

    def delete(self, prompt_id: str) -> bool:
        """Take one out that waits; whether there was one."""
        with self.lock:
            for index, item in enumerate(self.pending):
                if item[1] == prompt_id:
                    self.pending.pop(index)
                    heapq.heapify(self.pending)
                    self._changed(self.remaining())
                    return True
        return False

    def entries(self, most: int | None, offset: int) -> dict[str, Any]:
        """A page of the history, the oldest first; without an offset the newest ones."""
        with self.lock:
            if offset < 0 and most is not None:
                offset = len(self.history) - most
            keys = list(self.history)[max(offset, 0) :]
            return copy.deepcopy({key: self.history[key] for key in keys[:most]})

    def entry(self, prompt_id: str) -> dict[str, Any]:
        """One entry by its id, or nothing."""
        with self.lock:
            found = self.history.get(prompt_id)
            return {prompt_id: copy.deepcopy(found)} if found is not None else {}
