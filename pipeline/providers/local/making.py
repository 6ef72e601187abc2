"""What all makers of this machine share: how their effort is measured, how they refuse inputs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from pipeline.providers.base import ErrorClass, Produced, ProviderError


class Effort:
    """The time that one output takes, from when this is made to when the output is handed over.

    Args:
        cpu_clock: seconds of CPU time: `time.thread_time` where one thread does all the work,
            `time.process_time` where libraries bring threads of their own.
    """

    def __init__(self, cpu_clock: Callable[[], float] = time.thread_time) -> None:
        self._cpu_clock = cpu_clock
        self._cpu_started, self._started = cpu_clock(), time.monotonic()

    def produced(
        self,
        *,
        position: int,
        content: bytes,
        media_type: str,
        random_seed: int,
        notes: Mapping[str, Any] | None = None,
    ) -> Produced:
        """The finished output with its effort: the quantity is the CPU time, in milliseconds."""
        return Produced(
            position=position,
            content=content,
            media_type=media_type,
            random_seed=random_seed,
            notes=notes or {},
            quantity_milli=max(1, round((self._cpu_clock() - self._cpu_started) * 1000)),
            elapsed_ms=round((time.monotonic() - self._started) * 1000),
        )


def refuse(message: str, detail: str = "") -> ProviderError:
    """The error that says that the inputs or parameters do not allow it."""
    return ProviderError(message, detail=detail, error_class=ErrorClass.INPUT)
