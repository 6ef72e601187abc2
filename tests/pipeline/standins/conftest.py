from __future__ import annotations

import pytest

from tests.standins.comfyui import ComfyStandIn


@pytest.fixture
def server():
    with ComfyStandIn() as standin:
        yield standin
        assert standin.served.errors == []
