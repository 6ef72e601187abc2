"""The demo project: made by the real services and jobs, resumable, and never twice."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from assets.models import RetentionClass
from pipeline.delivery import demo
from pipeline.delivery.models import Delivery
from pipeline.jobs.models import Job, JobState
from pipeline.review.models import FinalApproval, Verdict
from pipeline.scenes.arrangement import current
from pipeline.scenes.engine import advance
from pipeline.scenes.models import Bridge, Cut, Scene, SceneState, Take
from pipeline.seeds.checking import run_checks
from pipeline.seeds.models import Variation
from studio.core.errors import Unavailable
from studio.core.models import Project, User
from studio.ops.postgres import conninfo
from tests.pipeline.scenes.stage import run_next, still_heartbeat

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

TINY = demo.Sizes(
    width_px=160,
    height_px=90,
    segment_frames=18,
    segments=4,
    foundation_px=(464, 261),
    foundations=1,
)


@pytest.fixture(autouse=True)
def _here(monkeypatch: Any, settings: Any, tmp_path: Path) -> None:
    still_heartbeat(monkeypatch)
    settings.DATA_DIR = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
    }


def work() -> None:
    """What the task processes do: one job, and whatever its end has brought."""
    for variation in Variation.objects.filter(checks=None):
        run_checks(variation.pk)
    run_next()
    for scene in Scene.objects.all():
        advance(scene.pk)
        advance(scene.pk)


HERE = demo.Patience(rest=work, seconds=60)


def counts() -> dict[str, int]:
    models = (Project, Variation, Scene, Take, Bridge, Cut, Verdict, FinalApproval, Delivery, Job)
    return {model.__name__: model.objects.count() for model in models}


class Killed(BaseException):
    """The process ends here."""


def test_from_portrait_to_delivery_whatever_stops_it(admin: User) -> None:
    """Stopped again and again, at another place each time; then run once more."""
    left = {"looks": 0}

    def work_a_little() -> None:
        left["looks"] -= 1
        if left["looks"] < 0:
            raise Killed
        work()

    patience = demo.Patience(rest=work_a_little, seconds=60)
    for looks in range(1, 60):
        left["looks"] = looks
        try:
            demo.build(TINY, patience)
            break
        except Killed:
            continue
    _check_story(admin)
    before = counts()
    demo.build(TINY, HERE)
    assert counts() == before


def _check_story(admin: User) -> None:
    project = Project.objects.get(owner=admin, name=demo.PROJECT_NAME)
    scene = Scene.objects.get(character__project=project)
    assert scene.state_id == SceneState.Code.READY
    assert scene.segments.count() == TINY.segments
    takes = Take.objects.filter(segment__scene=scene)
    assert sorted(takes.values_list("segment__number", "number")) == [
        (1, 1), (2, 1), (3, 1), (3, 2), (4, 1), (4, 2),
    ]  # fmt: skip
    shown = current(scene)
    redone = set(takes.filter(number=2).values_list("pk", flat=True))
    assert redone <= {item.take_id for item in shown.items}
    assert shown.items[2].bridge_id is not None  # the join into the last segment is healed
    heroes = Variation.objects.filter(is_hero=True).select_related("version__asset")
    assert [v.version.asset.retention_class_id for v in heroes] == [RetentionClass.Code.SOURCE] * 2
    cut = Cut.objects.get(scene=scene)
    assert cut.version is not None
    assert cut.version.asset.retention_class_id == RetentionClass.Code.FINAL
    assert Verdict.objects.get(cut=cut).given_by == admin
    assert FinalApproval.objects.filter(cut=cut).count() == 1
    delivery = Delivery.objects.get(project=project)
    assert delivery.packages.get().version is not None
    assert not Job.objects.exclude(state_id=JobState.Code.SUCCEEDED).exists()


def test_a_second_builder_leaves_it_to_the_first(admin: User) -> None:
    with psycopg.connect(conninfo("tests"), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [demo._LOCK])
        demo.build(TINY, HERE)
    assert not Project.objects.filter(name=demo.PROJECT_NAME).exists()


def test_without_workers_it_says_how_to_go_on(admin: User) -> None:
    with pytest.raises(Unavailable, match="nothing came within"):
        demo.build(TINY, demo.Patience(rest=lambda: time.sleep(0.01), seconds=0.05))


def test_a_studio_without_admin_has_no_demo(db: None) -> None:
    demo.build(TINY, HERE)
    assert not Project.objects.exists()
