"""Seed images: two for a character, variations of each, checks of each variation."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from assets.models import Version
from pipeline.characters.models import Character
from pipeline.jobs.models import Job
from studio.core.access import ProjectScopedQuerySet
from studio.core.lookups import Codes, Lookup
from studio.core.models import Project

__all__ = [
    "CheckResult",
    "CheckVerdict",
    "CheckWaiver",
    "SeedCheck",
    "SeedImage",
    "SeedSlot",
    "SeedThreshold",
    "Variation",
    "VariationJob",
    "VariationMethod",
]


class SeedSlot(Lookup):
    """A row states which part a seed image plays."""

    class Code(Codes):
        """The two that every character has."""

        A = 1, "a", "Seed A · portrait"
        B = 2, "b", "Seed B · foundation"


class SeedImageQuerySet(ProjectScopedQuerySet["SeedImage"]):
    """Seed images, and who sees them."""

    project_path = "character__project"


class SeedImage(models.Model):
    """A row states that a character has this seed image; how it looks is in its variations."""

    code = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    character = models.ForeignKey(Character, on_delete=models.CASCADE, related_name="seed_images")
    slot = models.ForeignKey(SeedSlot, on_delete=models.PROTECT, related_name="+")

    objects = SeedImageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["character", "slot"], name="seed_image_slot_once")
        ]

    def __str__(self) -> str:
        return f"{self.character} · {SeedSlot.Code(self.slot_id).label}"


class VariationMethod(Lookup):
    """A row states how a variation can come into being."""

    class Code(Codes):
        """By hand, from the other seed image, or from variations of the same."""

        UPLOADED = 1, "uploaded", "Uploaded"
        FORWARD = 2, "forward", "Forward, from Seed A"
        REVERSE = 3, "reverse", "Reverse, from Seed B"
        REFINED = 4, "refined", "Refined"
        CROPPED = 5, "cropped", "Cropped"
        MERGED = 6, "merged", "Merged"
        RETOUCHED = 7, "retouched", "Retouched outside"
        CHOSEN = 8, "chosen", "Chosen from the library"


class VariationQuerySet(ProjectScopedQuerySet["Variation"]):
    """Variations, and who sees them."""

    project_path = "seed_image__character__project"


class Variation(models.Model):
    """A row states that a version is a candidate for a seed image; at most one is the hero."""

    code = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    seed_image = models.ForeignKey(SeedImage, on_delete=models.CASCADE, related_name="variations")
    number = models.PositiveIntegerField()
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="variations")
    method = models.ForeignKey(VariationMethod, on_delete=models.PROTECT, related_name="+")
    is_hero = models.BooleanField(default=False)
    discarded_at = models.DateTimeField(null=True, blank=True)
    likeness_score = models.FloatField(
        null=True, blank=True, help_text="To the hero of Seed A, 0–1; none: not measured"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = VariationQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["seed_image", "number"], name="variation_number_once"),
            models.UniqueConstraint(
                fields=["seed_image", "version"], name="variation_version_once"
            ),
            models.UniqueConstraint(
                fields=["seed_image"], condition=Q(is_hero=True), name="variation_one_hero"
            ),
            models.CheckConstraint(
                condition=Q(is_hero=False) | Q(discarded_at=None),
                name="variation_hero_not_discarded",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seed_image} · variation {self.number}"


class VariationJob(models.Model):
    """A row states that what a job delivers becomes variations of a seed image."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="seed_request")
    seed_image = models.ForeignKey(SeedImage, on_delete=models.CASCADE, related_name="requests")
    method = models.ForeignKey(VariationMethod, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.job} for {self.seed_image}"


class CheckVerdict(Lookup):
    """A row states what a check can say."""

    class Code(Codes):
        """A fail blocks, a warn needs a person's word."""

        PASS = 1, "pass", "Pass"
        WARN = 2, "warn", "Warning"
        FAIL = 3, "fail", "Fail"


class SeedCheck(Lookup):
    """A row states that seed images are checked for this, and in which unit."""

    class Code(Codes):
        """The checks of `pipeline.imaging.seedchecks`."""

        SHORT_SIDE = 1, "short_side", "Short side"
        ASPECT = 2, "aspect", "Aspect"
        SHARPNESS = 3, "sharpness", "Sharpness"
        CLIPPED_SHADOWS = 4, "clipped_shadows", "Clipped shadows"
        CLIPPED_HIGHLIGHTS = 5, "clipped_highlights", "Clipped highlights"
        FACES = 6, "faces", "Faces"
        FACE_SIZE = 7, "face_size", "Size of the face"
        CENTRING = 8, "centring", "Centring"
        ROLL = 9, "roll", "Roll"
        COMPRESSION = 10, "compression", "Compression artefacts"

    extras = {
        Code.SHORT_SIDE: {"unit_label": "px"},
        Code.CLIPPED_SHADOWS: {"unit_label": "%"},
        Code.CLIPPED_HIGHLIGHTS: {"unit_label": "%"},
        Code.FACE_SIZE: {"unit_label": "% of the height"},
        Code.CENTRING: {"unit_label": "% off"},
        Code.ROLL: {"unit_label": "°"},
    }

    unit_label = models.CharField(max_length=20, blank=True)


class SeedThreshold(models.Model):
    """A row states that a project judges a check by other thresholds than the studio does."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="seed_thresholds")
    check_kind = models.ForeignKey(SeedCheck, on_delete=models.PROTECT, related_name="+")
    warn_score = models.FloatField()
    fail_score = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "check_kind"], name="seed_threshold_once")
        ]

    def __str__(self) -> str:
        return f"{self.check_kind} in {self.project}"


class CheckResult(models.Model):
    """A row states what a check measured on a variation, against which thresholds, and its result.

    The unit of the three figures is the check's. A check that could not be made has no figure.
    """

    variation = models.ForeignKey(Variation, on_delete=models.CASCADE, related_name="checks")
    check_kind = models.ForeignKey(SeedCheck, on_delete=models.PROTECT, related_name="+")
    measured_score = models.FloatField(null=True, blank=True)
    warn_score = models.FloatField(null=True, blank=True)
    fail_score = models.FloatField(null=True, blank=True)
    verdict = models.ForeignKey(CheckVerdict, on_delete=models.PROTECT, related_name="+")
    message = models.CharField(max_length=300)
    method = models.CharField(max_length=60, blank=True, help_text="Which detector spoke")

    class Meta:
        ordering = ["check_kind"]
        constraints = [
            models.UniqueConstraint(fields=["variation", "check_kind"], name="check_result_once")
        ]

    def __str__(self) -> str:
        return f"{self.check_kind}: {self.verdict}"


class CheckWaiver(models.Model):
    """A row states that a person takes a warning upon themselves, and why."""

    result = models.OneToOneField(CheckResult, on_delete=models.CASCADE, related_name="waiver")
    waived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.result} waived by {self.waived_by}"
