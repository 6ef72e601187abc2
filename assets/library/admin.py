"""Admin pages of assets, versions, lineage and use; every change goes through the services."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from assets.library import services
from assets.library.models import Asset, Favourite, Lineage, RetentionClass, Usage, Version
from studio.core.back_office import LookupAdmin, ReadOnlyAdmin, ServiceAdmin


class VersionInline(admin.TabularInline):  # type: ignore[type-arg]
    """Versions of an asset."""

    model = Version
    readonly_fields = ["number", "file_name", "blob", "note", "created_by", "created_at"]
    fields = [*readonly_fields]
    extra = 0
    can_delete = False
    ordering = ["-number"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Version]:
        """With what is shown."""
        return super().get_queryset(request).select_related("blob", "created_by", "asset")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Versions come with files."""
        return False


@admin.register(RetentionClass)
class RetentionClassAdmin(LookupAdmin):
    """How dearly things are kept."""

    list_display = ["id", "code", "label", "is_disposable"]


@admin.register(Asset)
class AssetAdmin(ServiceAdmin):
    """Assets."""

    list_display = ["title", "project", "kind", "origin", "retention_class", "created_by",
                    "created_at", "deleted_at"]  # fmt: skip
    list_filter = [
        "kind",
        "origin",
        "retention_class",
        "created_at",
        ("deleted_at", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["project", "kind", "origin", "retention_class", "created_by"]
    search_fields = ["title", "code", "project__name"]
    fields = ["title", "caption", "code", "project", "kind", "origin", "retention_class",
              "created_by", "created_at", "deleted_at"]  # fmt: skip
    readonly_fields = ["caption", "code", "project", "kind", "origin", "created_by", "created_at",
                       "deleted_at"]  # fmt: skip
    ordering = ["-id"]
    inlines = [VersionInline]
    actions = ["trash", "restore"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Assets come with files."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They go through the trash."""
        return False

    def save_model(self, request: Any, obj: Asset, form: Any, change: bool) -> None:
        """Rename, or change the retention class."""
        services.change_asset(
            actor=request.user,
            asset=Asset.objects.get(pk=obj.pk),
            title=form.cleaned_data["title"],
            retention_class=RetentionClass.Code(form.cleaned_data["retention_class"].pk),
        )

    @admin.action(description="Put the chosen assets in the trash")
    def trash(self, request: Any, queryset: QuerySet[Asset]) -> None:
        """Out of view."""
        self.each(
            request,
            queryset,
            lambda row: services.trash_asset(actor=request.user, asset=row),
            "put in the trash",
        )

    @admin.action(description="Restore the chosen assets")
    def restore(self, request: Any, queryset: QuerySet[Asset]) -> None:
        """Back into view."""
        self.each(
            request,
            queryset,
            lambda row: services.restore_asset(actor=request.user, asset=row),
            "restored",
        )


@admin.register(Version)
class VersionAdmin(ReadOnlyAdmin):
    """Versions: never changed."""

    list_display = ["asset", "number", "file_name", "blob", "created_by", "created_at"]
    list_filter = ["created_at"]
    list_select_related = ["asset", "blob", "created_by"]
    search_fields = ["code", "file_name", "asset__title", "blob__sha256"]
    ordering = ["-id"]


@admin.register(Lineage)
class LineageAdmin(ReadOnlyAdmin):
    """What was made from what."""

    list_display = ["output", "input", "role"]
    list_filter = ["role"]
    list_select_related = ["output__asset", "input__asset", "role"]
    search_fields = ["output__asset__title", "input__asset__title"]
    ordering = ["-id"]


@admin.register(Favourite)
class FavouriteAdmin(ReadOnlyAdmin):
    """Who likes what."""

    list_display = ["user", "asset", "created_at"]
    list_select_related = ["user", "asset"]
    search_fields = ["user__username", "asset__title"]
    ordering = ["-id"]


@admin.register(Usage)
class UsageAdmin(ReadOnlyAdmin):
    """Who used what, and how."""

    list_display = ["version", "user", "kind", "used_at"]
    list_filter = ["kind", "used_at"]
    list_select_related = ["version__asset", "user", "kind"]
    search_fields = ["user__username", "version__asset__title"]
    ordering = ["-id"]
