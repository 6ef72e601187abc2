"""One prompt on a server: what is known of it, and how it is sent, found, taken back."""

from __future__ import annotations

import enum
import math
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.providers.base import ErrorClass, ProviderError, RunContext
from pipeline.providers.comfyui import errors
from pipeline.providers.comfyui.answers import FileRef
from pipeline.providers.comfyui.events import (
    Cached,
    Event,
    Executing,
    Failed,
    NodeState,
    Progress,
    Started,
)
from pipeline.providers.comfyui.files import Fetched
from pipeline.providers.comfyui.http import (
    CallFailed,
    ComfyHttp,
    NoAnswer,
    NotReached,
    Refused,
    ServerFault,
)
from pipeline.providers.comfyui.outputs import messages_of, needed_nodes

#: How long a server may not answer while prompts are taken back from it.
GONE_S = 5.0
_ENDS = ("execution_success", "execution_error", "execution_interrupted")


class Verdict(enum.Enum):
    """How a prompt ended, by its history."""

    SUCCESS = "success"
    ERROR = "error"
    INTERRUPTED = "interrupted"


def verdict_of(entry: Mapping[str, Any]) -> tuple[Verdict, Mapping[str, Any]]:
    """How a prompt ended, and the data of the message that says so.

    An interruption is recorded as an error, too; only its message tells it apart.
    """
    messages = dict(messages_of(entry))
    if "execution_interrupted" in messages:
        return Verdict.INTERRUPTED, messages["execution_interrupted"]
    status = entry.get("status")
    said = status.get("status_str") if isinstance(status, Mapping) else "success"
    if said != "success" or "execution_error" in messages:
        return Verdict.ERROR, messages.get("execution_error", {})
    return Verdict.SUCCESS, messages.get("execution_success", {})


def gpu_ms(entry: Mapping[str, Any]) -> int | None:
    """How long a prompt ran, by the server's own clock; None where it does not say.

    That clock may be wrong: who charges by it has a bound of its own.
    """
    times: dict[str, float] = {
        name: data["timestamp"]
        for name, data in messages_of(entry)
        if isinstance(data.get("timestamp"), int | float)
    }
    ends = [times[name] for name in _ENDS if name in times]
    if "execution_start" not in times or not ends:
        return None
    return max(0, math.ceil(ends[0] - times["execution_start"]))


@dataclass
class Prompt:
    """What is known of one prompt. Times are monotonic seconds.

    Attributes:
        client_id: whose socket is told about it; empty for one that an earlier attempt sent.
        is_rerun: it runs a second time, since the result of the first was gone.
        spent_ms: GPU time of the first run.
        signed_at: the last sign of life.
        blocked: what a node said that stopped the graph without failing it.
        image, images: the first result that came over the socket only, and how many did.
        is_told_over: the socket said that it is over; whatever it had to say has come.
        ended_at: since when its history is there.
        fetched: results that were downloaded while it runs, since they don't last.
    """

    position: int
    prompt_id: str
    graph: Mapping[str, Any]
    client_id: str = ""
    is_rerun: bool = False
    spent_ms: int = 0
    queued_at: float = field(default_factory=time.monotonic)
    signed_at: float = field(default_factory=time.monotonic)
    started_at: float | None = None
    poll_at: float = 0.0
    missed: int = 0
    ahead: int | None = None
    blocked: Mapping[str, Any] | None = None
    image: bytes = b""
    images: int = 0
    is_told_over: bool = False
    ended_at: float | None = None
    fetched: dict[FileRef, Fetched] = field(default_factory=dict)
    states: dict[str, NodeState] = field(default_factory=dict)
    cached: set[str] = field(default_factory=set)
    node: str | None = None
    node_since: float = 0.0
    node_ms: dict[str, int] = field(default_factory=dict)

    def hear(self, event: Event, now: float) -> None:
        """Take in what the socket says of this prompt; it is a hint, never a verdict."""
        self.signed_at = now
        if self.started_at is None:
            self.started_at = now
        match event:
            case Started():
                self.started_at = now
            case Cached(nodes=nodes):
                self.cached.update(nodes)
            case Progress(nodes=states, whole=whole):
                self.states = dict(states) if whole else {**self.states, **states}
            case Executing(node=node):
                self._begin(node, now)
                self.is_told_over = node is None
            case Failed(data=data) if not event.terminal:
                self.blocked = data

    def _begin(self, node: str | None, now: float) -> None:
        if self.node is not None:
            shown = self.node.partition(".")[0]
            spent = round(1000 * (now - self.node_since))
            self.node_ms[shown] = self.node_ms.get(shown, 0) + spent
            self.states[self.node] = NodeState(1, 1, "finished")
        self.node, self.node_since = node, now

    @property
    def fraction(self) -> float:
        """How far it is, 0–1: nodes that are done, and parts of those that run."""
        needed = needed_nodes(self.graph, self.graph)
        done = dict.fromkeys(self.cached & needed, 1.0)
        for node, state in self.states.items():
            shown = node.partition(".")[0]
            if shown in needed and "." not in node:
                done[shown] = max(done.get(shown, 0.0), state.fraction)
        return min(1.0, sum(done.values()) / len(needed)) if needed else 0.0

    def stage(self) -> str:
        """What it is doing, for people."""
        if self.started_at is None:
            if self.ahead is None:
                return "Sent to the server"
            return "Next on the server" if not self.ahead else f"Behind {self.ahead} on the server"
        if self.node is None:
            return "Running"
        label = errors.node_label(self.graph, self.node)
        state = self.states.get(self.node)
        if state is not None and state.maximum > 1:
            return f"{label}: {state.value:.0f} of {state.maximum:.0f}"
        return label


def find(http: ComfyHttp, prompt_id: str) -> Mapping[str, Any] | bool:
    """The record of a prompt, True while it waits or runs, False when it is nowhere.

    History, queue, and history again: there is no view of both at once.

    Raises:
        NoAnswer: the server can't be asked.
    """
    entry = http.history(prompt_id)
    if entry is not None:
        return entry
    if prompt_id in http.queue():
        return True
    return http.history(prompt_id) or False


def submit(http: ComfyHttp, prompt: Prompt, context: RunContext) -> None:
    """Send a prompt under its own id; nothing is sent again before that id was looked for.

    Raises:
        ProviderError: the server does not take it, or is not there.
        Cancelled: the run is to stop.
    """
    context.submitting(prompt.position, prompt.prompt_id)
    began = time.monotonic()
    sent = 0
    while True:
        try:
            used, node_errors = http.submit(
                prompt.graph, prompt_id=prompt.prompt_id, client_id=prompt.client_id
            )
        except Refused as error:
            context.not_submitted(prompt.position)
            raise _not_taken(error, prompt) from error
        except NotReached as error:
            if (gone := time.monotonic() - began) > http.limits.unreachable_s:
                if not sent:
                    context.not_submitted(prompt.position)
                raise errors.unreachable(error, seconds=gone) from error
            context.wait(http.limits.poll_s)  # it may be starting
            continue
        except NoAnswer as error:
            sent += 1
            if _arrived(http, prompt, error, context):
                return
            if isinstance(error, ServerFault) and not error.is_gateway:
                context.not_submitted(prompt.position)
                raise _server_fault(error, prompt) from error
            if sent > http.limits.resubmits:
                raise errors.unreachable(error, seconds=time.monotonic() - began) from error
            context.retried()
            continue
        break
    if used != prompt.prompt_id:  # a server that does not honour ours
        prompt.prompt_id = used
        context.submitted(prompt.position, used)
    if node_errors:
        take_back(http, [used])
        context.not_submitted(prompt.position)
        raise errors.refused({"node_errors": node_errors}, prompt.graph, status=200, partly=True)


def _arrived(http: ComfyHttp, prompt: Prompt, why: NoAnswer, context: RunContext) -> bool:
    """Whether a prompt whose answer was lost is on the server nevertheless.

    After a failure that the server told it is there or not; after silence it may still come.
    """
    told = isinstance(why, ServerFault) and not why.is_gateway
    patience = min(1.0, http.limits.look_s) if told else http.limits.look_s
    began = answered = time.monotonic()
    pause = 0.05
    while True:
        try:
            if find(http, prompt.prompt_id):
                return True
        except CallFailed as error:
            if (gone := time.monotonic() - answered) > http.limits.unreachable_s:
                raise errors.unreachable(error, seconds=gone) from error
            began = time.monotonic()  # only looks that were answered count
        else:
            answered = time.monotonic()
            if answered - began >= patience:
                return False
        context.wait(pause)
        pause = min(pause * 2, http.limits.poll_s)


def take_back(http: ComfyHttp, prompt_ids: Collection[str]) -> set[str]:
    """Delete and interrupt prompts until the server has none of them; gives those that stay.

    Both calls answer 200 whatever they did, so the queue is asked. An interrupt takes effect at
    the next step or node, which may be a while.
    """
    deadline = time.monotonic() + http.limits.cancel_s
    silent_since: float | None = None
    left = set(prompt_ids)
    pause = 0.02
    while left and time.monotonic() < deadline:
        try:
            http.delete(*sorted(left))
            for prompt_id in left & set(http.queue().running):
                http.interrupt(prompt_id)
            queue = http.queue()
            left = {prompt_id for prompt_id in left if prompt_id in queue}
            silent_since = None
        except CallFailed:
            silent_since = silent_since or time.monotonic()
            if time.monotonic() - silent_since > GONE_S:
                break  # a server that is gone has nothing of ours
            pause = http.limits.poll_s
        if left:
            time.sleep(pause)
            pause = min(pause * 2, 0.5)
    return left


def _not_taken(error: Refused, prompt: Prompt) -> ProviderError:
    if error.status == 413:
        return ProviderError(
            "The workflow is larger than the ComfyUI server takes.",
            detail=errors.detail_of(status=error.status, body=error.body),
            error_class=ErrorClass.INPUT,
        )
    return errors.refused(error.body, prompt.graph, status=error.status)


def _server_fault(error: ServerFault, prompt: Prompt) -> ProviderError:
    return ProviderError(
        "The ComfyUI server failed over this workflow and did not queue it; its own log says why."
        " A graph in the editor's format is a usual reason: export it in API format.",
        detail=errors.detail_of(answer=error.detail, prompt_id=prompt.prompt_id),
    )
