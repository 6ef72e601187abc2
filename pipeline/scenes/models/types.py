"""Scene types: recipes with versions and inheritance."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from pipeline.operations.models import Offer
from studio.core.access import ProjectScopedQuerySet
from studio.core.lookups import Codes, Lookup
from studio.core.models import Project

__all__ = [
    "Gate",
    "GateLevel",
    "Measure",
    "RandomSeedStrategy",
    "ScenePrompt",
    "SceneType",
    "SceneTypeVersion",
    "StitchMode",
]


class StitchMode(Lookup):
    """A row states how two neighbouring takes can be joined."""

    class Code(Codes):
        """See `pipeline.video.boundary`."""

        STRICT = 1, "strict", "Strict last frame"
        VALIDATED = 2, "validated", "Validated continuity"


class RandomSeedStrategy(Lookup):
    """A row states where the random seeds of a scene's takes come from."""

    class Code(Codes):
        """Derived seeds make a scene repeatable from one number."""

        DERIVED = 1, "derived", "One for the scene, derived by segment"
        FRESH = 2, "fresh", "A new one for each take"

    class Meta(Lookup.Meta):
        verbose_name_plural = "random seed strategies"


class Measure(Lookup):
    """A row states that takes are measured for this, in which unit, and which way is better."""

    class Code(Codes):
        """What the report of `video.examine` holds, by the same codes."""

        DRIFT_MEAN = 1, "drift_mean", "Drift, mean"
        DRIFT_MAX = 2, "drift_max", "Drift, worst"
        LIKENESS_MIN = 3, "likeness_min", "Likeness, worst"
        FLICKER = 4, "flicker", "Temporal steadiness"
        MOTION_MEAN = 5, "motion_mean", "Motion, mean"
        SHARPNESS = 6, "sharpness", "Sharpness"
        EXPOSURE_SHADOWS = 7, "exposure_shadows", "Clipped shadows"
        EXPOSURE_HIGHLIGHTS = 8, "exposure_highlights", "Clipped highlights"
        GRAIN = 9, "grain", "Grain"
        BLACK_FRAMES = 10, "black_frames", "Black frames"
        FROZEN_FRAMES = 11, "frozen_frames", "Frozen frames"

    extras = {
        Code.LIKENESS_MIN: {"is_higher_better": True},
        Code.FLICKER: {"is_higher_better": True},
        Code.SHARPNESS: {"is_higher_better": True},
        Code.GRAIN: {"unit_label": "levels"},
        Code.BLACK_FRAMES: {"unit_label": "frames"},
        Code.FROZEN_FRAMES: {"unit_label": "frames"},
        Code.EXPOSURE_SHADOWS: {"unit_label": "%"},
        Code.EXPOSURE_HIGHLIGHTS: {"unit_label": "%"},
    }

    unit_label = models.CharField(max_length=20, blank=True)
    is_higher_better = models.BooleanField(default=False)


class SceneTypeQuerySet(ProjectScopedQuerySet["SceneType"]):
    """Scene types, and who sees them."""


class SceneType(models.Model):
    """A row states that a project has a recipe of this name; what it says is in its versions."""

    code = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="scene_types")
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=40)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = SceneTypeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "slug"], name="scene_type_slug_once"),
            models.CheckConstraint(condition=~Q(name=""), name="scene_type_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


#: Columns that a version of a scene type states, or inherits when they are empty.
INHERITABLE = (
    "offer",
    "width_px",
    "height_px",
    "fps_num",
    "fps_den",
    "target_frames",
    "tolerance_frames",
    "segment_min_frames",
    "segment_max_frames",
    "is_elastic",
    "stitch_mode",
    "window_frames",
    "boundary_threshold_permille",
    "anchor_weight_permille",
    "texture_sync",
    "seed_strategy",
)


class SceneTypeVersion(models.Model):
    """A row states what a recipe says from this version on; never changed.

    An empty field is inherited from the version of another scene type, `parent`; a version without
    a parent has them all. Lengths are frames at `fps_num / fps_den`; `extra` holds the operation's
    own further parameters. The prompt is in `ScenePrompt`, with the same rule.
    """

    scene_type = models.ForeignKey(SceneType, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="children", null=True, blank=True
    )
    offer = models.ForeignKey(
        Offer, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    width_px = models.PositiveIntegerField(null=True, blank=True)
    height_px = models.PositiveIntegerField(null=True, blank=True)
    fps_num = models.PositiveIntegerField(null=True, blank=True)
    fps_den = models.PositiveIntegerField(null=True, blank=True)
    target_frames = models.PositiveIntegerField(null=True, blank=True)
    tolerance_frames = models.PositiveIntegerField(null=True, blank=True)
    segment_min_frames = models.PositiveIntegerField(null=True, blank=True)
    segment_max_frames = models.PositiveIntegerField(null=True, blank=True)
    is_elastic = models.BooleanField(null=True, blank=True)
    stitch_mode = models.ForeignKey(
        StitchMode, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    window_frames = models.PositiveIntegerField(null=True, blank=True)
    boundary_threshold_permille = models.PositiveSmallIntegerField(null=True, blank=True)
    anchor_weight_permille = models.PositiveSmallIntegerField(null=True, blank=True)
    texture_sync = models.BooleanField(null=True, blank=True)
    seed_strategy = models.ForeignKey(
        RandomSeedStrategy, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    extra = models.JSONField(default=dict, blank=True)
    note = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scene_type", "number"], name="scene_type_version_number_once"
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=False)
                | Q(**{f"{name}__isnull": False for name in INHERITABLE}),
                name="scene_type_version_complete_without_parent",
            ),
            models.CheckConstraint(
                condition=Q(segment_min_frames=None)
                | Q(segment_max_frames=None)
                | Q(segment_min_frames__lte=F("segment_max_frames"), segment_min_frames__gte=2),
                name="scene_type_version_segment_range",
            ),
            models.CheckConstraint(
                condition=Q(boundary_threshold_permille=None)
                | Q(boundary_threshold_permille__lte=1000),
                name="scene_type_version_threshold_range",
            ),
            models.CheckConstraint(
                condition=Q(anchor_weight_permille=None) | Q(anchor_weight_permille__lte=1000),
                name="scene_type_version_anchor_range",
            ),
            models.CheckConstraint(
                condition=(Q(fps_num=None) & Q(fps_den=None))
                | Q(fps_num__isnull=False, fps_den__isnull=False, fps_num__gt=0, fps_den__gt=0),
                name="scene_type_version_fps_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scene_type} v{self.number}"


class ScenePrompt(models.Model):
    """A row states the prompt templates that a version of a scene type sets.

    A version without a row inherits them. `{name}` and the keys of the project's metadata are
    slots that a character's traits fill.
    """

    type_version = models.OneToOneField(
        SceneTypeVersion, on_delete=models.CASCADE, related_name="prompt"
    )
    template = models.TextField(blank=True)
    negative_template = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.template[:80]


class GateLevel(Lookup):
    """A row states what becomes of a take that does not pass a gate."""

    class Code(Codes):
        """A failed take stops the scene until a person says how to go on."""

        WARN = 1, "warn", "Warn"
        FAIL = 2, "fail", "Stop"


class Gate(models.Model):
    """A row states between which figures a measure of a take must lie.

    A version's own gate for a measure replaces the one it would inherit.
    """

    type_version = models.ForeignKey(
        SceneTypeVersion, on_delete=models.CASCADE, related_name="gates"
    )
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="+")
    level = models.ForeignKey(GateLevel, on_delete=models.PROTECT, related_name="+")
    least_score = models.FloatField(null=True, blank=True)
    most_score = models.FloatField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["type_version", "measure"], name="gate_measure_once"),
            models.CheckConstraint(
                condition=Q(least_score__isnull=False) | Q(most_score__isnull=False),
                name="gate_has_a_limit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} in {self.type_version}"
