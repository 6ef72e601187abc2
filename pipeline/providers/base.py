"""What an adapter is given, what it gives back, and how it fails.

An adapter turns one request into files. It knows nothing of jobs, accounts or projects: the engine
hands it parameters and input files, stores what it yields, and counts what it used.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


class ErrorClass(enum.StrEnum):
    """Why an attempt failed; the codes of the lookup `pipeline.jobs.models.ErrorClass`."""

    INPUT = "input"
    POLICY = "policy"
    PROVIDER = "provider"
    TIMEOUT = "timeout"
    WORKER_LOST = "worker-lost"
    INTERNAL = "internal"


class ProviderError(Exception):
    """The provider can't deliver.

    Args:
        message: for people: what happened and what can be done.
        detail: for engineers: status, body, identifiers.
        error_class: whose fault it is.
        retry_after_s: the provider asks to wait so long, seconds; None when it does not say.

    Attributes:
        status: of the HTTP answer that said so; None: nobody answered, or the answer was a good one
            that tells of a failure.
        is_no_word: the answer, or its absence, says nothing about what was asked for before.
        may_run: something that was asked for may still run, or have run, and be billed.
    """

    status: int | None = None
    is_no_word = False
    may_run = False

    def __init__(
        self,
        message: str,
        *,
        detail: str = "",
        error_class: ErrorClass = ErrorClass.PROVIDER,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail
        self.error_class = error_class
        self.retry_after_s = retry_after_s


class RateLimited(ProviderError):
    """The provider asks to wait longer than an adapter waits by itself."""


class Ambiguous(ProviderError):
    """A request was sent and its answer was lost: it may have run, and may be billed.

    Never sent again without a person's word.
    """

    may_run = True


class Cancelled(Exception):
    """The run was asked to stop; what was yielded before stays."""


@dataclass(frozen=True)
class InputFile:
    """One input of a request: its role, its bytes on disk and their SHA-256."""

    role: str
    path: Path
    media_type: str
    sha256: str


@dataclass(frozen=True)
class Access:
    """How a paid provider is reached: its address, the key, how it names the model.

    `webhook_url` is where it may call back; empty: the studio can't be reached from outside.
    """

    base_url: str
    secret: str = field(repr=False)  # whatever prints it, the key stays out of logs
    model: str
    webhook_url: str = ""


@dataclass(frozen=True)
class ComfyTarget:
    """Which ComfyUI server runs a graph, and how the request is written into it.

    `graphs` holds the finished API graph for each position: parameters, random seed and the
    names of inputs are filled in. An input's name is `input:<role>:<index>`, which the adapter
    replaces by the name that the server gave the upload. `gpu_milli` is what a second of the
    server's time counts, in thousandths of a GPU second.
    """

    url: str
    graphs: Mapping[int, Mapping[str, Any]]
    output_node: str = ""
    gpu_milli: int = 1000


@dataclass(frozen=True)
class Earlier:
    """A request of an earlier attempt at the same job that may still run, or have run.

    `request_id` is empty when the provider's answer is not known. Where it was made with another
    key than that of the target, `is_same_key` is False: that it is not known to the provider, or
    not to be asked for, does not say then that it never ran.
    """

    position: int
    request_id: str
    is_same_key: bool = True


@dataclass(frozen=True)
class RunRequest:
    """What is to be made.

    `positions` are the outputs still missing (0-based); each has its own random seed,
    `variant_seed(random_seed, position)`, whatever the size of the batch. `embed` is text by key
    that a file of ours carries in its metadata, so that it says how it was made.
    """

    operation: str
    model: str
    parameters: Mapping[str, Any]
    random_seed: int
    positions: Sequence[int]
    inputs: Sequence[InputFile] = ()
    embed: Mapping[str, str] = field(default_factory=dict)
    target: Access | ComfyTarget | None = None
    earlier: Sequence[Earlier] = ()


@dataclass(frozen=True)
class Produced:
    """One finished output. `quantity_milli` is its use in thousandths of the price's unit.

    Notes that pages know: `provider_cost` {amount, unit} as the provider told it, `request_id`,
    `model`, `nodes_run` and `nodes_cached` (ComfyUI), `refined_prompt`.
    """

    position: int
    content: bytes
    media_type: str
    random_seed: int
    quantity_milli: int
    elapsed_ms: int
    notes: Mapping[str, Any] = field(default_factory=dict)


class RunContext(Protocol):
    """How an adapter talks to the engine while it runs."""

    def progress(self, fraction: float, stage: str) -> None:
        """Report how far the whole run is, 0–1, and what is being done; cheap to call often."""

    def cancelled(self) -> bool:
        """Whether the run is to stop; ask often, then raise `Cancelled`."""

    def submitting(self, position: int, request_id: str = "") -> None:
        """Record, before anything is sent, that an output is asked for.

        With an id of our own choice (ComfyUI) it is given at once.
        """

    def submitted(self, position: int, request_id: str) -> None:
        """Record the id that the provider gave; a crash after this finds the request again."""

    def not_submitted(self, position: int) -> None:
        """Record that nothing was taken after all: the provider refused, or was not reached."""

    def retried(self) -> None:
        """Count a repeat of a request that is safe to repeat."""

    def preview(self, content: bytes, media_type: str) -> None:
        """Show a small picture of what is in the making; shown at the rate of a screen."""

    def wait(self, seconds: float) -> None:
        """Sleep, but wake when the run is to stop or a webhook says that there is news.

        Raises:
            Cancelled: the run is to stop.
        """


class Adapter(Protocol):
    """Runs the operations of one provider.

    `can_cancel` says whether a request that was taken can be stopped; where it can't, pages say
    that cancelling only drops the result.
    """

    provider: str
    version: str
    can_cancel: bool

    def run(self, request: RunRequest, context: RunContext) -> Iterator[Produced]:
        """Yield each missing output as soon as it is finished, in any order.

        Raises:
            ProviderError: it can't be made, and why.
            Cancelled: the context said so.
        """
