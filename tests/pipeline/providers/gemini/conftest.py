"""A stand-in of Gemini for each test, and an adapter that does not wait long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from pipeline.providers.base import Access
from pipeline.providers.gemini.adapter import GeminiAdapter
from tests.standins.faults import Faults, Recorder
from tests.standins.gemini import KEY, Gemini, create_app
from tests.standins.server import serve


@dataclass
class StandIn:
    url: str
    faults: Faults
    recorder: Recorder
    server: Gemini
    errors: list[str]

    def access(
        self,
        model: str = "gemini-nano-banana-2.1",
        key: str = KEY,
        webhook_url: str = "",
    ) -> Access:
        return Access(self.url, key, model, webhook_url)


@pytest.fixture
def standin() -> Iterator[StandIn]:
    faults, recorder, server = Faults(), Recorder(), Gemini(shrink=8)
    with serve(create_app(faults, recorder, server)) as served:
        yield StandIn(served.url, faults, recorder, server, served.errors)
        assert served.errors == []


@pytest.fixture
def adapter() -> GeminiAdapter:
    return GeminiAdapter(poll_s=0.01)
