"""Runs the bridge without the engine: a context that remembers, limits of a test, a request."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.providers.base import (
    Cancelled,
    ComfyTarget,
    Earlier,
    ErrorClass,
    InputFile,
    Produced,
    ProviderError,
    RunRequest,
)
from pipeline.providers.comfyui.adapter import ComfyAdapter
from pipeline.providers.comfyui.limits import Limits

#: Short enough for a test; the order of magnitude between them is as in production.
QUICK = Limits(
    poll_s=0.05,
    poll_hinted_s=0.4,
    unreachable_s=6.0,
    silence_s=10.0,
    running_s=20.0,
    queued_s=20.0,
    look_s=0.3,
    cancel_s=3.0,
    answer_s=5.0,
    download_s=5.0,
    reconnect_s=0.02,
)


@dataclass
class FakeContext:
    """What the bridge said, in order. `cancel_when` is asked after each progress report."""

    cancel_when: Callable[[FakeContext], bool] = lambda _context: False
    said: list[tuple[Any, ...]] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)
    fractions: list[float] = field(default_factory=list)
    previews: list[tuple[bytes, str]] = field(default_factory=list)
    retries: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)

    def progress(self, fraction: float, stage: str) -> None:
        assert 0 <= fraction <= 1
        assert stage
        self.fractions.append(fraction)
        if not self.stages or self.stages[-1] != stage:
            self.stages.append(stage)
        if self.cancel_when(self):
            self.stopped.set()

    def cancelled(self) -> bool:
        return self.stopped.is_set()

    def submitting(self, position: int, request_id: str = "") -> None:
        self.said.append(("submitting", position, request_id))

    def submitted(self, position: int, request_id: str) -> None:
        self.said.append(("submitted", position, request_id))

    def not_submitted(self, position: int) -> None:
        self.said.append(("not submitted", position))

    def retried(self) -> None:
        self.retries += 1

    def preview(self, content: bytes, media_type: str) -> None:
        self.previews.append((content, media_type))

    def wait(self, seconds: float) -> None:
        if self.stopped.wait(seconds):
            raise Cancelled

    def ids(self, position: int = 0) -> list[str]:
        """Ids under which an output was asked for."""
        return [said[2] for said in self.said if said[:2] == ("submitting", position)]


@dataclass
class Ending:
    """How a run ended: `done`, `failed`, `cancelled`."""

    state: str
    outputs: list[Produced]
    context: FakeContext
    message: str = ""
    detail: str = ""
    error_class: ErrorClass | None = None
    seconds: float = 0.0

    @property
    def only(self) -> Produced:
        (output,) = self.outputs
        return output


def run(
    url: str,
    graphs: Mapping[str, Any] | Mapping[int, Mapping[str, Any]],
    *,
    output_node: str = "",
    inputs: Sequence[InputFile] = (),
    earlier: Sequence[Earlier] = (),
    context: FakeContext | None = None,
    limits: Limits = QUICK,
    adapter: ComfyAdapter | None = None,
    gpu_milli: int = 1000,
) -> Ending:
    """Run one graph, or one for each position, to whatever end it has."""
    by_position: dict[int, Any] = (
        dict(graphs) if graphs and all(isinstance(key, int) for key in graphs) else {0: graphs}
    )
    context = context or FakeContext()
    request = RunRequest(
        operation="comfyui.run",
        model="test",
        parameters={},
        random_seed=7,
        positions=sorted(by_position),
        inputs=inputs,
        target=ComfyTarget(url, by_position, output_node, gpu_milli),
        earlier=earlier,
    )
    outputs: list[Produced] = []
    began = time.monotonic()

    def ended(state: str, error: ProviderError | None = None) -> Ending:
        return Ending(
            state,
            outputs,
            context,
            error.message if error else "",
            error.detail if error else "",
            error.error_class if error else None,
            time.monotonic() - began,
        )

    try:
        for produced in (adapter or ComfyAdapter(limits)).run(request, context):
            outputs.append(produced)
    except Cancelled:
        return ended("cancelled")
    except ProviderError as error:
        return ended("failed", error)
    return ended("done")


def input_file(folder: Path, role: str, content: bytes, media_type: str = "image/png") -> InputFile:
    """An input as the engine hands it over."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = folder / sha256
    path.write_bytes(content)
    return InputFile(role, path, media_type, sha256)
