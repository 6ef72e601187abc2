"""A stand-in for ComfyUI 0.3.64.

    with ComfyStandIn(step_seconds=0.01) as server:
        httpx.post(server.url + "/prompt", json={"prompt": graph, "prompt_id": code})
        server.faults.queued_but_500()
        server.kill()
        server.start()
        assert server.times_run(code) == 1

It runs graphs of core nodes with real pixels. Checked against `captures/`, transcripts of a real
server, in tests/pipeline/standins/test_transcripts.py.
"""

from __future__ import annotations

from tests.standins.comfyui.app import Received
from tests.standins.comfyui.control import ComfyFaults, ComfyStandIn

__all__ = ["ComfyFaults", "ComfyStandIn", "Received"]
