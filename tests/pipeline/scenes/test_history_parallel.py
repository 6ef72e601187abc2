"""Two people at the same moment: one change is made, the other person is told; none is lost."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from pipeline.scenes import arrangement as history
from pipeline.scenes.models import Scene, SceneEdit
from pipeline.scenes.services import edits
from studio.core.errors import Conflict
from studio.core.models import Project, User
from tests.pipeline.scenes.builders import build_scene

PEOPLE = 4


@pytest.mark.django_db(transaction=True)
def test_of_edits_at_the_same_moment_one_is_made(creator: User, project: Project) -> None:
    scene = build_scene(creator, project, takes=[8, 8])
    segment = scene.segments.all()[0]
    together = threading.Barrier(PEOPLE)
    said: list[str] = []

    def trim(out_frame: int) -> None:
        try:
            mine = Scene.objects.select_related("character__project").get(pk=scene.pk)
            together.wait(timeout=30)
            edits.trim_take(
                actor=creator, scene=mine, segment=segment, in_frame=0, out_frame=out_frame,
                expected_version=scene.version,
            )  # fmt: skip
            said.append("made")
        except Conflict as error:
            said.append(error.detail)
        finally:
            connection.close()

    threads = [threading.Thread(target=trim, args=(3 + n,)) for n in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(said) == ["Somebody changed this scene meanwhile."] * (PEOPLE - 1) + ["made"]
    assert SceneEdit.objects.filter(scene=scene).count() == 2
    fresh = Scene.objects.get(pk=scene.pk)
    assert fresh.version == scene.version + 1
    assert history.current(fresh).items[0].out_frame in {3, 4, 5, 6}
