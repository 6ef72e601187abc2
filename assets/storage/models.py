"""Bytes and what is known of them; uploads under way."""

from __future__ import annotations

import uuid
from fractions import Fraction

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from studio.core.access import ProjectScopedQuerySet
from studio.core.lookups import Codes, Lookup, Transition
from studio.core.models import Project, User

__all__ = [
    "AssetKind",
    "Blob",
    "ImageProperties",
    "MediaType",
    "MediaTypeCode",
    "Upload",
    "UploadState",
    "UploadStateTransition",
    "VideoProperties",
]


class AssetKind(Lookup):
    """A row states that the library keeps this kind of thing."""

    class Code(Codes):
        """What a file is to a person."""

        IMAGE = 1, "image", "Image"
        VIDEO = 2, "video", "Video"
        AUDIO = 3, "audio", "Audio"
        TEXT = 4, "text", "Text"
        MODEL3D = 5, "model3d", "3D model"
        DATASET = 6, "dataset", "Dataset"
        DOCUMENT = 7, "document", "Document"
        ARCHIVE = 8, "archive", "Archive"


class MediaTypeCode(Codes):
    """Every type of file that the store lets in; there is deliberately no SVG and no HTML."""

    PNG = 1, "image/png", "PNG image"
    JPEG = 2, "image/jpeg", "JPEG image"
    WEBP = 3, "image/webp", "WebP image"
    GIF = 4, "image/gif", "GIF image"
    TIFF = 5, "image/tiff", "TIFF image"
    AVIF = 6, "image/avif", "AVIF image"
    MP4 = 20, "video/mp4", "MP4 video"
    QUICKTIME = 21, "video/quicktime", "QuickTime video"
    WEBM = 22, "video/webm", "WebM video"
    MATROSKA = 23, "video/x-matroska", "Matroska video"
    WAV = 40, "audio/wav", "WAV audio"
    MP3 = 41, "audio/mpeg", "MP3 audio"
    FLAC = 42, "audio/flac", "FLAC audio"
    OGG = 43, "audio/ogg", "Ogg audio"
    M4A = 44, "audio/mp4", "MPEG-4 audio"
    PLAIN = 60, "text/plain", "Plain text"
    MARKDOWN = 61, "text/markdown", "Markdown text"
    CSV = 62, "text/csv", "CSV table"
    JSON = 63, "application/json", "JSON document"
    GLB = 80, "model/gltf-binary", "glTF model"
    PDF = 81, "application/pdf", "PDF document"
    ZIP = 82, "application/zip", "ZIP archive"


_K = AssetKind.Code
_M = MediaTypeCode


class MediaType(Lookup):
    """A row states that files of this type are let in, what they are, and how they are shown.

    `is_inline` tells that a browser may show such a file by itself; all others are only handed
    out as attachments, because a browser could be made to run something in them.
    """

    Code = MediaTypeCode
    extras = {
        member: {"extension": extension, "kind_id": int(kind), "is_inline": inline}
        for member, extension, kind, inline in (
            (_M.PNG, "png", _K.IMAGE, True),
            (_M.JPEG, "jpg", _K.IMAGE, True),
            (_M.WEBP, "webp", _K.IMAGE, True),
            (_M.GIF, "gif", _K.IMAGE, True),
            (_M.TIFF, "tif", _K.IMAGE, False),
            (_M.AVIF, "avif", _K.IMAGE, True),
            (_M.MP4, "mp4", _K.VIDEO, True),
            (_M.QUICKTIME, "mov", _K.VIDEO, True),
            (_M.WEBM, "webm", _K.VIDEO, True),
            (_M.MATROSKA, "mkv", _K.VIDEO, False),
            (_M.WAV, "wav", _K.AUDIO, True),
            (_M.MP3, "mp3", _K.AUDIO, True),
            (_M.FLAC, "flac", _K.AUDIO, True),
            (_M.OGG, "ogg", _K.AUDIO, True),
            (_M.M4A, "m4a", _K.AUDIO, True),
            (_M.PLAIN, "txt", _K.TEXT, True),
            (_M.MARKDOWN, "md", _K.TEXT, False),
            (_M.CSV, "csv", _K.DATASET, False),
            (_M.JSON, "json", _K.TEXT, False),
            (_M.GLB, "glb", _K.MODEL3D, False),
            (_M.PDF, "pdf", _K.DOCUMENT, False),
            (_M.ZIP, "zip", _K.ARCHIVE, False),
        )
    }

    extension = models.CharField(max_length=8, unique=True, help_text="Without a dot")
    kind = models.ForeignKey(AssetKind, on_delete=models.PROTECT, related_name="media_types")
    is_inline = models.BooleanField(help_text="A browser may show it by itself")


class Blob(models.Model):
    """A row states that the store holds these bytes, whole and verified, under their SHA-256.

    The file is on disk before the row is committed. A row is never changed, and it can't be
    deleted while a version refers to it; the database refuses both.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    size_bytes = models.PositiveBigIntegerField()
    media_type = models.ForeignKey(MediaType, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="blob_sha256_is_hex"
            ),
            models.CheckConstraint(condition=Q(size_bytes__gt=0), name="blob_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.sha256[:12]}… ({self.size_bytes:,} bytes)"

    @property
    def key(self) -> str:
        """Where the storage keeps it: `blobs/ab/cd/<sha256>`."""
        return f"blobs/{self.sha256[:2]}/{self.sha256[2:4]}/{self.sha256}"


class ImageProperties(models.Model):
    """A row states what decoding the picture in a blob has shown.

    `width_px` and `height_px` are as people see it, after the EXIF orientation. `pixel_sha256`
    and `phash` are defined in `assets.storage.fingerprints`. No `thumbhash` means that the
    renditions are not made yet.
    """

    blob = models.OneToOneField(
        Blob, on_delete=models.CASCADE, related_name="image", primary_key=True
    )
    width_px = models.PositiveIntegerField()
    height_px = models.PositiveIntegerField()
    frames = models.PositiveIntegerField(help_text="More than 1: animated, or several pages")
    has_alpha = models.BooleanField()
    pixel_sha256 = models.CharField(max_length=64, help_text="Equal: pixel-identical pictures")
    phash = models.BigIntegerField(help_text="64-bit perceptual hash; near pictures differ little")
    thumbhash = models.BinaryField(null=True, max_length=32)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(width_px__gt=0, height_px__gt=0, frames__gt=0),
                name="image_properties_positive",
            ),
            models.CheckConstraint(
                condition=Q(pixel_sha256__regex=r"^[0-9a-f]{64}$"),
                name="image_properties_pixel_sha256_is_hex",
            ),
        ]
        indexes = [
            # pixel-identical pictures of one picture ("is this a duplicate?")
            models.Index(fields=["pixel_sha256"], name="image_properties_pixels"),
            # the sweeper's search for pictures without renditions
            models.Index(
                fields=["blob"],
                condition=Q(thumbhash__isnull=True),
                name="image_properties_unrendered",
            ),
        ]
        verbose_name_plural = "image properties"

    def __str__(self) -> str:
        return f"{self.width_px} × {self.height_px} px"


class VideoProperties(models.Model):
    """A row states what reading the video in a blob has shown.

    Sizes are as people see it, upright. `fps_num / fps_den` is the mean frame rate. The poster
    frame (0-based) stands for the video in the library. No `thumbhash` means that the renditions
    are not made yet.
    """

    blob = models.OneToOneField(
        Blob, on_delete=models.CASCADE, related_name="video", primary_key=True
    )
    width_px = models.PositiveIntegerField()
    height_px = models.PositiveIntegerField()
    fps_num = models.PositiveIntegerField(help_text="Frames per second, above the line")
    fps_den = models.PositiveIntegerField(help_text="Frames per second, below the line")
    frames = models.PositiveIntegerField()
    codec = models.CharField(max_length=40, help_text="As FFmpeg calls it: h264, hevc, prores, …")
    has_audio = models.BooleanField()
    poster_frame = models.PositiveIntegerField()
    thumbhash = models.BinaryField(null=True, max_length=32)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    width_px__gt=0, height_px__gt=0, fps_num__gt=0, fps_den__gt=0, frames__gt=0
                ),
                name="video_properties_positive",
            ),
            models.CheckConstraint(
                condition=Q(poster_frame__lt=F("frames")), name="video_properties_poster_is_shown"
            ),
            models.CheckConstraint(condition=~Q(codec=""), name="video_properties_codec_named"),
        ]
        indexes = [
            # the sweeper's search for videos without renditions
            models.Index(
                fields=["blob"],
                condition=Q(thumbhash__isnull=True),
                name="video_properties_unrendered",
            ),
        ]
        verbose_name_plural = "video properties"

    def __str__(self) -> str:
        return f"{self.width_px} × {self.height_px} px, {self.frames} frames"

    @property
    def fps(self) -> Fraction:
        """Frames per second."""
        return Fraction(self.fps_num, self.fps_den)

    @property
    def frames_per_second(self) -> float:
        """The same, rounded to a float, for people."""
        return self.fps_num / self.fps_den

    @property
    def duration_s(self) -> float:
        """How long it lasts, seconds."""
        return self.frames * self.fps_den / self.fps_num


class UploadState(Lookup):
    """A row states that an upload can be in this state."""

    class Code(Codes):
        """From the first byte to the asset."""

        OPEN = 1, "open", "Receiving"
        FINISHING = 2, "finishing", "Being checked"
        COMPLETE = 3, "complete", "Complete"
        ABORTED = 4, "aborted", "Aborted"
        FAILED = 5, "failed", "Refused"


class UploadStateTransition(Transition):
    """A row states that an upload may go from one state to another."""

    from_state = models.ForeignKey(
        UploadState, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    to_state = models.ForeignKey(UploadState, on_delete=models.PROTECT, related_name="+")

    allowed = [
        (None, UploadState.Code.OPEN),
        (UploadState.Code.OPEN, UploadState.Code.FINISHING),
        (UploadState.Code.OPEN, UploadState.Code.ABORTED),
        (UploadState.Code.OPEN, UploadState.Code.FAILED),
        (UploadState.Code.FINISHING, UploadState.Code.COMPLETE),
        (UploadState.Code.FINISHING, UploadState.Code.FAILED),
        # the process died while checking: the bytes are all there, finishing is tried again
        (UploadState.Code.FINISHING, UploadState.Code.OPEN),
    ]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["from_state", "to_state"],
                nulls_distinct=False,
                name="upload_transition_once",
            )
        ]


class UploadQuerySet(ProjectScopedQuerySet["Upload"]):
    """Uploads, and who sees them."""

    def of(self, user: User) -> UploadQuerySet:
        """Uploads that `user` began, in projects that `user` still sees."""
        return self.visible_to(user).filter(user=user)


class Upload(models.Model):
    """A row states that a person is sending a file, how big it will be, and how far that is.

    The bytes lie in `incoming/<code>` until they are checked; how many have arrived is the size of
    that file, not a column.
    """

    code = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads"
    )
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="uploads")
    asset = models.ForeignKey(
        "assets.Asset",
        on_delete=models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        help_text="None: the file becomes a new asset; else a new version of this one",
    )
    retention_class = models.ForeignKey(
        "assets.RetentionClass", on_delete=models.PROTECT, related_name="+"
    )
    file_name = models.CharField(max_length=255)
    size_bytes = models.PositiveBigIntegerField(help_text="As announced")
    sha256 = models.CharField(max_length=64, blank=True, help_text="As announced, or empty")
    state = models.ForeignKey(
        UploadState,
        on_delete=models.PROTECT,
        related_name="+",
        default=UploadState.Code.OPEN,
    )
    version = models.OneToOneField(
        "assets.Version", on_delete=models.CASCADE, related_name="upload", null=True, blank=True
    )
    refusal = models.CharField(max_length=500, blank=True, help_text="Why it was refused")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(size_bytes__gt=0), name="upload_not_empty"),
            models.CheckConstraint(
                condition=Q(sha256="") | Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="upload_sha256_is_hex",
            ),
            models.CheckConstraint(
                condition=Q(state=UploadState.Code.COMPLETE, version__isnull=False)
                | (~Q(state=UploadState.Code.COMPLETE) & Q(version__isnull=True)),
                name="upload_complete_has_version",
            ),
            models.CheckConstraint(
                condition=Q(state=UploadState.Code.FAILED, refusal__gt="")
                | (~Q(state=UploadState.Code.FAILED) & Q(refusal="")),
                name="upload_failed_says_why",
            ),
        ]
        indexes = [
            # the sweeper's search for uploads that nobody continues
            models.Index(
                fields=["changed_at"],
                condition=Q(state__in=[UploadState.Code.OPEN, UploadState.Code.FINISHING]),
                name="upload_unfinished",
            ),
            # a person's own uploads, newest first
            models.Index(fields=["user", "-id"], name="upload_of_user"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.size_bytes:,} bytes)"
