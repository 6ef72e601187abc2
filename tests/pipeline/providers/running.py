"""Runs an adapter without the engine: a context that remembers, inputs on disk, a request."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from pipeline.providers.base import (
    Access,
    Cancelled,
    Earlier,
    InputFile,
    Produced,
    RunRequest,
)


@dataclass
class FakeContext:
    """What the adapter said, in order; waits are remembered and not waited."""

    said: list[tuple[Any, ...]] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    retries: int = 0
    cancel_after: int | None = None  # waits until it is to stop
    stopped: bool = False

    def progress(self, fraction: float, stage: str) -> None:
        assert 0 <= fraction <= 1
        assert stage

    def cancelled(self) -> bool:
        return self.stopped

    def submitting(self, position: int, request_id: str = "") -> None:
        self.said.append(("submitting", position, request_id))

    def submitted(self, position: int, request_id: str) -> None:
        self.said.append(("submitted", position, request_id))

    def not_submitted(self, position: int) -> None:
        self.said.append(("not submitted", position))

    def retried(self) -> None:
        self.retries += 1

    def preview(self, content: bytes, media_type: str) -> None:
        self.said.append(("preview", media_type))

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        if self.cancel_after is not None and len(self.waited) >= self.cancel_after:
            self.stopped = True
        if self.stopped:
            raise Cancelled
        time.sleep(min(seconds, 0.01))


def make_request(
    operation: str,
    access: Access,
    parameters: dict[str, Any],
    inputs: Sequence[InputFile] = (),
    *,
    positions: Sequence[int] = (0,),
    earlier: Sequence[Earlier] = (),
    random_seed: int = 7,
) -> RunRequest:
    """A request as the engine makes it."""
    return RunRequest(
        operation=operation,
        model=access.model,
        parameters=parameters,
        random_seed=random_seed,
        positions=list(positions),
        inputs=list(inputs),
        embed={"seedframe:recipe": "{}"},
        target=access,
        earlier=list(earlier),
    )


def run(adapter: Any, request: RunRequest, context: FakeContext | None = None) -> list[Produced]:
    """All outputs of a request."""
    return list(adapter.run(request, context or FakeContext()))


def picture(
    folder: Path,
    role: str = "base",
    size: tuple[int, int] = (96, 80),
    *,
    kind: str = "png",
    noise: bool = False,
    mode: str = "RGB",
    colour: Any = None,
) -> InputFile:
    """An input file with a picture in it."""
    path = folder / f"{role}-{size[0]}x{size[1]}.{kind}"
    if noise:
        pixels = np.random.default_rng(sum(role.encode())).integers(
            0, 256, (size[1], size[0], 3), np.uint8
        )
        image = Image.fromarray(pixels)
    else:
        image = Image.new(mode, size, colour if colour is not None else 120)
    image.save(path, {"jpg": "JPEG"}.get(kind, kind.upper()))
    return input_file(path, role, "image/jpeg" if kind == "jpg" else f"image/{kind}")


def input_file(path: Path, role: str, media_type: str) -> InputFile:
    """An input file as the engine hands it over."""
    return InputFile(role, path, media_type, hashlib.sha256(path.read_bytes()).hexdigest())


def mask(folder: Path, size: tuple[int, int] = (96, 80)) -> InputFile:
    """A mask whose left half is white."""
    image = Image.new("L", size, 0)
    image.paste(255, (0, 0, size[0] // 2, size[1]))
    path = folder / "mask.png"
    image.save(path)
    return input_file(path, "mask", "image/png")
