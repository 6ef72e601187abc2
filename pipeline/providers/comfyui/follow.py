"""A run on one server: prompts are sent, followed and brought in, until each has its ending."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Generator, Mapping
from typing import Any

from pipeline.imaging.seeds import variant_seed
from pipeline.providers.base import (
    Cancelled,
    Produced,
    ProviderError,
)
from pipeline.providers.comfyui import errors
from pipeline.providers.comfyui.answers import Queue
from pipeline.providers.comfyui.events import (
    Dropped,
    Event,
    Executed,
    Executing,
    Failed,
    Interrupted,
    Preview,
    Status,
    Succeeded,
)
from pipeline.providers.comfyui.files import Fetched, fetch, looked_at
from pipeline.providers.comfyui.graphs import class_of
from pipeline.providers.comfyui.http import CallFailed, ComfyHttp, Missing
from pipeline.providers.comfyui.outputs import (
    SOCKET_SAVERS,
    Candidate,
    delivered_by,
    node_counts,
    results,
)
from pipeline.providers.comfyui.prompts import (
    Prompt,
    Verdict,
    gpu_ms,
    take_back,
    verdict_of,
)
from pipeline.providers.comfyui.sending import Sender
from pipeline.providers.comfyui.socket import EventSocket, Mailbox

log = logging.getLogger(__name__)

TICK_S = 0.2  # how soon a cancellation is seen
HISTORY_LAG_S = 0.02  # the history is written just after the last event but one


class Run:
    """Everything one attempt does on one server."""

    def __init__(
        self,
        http: ComfyHttp,
        socket: EventSocket,
        mailbox: Mailbox,
        sender: Sender,
    ) -> None:
        self.http, self.socket, self.mailbox, self.sender = http, socket, mailbox, sender
        self.limits = http.limits
        self.request, self.target, self.context = sender.request, sender.target, sender.context
        self.open: dict[str, Prompt] = {}
        self.finished = 0
        self.answered_at = time.monotonic()
        self.waiting = deque(sorted(self.request.positions))

    def outputs(self) -> Generator[Produced, None, None]:
        """Yield each output once it is in; on failure, take back what still waits or runs.

        Raises:
            ProviderError: an output can't be had.
            Cancelled: the run is to stop; what had ended before was yielded.
        """
        try:
            for prompt in self.sender.adopt(self.waiting):
                self.waiting.remove(prompt.position)
                self._open(prompt)
            self.socket.wait_open(min(2.0, self.limits.unreachable_s))
            while self.waiting or self.open:
                self._check()
                self._fill()
                for event, came_at in self.mailbox.take(self._patience()):
                    self._hear(event, came_at)
                for prompt in list(self.open.values()):
                    produced = self._ask(prompt)
                    if produced is not None:
                        yield produced
                self._report()
        except (Cancelled, ProviderError):
            yield from self._stop()
            raise

    def _fill(self) -> None:
        """Keep some prompts in the server's queue, in the order of positions."""
        while self.waiting and len(self.open) < self.limits.window:
            self._check()
            self._open(self.sender.send(self.waiting[0]))
            self.waiting.popleft()

    def _open(self, prompt: Prompt) -> None:
        self.open[prompt.prompt_id] = prompt
        self.answered_at = prompt.signed_at = time.monotonic()

    # --- hearing ------------------------------------------------------------------------------

    def _hear(self, event: Event, came_at: float) -> None:
        if isinstance(event, Preview):
            self._see(event)
            return
        if isinstance(event, Dropped):  # what it would have told is asked for
            for known in self.open.values():
                known.poll_at = 0.0
            return
        prompt: Prompt | None = self.open.get(getattr(event, "prompt_id", ""))
        if prompt is None or isinstance(event, Status):
            return
        prompt.hear(event, came_at)
        if isinstance(event, Executed):
            self._save_temporary(prompt, event)
        elif isinstance(event, Executing) and event.node is None:
            prompt.poll_at = 0.0
        elif isinstance(event, Succeeded | Interrupted) or (
            isinstance(event, Failed) and event.terminal
        ):
            prompt.poll_at = min(prompt.poll_at, came_at + HISTORY_LAG_S)

    def _see(self, preview: Preview) -> None:
        """Show a picture of ours, or keep it where it is a result."""
        if preview.prompt_id is not None:
            prompt = self.open.get(preview.prompt_id)
        else:  # an old server: the one of ours that runs, for only one runs at a time
            running = [p for p in self.open.values() if p.node is not None]
            prompt = running[0] if len(running) == 1 else None
        if prompt is None:
            return
        prompt.signed_at = time.monotonic()
        if self._is_socket_saver(prompt, preview.node or prompt.node):
            prompt.image = prompt.image or preview.content
            prompt.images += 1
        self.context.preview(preview.content, preview.media_type)

    def _is_socket_saver(self, prompt: Prompt, node: str | None) -> bool:
        return class_of(prompt.graph, (node or "").partition(".")[0]) in SOCKET_SAVERS

    def _save_temporary(self, prompt: Prompt, event: Executed) -> None:
        """Bring a temporary file in while it exists; a restart of the server takes it away."""
        wanted = self.target.output_node
        if (wanted and event.display_node != wanted) or prompt.fetched:
            return
        for candidate in delivered_by(event.display_node, event.output)[:1]:
            file = candidate.file
            if file is None or file.type != "temp":
                continue
            try:
                prompt.fetched[file] = fetch(self.http, file, self.context.wait)
            except (Missing, ProviderError) as error:
                log.debug("Not brought in early: %s", error)  # asked for again at the end

    # --- asking -------------------------------------------------------------------------------

    def _patience(self) -> float:
        soonest = min((p.poll_at for p in self.open.values()), default=0.0) - time.monotonic()
        return max(0.0, min(TICK_S, soonest))

    def _ask(self, prompt: Prompt) -> Produced | None:
        """Ask the server how a prompt is, when it is time; its output once it ended well."""
        now = time.monotonic()
        if now < prompt.poll_at:
            return None
        is_told = bool(prompt.client_id) and prompt.client_id == self.socket.client_id
        prompt.poll_at = now + (self.limits.poll_hinted_s if is_told else self.limits.poll_s)
        try:
            entry = self.http.history(prompt.prompt_id)
            queue = None if entry is not None else self.http.queue()
            if entry is None and queue is not None and prompt.prompt_id not in queue:
                entry = self.http.history(prompt.prompt_id)
        except CallFailed as error:
            gone = now - self.answered_at
            if gone > self.limits.unreachable_s:
                raise errors.unreachable(error, seconds=gone) from error
            prompt.poll_at = now + self.limits.poll_s
            return None
        self.answered_at = time.monotonic()
        if entry is not None and is_told and self._is_still_told(prompt, entry, now):
            prompt.poll_at = now + TICK_S
            return None
        if entry is not None:
            return self._end(prompt, entry)
        if queue is not None:
            self._note(prompt, queue, is_told, now)
        return None

    def _is_still_told(self, prompt: Prompt, entry: Mapping[str, Any], now: float) -> bool:
        """Whether what only the socket tells may still be on its way: pictures, why it stopped."""
        if prompt.is_told_over or verdict_of(entry)[0] is not Verdict.SUCCESS:
            return False
        prompt.ended_at = prompt.ended_at or now
        return not self._results(prompt, entry) and now - prompt.ended_at < self.limits.answer_s

    def _note(self, prompt: Prompt, queue: Queue, is_told: bool, now: float) -> None:
        """Take in that a prompt has not ended; give it up once a bound is passed."""
        if prompt.prompt_id not in queue:
            prompt.missed += 1
            prompt.poll_at = now + self.limits.poll_s
            if prompt.missed > 1:
                raise errors.lost(prompt.prompt_id)
            return
        prompt.missed = 0
        if prompt.prompt_id in queue.pending:
            prompt.ahead = queue.ahead_of(prompt.prompt_id)
            prompt.signed_at = now
            if now - prompt.queued_at > self.limits.queued_s:
                self._give_up(prompt, "The server did not begin with it in time.")
            return
        if prompt.started_at is None:
            prompt.started_at = prompt.signed_at = now
        if now - prompt.started_at > self.limits.running_s:
            minutes = self.limits.running_s / 60
            self._give_up(prompt, f"It ran longer than allowed ({minutes:.0f} minutes).")
        if is_told and now - prompt.signed_at > self.limits.silence_s:
            self._give_up(
                prompt, f"The server told nothing of it for {self.limits.silence_s:.0f} seconds."
            )

    def _give_up(self, prompt: Prompt, why: str) -> None:
        raise errors.too_slow(f"{why} It was interrupted.", prompt.prompt_id)

    # --- endings ------------------------------------------------------------------------------

    def _end(self, prompt: Prompt, entry: Mapping[str, Any]) -> Produced | None:
        """The output of an ended prompt; None when it has to run once more.

        Raises:
            ProviderError: it failed, or ended without a result.
        """
        del self.open[prompt.prompt_id]
        verdict, data = verdict_of(entry)
        if verdict is Verdict.INTERRUPTED:
            raise errors.interrupted(prompt.prompt_id)
        if verdict is Verdict.ERROR:
            raise errors.raised(data, prompt.graph)
        return self._bring_in(prompt, entry)

    def _bring_in(self, prompt: Prompt, entry: Mapping[str, Any]) -> Produced | None:
        ran_ms = gpu_ms(entry)
        if ran_ms is None:
            began = prompt.started_at or prompt.queued_at
            ran_ms = round(1000 * (time.monotonic() - began))
        # No run outlives its bound, whatever the server's clock says.
        prompt.spent_ms += min(max(0, ran_ms), round(1000 * self.limits.running_s))
        found = self._results(prompt, entry)
        try:
            if found and found[0].file is not None:
                file = found[0].file
                got = prompt.fetched.get(file) or fetch(self.http, file, self.context.wait)
            elif found:
                got = looked_at(found[0].text.encode(), "text.txt")
            elif prompt.images:
                got = looked_at(prompt.image, "image.png")
            elif self._saves_by_socket(prompt):
                raise Missing("what came over the socket")
            else:
                raise errors.blocked(prompt.blocked, prompt.graph, prompt.prompt_id)
        except Missing as error:
            self._run_again(prompt, error)
            return None
        self.finished += 1
        return self._produced(prompt, entry, got, len(found) or prompt.images)

    def _results(self, prompt: Prompt, entry: Mapping[str, Any]) -> list[Candidate]:
        return results(
            entry.get("outputs"),
            entry.get("meta"),
            output_node=self.target.output_node,
            order=list(prompt.graph),
        )

    def _saves_by_socket(self, prompt: Prompt) -> bool:
        wanted = self.target.output_node
        return any(
            self._is_socket_saver(prompt, node)
            for node in ([wanted] if wanted else list(prompt.graph))
        )

    def _run_again(self, prompt: Prompt, why: Missing) -> None:
        """The server named a file that it does not have: let it be saved anew, once."""
        if prompt.is_rerun:
            raise errors.gone(why, prompt.prompt_id, self._saves_by_socket(prompt)) from why
        log.info("%s is gone from %s: saved anew", why, self.http.url)
        self._open(self.sender.send(prompt.position, again=prompt))

    def _produced(
        self, prompt: Prompt, entry: Mapping[str, Any], got: Fetched, found: int
    ) -> Produced:
        ran, cached = node_counts(prompt.graph, entry)
        notes: dict[str, Any] = {
            "request_id": prompt.prompt_id,
            "nodes_run": ran,
            "nodes_cached": cached,
            "node_ms": prompt.node_ms,
            "sha256": got.sha256,
        }
        if found > 1:
            notes["files_left"] = found - 1
        if prompt.is_rerun:
            notes["saved_anew"] = True
        return Produced(
            position=prompt.position,
            content=got.content,
            media_type=got.media_type,
            random_seed=variant_seed(self.request.random_seed, prompt.position),
            quantity_milli=max(1, -(-prompt.spent_ms * self.target.gpu_milli // 1000)),
            elapsed_ms=prompt.spent_ms,
            notes=notes,
        )

    # --- stopping -----------------------------------------------------------------------------

    def _check(self) -> None:
        if self.context.cancelled():
            raise Cancelled

    def _stop(self) -> Generator[Produced, None, None]:
        """Take back what waits or runs; what ended well meanwhile was paid for, and is kept."""
        self.context.cancelled()  # an attempt that is over takes nothing back: its successor waits
        prompts, self.open = list(self.open.values()), {}
        for prompt in prompts:  # nobody is to take up what is interrupted from here on
            self.context.not_submitted(prompt.position)
        left = take_back(self.http, {prompt.prompt_id for prompt in prompts})
        for prompt_id in left:
            log.warning("%s still has prompt %s", self.http.url, prompt_id)
        for prompt in prompts:
            if prompt.prompt_id in left:
                continue
            try:
                entry = self.http.history(prompt.prompt_id)
                if entry is None or verdict_of(entry)[0] is not Verdict.SUCCESS:
                    continue
                prompt.is_rerun = True  # whatever is gone now stays gone
                produced = self._bring_in(prompt, entry)
            except (CallFailed, ProviderError, Cancelled) as error:
                log.info("Prompt %s ended without a result: %s", prompt.prompt_id, error)
                continue
            if produced is not None:
                yield produced

    def _report(self) -> None:
        total = len(self.request.positions)
        if not total:
            return
        shares = sum(prompt.fraction for prompt in self.open.values())
        running = [p for p in self.open.values() if p.started_at is not None]
        shown = (running or list(self.open.values()))[:1]
        stage = shown[0].stage() if shown else "Bringing results in"
        if total > 1:
            stage = f"{self.finished} of {total} finished · {stage}"
        self.context.progress(min(0.999, (self.finished + shares) / total), stage)
