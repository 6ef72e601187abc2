"""The three operations through the engine, and a healed boundary in a cut without re-encoding."""

from __future__ import annotations

import io
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from assets.library.services import add_asset
from assets.models import Origin, RetentionClass, Version
from assets.storage.store import ingest_bytes, local_copy, open_blob
from pipeline.jobs.models import ErrorClass, Job, JobState
from pipeline.jobs.submit import JobRequest, submit_job
from pipeline.operations.catalogue import CATALOGUE
from pipeline.video.encoding import write_video
from pipeline.video.frames import read_frame, read_frames
from studio.core.models import Project, User
from tests.pipeline.jobs.conftest import run_next
from tests.pipeline.video.scenes import faulty_case

FPS = Fraction(25)


@pytest.fixture
def _own_files(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
    }


@pytest.fixture
def takes(creator: User, project: Project, tmp_path: Path, _own_files: None) -> list[Version]:
    case = faulty_case(6, left=14, right=28)
    return [
        _video(creator, project, tmp_path / name, [frame[:96, :160] for frame in frames])
        for name, frames in (("left.mp4", case.left), ("right.mp4", case.right))
    ]


@pytest.fixture
def run(creator: User, project: Project) -> Callable[..., Job]:
    def run_job(operation: str, versions: list[Version], **parameters: Any) -> Job:
        inputs = [("video", version.code) for version in versions]
        request = JobRequest(operation, parameters, inputs=inputs, reuse=False)
        submit_job(actor=creator, project=project, request=request)
        ended = run_next()
        assert ended is not None
        return ended

    return run_job


@pytest.mark.django_db(transaction=True)
def test_from_takes_to_a_healed_cut(takes: list[Version], run: Callable[..., Job]) -> None:
    examined = run("video.examine", takes[:1], elastic=False, samples=2).outputs.get()
    end = examined.notes["end_frame"]
    with open_blob(examined.version.blob) as file:
        picture = np.asarray(Image.open(io.BytesIO(file.read())))
    assert np.array_equal(picture, read_frame(local_copy(takes[0].blob), end))

    measured = run("video.measure_boundary", takes, left_end=end).outputs.get()
    assert not measured.notes["passes"]
    assert measured.version.blob.media_type.code == "application/json"

    healed = run("video.heal_boundary", takes, left_end=end, frames=8).outputs.get()
    notes = healed.notes
    assert notes["is_kept"], notes["reason"]
    assert healed.quantity_milli > 0
    videos = [takes[0], healed.version, takes[1]]
    ranges = [
        (0, notes["left_out"] - notes["left_replaced"]),
        (0, notes["frames"]),
        (notes["right_in"] + notes["right_replaced"], 28),
    ]
    cut = run(
        "video.render_cut",
        videos,
        width_px=160,
        height_px=96,
        fps_num=25,
        pieces=[{"input": n, "start": a, "stop": b} for n, (a, b) in enumerate(ranges)],
    ).outputs.get()
    # Strict: the shared moment is shown once, so the length is that of the plain join.
    assert cut.notes["frames"] == end + 28
    assert cut.notes["encoded"] == 0
    shown = list(read_frames(local_copy(cut.version.blob)))
    sources = [
        frame
        for version, (start, stop) in zip(videos, ranges, strict=True)
        for frame in read_frames(local_copy(version.blob), start, stop)
    ]
    assert all(np.array_equal(a, b) for a, b in zip(shown, sources, strict=True))


@pytest.mark.django_db(transaction=True)
def test_a_job_says_why_it_can_not_heal(takes: list[Version], run: Callable[..., Job]) -> None:
    failed = run("video.heal_boundary", takes, right_out=5)
    assert failed.state_id == JobState.Code.FAILED
    attempt = failed.attempts.get()
    assert attempt.error_class_id == ErrorClass.Code.INPUT
    assert "too short" in attempt.message


def _video(actor: User, project: Project, path: Path, frames: list[np.ndarray]) -> Version:
    write_video(path, frames, fps=FPS)
    return add_asset(
        actor=actor,
        project=project,
        blob=ingest_bytes(path.read_bytes(), "video/mp4"),
        title=path.stem,
        origin=Origin.Code.LOCAL,
        retention_class=RetentionClass.Code.SUPPORTING,
        file_name=path.name,
    )


@pytest.mark.parametrize("code", ["video.examine", "video.measure_boundary", "video.heal_boundary"])
def test_they_are_steps_of_the_line_and_no_entry_of_the_menu(code: str) -> None:
    spec = CATALOGUE[code]
    assert not spec.is_listed
    assert spec.offers[0].most_milli(spec.clean({})) > 0
