from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.standins.comfyui import ComfyStandIn


@pytest.fixture
def server() -> Iterator[ComfyStandIn]:
    """A ComfyUI of its own for each test; none of its answers may be an accident."""
    with ComfyStandIn() as standin:
        yield standin
        assert standin.served.errors == []
