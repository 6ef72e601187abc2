"""Seeded random numbers without any global generator."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

T = TypeVar("T")

Plane = npt.NDArray[np.float32]


class Stream:
    """An endless run of random numbers, named by a seed and a label.

    Every part of a picture draws from a stream of its own, so that adding a bird never
    moves a mountain. Only the raw 64-bit output of PCG64 is used, which numpy
    guarantees never to change; the arithmetic on top is ours.
    """

    def __init__(self, seed: int, label: str) -> None:
        """Derive the stream from SHA-256 of the seed (any integer) and the label."""
        self.seed = seed
        self.label = label
        digest = hashlib.sha256(f"{seed}/{label}".encode("utf-8", "surrogatepass")).digest()
        self._bits = np.random.PCG64(int.from_bytes(digest[:16], "big"))

    def child(self, label: str) -> Stream:
        """Return an independent stream for a part of this one's subject."""
        return Stream(self.seed, f"{self.label}/{label}")

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        """Return a float in low … high."""
        raw = int(self._bits.random_raw()) >> 11
        return low + (high - low) * (raw * 2.0**-53)

    def integer(self, low: int, high: int) -> int:
        """Return an integer in low … high, both included."""
        return low + int(self.uniform() * (high - low + 1))

    def chance(self, probability: float) -> bool:
        """Return True with the given probability."""
        return self.uniform() < probability

    def sign(self) -> int:
        """Return -1 or 1."""
        return 1 if self.chance(0.5) else -1

    def normal(self, spread: float = 1.0) -> float:
        """Return a normal deviate around 0, cut off at three spreads."""
        radius = math.sqrt(-2.0 * math.log(max(1e-12, self.uniform())))
        value = radius * math.cos(2.0 * math.pi * self.uniform())
        return spread * max(-3.0, min(3.0, value))

    def pick(self, items: Sequence[T]) -> T:
        """Return one of the items."""
        return items[self.integer(0, len(items) - 1)]

    def array(self, *shape: int) -> Plane:
        """Return a float32 array of uniform numbers in 0 … 1."""
        raw = self._bits.random_raw(math.prod(shape))
        unit = (np.asarray(raw, np.uint64) >> np.uint64(40)).astype(np.float32)
        return (unit * np.float32(2.0**-24)).reshape(shape)
