"""Admin pages of renditions."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from assets.library.models import Version
from assets.renditions.models import Rendition, RenditionFailure, RenditionKind
from assets.renditions.services import request_renditions
from studio.core.back_office import LookupAdmin, ReadOnlyAdmin, ServiceAdmin


@admin.register(RenditionKind)
class RenditionKindAdmin(LookupAdmin):
    """Kinds of derived file."""

    list_display = ["id", "code", "label", "side_px"]


@admin.register(Rendition)
class RenditionAdmin(ReadOnlyAdmin):
    """Derived files."""

    list_display = ["source", "kind", "blob", "created_at"]
    list_filter = ["kind", "created_at"]
    list_select_related = ["source", "kind", "blob"]
    search_fields = ["source__sha256", "blob__sha256"]
    ordering = ["-id"]


@admin.register(RenditionFailure)
class RenditionFailureAdmin(ServiceAdmin):
    """What could not be rendered; it can be tried again."""

    list_display = ["source", "reason", "failed_at"]
    list_filter = ["failed_at"]
    list_select_related = ["source"]
    search_fields = ["source__sha256", "reason"]
    ordering = ["-failed_at"]
    actions = ["try_again"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nothing is added by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The list may be acted on; a single one is only looked at."""
        return obj is None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A failure goes when it is mended."""
        return False

    @admin.action(description="Make the renditions again")
    def try_again(self, request: Any, queryset: QuerySet[RenditionFailure]) -> None:
        """Through any version that has the blob."""

        def again(row: RenditionFailure) -> None:
            version = (
                Version.objects.select_related("asset__project")
                .filter(blob_id=row.source_id)
                .first()
            )
            if version is not None:
                request_renditions(actor=request.user, version=version)

        self.each(request, queryset, again, "asked for again")
