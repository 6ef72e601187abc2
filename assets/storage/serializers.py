"""Bodies of the API of uploads."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from assets.library.models import RetentionClass
from assets.library.services import MAX_CAPTION
from assets.storage.models import Upload, UploadState
from studio.core.api.fields import CodeField


class UploadSerializer(serializers.ModelSerializer[Upload]):
    """An upload. The queryset loads project, asset and version with its asset."""

    project = serializers.UUIDField(source="project.code", read_only=True)
    state = CodeField(UploadState.Code, source="state_id", read_only=True)
    asset = serializers.SerializerMethodField(help_text="the asset, once known")
    version = serializers.SerializerMethodField(help_text="the version, once complete")

    class Meta:
        model = Upload
        fields = [
            "code",
            "project",
            "file_name",
            "size_bytes",
            "state",
            "refusal",
            "asset",
            "version",
            "created_at",
        ]
        read_only_fields = fields

    def get_asset(self, upload: Upload) -> str | None:
        """The asset that it adds a version to, or has become."""
        asset = upload.version.asset if upload.version else upload.asset
        return str(asset.code) if asset else None

    def get_version(self, upload: Upload) -> str | None:
        """What it has become."""
        return str(upload.version.code) if upload.version else None


class ProgressSerializer(serializers.Serializer[Any]):
    """How far an upload is, and where the rest goes."""

    received_bytes = serializers.IntegerField()
    chunk_bytes = serializers.IntegerField(help_text="most bytes in one PUT to the studio")
    direct_url = serializers.CharField(
        allow_null=True, help_text="if set: PUT the whole file there instead"
    )


class UploadProgressSerializer(serializers.Serializer[Any]):
    """An upload with its progress."""

    upload = UploadSerializer()
    progress = ProgressSerializer()


class NewUploadSerializer(serializers.Serializer[Upload]):
    """What is announced about a file."""

    project = serializers.UUIDField()
    asset = serializers.UUIDField(
        required=False, allow_null=True, help_text="to add a version to it; else a new asset"
    )
    file_name = serializers.CharField(max_length=255, trim_whitespace=False)
    size_bytes = serializers.IntegerField(min_value=0, max_value=2**53)
    sha256 = serializers.CharField(
        max_length=64, required=False, default="", allow_blank=True, help_text="hexadecimal"
    )
    retention_class = CodeField(RetentionClass.Code, required=False)


class FinishUploadSerializer(serializers.Serializer[Upload]):
    """What is said about the new asset."""

    title = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    caption = serializers.CharField(
        max_length=MAX_CAPTION, required=False, default="", allow_blank=True
    )


class FinishedUploadSerializer(serializers.Serializer[Any]):
    """What an upload has become."""

    asset = serializers.UUIDField()
    version = serializers.UUIDField()
