"""Boundaries between takes, their measurements, and the bridges that heal them."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from assets.models import Version
from pipeline.jobs.models import Job
from pipeline.scenes.models.takes import Take
from studio.core.access import ProjectScopedQuerySet
from studio.core.lookups import Codes, Lookup

__all__ = [
    "Boundary",
    "BoundaryMeasurement",
    "Bridge",
    "BridgeKey",
    "BridgeResult",
    "HealMethod",
]


class BoundaryQuerySet(ProjectScopedQuerySet["Boundary"]):
    """Boundaries, and who sees them."""

    project_path = "left_take__segment__scene__character__project"


class Boundary(models.Model):
    """A row states that two takes meet, trimmed at `left_out` and at `right_in`.

    The same two takes with the same trims are the same boundary, wherever they meet in the history
    of the scene: it is measured and healed once. `left_out` is the first frame that is not shown
    of the left take's range, `right_in` the first that is of the right one's.
    """

    code = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    left_take = models.ForeignKey(Take, on_delete=models.CASCADE, related_name="boundaries_after")
    left_out = models.PositiveIntegerField()
    right_take = models.ForeignKey(Take, on_delete=models.CASCADE, related_name="boundaries_before")
    right_in = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = BoundaryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "boundaries"
        constraints = [
            models.UniqueConstraint(
                fields=["left_take", "left_out", "right_take", "right_in"], name="boundary_once"
            ),
            models.CheckConstraint(
                condition=~Q(left_take=F("right_take")), name="boundary_of_two_takes"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.left_take} | {self.right_take}"


class BoundaryMeasurement(models.Model):
    """A row states that a boundary is measured by a job, and what came of it.

    The join found: the left take is shown up to, but without, `left_frame`, the right one from
    `right_frame`. Scores are 0–1, higher is better; all figures are there once the job succeeded.
    """

    boundary = models.OneToOneField(Boundary, on_delete=models.CASCADE, related_name="measurement")
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="measurement")
    left_frame = models.PositiveIntegerField(null=True, blank=True)
    right_frame = models.PositiveIntegerField(null=True, blank=True)
    boundary_score = models.FloatField(null=True, blank=True)
    ssim_score = models.FloatField(null=True, blank=True)
    phash_distance = models.PositiveSmallIntegerField(null=True, blank=True)
    motion_score = models.FloatField(null=True, blank=True)
    grain_ratio = models.FloatField(null=True, blank=True)
    is_passed = models.BooleanField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    left_frame=None,
                    right_frame=None,
                    boundary_score=None,
                    ssim_score=None,
                    phash_distance=None,
                    motion_score=None,
                    is_passed=None,
                )
                | Q(
                    left_frame__isnull=False,
                    right_frame__isnull=False,
                    boundary_score__isnull=False,
                    ssim_score__isnull=False,
                    phash_distance__isnull=False,
                    motion_score__isnull=False,
                    is_passed__isnull=False,
                ),
                name="boundary_measurement_whole",
            )
        ]

    def __str__(self) -> str:
        return f"Measurement of {self.boundary}"


class HealMethod(Lookup):
    """A row states how a bridge can be made."""

    class Code(Codes):
        """See `pipeline.video.heal`."""

        AUTO = 1, "auto", "Best of all"
        NORMALISE = 2, "normalise", "Transition normalisation"
        MORPH = 3, "morph", "Optical-flow morph"
        BOTH = 4, "both", "Normalisation, then morph"


class Bridge(models.Model):
    """A row states that a bridge was asked for a boundary, by which job and method."""

    code = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    boundary = models.ForeignKey(Boundary, on_delete=models.CASCADE, related_name="bridges")
    number = models.PositiveIntegerField()
    method = models.ForeignKey(HealMethod, on_delete=models.PROTECT, related_name="+")
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="bridge")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["boundary", "number"], name="bridge_number_once")
        ]

    def __str__(self) -> str:
        return f"Bridge {self.number} of {self.boundary}"


class BridgeResult(models.Model):
    """A row states what a bridge is: a clip, what it stands for on both sides, how well it does.

    It stands for the frames [`left_frame`, left end) of the left take's range and the frames
    [right start, `right_frame`) of the right one's. It may be used only when it `is_better`.
    """

    bridge = models.OneToOneField(Bridge, on_delete=models.CASCADE, related_name="result")
    version = models.OneToOneField(Version, on_delete=models.PROTECT, related_name="bridge")
    frames = models.PositiveIntegerField()
    left_frame = models.PositiveIntegerField(help_text="First frame of the left take not shown")
    right_frame = models.PositiveIntegerField(help_text="First frame of the right take shown after")
    before_score = models.FloatField()
    after_score = models.FloatField()
    is_better = models.BooleanField()
    reason = models.CharField(max_length=300, blank=True)
    method_used = models.ForeignKey(HealMethod, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(frames__gt=0), name="bridge_result_has_frames")
        ]

    def __str__(self) -> str:
        return f"{self.bridge}: {self.before_score:.2f} → {self.after_score:.2f}"


class BridgeKey(models.Model):
    """A row states which transform normalisation gave a frame of a bridge; for hand-off."""

    result = models.ForeignKey(BridgeResult, on_delete=models.CASCADE, related_name="keys")
    frame = models.PositiveIntegerField(help_text="Of the bridge, 0-based")
    scale_ratio = models.FloatField()
    shift_x_px = models.FloatField()
    shift_y_px = models.FloatField()
    roll_deg = models.FloatField()

    class Meta:
        ordering = ["frame"]
        constraints = [models.UniqueConstraint(fields=["result", "frame"], name="bridge_key_once")]

    def __str__(self) -> str:
        return f"{self.result} frame {self.frame}"
