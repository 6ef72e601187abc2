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
    """

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


@dataclass(frozen=True)
class Produced:
    """One finished output. `quantity_milli` is its use in thousandths of the price's unit."""

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


class Adapter(Protocol):
    """Runs the operations of one provider."""

    provider: str
    version: str

    def run(self, request: RunRequest, context: RunContext) -> Iterator[Produced]:
        """Yield each missing output as soon as it is finished, in any order.

        Raises:
            ProviderError: it can't be made, and why.
            Cancelled: the context said so.
        """

    def cancel(self, provider_request_id: str) -> bool:
        """Ask the provider to stop a request; whether it could be asked."""
