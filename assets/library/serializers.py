"""Bodies of the API of assets and versions."""

from __future__ import annotations

import base64
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assets.library.models import Asset, Lineage, LineageRole, Origin, RetentionClass, Version
from assets.library.services import MAX_CAPTION, MAX_NOTE
from assets.renditions.queries import RENDITION_STATES, rendition_state
from assets.storage.models import AssetKind, ImageProperties, MediaType, VideoProperties
from studio.core.api.fields import CodeField
from studio.core.api.serializers import PersonSerializer
from studio.core.models import Project


class ProjectNameSerializer(serializers.ModelSerializer[Project]):
    """Which project, and how it is called."""

    class Meta:
        model = Project
        fields = ["code", "name"]
        read_only_fields = fields


class PictureSerializer(serializers.ModelSerializer[ImageProperties]):
    """What decoding a picture has shown; sizes as people see it."""

    thumbhash = serializers.SerializerMethodField(help_text="base64; null until it is rendered")

    class Meta:
        model = ImageProperties
        fields = ["width_px", "height_px", "frames", "has_alpha", "pixel_sha256", "thumbhash"]
        read_only_fields = fields

    def get_thumbhash(self, picture: ImageProperties) -> str | None:
        """Base64."""
        if picture.thumbhash is None:
            return None
        return base64.b64encode(bytes(picture.thumbhash)).decode()


class VideoSerializer(serializers.ModelSerializer[VideoProperties]):
    """What reading a video has shown; the frame rate is fps_num / fps_den."""

    thumbhash = serializers.SerializerMethodField(help_text="base64; null until it is rendered")

    class Meta:
        model = VideoProperties
        fields = [
            "width_px",
            "height_px",
            "fps_num",
            "fps_den",
            "frames",
            "codec",
            "has_audio",
            "poster_frame",
            "thumbhash",
        ]
        read_only_fields = fields

    def get_thumbhash(self, film: VideoProperties) -> str | None:
        """Base64."""
        return None if film.thumbhash is None else base64.b64encode(bytes(film.thumbhash)).decode()


class ThumbnailsSerializer(serializers.Serializer[Any]):
    """Addresses of the thumbnails by the length of their longer side."""

    px_320 = serializers.CharField()
    px_640 = serializers.CharField()
    px_1280 = serializers.CharField()


class VersionSerializer(serializers.ModelSerializer[Version]):
    """A version. The queryset loads `with_file()`."""

    media_type = CodeField(MediaType.Code, source="blob.media_type_id", read_only=True)
    size_bytes = serializers.IntegerField(source="blob.size_bytes", read_only=True)
    sha256 = serializers.CharField(source="blob.sha256", read_only=True)
    picture = serializers.SerializerMethodField()
    video = serializers.SerializerMethodField()
    renditions = serializers.SerializerMethodField()
    file = serializers.SerializerMethodField(help_text="address; asks for the same rights")
    thumbnails = serializers.SerializerMethodField()

    class Meta:
        model = Version
        fields = [
            "code",
            "number",
            "file_name",
            "note",
            "media_type",
            "size_bytes",
            "sha256",
            "picture",
            "video",
            "renditions",
            "file",
            "thumbnails",
            "created_at",
        ]
        read_only_fields = fields

    @extend_schema_field(PictureSerializer(allow_null=True))
    def get_picture(self, version: Version) -> Any:
        """Properties; null for what is no picture."""
        picture = getattr(version.blob, "image", None)
        return PictureSerializer(picture).data if picture is not None else None

    @extend_schema_field(VideoSerializer(allow_null=True))
    def get_video(self, version: Version) -> Any:
        """Properties; null for what is no video."""
        film = getattr(version.blob, "video", None)
        return VideoSerializer(film).data if film is not None else None

    @extend_schema_field(serializers.ChoiceField(choices=RENDITION_STATES))
    def get_renditions(self, version: Version) -> str:
        """Whether the thumbnails are there."""
        return rendition_state(version.blob)

    def get_file(self, version: Version) -> str:
        """Address of the file in the API."""
        return reverse("assets-api:version-file", args=[version.code])

    @extend_schema_field(ThumbnailsSerializer(allow_null=True))
    def get_thumbnails(self, version: Version) -> dict[str, str] | None:
        """Addresses; null until they are made."""
        if rendition_state(version.blob) != "made":
            return None
        return {
            f"px_{size}": reverse("assets:thumb", args=[version.code, size])
            for size in (320, 640, 1280)
        }


class AssetSerializer(serializers.ModelSerializer[Asset]):
    """An asset with its current version. The queryset loads `for_list(user)`."""

    project = ProjectNameSerializer(read_only=True)
    kind = CodeField(AssetKind.Code, source="kind_id", read_only=True)
    origin = CodeField(Origin.Code, source="origin_id", read_only=True)
    retention_class = CodeField(RetentionClass.Code, source="retention_class_id", read_only=True)
    creator = PersonSerializer(source="created_by", read_only=True)
    is_favourite = serializers.BooleanField(read_only=True)
    current = VersionSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Asset
        fields = [
            "code",
            "project",
            "kind",
            "origin",
            "retention_class",
            "title",
            "caption",
            "creator",
            "created_at",
            "deleted_at",
            "is_favourite",
            "current",
        ]
        read_only_fields = fields


class ChangeAssetSerializer(serializers.Serializer[Asset]):
    """What may be changed about an asset."""

    title = serializers.CharField(max_length=200, required=False)
    retention_class = CodeField(RetentionClass.Code, required=False)


class NewAssetSerializer(serializers.Serializer[Asset]):
    """A whole file with what is said about it (multipart/form-data)."""

    project = serializers.UUIDField()
    file = serializers.FileField(allow_empty_file=True, max_length=255)
    title = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    caption = serializers.CharField(
        max_length=MAX_CAPTION, required=False, default="", allow_blank=True
    )
    retention_class = CodeField(RetentionClass.Code, required=False)


class NewVersionSerializer(serializers.Serializer[Version]):
    """A whole file as the next version (multipart/form-data)."""

    file = serializers.FileField(allow_empty_file=True, max_length=255)
    note = serializers.CharField(max_length=MAX_NOTE, required=False, default="", allow_blank=True)


class VersionOfAssetSerializer(serializers.ModelSerializer[Version]):
    """A version, and which asset it is of. The queryset loads `for_detail()`."""

    asset = serializers.UUIDField(source="asset.code", read_only=True)
    asset_title = serializers.CharField(source="asset.title", read_only=True)
    version = VersionSerializer(source="*", read_only=True)

    class Meta:
        model = Version
        fields = ["asset", "asset_title", "version"]
        read_only_fields = fields


class LineageInputSerializer(serializers.ModelSerializer[Lineage]):
    """What a version was made from."""

    role = CodeField(LineageRole.Code, source="role_id", read_only=True)
    made_from = VersionOfAssetSerializer(source="input", read_only=True)

    class Meta:
        model = Lineage
        fields = ["role", "made_from"]
        read_only_fields = fields


class LineageOutputSerializer(serializers.ModelSerializer[Lineage]):
    """What was made from a version."""

    role = CodeField(LineageRole.Code, source="role_id", read_only=True)
    used_in = VersionOfAssetSerializer(source="output", read_only=True)

    class Meta:
        model = Lineage
        fields = ["role", "used_in"]
        read_only_fields = fields


class LineageSerializer(serializers.Serializer[Any]):
    """One step up and one step down; what these credentials may not see is left out."""

    made_from = LineageInputSerializer(many=True)
    used_in = LineageOutputSerializer(many=True)


class LinkSerializer(serializers.Serializer[Any]):
    """A signed address that works without credentials for a short time."""

    url = serializers.URLField()
    expires_at = serializers.DateTimeField()


class NewLinkSerializer(serializers.Serializer[Any]):
    """Of what, and how."""

    rendition = serializers.ChoiceField(
        choices=["thumb_320", "thumb_640", "thumb_1280"], required=False
    )
    download = serializers.BooleanField(required=False, default=False)
