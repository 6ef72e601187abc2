"""Scenes with prepared takes: rows and small files, without generating anything.

    scene = build_scene(creator, project, takes=[26, 26, 26])
    take = add_take(scene, segment, frames=30)        # another take of a segment, not selected
    run_jobs()                                        # all that is queued, in this process

Frame f of the n-th take made shows a drifting texture with `code_of(take, f)` burned in.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from assets.library.services import add_asset
from assets.models import Origin, RetentionClass, Version
from assets.storage.store import ingest_bytes, local_copy
from pipeline.characters.models import Character
from pipeline.jobs.claim import claim_job, this_worker
from pipeline.jobs.finish import SUCCEEDED, end_attempt, record_output
from pipeline.jobs.models import Attempt, Job, JobState
from pipeline.jobs.moves import move
from pipeline.jobs.run import AttemptRun
from pipeline.jobs.submit import JobRequest, submit_job
from pipeline.operations.models import Offer
from pipeline.providers.base import Produced
from pipeline.scenes import arrangement as history
from pipeline.scenes.engine import advance
from pipeline.scenes.models import (
    RandomSeedStrategy,
    Scene,
    ScenePrompt,
    SceneState,
    SceneType,
    SceneTypeVersion,
    Segment,
    StitchMode,
    Take,
    TakeExamination,
)
from pipeline.video.encoding import write_video
from pipeline.video.frames import read_frames
from studio.core.models import Project, User
from tests.assets.pictures import png
from tests.support.burned import burn, read_burned

WIDTH, HEIGHT = 160, 96
STEP_PX = 2  # how far the texture drifts from frame to frame


def build_scene(
    creator: User,
    project: Project,
    *,
    takes: Sequence[int] = (26, 26, 26),
    fps: Fraction = Fraction(24),
    mode: StitchMode.Code = StitchMode.Code.STRICT,
    state: SceneState.Code = SceneState.Code.READY,
    faults: dict[int, tuple[int, int, int]] | None = None,
    title: str = "Walk",
    **recipe: Any,
) -> Scene:
    """A scene whose segments have one take each, chained: each starts where the last one ended.

    Args:
        takes: frames of each; a take ends on its last frame.
        faults: by segment (from 0), how many px to the right and down its picture lies off,
            and how many levels warmer it is.
        recipe: columns of the scene type's version that differ from the usual ones.
    """
    character = _character(creator, project)
    version = _type_version(creator, project, fps, mode, sum(takes), recipe)
    picture = _picture(creator, project, f"{title} seed")
    scene = Scene.objects.create(
        character=character,
        type_version=version,
        number=character.scenes.count() + 1,
        title=title,
        random_seed=7,
        seed_a=picture,
        seed_b=picture,
        created_by=creator,
    )
    for _code in _way_to(state):
        Scene.objects.filter(pk=scene.pk).update(state_id=_code.value)
    scene.refresh_from_db()
    offset = 0
    for number, frames in enumerate(takes):
        segment = Segment.objects.create(scene=scene, number=number + 1, frames_wanted=frames)
        *shift, warmer = (faults or {}).get(number, (0, 0, 0))
        take = add_take(
            scene, segment, frames=frames, offset=offset, fps=fps,
            shift=(shift[0], shift[1]), warmer=warmer,
        )  # fmt: skip
        history.append_generated(scene, segment, take, 0, frames)
        offset += frames - 1
    return Scene.objects.get(pk=scene.pk)


def add_take(
    scene: Scene,
    segment: Segment,
    *,
    frames: int = 26,
    offset: int = 0,
    fps: Fraction = Fraction(24),
    shift: tuple[int, int] = (0, 0),
    warmer: int = 0,
) -> Take:
    """A finished and examined take of a segment; `offset` frames of drift lie before it."""
    number = segment.takes.count() + 1
    creator = scene.created_by
    serial = Take.objects.filter(segment__scene=scene).count() + 1
    clip = take_bytes(serial, frames, offset, fps, shift, warmer)
    job = finished_job(creator, scene.character.project, clip, "video/mp4")
    version = job.outputs.get().version
    take = Take.objects.create(
        segment=segment,
        number=number,
        job=job,
        start_image=scene.seed_b,
        version=version,
        created_by=creator,
    )
    seen = finished_job(creator, scene.character.project, png(shade=serial), "image/png")
    TakeExamination.objects.create(
        take=take,
        job=seen,
        frames=frames,
        end_frame=frames - 1,
        end_picture=seen.outputs.get().version,
        end_reason="The last frame",
    )
    return Take.objects.get(pk=take.pk)


def finished_job(creator: User, project: Project, content: bytes, media_type: str) -> Job:
    """A job that has delivered these bytes, by the services that a worker calls."""
    request = JobRequest(operation="system.noop", parameters={"outputs": 1}, reuse=False)
    job = submit_job(actor=creator, project=project, request=request)
    blob = ingest_bytes(content, media_type)
    assert move(job, JobState.Code.DISPATCHED)
    attempt = Attempt.objects.create(
        job=job, number=1, worker=this_worker(), process_id=os.getpid()
    )
    assert move(job, JobState.Code.RUNNING)
    record_output(attempt, Produced(0, content, media_type, 1, 1000, 10), blob)
    assert end_attempt(attempt, SUCCEEDED)
    return Job.objects.get(pk=job.pk)


def code_of(take: Take, frame: int) -> int:
    """The number that is burned into a frame of a take."""
    serial = Take.objects.filter(segment__scene=take.segment.scene_id, pk__lte=take.pk).count()
    return serial * 1000 + frame


def run_jobs(scene: Scene | None = None, most: int = 200) -> int:
    """Run what is queued, and let the engine go on with the scene; how many jobs ran."""
    ran = 0
    if scene is not None:
        advance(scene.pk)
    for _ in range(most):
        attempt = claim_job(this_worker())
        if attempt is None:
            break
        # without the heartbeat beside it, which could not see into a test's own transaction
        ending = AttemptRun(attempt)._run_adapter()
        assert ending is not None
        assert end_attempt(attempt, ending)
        ran += 1
        if scene is not None:
            advance(scene.pk)
    return ran


def burned_numbers(version: Version) -> list[int]:
    """The numbers burned into the frames of a movie; -1 where a frame has none (a bridge's)."""
    found = []
    for frame in read_frames(local_copy(version.blob)):
        try:
            found.append(read_burned(frame))
        except ValueError:
            found.append(-1)
    return found


@lru_cache(maxsize=256)
def take_bytes(
    serial: int,
    frames: int,
    offset: int = 0,
    fps: Fraction = Fraction(24),
    shift: tuple[int, int] = (0, 0),
    warmer: int = 0,
) -> bytes:
    """A take in the house encoding: a texture that drifts, numbers on top."""
    picture = _texture()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "take.mp4"
        write_video(path, _frames(picture, serial, frames, offset, shift, warmer), fps=fps)
        return path.read_bytes()


def _frames(
    picture: np.ndarray, serial: int, frames: int, offset: int, shift: tuple[int, int], warmer: int
) -> Iterable[np.ndarray]:
    for number in range(frames):
        right, down = (offset + number) * STEP_PX + shift[0], shift[1]
        moved = np.roll(picture, (down, right), axis=(0, 1))[:, :WIDTH].astype(np.int16)
        moved += np.array([warmer, 0, -warmer], np.int16)
        yield burn(np.clip(moved, 0, 255).astype(np.uint8), serial * 1000 + number)


@lru_cache(maxsize=1)
def _texture() -> np.ndarray:
    """Soft spots of full contrast, so that the burned numbers are little beside them."""
    noise = np.random.default_rng(3).standard_normal((HEIGHT, WIDTH * 4, 3)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 2.5)
    even = np.tanh(soft / soft.std() * 1.2)
    return np.asarray(128 + even * 100, np.uint8)


def _character(creator: User, project: Project) -> Character:
    found = Character.objects.filter(project=project, slate_code="ADA").first()
    return found or Character.objects.create(
        project=project, name="Ada", slate_code="ADA", created_by=creator
    )


def _type_version(
    creator: User,
    project: Project,
    fps: Fraction,
    mode: StitchMode.Code,
    frames: int,
    changes: dict[str, Any],
) -> SceneTypeVersion:
    number = SceneType.objects.count() + 1
    kind = SceneType.objects.create(
        project=project, name=f"Walk {number}", slug=f"walk-{number}", created_by=creator
    )
    offer = Offer.objects.filter(operation__code="transform.image_to_video").order_by("pk")[0]
    values: dict[str, Any] = {
        "offer": offer,
        "width_px": WIDTH,
        "height_px": HEIGHT,
        "fps_num": fps.numerator,
        "fps_den": fps.denominator,
        "target_frames": frames,
        "tolerance_frames": frames,
        "segment_min_frames": 2,
        "segment_max_frames": 200,
        "is_elastic": False,
        "stitch_mode_id": mode.value,
        "window_frames": 6,
        "boundary_threshold_permille": 600,
        "anchor_weight_permille": 200,
        "texture_sync": False,
        "seed_strategy_id": RandomSeedStrategy.Code.DERIVED.value,
    }
    version = SceneTypeVersion.objects.create(
        scene_type=kind, number=1, created_by=creator, **(values | changes)
    )
    ScenePrompt.objects.create(type_version=version, template="{name} walks")
    return version


def _picture(creator: User, project: Project, title: str) -> Version:
    return add_asset(
        actor=creator,
        project=project,
        blob=ingest_bytes(png(64, 64), "image/png"),
        title=title,
        origin=Origin.Code.UPLOAD,
        retention_class=RetentionClass.Code.SOURCE,
    )


def _way_to(state: SceneState.Code) -> list[SceneState.Code]:
    """States that lead from a new scene to the one wanted."""
    code = SceneState.Code
    if state == code.DRAFT:
        return []
    return [code.GENERATING] if state == code.GENERATING else [code.GENERATING, state]
