"""`transform.image_to_video`: declaration, maker, and a job from request to playable take."""

from __future__ import annotations

import json
import threading
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.db import connection
from django.test import Client

from assets.library.services import add_asset
from assets.models import LineageRole, Origin, RetentionClass, Version
from assets.storage.store import ingest_bytes, local_copy
from billing.ledger.queries import balance_of
from pipeline.jobs import control
from pipeline.jobs.models import Job, JobState
from pipeline.operations.image_to_video import IMAGE_TO_VIDEO, ImageToVideo, most_cpu_milli
from pipeline.providers.base import Cancelled, InputFile, Produced, ProviderError, RunRequest
from pipeline.providers.local.adapter import LocalAdapter
from pipeline.providers.local.pictures import read_picture
from pipeline.video.frames import probe, read_frames
from pipeline.video.motion import MOTION_KINDS, Faults
from studio.core.errors import Invalid
from studio.core.models import ApiScope, Project, User
from studio.core.services import create_api_key
from tests.pipeline.jobs.conftest import run_next
from tests.pipeline.video.motion.clips import change, coffee, portrait

SMALL = {"width_px": 160, "height_px": 120, "frames": 10}
ADDRESS = "/api/v1/jobs/transform.image_to_video/"


class Told:
    """A context that remembers what it was told, and stops when asked to."""

    def __init__(self, stop_at: float = 2.0) -> None:
        self.fractions: list[float] = []
        self.stop_at = stop_at

    def progress(self, fraction: float, stage: str) -> None:
        self.fractions.append(fraction)

    def cancelled(self) -> bool:
        return bool(self.fractions) and self.fractions[-1] >= self.stop_at


def png(picture: np.ndarray) -> bytes:
    return cv2.imencode(".png", np.ascontiguousarray(picture[..., ::-1]))[1].tobytes()


def request(folder: Path, pictures: dict[str, np.ndarray], **parameters: Any) -> RunRequest:
    inputs = []
    for role, picture in pictures.items():
        path = folder / f"{role}.png"
        path.write_bytes(png(picture))
        inputs.append(InputFile(role, path, "image/png", ""))
    checked = IMAGE_TO_VIDEO.clean(SMALL | parameters).model_dump(exclude={"random_seed"})
    return RunRequest("transform.image_to_video", "motion", checked, 5, [0], inputs)


def make(folder: Path, *args: Any, **parameters: Any) -> Produced:
    wanted = request(folder, *(args or ({"start-frame": portrait()},)), **parameters)
    (made,) = LocalAdapter().run(wanted, Told())
    return made


# --- the declaration ------------------------------------------------------------------------


def test_the_declaration_names_every_motion_and_fault() -> None:
    fields = ImageToVideo.model_fields
    assert set(fields["motion"].annotation.__args__) == set(MOTION_KINDS)
    faults = {name.removeprefix("fault_") for name in fields if name.startswith("fault_")}
    assert faults == set(Faults.__dataclass_fields__)
    assert not Faults(**{name: fields[f"fault_{name}"].default for name in faults}).any
    assert all(fields[f"fault_{name}"].json_schema_extra["advanced"] is True for name in faults)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"frames": 1}, "frames"),
        ({"frames": 601}, "frames"),
        ({"width_px": 641}, "width_px"),
        ({"height_px": 62}, "height_px"),
        ({"width_px": 1922}, "width_px"),
        ({"fps_num": 0}, "fps_num"),
        ({"fps_num": 24, "fps_den": 1001}, "fps_den"),
        ({"fps_num": 30000}, "fps_den"),
        ({"motion": "teleport"}, "motion"),
        ({"motion_strength": 1.1}, "motion_strength"),
        ({"anchor_weight": -0.1}, "anchor_weight"),
        ({"fault_shift_x_px": 500}, "fault_shift_x_px"),
        ({"fault_unknown": 1}, "fault_unknown"),
    ],
)
def test_wrong_parameters_are_refused_by_name(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        IMAGE_TO_VIDEO.clean(wrong)
    assert list(refused.value.fields) == [field]


# --- the maker ------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [(24, 1), (25, 1), (30000, 1001), (30, 1)])
@pytest.mark.parametrize("frames", [2, 13])
def test_a_take_has_exactly_the_frames_and_rate(
    tmp_path: Path, rate: tuple[int, int], frames: int
) -> None:
    made = make(tmp_path, frames=frames, fps_num=rate[0], fps_den=rate[1])
    path = tmp_path / "take.mp4"
    path.write_bytes(made.content)
    info = probe(path)
    assert (info.frames, info.fps) == (frames, Fraction(*rate))
    assert (info.width_px, info.height_px) == (160, 120)
    assert (info.codec, info.pixel_format) == ("h264", "yuv420p")
    assert info.keyframes == tuple(range(0, frames, 12))
    shown = list(read_frames(path))
    assert len(shown) == frames
    assert change(shown[0], portrait()) < 4  # what the encoding costs
    assert made.media_type == "video/mp4"
    assert made.notes["frames"] == frames
    assert made.notes["fps"] == f"{rate[0]}/{rate[1]}"
    assert "face" in made.notes["depth_method"]


def test_equal_requests_make_equal_bytes(tmp_path: Path) -> None:
    first, second = (make(tmp_path, grain=0.3) for _ in range(2))
    assert first.content == second.content
    assert first.random_seed == second.random_seed
    wanted = request(tmp_path, {"start-frame": portrait()}, grain=0.3)
    other = RunRequest(wanted.operation, wanted.model, wanted.parameters, 6, [0], wanted.inputs)
    assert next(LocalAdapter().run(other, Told())).content != first.content


def test_end_frame_reference_and_faults_reach_the_take(tmp_path: Path) -> None:
    pictures = {"start-frame": portrait(), "end-frame": coffee(), "reference": portrait()}
    made = make(tmp_path, pictures, frames=14, fault_cast_red=20)
    path = tmp_path / "take.mp4"
    path.write_bytes(made.content)
    shown = list(read_frames(path))
    assert shown[0][..., 0].mean() - portrait()[..., 0].mean() > 8
    assert change(shown[-1][..., 1:], coffee()[..., 1:]) < 5
    assert made.notes["faults"] == {"cast_red": 20}
    assert made.notes["anchor"] == "face"
    assert made.notes["end_picture_agreement"] is not None


def test_the_estimate_is_an_upper_bound(tmp_path: Path) -> None:
    for parameters in ({"grain": 1.0}, {"width_px": 640, "height_px": 360, "grain": 1.0}):
        made = make(tmp_path, **parameters)
        assert 0 < made.quantity_milli < most_cpu_milli(ImageToVideo(**SMALL | parameters))


def test_it_says_how_far_it_is_and_stops_when_asked(tmp_path: Path) -> None:
    wanted = request(tmp_path, {"start-frame": portrait()}, frames=40)
    told = Told()
    list(LocalAdapter().run(wanted, told))
    assert told.fractions == sorted(told.fractions)
    assert len(set(told.fractions)) >= 40
    assert told.fractions[-1] == 1.0
    told = Told(stop_at=0.3)
    with pytest.raises(Cancelled):
        list(LocalAdapter().run(wanted, told))
    assert told.fractions[-1] < 0.4


def test_a_picture_that_is_none_is_the_inputs_fault(tmp_path: Path) -> None:
    wanted = request(tmp_path, {"start-frame": portrait()})
    wanted.inputs[0].path.write_bytes(b"no picture at all")
    with pytest.raises(ProviderError, match="start frame") as refused:
        list(LocalAdapter().run(wanted, Told()))
    assert refused.value.error_class == "input"


def test_input_pictures_come_through_bit_for_bit(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(png(portrait()))
    assert np.array_equal(read_picture(InputFile("base", path, "image/png", "")), portrait())
    grey = portrait()[..., 0]
    cv2.imwrite(str(path), grey)
    assert np.array_equal(
        read_picture(InputFile("base", path, "image/png", "")), np.dstack([grey] * 3)
    )
    clear = np.dstack([portrait()[..., ::-1], np.zeros(grey.shape, np.uint8)])
    cv2.imwrite(str(path), clear)
    assert (read_picture(InputFile("base", path, "image/png", "")) == 255).all()


# --- the job --------------------------------------------------------------------------------


def stored(creator: User, project: Project, picture: np.ndarray) -> Version:
    return add_asset(
        actor=creator,
        project=project,
        blob=ingest_bytes(png(picture), "image/png"),
        title="Seed A",
        origin=Origin.Code.UPLOAD,
        retention_class=RetentionClass.Code.SOURCE,
    )


def submitted(creator: User, project: Project, version: Version, **parameters: Any) -> Any:
    scopes = [ApiScope.Code.READ, ApiScope.Code.WRITE, ApiScope.Code.SPEND]
    _, secret = create_api_key(actor=creator, name="script", scopes=scopes)
    client = Client(headers={"Authorization": f"Api-Key {secret}"})
    body = {
        "project": str(project.code),
        "parameters": SMALL | {"prompt": "slow push in", "random_seed": 3} | parameters,
        "inputs": [{"role": "start-frame", "version": str(version.code)}],
    }
    return client, client.post(ADDRESS, json.dumps(body), content_type="application/json")


@pytest.mark.django_db(transaction=True)
def test_a_job_makes_a_take_of_the_library(creator: User, project: Project) -> None:
    version = stored(creator, project, portrait())
    before = balance_of(creator)
    client, answer = submitted(creator, project, version)
    assert answer.status_code == 201, answer.content
    ended = run_next()
    assert ended is not None
    assert ended.state_id == JobState.Code.SUCCEEDED, ended.attempts.get().message
    output = ended.outputs.get()
    assert output.notes["camera_move"] == "push-in"
    assert output.version.asset.kind.code == "video"
    assert output.version.blob.media_type.code == "video/mp4"
    lineage = output.version.made_from.get()
    assert lineage.role_id == LineageRole.Code.START_FRAME
    spent = before - balance_of(creator)
    assert 0 < spent <= most_cpu_milli(ImageToVideo(**SMALL)) * 100
    info = probe(local_copy(output.version.blob))
    assert (info.frames, info.fps) == (10, Fraction(24))
    shown = client.get(f"/api/v1/jobs/{ended.code}/").json()
    assert shown["outputs"][0]["random_seed"] == str(output.random_seed)
    page = Client()
    page.force_login(creator)
    assert page.get(f"/jobs/{ended.code}/").status_code == 200
    assert page.get(f"/library/{output.version.asset.code}/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_job_without_start_frame_or_with_odd_size_is_refused(
    creator: User, project: Project
) -> None:
    version = stored(creator, project, portrait())
    client, answer = submitted(creator, project, version, width_px=161)
    assert answer.status_code == 422
    assert "width_px" in answer.json()["errors"]
    body = {"project": str(project.code), "parameters": SMALL}
    answer = client.post(ADDRESS, json.dumps(body), content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["errors"]["inputs"] == ["Start frame takes one file, not none."]


@pytest.mark.django_db(transaction=True)
def test_a_running_job_stops_when_cancelled(creator: User, project: Project, settings: Any) -> None:
    settings.JOB_HEARTBEAT_SECONDS = 0.1
    version = stored(creator, project, portrait())
    _, answer = submitted(creator, project, version, frames=600, width_px=640, height_px=480)
    job = Job.objects.get(code=answer.json()["code"])
    ended: list[Job | None] = []

    def work() -> None:
        try:
            ended.append(run_next())
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    deadline = time.monotonic() + 10
    while Job.objects.get(pk=job.pk).state_id != JobState.Code.RUNNING:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    control.cancel_job(actor=creator, job=job)
    asked = time.monotonic()
    thread.join(timeout=15)
    assert ended[0] is not None
    assert ended[0].state_id == JobState.Code.CANCELLED
    assert time.monotonic() - asked < 4
