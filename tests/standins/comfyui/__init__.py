"""A stand-in for ComfyUI 0.3.64: `ComfyStandIn` for tests, `create_app()` for a try by hand."""

from __future__ import annotations

from tests.standins.comfyui.app import Received
from tests.standins.comfyui.control import ComfyFaults, ComfyStandIn

__all__ = ["ComfyFaults", "ComfyStandIn", "Received", "create_standin"]


def create_standin(port: int = 0) -> ComfyStandIn:
    """A server as one tries it by hand: a step takes as long as one can watch."""
    return ComfyStandIn(step_seconds=0.1, port=port)
