"""A stand-in of Hugging Face for each test, and an adapter that does not wait long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from pipeline.providers.base import Access
from pipeline.providers.huggingface.adapter import HuggingFaceAdapter
from tests.standins.faults import Faults, Recorder
from tests.standins.huggingface import KEY, HuggingFace, create_app
from tests.standins.huggingface.rules import DEV
from tests.standins.server import serve


@dataclass
class StandIn:
    url: str
    faults: Faults
    recorder: Recorder
    server: HuggingFace
    errors: list[str]

    def access(self, model: str = DEV, key: str = KEY) -> Access:
        return Access(self.url, key, model)

    def only(self, model: str, provider: str, name: str, task: str = "text-to-image") -> None:
        """Let a model be served by one alone."""
        entry = {"status": "live", "providerId": name, "task": task}
        self.server.mapping[model] = {provider: entry}


@pytest.fixture
def standin(settings: Any) -> Iterator[StandIn]:
    faults, recorder, server = Faults(), Recorder(), HuggingFace()
    with serve(create_app(faults, recorder, server)) as served:
        settings.HUGGINGFACE_HUB_URL = served.url
        yield StandIn(served.url, faults, recorder, server, served.errors)
        assert served.errors == []


@pytest.fixture
def adapter() -> HuggingFaceAdapter:
    return HuggingFaceAdapter(poll_s=0.01)
