"""A stand-in of WaveSpeed for each test, and an adapter that does not wait long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from pipeline.providers.base import Access
from pipeline.providers.wavespeed.adapter import WaveSpeedAdapter
from tests.standins.faults import Faults, Recorder
from tests.standins.server import serve
from tests.standins.wavespeed import KEY, WaveSpeed, create_app


@dataclass
class StandIn:
    url: str
    faults: Faults
    recorder: Recorder
    server: WaveSpeed
    errors: list[str]

    def access(
        self,
        model: str = "wavespeed-ai/qwen-image/text-to-image",
        key: str = KEY,
        webhook_url: str = "",
    ) -> Access:
        return Access(self.url, key, model, webhook_url)


@pytest.fixture
def standin() -> Iterator[StandIn]:
    faults, recorder, server = Faults(), Recorder(), WaveSpeed(shrink=8)
    with serve(create_app(faults, recorder, server)) as served:
        yield StandIn(served.url, faults, recorder, server, served.errors)
        assert served.errors == []


@pytest.fixture
def adapter() -> WaveSpeedAdapter:
    return WaveSpeedAdapter(poll_s=0.01)
