"""A stand-in of Stability AI for each test, and an adapter that does not wait long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from pipeline.providers.base import Access
from pipeline.providers.stability.adapter import StabilityAdapter
from tests.standins.faults import Faults, Recorder
from tests.standins.server import serve
from tests.standins.stability import KEY, Stability, create_app


@dataclass
class StandIn:
    url: str
    faults: Faults
    recorder: Recorder
    server: Stability
    errors: list[str]

    def access(self, model: str = "", key: str = KEY) -> Access:
        return Access(self.url, key, model)


@pytest.fixture
def standin() -> Iterator[StandIn]:
    faults, recorder, server = Faults(), Recorder(), Stability()
    with serve(create_app(faults, recorder, server)) as served:
        yield StandIn(served.url, faults, recorder, server, served.errors)
        assert served.errors == []


@pytest.fixture
def adapter() -> StabilityAdapter:
    return StabilityAdapter(poll_s=0.01, timeout_s=30.0)
