"""A stand-in of Bria for each test, and an adapter that does not wait long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from pipeline.providers.base import Access
from pipeline.providers.bria.adapter import BriaAdapter
from tests.standins.bria import KEY, Bria, create_app
from tests.standins.faults import Faults, Recorder
from tests.standins.server import serve


@dataclass
class StandIn:
    url: str
    faults: Faults
    recorder: Recorder
    server: Bria
    errors: list[str]

    def access(self, model: str = "FIBO", key: str = KEY, webhook_url: str = "") -> Access:
        return Access(self.url, key, model, webhook_url)


@pytest.fixture
def standin() -> Iterator[StandIn]:
    faults, recorder, server = Faults(), Recorder(), Bria()
    with serve(create_app(faults, recorder, server)) as served:
        yield StandIn(served.url, faults, recorder, server, served.errors)
        assert served.errors == []


@pytest.fixture
def adapter() -> BriaAdapter:
    return BriaAdapter(poll_s=0.01)
