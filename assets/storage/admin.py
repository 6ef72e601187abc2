"""Admin pages of blobs and uploads."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from assets.storage.models import Blob, ImageProperties, MediaType, Upload, VideoProperties
from assets.storage.uploads import abort_upload
from studio.core.back_office import LookupAdmin, ReadOnlyAdmin, ServiceAdmin


@admin.register(MediaType)
class MediaTypeAdmin(LookupAdmin):
    """Types of file that are let in."""

    list_display = ["id", "code", "label", "extension", "kind", "is_inline"]
    list_select_related = ["kind"]


class ImagePropertiesInline(admin.StackedInline):  # type: ignore[type-arg]
    """What decoding the picture has shown."""

    model = ImageProperties
    can_delete = False
    exclude = ["thumbhash"]


class VideoPropertiesInline(admin.StackedInline):  # type: ignore[type-arg]
    """What reading the video has shown."""

    model = VideoProperties
    can_delete = False
    exclude = ["thumbhash"]


@admin.register(Blob)
class BlobAdmin(ReadOnlyAdmin):
    """Stored bytes."""

    list_display = ["sha256", "size_bytes", "media_type", "created_at"]
    list_filter = ["media_type", "created_at"]
    list_select_related = ["media_type"]
    search_fields = ["sha256"]
    inlines = [ImagePropertiesInline, VideoPropertiesInline]
    ordering = ["-id"]


@admin.register(Upload)
class UploadAdmin(ServiceAdmin):
    """Uploads; they can be looked at and aborted."""

    list_display = ["file_name", "user", "project", "size_bytes", "state", "created_at"]
    list_filter = ["state", "created_at"]
    list_select_related = ["user", "project", "state"]
    search_fields = ["file_name", "code", "user__username"]
    ordering = ["-id"]
    actions = ["abort"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nothing is added by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The list may be acted on; a single one is only looked at."""
        return obj is None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was uploaded, and what was refused, stays known."""
        return False

    @admin.action(description="Abort the chosen uploads")
    def abort(self, request: Any, queryset: QuerySet[Upload]) -> None:
        """Give up."""
        self.each(request, queryset, lambda row: abort_upload(upload=row), "aborted")
