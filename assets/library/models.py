"""Assets, versions, lineage, favourites and use."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q

from assets.library.queries import SEARCH_CONFIG, AssetQuerySet, VersionQuerySet
from assets.storage.models import AssetKind, Blob
from studio.core.lookups import Codes, Lookup, Transition
from studio.core.models import Project

__all__ = [
    "Asset",
    "Favourite",
    "Lineage",
    "LineageRole",
    "Origin",
    "RetentionClass",
    "RetentionTransition",
    "Usage",
    "UsageKind",
    "Version",
]


class RetentionClass(Lookup):
    """A row states how dearly things of this class are kept.

    What is not disposable can't be deleted; the database refuses it.
    """

    class Code(Codes):
        """Sources are permanent, finals are precious, supporting files are disposable."""

        SOURCE = 1, "source", "Source"
        FINAL = 2, "final", "Final"
        SUPPORTING = 3, "supporting", "Supporting"

    extras = {
        Code.SOURCE: {"is_disposable": False},
        Code.FINAL: {"is_disposable": False},
        Code.SUPPORTING: {"is_disposable": True},
    }

    is_disposable = models.BooleanField(help_text="May be deleted to free space")

    class Meta(Lookup.Meta):
        verbose_name_plural = "retention classes"


class RetentionTransition(Transition):
    """A row states that an asset may go from one retention class to another; none leaves source."""

    from_state = models.ForeignKey(
        RetentionClass, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    to_state = models.ForeignKey(RetentionClass, on_delete=models.PROTECT, related_name="+")

    allowed = [
        (None, RetentionClass.Code.SOURCE),
        (None, RetentionClass.Code.FINAL),
        (None, RetentionClass.Code.SUPPORTING),
        (RetentionClass.Code.SUPPORTING, RetentionClass.Code.FINAL),
        (RetentionClass.Code.SUPPORTING, RetentionClass.Code.SOURCE),
        (RetentionClass.Code.FINAL, RetentionClass.Code.SUPPORTING),
        (RetentionClass.Code.FINAL, RetentionClass.Code.SOURCE),
    ]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["from_state", "to_state"],
                nulls_distinct=False,
                name="retention_transition_once",
            )
        ]


class Origin(Lookup):
    """A row states that assets can come into being this way: by a person, or by a provider."""

    class Code(Codes):
        """Ways in; the codes of the providers are those that jobs name."""

        UPLOAD = 1, "upload", "Upload"
        IMPORT = 2, "import", "Import"
        LOCAL = 10, "local", "Local"
        COMFYUI = 11, "comfyui", "ComfyUI"
        STABILITY = 12, "stability", "Stability AI"
        WAVESPEED = 13, "wavespeed", "WaveSpeed"
        HUGGINGFACE = 14, "huggingface", "Hugging Face"
        GEMINI = 15, "gemini", "Gemini"
        BRIA = 16, "bria", "Bria"


class LineageRole(Lookup):
    """A row states that an input can play this part in the making of an output."""

    class Code(Codes):
        """Parts that operations know."""

        SOURCE = 1, "source", "Source"
        BASE = 2, "base", "Base image"
        MASK = 3, "mask", "Mask"
        REFERENCE = 4, "reference", "Reference"
        STYLE = 5, "style", "Style reference"
        CONTROL = 6, "control", "Control image"
        START_FRAME = 7, "start-frame", "Start frame"
        END_FRAME = 8, "end-frame", "End frame"
        AUDIO = 9, "audio", "Audio"
        VIDEO = 10, "video", "Video"


class Asset(models.Model):
    """A row states that a project owns a named thing, of which kind, and how it came into being.

    What it looks like is in its versions; the one with the highest number is current.
    """

    code = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="assets")
    kind = models.ForeignKey(AssetKind, on_delete=models.PROTECT, related_name="+")
    retention_class = models.ForeignKey(RetentionClass, on_delete=models.PROTECT, related_name="+")
    origin = models.ForeignKey(Origin, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    caption = models.TextField(blank=True, help_text="For generated files the prompt")
    is_step = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Made between two steps of the studio; lists show it only when asked",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assets"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(
        null=True, blank=True, help_text="In the trash since; none: not in the trash"
    )
    search = models.GeneratedField(
        expression=SearchVector(F("title"), config=SEARCH_CONFIG, weight="A")
        + SearchVector(F("caption"), config=SEARCH_CONFIG, weight="B"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = AssetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="asset_title_not_empty"),
        ]
        indexes = [
            # the library of a project, newest first, by keyset
            models.Index(
                fields=["project", "-id"],
                condition=Q(deleted_at__isnull=True),
                name="asset_of_project",
            ),
            # the same without what was made between two steps, as lists usually are
            models.Index(
                fields=["project", "-id"],
                condition=Q(deleted_at__isnull=True, is_step=False),
                name="asset_shown_of_project",
            ),
            # the same, one kind only
            models.Index(
                fields=["project", "kind", "-id"],
                condition=Q(deleted_at__isnull=True),
                name="asset_of_kind",
            ),
            # the same, of one provider, uploaded or imported only
            models.Index(
                fields=["project", "origin", "-id"],
                condition=Q(deleted_at__isnull=True),
                name="asset_of_origin",
            ),
            # the same, one creator only
            models.Index(
                fields=["project", "created_by", "-id"],
                condition=Q(deleted_at__isnull=True),
                name="asset_of_creator",
            ),
            # the same, one retention class only
            models.Index(
                fields=["project", "retention_class", "-id"],
                condition=Q(deleted_at__isnull=True),
                name="asset_of_class",
            ),
            # the same, between two days
            models.Index(
                fields=["project", "created_at"],
                condition=Q(deleted_at__isnull=True),
                name="asset_of_date",
            ),
            # the trash of a project, newest first
            models.Index(
                fields=["project", "-id"],
                condition=Q(deleted_at__isnull=False),
                name="asset_in_trash",
            ),
            # text search
            GinIndex(fields=["search"], name="asset_search"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_trashed(self) -> bool:
        """Whether it lies in the trash."""
        return self.deleted_at is not None

    @property
    def is_protected(self) -> bool:
        """Whether the database refuses to delete it. No query."""
        return not RetentionClass.extras[RetentionClass.Code(self.retention_class_id)][
            "is_disposable"
        ]

    @property
    def current(self) -> Version | None:
        """The version with the highest number.

        No query after `AssetQuerySet.with_current()`; one without.
        """
        prefetched: list[Version] | None = self.__dict__.get("current_versions")
        if prefetched is not None:
            return prefetched[0] if prefetched else None
        return self.versions.with_file().order_by("-number").first()


class Version(models.Model):
    """A row states what an asset was at one point: which bytes, from whom, since when.

    Never changed; the database refuses updates.
    """

    code = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="versions")
    file_name = models.CharField(
        max_length=255, blank=True, help_text="For display and downloads; never a path"
    )
    note = models.CharField(max_length=500, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asset", "number"], name="version_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="version_number_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.asset} · version {self.number}"


class Lineage(models.Model):
    """A row states that one version was made from another, and which part that one played."""

    output = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="made_from")
    input = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="used_in")
    role = models.ForeignKey(LineageRole, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["output", "input", "role"], name="lineage_once"),
            # Ids rise, and an input is there before its output: this alone makes the graph a
            # directed one without cycles, hence without loops.
            models.CheckConstraint(
                condition=Q(input__lt=F("output")), name="lineage_input_is_older"
            ),
        ]
        verbose_name_plural = "lineage"

    def __str__(self) -> str:
        return f"{self.output_id} from {self.input_id} ({self.role})"


class Favourite(models.Model):
    """A row states that a person likes an asset."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="favourites"
    )
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="favourites")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "asset"], name="favourite_once")]

    def __str__(self) -> str:
        return f"{self.user} likes {self.asset}"


class UsageKind(Lookup):
    """A row states that a file can be used in this way."""

    class Code(Codes):
        """Recorded where it happens; looking at thumbnails is not use."""

        DOWNLOAD = 1, "download", "Downloaded"
        INPUT = 2, "input", "Used as input"


class Usage(models.Model):
    """A row states that somebody used a version, how and when.

    No user means that it was fetched with a signed link, outside a session.
    """

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="usages")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
    )
    kind = models.ForeignKey(UsageKind, on_delete=models.PROTECT, related_name="+")
    used_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "usage"

    def __str__(self) -> str:
        return f"{self.kind} at {self.used_at:%Y-%m-%d %H:%M}"
