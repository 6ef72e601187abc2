"""The demo project “First light”: from a public-domain portrait to a delivered cut.

Everything is made by the services that people use and by jobs that the task processes run. Each
step first looks whether its result is there, so the builder may be stopped anywhere and run again:
it goes on where it was and makes nothing twice.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from assets.library.services import add_asset
from assets.models import MediaType, Origin, RetentionClass, Version
from assets.storage.store import ingest_bytes
from pipeline.characters.models import Character, MetadataType, RightsBasis
from pipeline.characters.queries import current_traits, fields_of, rights_standing
from pipeline.characters.services import (
    create_character,
    define_field,
    record_rights,
    set_traits,
)
from pipeline.delivery.models import Delivery
from pipeline.delivery.services import create_delivery
from pipeline.jobs.models import Job, JobState
from pipeline.jobs.states import FINAL
from pipeline.review.models import FinalApproval, VerdictKind
from pipeline.review.queries import current_verdicts
from pipeline.review.services import approve_final, give_verdict
from pipeline.scenes.models import Cut, Scene, SceneState, SceneType, SceneTypeVersion, Segment
from pipeline.scenes.moves import works
from pipeline.scenes.services.cuts import render_cut
from pipeline.scenes.services.generation import resume_scene, start_scene
from pipeline.scenes.services.redo import redo_segments
from pipeline.scenes.services.scenes import create_scene
from pipeline.scenes.services.types import create_scene_type
from pipeline.seeds.models import CheckVerdict, SeedImage, SeedSlot, Variation
from pipeline.seeds.queries import hero, with_files
from pipeline.seeds.services import (
    choose_hero,
    request_forward,
    upload_variation,
    waive_warning,
)
from studio.core.access import RoleCode
from studio.core.errors import Unavailable
from studio.core.models import Project, User
from studio.core.services import create_project

log = logging.getLogger(__name__)

PROJECT_NAME, CHARACTER_NAME = "First light", "Astronaut"
TYPE_NAME, SCENE_TITLE, DELIVERY_TITLE = "Launch morning", "Launch morning", "First light, cut 1"
PORTRAIT_NOTE = "Eileen Collins, photographed by NASA; public domain, as shipped with scikit-image."
AGAIN = "Run `manage.py demo`: it goes on where it stopped."

#: Key, label, value of what the project keeps of its characters; the setting is one of a list.
_TRAITS = (
    ("hair", "Hair", "short, dark blond"),
    ("wardrobe", "Wardrobe", "an orange launch suit"),
    ("setting", "Setting", "by the sea at dawn"),
)
_SETTINGS = ("by the sea at dawn", "crew quarters", "orbit")
#: What the last segment is redone with: known faults, so that there is a join to be healed.
FAULTS = {"fault_shift_x_px": 6.0, "fault_roll_degrees": 1.0, "fault_cast_red": 10.0}
ANOTHER_MOVE = {"motion": "orbit-left"}
REDONE = 3

#: Two builders at once: the second leaves it to the first. Any number nobody else locks.
_LOCK = 0x5EEDF0DE


@dataclass(frozen=True)
class Sizes:
    """How large and how long everything is."""

    width_px: int = 640
    height_px: int = 360
    segment_frames: int = 24
    segments: int = 6
    foundation_px: tuple[int, int] = (1280, 720)
    foundations: int = 2


@dataclass(frozen=True)
class Patience:
    """How results of the task processes are waited for.

    `rest` is called between two looks; `seconds` is how long one result may take.
    """

    rest: Callable[[], None] = lambda: time.sleep(0.25)
    seconds: float = 900.0

    def until(self, what: str, look: Callable[[], bool]) -> None:
        """Wait until `look` says yes.

        Raises:
            Unavailable: it takes too long.
        """
        log.info("%s: %s", PROJECT_NAME, what)
        end = time.monotonic() + self.seconds
        while not look():
            if time.monotonic() > end:
                raise Unavailable(f"{what}: nothing came within {self.seconds:g} s.", remedy=AGAIN)
            self.rest()


def build(sizes: Sizes | None = None, patience: Patience | None = None) -> None:
    """Make the project and all that is in it, and wait for the jobs; nothing when it is there.

    Needs task processes that run beside it.

    Raises:
        Unavailable: a job failed or took too long; run it again.
    """
    admin = User.objects.filter(role_id=RoleCode.ADMIN, is_active=True).order_by("pk").first()
    if admin is None:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            log.info("%s is being made by another process.", PROJECT_NAME)
            return
        try:
            _Builder(admin, sizes or Sizes(), patience or Patience()).build()
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def portrait() -> bytes:
    """The picture that the demo starts from, a PNG of 512 × 512 pixels."""
    import skimage.data  # slow to import, and only this needs it

    return (Path(skimage.data.__file__).parent / "astronaut.png").read_bytes()


@dataclass(frozen=True)
class _Builder:
    """One run of the builder, for one person."""

    actor: User
    sizes: Sizes
    patience: Patience

    def build(self) -> None:
        """All steps, in order."""
        project = Project.objects.filter(owner=self.actor, name=PROJECT_NAME).first()
        if project is not None and (
            project.archived_at is not None or Delivery.objects.filter(project=project).exists()
        ):
            return  # what people have made of it since is theirs
        project = project or create_project(actor=self.actor, name=PROJECT_NAME)
        character = self.character(project)
        self.portrait(character)
        self.foundation(character)
        scene = self.scene(character, self.scene_type(project))
        self.generate(scene)
        self.redo(scene, REDONE, ANOTHER_MOVE)
        self.redo(scene, self.sizes.segments, FAULTS)
        self.deliver(project, self.final_cut(scene))

    # --- the character ------------------------------------------------------------------------

    def character(self, project: Project) -> Character:
        """The character with its traits and its rights record."""
        known = {field.key for field in fields_of(project)}
        for key, label, _value in _TRAITS:
            if key not in known:
                is_choice = key == "setting"
                define_field(
                    actor=self.actor,
                    project=project,
                    key=key,
                    label=label,
                    value_type=MetadataType.Code.CHOICE if is_choice else MetadataType.Code.TEXT,
                    is_required=key == "wardrobe",
                    options=_SETTINGS if is_choice else (),
                )
        found = Character.objects.filter(project=project, name=CHARACTER_NAME).first()
        character = found or create_character(
            actor=self.actor, project=project, name=CHARACTER_NAME, notes=PORTRAIT_NOTE
        )
        if not current_traits(character):
            values = {key: value for key, _label, value in _TRAITS}
            set_traits(actor=self.actor, character=character, values=values)
        if not rights_standing(character).is_valid:
            record_rights(
                actor=self.actor,
                character=character,
                basis=RightsBasis.Code.LICENCE,
                holder="NASA, public domain",
                note=PORTRAIT_NOTE,
            )
        return character

    def portrait(self, character: Character) -> None:
        """Seed A: the portrait, uploaded, checked, chosen."""
        seed_image = _seed_image(character, SeedSlot.Code.A)
        if not seed_image.variations.exists():
            version = self._upload(character.project)
            upload_variation(actor=self.actor, seed_image=seed_image, version=version)
        self._choose(seed_image)

    def _upload(self, project: Project) -> Version:
        content = portrait()
        digest = hashlib.sha256(content).hexdigest()
        known = Version.objects.filter(asset__project=project, blob__sha256=digest).first()
        return known or add_asset(
            actor=self.actor,
            project=project,
            blob=ingest_bytes(content, MediaType.Code.PNG),
            title="Portrait of an astronaut",
            caption=PORTRAIT_NOTE,
            origin=Origin.Code.UPLOAD,
            retention_class=RetentionClass.Code.SOURCE,
            file_name="astronaut.png",
        )

    def foundation(self, character: Character) -> None:
        """Seed B: made from Seed A, checked, chosen."""
        seed_image = _seed_image(character, SeedSlot.Code.B)
        jobs = Job.objects.filter(seed_request__seed_image=seed_image)
        if not seed_image.variations.exists() and not jobs.exclude(state_id__in=FINAL).exists():
            width, height = self.sizes.foundation_px
            request_forward(
                actor=self.actor,
                seed_image=seed_image,
                parameters={
                    "prompt": "calm sea at dawn, long clouds",
                    "width_px": width,
                    "height_px": height,
                    "variations": self.sizes.foundations,
                    "random_seed": 1969,
                },
            )
        self.patience.until("Seed B is made", lambda: not jobs.exclude(state_id__in=FINAL).exists())
        if not seed_image.variations.exists():
            raise Unavailable("The job that makes Seed B failed.", remedy=AGAIN)
        self._choose(seed_image)

    def _choose(self, seed_image: SeedImage) -> None:
        """Make the candidate with the fewest warnings, then the best likeness, the hero."""
        if hero(seed_image.character, SeedSlot.Code(seed_image.slot_id)) is not None:
            return
        rows = seed_image.variations.filter(discarded_at=None)
        self.patience.until(
            f"{seed_image} is checked", lambda: not rows.filter(checks=None).exists()
        )
        best = min(with_files(rows), key=_rank)
        for check in best.checks.all():
            if check.verdict_id == CheckVerdict.Code.WARN and not hasattr(check, "waiver"):
                waive_warning(actor=self.actor, result=check, reason="Good enough for a demo.")
        choose_hero(actor=self.actor, variation=best)

    # --- the scene ----------------------------------------------------------------------------

    def scene_type(self, project: Project) -> SceneTypeVersion:
        """The recipe."""
        scene_type = SceneType.objects.filter(project=project, name=TYPE_NAME).first()
        if scene_type is not None:
            return scene_type.versions.order_by("number")[0]
        frames, segments = self.sizes.segment_frames, self.sizes.segments
        return create_scene_type(
            actor=self.actor,
            project=project,
            name=TYPE_NAME,
            values={
                "width_px": self.sizes.width_px,
                "height_px": self.sizes.height_px,
                "fps_num": 24,
                "target_frames": segments * (frames - 1) + 1,
                "tolerance_frames": 0,
                "segment_min_frames": frames,
                "segment_max_frames": frames,
                "is_elastic": False,
                "prompt": "{name} in {wardrobe}, {setting}, breathing calmly",
                "negative_prompt": "rain",
                "gates": [{"measure": "drift_max", "level": "warn", "most": 0.5}],
                "extra": {"motion_strength": 0.9},
                "note": "Six short segments, each beginning where the last one ends.",
            },
        )

    def scene(self, character: Character, version: SceneTypeVersion) -> Scene:
        """The scene."""
        found = Scene.objects.filter(character=character, type_version=version).first()
        return found or create_scene(
            actor=self.actor, character=character, type_version=version, title=SCENE_TITLE
        )

    def generate(self, scene: Scene) -> None:
        """All segments, their boundaries measured and healed; resumed where it stopped."""
        scene.refresh_from_db()
        if scene.state_id == SceneState.Code.DRAFT:
            start_scene(actor=self.actor, scene=scene)
        elif scene.state_id not in (SceneState.Code.GENERATING, SceneState.Code.READY):
            resume_scene(actor=self.actor, scene=scene)
        self._wait_for(scene, "the segments are generated")

    def redo(self, scene: Scene, number: int, changes: Mapping[str, object]) -> None:
        """Another take of a segment, shown when it is there."""
        segment = Segment.objects.get(scene=scene, number=number)
        failed = (JobState.Code.FAILED, JobState.Code.CANCELLED)
        if not segment.takes.filter(number__gt=1).exclude(job__state_id__in=failed).exists():
            redo_segments(
                actor=self.actor, scene=scene, segments=[segment], changes=changes, select=True
            )
        self._wait_for(scene, f"segment {segment.number} is redone")

    def _wait_for(self, scene: Scene, what: str) -> None:
        """Wait until nothing is under way for the scene.

        Raises:
            Unavailable: the scene needs a person.
        """

        def is_done() -> bool:
            scene.refresh_from_db()
            if scene.state_id not in (SceneState.Code.GENERATING, SceneState.Code.READY):
                raise Unavailable(f"“{scene}” stopped. {scene.stop_reason}", remedy=AGAIN)
            return scene.state_id == SceneState.Code.READY and not works(scene)

        self.patience.until(what, is_done)

    # --- the cut ------------------------------------------------------------------------------

    def final_cut(self, scene: Scene) -> Cut:
        """The scene as it stands: rendered, approved, declared final."""
        asked = render_cut(actor=self.actor, scene=scene)

        def is_there() -> bool:
            state = Job.objects.values_list("state_id", flat=True).get(pk=asked.job_id)
            if state in (JobState.Code.FAILED, JobState.Code.CANCELLED):
                raise Unavailable("The cut was not rendered.", remedy=AGAIN)
            return Cut.objects.filter(pk=asked.pk).exclude(version=None).exists()

        self.patience.until("the cut is rendered", is_there)
        cut = _cut(asked.pk)
        if not current_verdicts(cuts=[cut.pk]):
            note = "Calm, and the join into the last segment holds."
            kind = VerdictKind.Code.APPROVED
            give_verdict(actor=self.actor, subject=cut, kind=kind, note=note)
        if not FinalApproval.objects.filter(cut=cut).exists():
            approve_final(actor=self.actor, cut=cut, note="Watched to the end; the joins hold.")
        return _cut(asked.pk)

    def deliver(self, project: Project, cut: Cut) -> None:
        """The package."""
        delivery = create_delivery(
            actor=self.actor,
            project=project,
            cuts=[cut],
            title=DELIVERY_TITLE,
            recipient="Editorial",
            note="Made by the demo; see the scene for how.",
        )
        package = delivery.packages.get()
        jobs = Job.objects.filter(pk=package.job_id, state_id__in=FINAL)
        self.patience.until("the delivery is packed", jobs.exists)
        if not delivery.packages.exclude(version=None).exists():
            raise Unavailable("The delivery was not packed.", remedy="Pack it again on its page.")


def _seed_image(character: Character, slot: SeedSlot.Code) -> SeedImage:
    rows = SeedImage.objects.select_related("character__project")
    return rows.get(character=character, slot=slot)


def _rank(variation: Variation) -> tuple[int, float]:
    """Fails count more than any warnings; among equals the best likeness comes first."""
    verdicts = [check.verdict_id for check in variation.checks.all()]
    worst = sum(10 if v == CheckVerdict.Code.FAIL else v - 1 for v in verdicts)
    return worst, -(variation.likeness_score or 0.0)


def _cut(pk: int) -> Cut:
    """A cut with what approving and delivering it read."""
    rows = Cut.objects.select_related(
        "scene__character__project",
        "scene__type_version__scene_type",
        "version__blob",
        "version__asset",
        "profile",
        "created_by",
        "edit",
        "final_approval__approved_by",
    )
    return rows.get(pk=pk)
