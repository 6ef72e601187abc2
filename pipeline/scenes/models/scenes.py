"""Scenes and their segments."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from assets.models import Version
from pipeline.characters.models import Character
from pipeline.scenes.models.types import SceneTypeVersion
from studio.core.access import ProjectScopedQuerySet
from studio.core.lookups import Codes, Lookup, Transition

__all__ = ["Scene", "SceneState", "SceneStateTransition", "Segment"]


class SceneState(Lookup):
    """A row states that a scene can be in this state."""

    class Code(Codes):
        """What the studio is doing for the scene."""

        DRAFT = 1, "draft", "Not started"
        GENERATING = 2, "generating", "Generating"
        PAUSED = 3, "paused", "Paused"
        STOPPED = 4, "stopped", "Needs a person"
        READY = 5, "ready", "Ready"
        CANCELLED = 6, "cancelled", "Cancelled"


S = SceneState.Code


class SceneStateTransition(Transition):
    """A row states that a scene may go from one state to another."""

    from_state = models.ForeignKey(
        SceneState, on_delete=models.CASCADE, null=True, related_name="ways_out"
    )
    to_state = models.ForeignKey(SceneState, on_delete=models.CASCADE, related_name="ways_in")

    allowed = (
        (None, S.DRAFT),
        (S.DRAFT, S.GENERATING),
        (S.DRAFT, S.CANCELLED),
        (S.GENERATING, S.PAUSED),
        (S.GENERATING, S.STOPPED),
        (S.GENERATING, S.READY),
        (S.GENERATING, S.CANCELLED),
        (S.PAUSED, S.GENERATING),
        (S.PAUSED, S.CANCELLED),
        (S.STOPPED, S.GENERATING),
        (S.STOPPED, S.CANCELLED),
        (S.READY, S.GENERATING),  # something is redone, or the scene gets longer
        (S.CANCELLED, S.GENERATING),
    )


class SceneQuerySet(ProjectScopedQuerySet["Scene"]):
    """Scenes, and who sees them."""

    project_path = "character__project"


class Scene(models.Model):
    """A row states that a character is shown by a scene type, from which seed images, and how far.

    `random_seed` is the one that those of the takes derive from. `edit` is where the scene stands
    in its history. `stop_reason` tells what a person must decide. `version` grows with each change
    that pages show.
    """

    code = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    character = models.ForeignKey(Character, on_delete=models.PROTECT, related_name="scenes")
    type_version = models.ForeignKey(
        SceneTypeVersion, on_delete=models.PROTECT, related_name="scenes"
    )
    number = models.PositiveIntegerField(help_text="Within the character")
    title = models.CharField(max_length=120)
    state = models.ForeignKey(
        SceneState, on_delete=models.PROTECT, related_name="+", default=SceneState.Code.DRAFT
    )
    stop_reason = models.CharField(max_length=400, blank=True)
    random_seed = models.BigIntegerField()
    seed_a = models.ForeignKey(
        Version, on_delete=models.PROTECT, related_name="+", help_text="Portrait it is measured by"
    )
    seed_b = models.ForeignKey(
        Version, on_delete=models.PROTECT, related_name="+", help_text="First picture"
    )
    edit = models.ForeignKey(
        "pipeline.SceneEdit", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="scenes"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)

    objects = SceneQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["character", "number"], name="scene_number_once"),
            models.CheckConstraint(
                condition=(Q(state=SceneState.Code.STOPPED) & ~Q(stop_reason=""))
                | (~Q(state=SceneState.Code.STOPPED) & Q(stop_reason="")),
                name="scene_stopped_says_why",
            ),
            models.CheckConstraint(condition=Q(random_seed__gte=0), name="scene_seed_not_negative"),
        ]
        indexes = [
            # the sweeper's search for scenes that should go on
            models.Index(
                fields=["id"],
                condition=Q(state=SceneState.Code.GENERATING),
                name="scene_generating",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SegmentQuerySet(ProjectScopedQuerySet["Segment"]):
    """Segments, and who sees them."""

    project_path = "scene__character__project"


class Segment(models.Model):
    """A row states that a scene has a segment; `number` tells the order in which they were made.

    At which position it stands, and with which take, is in the scene's history.
    """

    code = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    scene = models.ForeignKey(Scene, on_delete=models.CASCADE, related_name="segments")
    number = models.PositiveIntegerField()
    frames_wanted = models.PositiveIntegerField(help_text="To ask the provider for")

    objects = SegmentQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["scene", "number"], name="segment_number_once"),
            models.CheckConstraint(condition=Q(frames_wanted__gte=2), name="segment_has_frames"),
        ]

    def __str__(self) -> str:
        return f"{self.scene} · segment {self.number}"
