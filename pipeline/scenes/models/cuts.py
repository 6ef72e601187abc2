"""Cuts: rendered versions of a scene."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from assets.models import Version
from pipeline.jobs.models import Job
from pipeline.scenes.models.boundaries import Bridge
from pipeline.scenes.models.history import SceneEdit
from pipeline.scenes.models.scenes import Scene
from pipeline.scenes.models.takes import Take
from pipeline.seeds.models import CheckVerdict
from studio.core.access import ProjectScopedQuerySet
from studio.core.lookups import Codes, Lookup
from studio.core.models import Project

__all__ = ["CodecProfile", "Cut", "CutFinding", "CutPiece", "CutPoster", "CutSettings"]


class CodecProfile(Lookup):
    """A row states that cuts can be rendered by this profile of `pipeline.video.encoding`."""

    class Code(Codes):
        """From review copies to masters."""

        H264 = 1, "h264", "H.264 · MP4"
        H265 = 2, "h265", "H.265 · MP4"
        AV1 = 3, "av1", "AV1 · MP4"
        PRORES = 4, "prores-422", "ProRes 422 · MOV"
        PNG = 5, "png-sequence", "PNG sequence · ZIP"


class CutSettings(models.Model):
    """A row states how a project renders its cuts; without one, H.264."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="cut_settings")
    profile = models.ForeignKey(CodecProfile, on_delete=models.PROTECT, related_name="+")
    first_frame_number = models.PositiveIntegerField(
        default=0, help_text="How frames are counted for people: from 0, 1 or 1001"
    )

    class Meta:
        verbose_name_plural = "cut settings"

    def __str__(self) -> str:
        return f"{self.project}: {self.profile}"


class CutQuerySet(ProjectScopedQuerySet["Cut"]):
    """Cuts, and who sees them."""

    project_path = "scene__character__project"


class Cut(models.Model):
    """A row states that a scene, as an edit left it, was rendered by a job with a profile.

    No `version` means that the file is not there yet, or never will be: the job tells.
    """

    code = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    scene = models.ForeignKey(Scene, on_delete=models.CASCADE, related_name="cuts")
    number = models.PositiveIntegerField()
    edit = models.ForeignKey(SceneEdit, on_delete=models.PROTECT, related_name="cuts")
    profile = models.ForeignKey(CodecProfile, on_delete=models.PROTECT, related_name="+")
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="cut")
    version = models.OneToOneField(
        Version, on_delete=models.PROTECT, related_name="cut", null=True, blank=True
    )
    frames = models.PositiveIntegerField(help_text="By plan")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CutQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scene", "number"], name="cut_number_once"),
            models.CheckConstraint(condition=Q(frames__gt=0), name="cut_has_frames"),
        ]

    def __str__(self) -> str:
        return f"{self.scene} · cut {self.number}"


class CutPoster(models.Model):
    """A row states which frame of a cut stands for it."""

    cut = models.OneToOneField(Cut, on_delete=models.CASCADE, related_name="poster")
    frame = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.cut} frame {self.frame}"


class CutPiece(models.Model):
    """A row states what a cut shows from `start_frame` on: [in, out) of a take or of a bridge."""

    cut = models.ForeignKey(Cut, on_delete=models.CASCADE, related_name="pieces")
    position = models.PositiveIntegerField()
    take = models.ForeignKey(
        Take, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    bridge = models.ForeignKey(
        Bridge, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    in_frame = models.PositiveIntegerField()
    out_frame = models.PositiveIntegerField()
    start_frame = models.PositiveIntegerField(help_text="Of the cut")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["cut", "position"], name="cut_piece_position_once"),
            models.CheckConstraint(
                condition=Q(take=None) ^ Q(bridge=None), name="cut_piece_take_or_bridge"
            ),
            models.CheckConstraint(
                condition=Q(in_frame__lt=F("out_frame")), name="cut_piece_shows_frames"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.take or self.bridge} [{self.in_frame}, {self.out_frame})"


class CutFinding(models.Model):
    """A row states what the compliance report of a cut found for one check."""

    cut = models.ForeignKey(Cut, on_delete=models.CASCADE, related_name="findings")
    name = models.CharField(max_length=40, help_text="As `pipeline.video.compliance` calls it")
    wanted = models.CharField(max_length=120)
    found = models.CharField(max_length=120)
    verdict = models.ForeignKey(CheckVerdict, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cut", "name"], name="cut_finding_once")]

    def __str__(self) -> str:
        return f"{self.name}: {self.verdict}"
