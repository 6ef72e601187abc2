"""The generation loop: chains of takes, states, gates, what survives a crash."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.scenes.models import SceneState
from studio.core.models import Project, User
from tests.pipeline.scenes.stage import (
    begun,
    cast_character,
    play,
    still_heartbeat,
)

pytestmark = pytest.mark.django_db
S = SceneState.Code


@pytest.fixture(autouse=True)
def _still(monkeypatch: Any) -> None:
    still_heartbeat(monkeypatch)


def test_two_segments_become_ready(creator: User, project: Project) -> None:
    scene = play(begun(creator, cast_character(creator, project)))
    assert scene.state_id == S.READY, scene.stop_reason
    assert scene.edit.placements.count() == 2
