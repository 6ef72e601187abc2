"""Takes, and what was measured on them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from assets.models import Version
from pipeline.jobs.models import Job
from pipeline.scenes.models.scenes import Segment
from pipeline.scenes.models.types import Measure
from studio.core.access import ProjectScopedQuerySet

__all__ = ["Take", "TakeExamination", "TakeMeasure", "TakeSample"]


class TakeQuerySet(ProjectScopedQuerySet["Take"]):
    """Takes, and who sees them."""

    project_path = "segment__scene__character__project"


class Take(models.Model):
    """A row states that a clip was asked for a segment, by which job, from which first picture.

    No `version` means that the clip is not there yet, or never will be: the job tells.
    """

    code = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="takes")
    number = models.PositiveIntegerField()
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="take")
    start_image = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    end_image = models.ForeignKey(
        Version,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="Picture that it was asked to end on",
    )
    version = models.OneToOneField(
        Version, on_delete=models.PROTECT, related_name="take", null=True, blank=True
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TakeQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["segment", "number"], name="take_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.segment} · take {self.number}"


class TakeExamination(models.Model):
    """A row states that a take is examined by a job, and what came of it.

    `end_frame` is where the take ends (0-based) and `end_picture` that frame, without loss. Both
    are there when the job has succeeded, with the number of frames of the clip.
    """

    take = models.OneToOneField(Take, on_delete=models.CASCADE, related_name="examination")
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="examination")
    frames = models.PositiveIntegerField(null=True, blank=True)
    end_frame = models.PositiveIntegerField(null=True, blank=True)
    end_picture = models.ForeignKey(
        Version, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(frames=None, end_frame=None, end_picture=None)
                | Q(
                    frames__isnull=False,
                    end_frame__isnull=False,
                    end_picture__isnull=False,
                    end_frame__lt=models.F("frames"),
                ),
                name="take_examination_whole",
            )
        ]

    def __str__(self) -> str:
        return f"Examination of {self.take}"


class TakeMeasure(models.Model):
    """A row states what a measure says of a whole take; the unit is the measure's."""

    take = models.ForeignKey(Take, on_delete=models.CASCADE, related_name="measures")
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="+")
    score = models.FloatField()
    method = models.CharField(max_length=60, blank=True, help_text="Which model or formula spoke")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["take", "measure"], name="take_measure_once")
        ]

    def __str__(self) -> str:
        return f"{self.measure}: {self.score:.3f}"


class TakeSample(models.Model):
    """A row states how far a sampled frame of a take is from Seed A, and how much moves there."""

    take = models.ForeignKey(Take, on_delete=models.CASCADE, related_name="samples")
    frame = models.PositiveIntegerField()
    drift_score = models.FloatField()
    motion_score = models.FloatField()
    flicker_score = models.FloatField()

    class Meta:
        ordering = ["frame"]
        constraints = [models.UniqueConstraint(fields=["take", "frame"], name="take_sample_once")]

    def __str__(self) -> str:
        return f"{self.take} frame {self.frame}"
