"""The script that tries the bridge on a real server, tried on the stand-in."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.standins.comfyui import ComfyStandIn

EXAMPLES = Path(__file__).parents[4] / "docs/examples"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.setattr(sys, "path", [str(EXAMPLES), *sys.path])
    yield importlib.import_module("try_real_comfyui")


def test_all_scenarios(
    server: ComfyStandIn, script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trial = script.Trial(server.url, tmp_path, script.Load(8, 400), server)
    all_well = script.try_all(trial)
    said = capsys.readouterr().out
    assert all_well, said
    assert [line[:2] for line in said.splitlines()] == ["ok"] * 11
    assert "1 node ran, 3 were kept" in said and "video/mp4" in said
    assert server.idle


def test_it_tells_what_is_not_as_it_should_be(
    script: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    """A server that keeps nothing, and cannot save films; one that is not there."""
    with ComfyStandIn(keeps_cache=False, without_nodes=["SaveWEBM"]) as other:
        assert script.main([other.url, "--nodes", "8", "--edge-px", "400"]) == 1
    said = capsys.readouterr().out.splitlines()
    wrong = [line.split()[1] for line in said if not line.startswith("ok")]
    assert wrong == ["cached", "videos"], said
    assert script.main([other.url]) == 1
    assert "Nothing answers at its address." in capsys.readouterr().out
