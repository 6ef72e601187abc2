"""Characters with heroes, scene types and scenes made by the real services, and their jobs run.

character = cast_character(creator, project)
scene = draft(creator, character, target_frames=…)
play(scene)                       # engine and jobs in turn until nothing is left
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import cv2
import numpy as np
from PIL import Image

from assets.library.services import add_asset
from assets.models import Origin, RetentionClass, Version
from assets.storage.store import ingest_bytes
from pipeline.characters.models import Character, MetadataField, MetadataType, TraitValue
from pipeline.jobs.claim import claim_job, this_worker
from pipeline.jobs.models import Job
from pipeline.jobs.run import AttemptRun
from pipeline.scenes.engine import advance
from pipeline.scenes.models import Scene, SceneTypeVersion
from pipeline.scenes.services.scenes import create_scene, start_scene
from pipeline.scenes.services.types import create_scene_type
from pipeline.seeds.models import SeedImage, SeedSlot, Variation, VariationMethod
from studio.core.models import Project, User

WIDTH, HEIGHT = 96, 64

#: A recipe of small and few frames: two segments of 8.
SMALL: dict[str, Any] = {
    "width_px": WIDTH,
    "height_px": HEIGHT,
    "fps_num": 24,
    "fps_den": 1,
    "target_frames": 15,
    "tolerance_frames": 2,
    "segment_min_frames": 6,
    "segment_max_frames": 8,
    "is_elastic": False,
    "window_frames": 3,
    "boundary_threshold_permille": 0,
    "texture_sync": False,
    "prompt": "{name} looks up",
    "extra": {"motion": "push-in", "motion_strength": 0.3},
}


def picture(creator: User, project: Project, shade: int = 3, title: str = "Seed") -> Version:
    """A soft texture of the size of the takes, so that a start frame is taken over exactly."""
    noise = np.random.default_rng(shade).integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    soft = cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 4), None, 20, 235, cv2.NORM_MINMAX)
    target = BytesIO()
    Image.fromarray(soft.astype(np.uint8)).save(target, "PNG")
    return add_asset(
        actor=creator,
        project=project,
        blob=ingest_bytes(target.getvalue(), "image/png"),
        title=title,
        origin=Origin.Code.UPLOAD,
        retention_class=RetentionClass.Code.SOURCE,
    )


def cast_character(
    creator: User, project: Project, name: str = "Mara", *, heroes: str = "ab"
) -> Character:
    """A character whose seed images `heroes` have a hero."""
    slate = f"C{Character.objects.filter(project=project).count() + 1}"
    character = Character.objects.create(
        project=project, name=name, slate_code=slate, created_by=creator
    )
    for slot in SeedSlot.Code:
        seed_image = SeedImage.objects.create(character=character, slot_id=slot.value)
        if slot.code in heroes:
            Variation.objects.create(
                seed_image=seed_image,
                number=1,
                version=picture(creator, project, len(name) + slot, f"{name} {slot.label}"),
                method_id=VariationMethod.Code.UPLOADED,
                is_hero=True,
                created_by=creator,
            )
    return character


def add_field(project: Project, key: str) -> MetadataField:
    """A trait that the project keeps."""
    return MetadataField.objects.create(
        project=project,
        key=key,
        label=key.title(),
        value_type_id=MetadataType.Code.TEXT,
        position=MetadataField.objects.filter(project=project).count(),
    )


def set_value(creator: User, character: Character, field: MetadataField, value: str) -> None:
    """Give a trait its next value."""
    number = TraitValue.objects.filter(character=character, field=field).count() + 1
    TraitValue.objects.create(
        character=character, field=field, number=number, value=value, set_by=creator
    )


def scene_type(
    creator: User, project: Project, name: str = "Portrait", **values: Any
) -> SceneTypeVersion:
    """A scene type by the service, small unless said otherwise."""
    return create_scene_type(actor=creator, project=project, name=name, values={**SMALL, **values})


def draft(creator: User, character: Character, **values: Any) -> Scene:
    """A scene that has not been started."""
    number = character.project.scene_types.count() + 1
    version = scene_type(creator, character.project, f"Type {number}", **values)
    return create_scene(actor=creator, character=character, type_version=version)


def begun(creator: User, character: Character, **values: Any) -> Scene:
    """A scene that was started; nothing has been done for it yet."""
    scene = draft(creator, character, **values)
    start_scene(actor=creator, scene=scene)
    return fresh(scene)


def fresh(scene: Scene) -> Scene:
    """The scene as the database has it."""
    return Scene.objects.select_related("character__project", "type_version", "edit").get(
        pk=scene.pk
    )


def play(scene: Scene, most_jobs: int = 100) -> Scene:
    """Let engine and jobs take turns until nothing is left to do."""
    advance(scene.pk)
    for _ in range(most_jobs):
        if run_next() is None:
            break
        advance(scene.pk)
    return fresh(scene)


def run_next() -> Job | None:
    """Claim and run one job here; None when nothing is ready."""
    attempt = claim_job(this_worker())
    if attempt is None:
        return None
    AttemptRun(attempt).run()
    return Job.objects.get(pk=attempt.job_id)


def still_heartbeat(monkeypatch: Any) -> None:
    """Jobs in a test's transaction: another connection could not see their attempts."""
    monkeypatch.setattr(AttemptRun, "_heartbeat", lambda self: None)
