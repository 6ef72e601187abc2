"""The operation `video.render_cut`: what it takes, makes, notes and refuses."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from assets.storage.store import ingest_bytes, open_blob
from pipeline.jobs.models import ErrorClass as JobErrorClass
from pipeline.jobs.models import Job, JobState
from pipeline.jobs.submit import JobRequest, submit_job
from pipeline.operations.render_cut import RENDER_CUT
from pipeline.providers.base import Cancelled, ErrorClass, InputFile, ProviderError, RunRequest
from pipeline.providers.local import cuts
from pipeline.providers.local.cuts import render_movie
from pipeline.video.frames import read_frames
from studio.core.errors import Invalid
from tests.pipeline.jobs.conftest import run_next
from tests.pipeline.video.clips import HEIGHT, WIDTH, make_take
from tests.support.burned import read_burned

SIZE = {"width_px": WIDTH, "height_px": HEIGHT}


def request_for(paths: list[Path], base: Path | None = None, **parameters: Any) -> RunRequest:
    def file(role: str, path: Path) -> InputFile:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return InputFile(role, path, "video/mp4", digest)

    inputs = [file("base", base)] if base else []
    inputs += [file("video", path) for path in paths]
    cleaned = RENDER_CUT.clean(SIZE | parameters)
    return RunRequest("video.render_cut", "cuts", cleaned.model_dump(mode="json"), 1, [0], inputs)


def render(request: RunRequest, seen: list[float] | None = None):
    return render_movie(request, 0, 1, (seen if seen is not None else []).append, lambda: False)


def pieces(*ranges: tuple[int, int, int]) -> list[dict[str, int]]:
    return [{"input": i, "start": a, "stop": b} for i, a, b in ranges]


def test_a_movie_with_its_notes_and_the_next_one_from_it(tmp_path: Path) -> None:
    takes = [make_take(tmp_path, take, 20) for take in (1, 2)]
    seen: list[float] = []
    made = render(request_for(takes, pieces=pieces((0, 3, 9), (1, 0, 20)), poster_frame=7), seen)
    assert seen == sorted(seen) and seen[-1] >= 0.89
    assert made.media_type == "video/mp4"
    notes = dict(made.notes)
    assert (notes["frames"], notes["encoded"], notes["copied"]) == (26, 6, 20)
    assert [p["at"] for p in notes["pieces"]] == [0, 6]
    assert notes["compliance"]["verdict"] == "pass"
    assert (notes["fps"], notes["profile"], notes["poster_frame"]) == ("24/1", "h264", 7)
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(made.content)
    assert [read_burned(f) for f in read_frames(cut)] == [*range(1003, 1009), *range(2000, 2020)]
    again = render(
        request_for(
            takes,
            cut,
            pieces=pieces((1, 0, 20), (0, 3, 9)),
            previous_pieces=notes["pieces"],
        )
    )
    assert (again.notes["encoded"], again.notes["copied"]) == (0, 26)


def test_what_can_not_be_rendered_is_said(tmp_path: Path, monkeypatch) -> None:
    take = make_take(tmp_path, 1, 10)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(take.read_bytes()[:600])
    for request, words in (
        (request_for([take], pieces=pieces((0, 0, 11))), "“video 1”, which has 10"),
        (request_for([take], pieces=pieces((1, 0, 5))), "names video 2, but only 1"),
        (request_for([take, broken], pieces=pieces((1, 0, 5))), "“video 2” can't be read"),
        (request_for([take], pieces=pieces((0, 0, 5)), fps_num=25), "the cut at 25"),
    ):
        with pytest.raises(ProviderError, match=words) as caught:
            render(request)
        assert caught.value.error_class == ErrorClass.INPUT
    monkeypatch.setattr(cuts, "MAX_CUT_BYTES", 100)
    seen: list[float] = []
    with pytest.raises(ProviderError, match="at most"):
        render(request_for([take], pieces=pieces(*[(0, 0, 5)] * 40)), seen)
    assert max(seen, default=0) < 0.89  # not only when all of it was written


def test_it_stops_when_asked(tmp_path: Path) -> None:
    request = request_for([make_take(tmp_path, 1, 10)], pieces=pieces((0, 0, 9)))
    with pytest.raises(Cancelled):
        render_movie(request, 0, 1, lambda done: None, lambda: True)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"pieces": []}, "pieces"),
        ({"pieces": pieces((0, 5, 5))}, "pieces.0"),
        ({"pieces": pieces((-1, 0, 5))}, "pieces.0.input"),
        ({"pieces": pieces((0, 0, 5)), "width_px": 161}, "width_px"),
        ({"pieces": pieces((0, 0, 5)), "timecode": "1 o'clock"}, "timecode"),
        ({"pieces": pieces((0, 0, 5)), "poster_frame": 5}, "parameters"),
        ({"pieces": pieces((0, 0, 5)), "profile": "mpeg1"}, "profile"),
    ],
)
def test_parameters_are_checked(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        RENDER_CUT.clean(SIZE | values)
    assert list(caught.value.fields or {}) == [field]


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


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_own_files")
def test_a_job_renders_a_cut_and_the_next_copies_from_it(creator, project, tmp_path) -> None:
    from assets.library.services import add_asset
    from assets.models import Origin, RetentionClass

    versions = [
        add_asset(
            actor=creator,
            project=project,
            blob=ingest_bytes(make_take(tmp_path, n, 14, Fraction(25)).read_bytes(), "video/mp4"),
            title=f"Take {n}",
            origin=Origin.Code.LOCAL,
            retention_class=RetentionClass.Code.SUPPORTING,
            file_name=f"take-{n}.mp4",
        )
        for n in (1, 2)
    ]

    def run(inputs: list, **parameters: Any) -> Job:
        request = JobRequest(
            "video.render_cut", SIZE | {"fps_num": 25} | parameters, inputs=inputs, reuse=False
        )
        submit_job(actor=creator, project=project, request=request)
        ended = run_next()
        assert ended is not None
        return ended

    videos = [("video", version.code) for version in versions]
    job = run(videos, pieces=pieces((0, 1, 9), (1, 0, 14)))
    assert job.state_id == JobState.Code.SUCCEEDED
    output = job.outputs.get()
    assert (output.notes["encoded"], output.notes["frames"]) == (8, 22)
    again = run(
        [*videos, ("base", output.version.code)],
        pieces=pieces((0, 1, 9), (1, 0, 13)),
        previous_pieces=output.notes["pieces"],
    )
    made = again.outputs.get()
    assert (made.notes["encoded"], made.notes["copied"]) == (0, 21)
    cut = tmp_path / "cut.mp4"
    with open_blob(made.version.blob) as file:
        cut.write_bytes(file.read())
    assert [read_burned(f) for f in read_frames(cut)] == [*range(1001, 1009), *range(2000, 2013)]
    frames = run(videos, pieces=pieces((0, 0, 3)), profile="png-sequence").outputs.get()
    assert frames.version.file_name.endswith(".zip")
    failed = run(videos, pieces=pieces((0, 0, 15)))
    attempt = failed.attempts.get()
    assert attempt.error_class_id == JobErrorClass.Code.INPUT
    assert "which has 14" in attempt.message
