"""The operations `seed.*`: what they take, make, note and refuse."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from assets.library.services import add_asset
from assets.models import Origin, RetentionClass, Version
from assets.storage.store import ingest_bytes, open_blob
from pipeline.imaging.measures import pixel_sha256
from pipeline.jobs.models import ErrorClass as JobErrorClass
from pipeline.jobs.models import Job, JobState
from pipeline.jobs.submit import JobRequest, submit_job
from pipeline.operations.catalogue import CATALOGUE, get_operation
from pipeline.operations.docs import example_call
from pipeline.operations.seed_images import SEED_OPERATIONS
from pipeline.providers.base import Cancelled, ErrorClass, InputFile, ProviderError, RunRequest
from pipeline.providers.local.adapter import LocalAdapter
from studio.core.errors import Invalid
from studio.core.models import Project, User
from tests.pipeline.imaging.faces_given import astronaut, turned
from tests.pipeline.jobs.conftest import run_next

SMALL = {"width_px": 192, "height_px": 240}


def png(rgb: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, "PNG")
    return buffer.getvalue()


class Bench:
    """Runs a maker on pictures, without a job."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, role: str, content: bytes) -> InputFile:
        digest = hashlib.sha256(content).hexdigest()
        path = self.folder / digest
        path.write_bytes(content)
        return InputFile(role, path, "image/png", digest)

    def make(
        self, code: str, inputs: list[tuple[str, Any]], *, seed: int = 5, stop: bool = False,
        **parameters: Any,
    ):  # fmt: skip
        files = [
            self.file(role, given if isinstance(given, bytes) else png(given))
            for role, given in inputs
        ]
        cleaned = get_operation(code).clean(parameters).model_dump(mode="json")
        request = RunRequest(code, "", cleaned, seed, [0], files, {"seedframe:recipe": "{}"})
        self.reported: list[float] = []
        made = LocalAdapter.makers[code](request, 0, seed, self.reported.append, lambda: stop)
        return made, np.asarray(Image.open(io.BytesIO(made.content)))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def refused(bench: Bench, *arguments: Any, **parameters: Any) -> str:
    with pytest.raises(ProviderError) as caught:
        bench.make(*arguments, **parameters)
    assert caught.value.error_class == ErrorClass.INPUT
    return caught.value.message


def test_every_operation_has_a_maker_and_an_example() -> None:
    for spec in SEED_OPERATIONS:
        assert CATALOGUE[spec.code] is spec
        assert spec.code in LocalAdapter.makers
        assert f"/api/v1/jobs/{spec.code}/" in example_call(spec, "http://studio.example")


def test_forward_makes_a_foundation_that_says_how(bench: Bench) -> None:
    made, pixels = bench.make("seed.forward", [("source", astronaut())], prompt="desert", **SMALL)
    assert pixels.shape == (240, 192, 3)
    assert made.media_type == "image/png"
    assert made.notes["face_found"] and made.notes["setting"] == "sketch"
    assert "no model" in made.notes["method"]
    assert 0.5 < made.notes["likeness"] <= 1 and made.notes["likeness_model"] == "lbp-face-1"
    assert bench.reported == sorted(bench.reported) and bench.reported[-1] >= 0.85
    text = Image.open(io.BytesIO(made.content)).text  # type: ignore[attr-defined]
    assert text["seedframe:random-seed"] == "5" and text["seedframe:recipe"] == "{}"
    assert made.quantity_milli <= get_operation("seed.forward").offer().most_milli(
        get_operation("seed.forward").clean({"prompt": "desert", **SMALL})
    )
    again, _ = bench.make("seed.forward", [("source", astronaut())], prompt="desert", **SMALL)
    assert again.content == made.content


def test_forward_stops_when_asked(bench: Bench) -> None:
    with pytest.raises(Cancelled):
        bench.make("seed.forward", [("source", astronaut())], stop=True, **SMALL)


def test_reverse_makes_a_portrait_or_says_why_not(bench: Bench) -> None:
    made, pixels = bench.make("seed.reverse", [("source", turned(astronaut(), 8))], **SMALL)
    assert pixels.shape == (240, 192, 3)
    assert abs(made.notes["levelled_degrees"]) > 4
    empty = np.full((300, 300, 3), 90, np.uint8)
    assert "No face was found" in refused(bench, "seed.reverse", [("source", empty)], **SMALL)


def test_refine_levels_by_the_eyes_or_by_the_angle_given(bench: Bench) -> None:
    tilted = turned(astronaut(), 9)
    made, pixels = bench.make("seed.refine", [("base", tilted)])
    assert made.notes["levelled_degrees"] == pytest.approx(12, abs=3)
    assert pixels.shape[0] < 512
    made, _ = bench.make("seed.refine", [("base", tilted)], level_degrees=-5.0)
    assert made.notes["levelled_degrees"] == -5.0


def test_refine_with_everything_off_changes_no_pixel(bench: Bench) -> None:
    _, pixels = bench.make("seed.refine", [("base", astronaut())], level=False, symmetry=0, skin=0)
    assert pixel_sha256(pixels) == pixel_sha256(astronaut())


def test_refine_without_a_face(bench: Bench) -> None:
    flat = np.full((200, 200, 3), 90, np.uint8)
    made, _ = bench.make("seed.refine", [("base", flat)])
    assert made.notes["levelled_degrees"] == 0 and "not found" in made.notes["level"]
    assert "Set symmetry to 0" in refused(bench, "seed.refine", [("base", flat)], symmetry=0.5)


def test_crop_is_pixel_for_pixel_and_stays_inside(bench: Bench) -> None:
    box = {"left_px": 30, "top_px": 40, "width_px": 200, "height_px": 100}
    _, pixels = bench.make("seed.crop", [("base", astronaut())], **box)
    assert np.array_equal(pixels, astronaut()[40:140, 30:230])
    message = refused(bench, "seed.crop", [("base", astronaut())], **box | {"left_px": 400})
    assert "600 × 140 px" in message and "512 × 512 px" in message
    with pytest.raises(Invalid):
        bench.make("seed.crop", [("base", astronaut())], **box | {"top_px": -1})


def test_merge_takes_the_pictures_in_their_order(bench: Bench) -> None:
    a, b = np.full((60, 80, 3), 40, np.uint8), np.full((60, 80, 3), 200, np.uint8)
    mask = np.zeros((60, 80), np.uint8)
    mask[:, 40:] = 255
    for first, second in ((a, b), (b, a)):
        _, pixels = bench.make(
            "seed.merge",
            [("source", first), ("source", second), ("mask", mask)],
            mode="alpha",
            feather_px=0.0,
        )
        assert np.array_equal(pixels[:, :40], first[:, :40])
        assert np.array_equal(pixels[:, 40:], second[:, 40:])


def test_merge_reads_a_painted_layer_and_fits_what_has_the_same_shape(bench: Bench) -> None:
    a, b = np.full((60, 80, 3), 40, np.uint8), np.full((120, 160, 3), 200, np.uint8)
    layer = np.zeros((30, 40, 4), np.uint8)
    layer[:, :20] = 255  # white paint on transparency
    made, pixels = bench.make(
        "seed.merge", [("source", a), ("source", b), ("mask", layer)], mode="alpha", feather_px=0.0
    )
    assert pixels[30, 10, 0] == 200 and pixels[30, 70, 0] == 40
    assert "80 × 60 px" in made.notes["fitted"]
    other = np.full((60, 60, 3), 1, np.uint8)
    message = refused(bench, "seed.merge", [("source", a), ("source", other), ("mask", layer)])
    assert "not of one shape" in message


def test_broken_files_are_named(bench: Bench) -> None:
    broken = png(astronaut())[:400]
    assert "source" in refused(bench, "seed.reverse", [("source", broken)], **SMALL)
    good = np.zeros((20, 20, 3), np.uint8)
    pair = [("source", good), ("source", good)]
    assert "mask" in refused(bench, "seed.merge", [*pair, ("mask", broken)])


# --- as jobs -------------------------------------------------------------------------------------


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
def run(creator: User, project: Project, _own_files: None) -> Callable[..., Job]:
    """Submit an operation as the creator and run it here."""

    def run_operation(code: str, inputs: list[tuple[str, Version]], **parameters: Any) -> Job:
        request = JobRequest(
            code, parameters, inputs=[(role, version.code) for role, version in inputs]
        )
        submit_job(actor=creator, project=project, request=request)
        ended = run_next()
        assert ended is not None
        return ended

    return run_operation


@pytest.fixture
def upload(creator: User, project: Project, _own_files: None) -> Callable[..., Version]:
    """Put a picture into the project's library."""

    def add(rgb: np.ndarray, name: str) -> Version:
        return add_asset(
            actor=creator,
            project=project,
            blob=ingest_bytes(png(rgb), "image/png"),
            title=name,
            origin=Origin.Code.UPLOAD,
            retention_class=RetentionClass.Code.SOURCE,
            file_name=f"{name}.png",
        )

    return add


def pixels_of(job: Job, position: int = 0) -> np.ndarray:
    with open_blob(job.outputs.get(position=position).version.blob) as file:
        return np.asarray(Image.open(io.BytesIO(file.read())))


@pytest.mark.django_db(transaction=True)
def test_forward_runs_as_a_job_with_variations_from_their_own_seeds(run, upload) -> None:
    portrait = upload(astronaut(), "portrait")
    job = run("seed.forward", [("source", portrait)], variations=2, random_seed=4, **SMALL)
    assert job.state_id == JobState.Code.SUCCEEDED
    outputs = list(job.outputs.order_by("position"))
    assert len(outputs) == 2
    assert outputs[0].notes["likeness_model"] == "lbp-face-1"
    assert not np.array_equal(pixels_of(job, 0), pixels_of(job, 1))


@pytest.mark.django_db(transaction=True)
def test_the_order_of_a_merge_survives_the_database(run, upload) -> None:
    dark, light = np.full((60, 80, 3), 40, np.uint8), np.full((60, 80, 3), 200, np.uint8)
    mask = np.zeros((60, 80, 3), np.uint8)
    mask[:, 40:] = 255
    # The second is uploaded first, so that no order of keys gives the right answer by chance.
    second, first, painted = upload(light, "b"), upload(dark, "a"), upload(mask, "mask")
    flat = {"mode": "alpha", "feather_px": 0.0}
    for left, right, value in ((first, second, 40), (second, first, 200)):
        job = run("seed.merge", [("source", left), ("source", right), ("mask", painted)], **flat)
        assert job.state_id == JobState.Code.SUCCEEDED
        assert pixels_of(job)[30, 10, 0] == value


@pytest.mark.django_db(transaction=True)
def test_what_a_job_is_refused_for(run, upload) -> None:
    picture = upload(np.full((60, 80, 3), 40, np.uint8), "flat")
    job = run("seed.crop", [("base", picture)], left_px=70, top_px=0, width_px=20, height_px=9)
    assert job.state_id == JobState.Code.FAILED
    attempt = job.attempts.get()
    assert attempt.error_class_id == JobErrorClass.Code.INPUT
    assert "80 × 60 px" in attempt.message
    with pytest.raises(Invalid):
        run("seed.merge", [("source", picture), ("mask", picture)])
    with pytest.raises(Invalid):
        run("seed.forward", [], **SMALL)
