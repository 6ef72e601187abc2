"""Back office of characters; every change goes through the services."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from pipeline.characters import services
from pipeline.characters.models import (
    Character,
    MetadataField,
    MetadataOption,
    RightsRecord,
    RightsRecordUse,
    RightsTerritory,
    TraitProposal,
    TraitValue,
)
from studio.core.back_office import ReadOnlyAdmin, ReadOnlyInline, ServiceAdmin


class RightsInline(ReadOnlyInline):
    """Rights records of a character."""

    model = RightsRecord
    fields = ["basis", "holder", "valid_from", "valid_until", "recorded_by", "revoked_at"]
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[RightsRecord]:
        """With what is shown."""
        rows = super().get_queryset(request)
        found: QuerySet[RightsRecord] = rows.select_related("basis", "recorded_by", "character")
        return found


@admin.register(Character)
class CharacterAdmin(ServiceAdmin):
    """Characters."""

    list_display = ["name", "slate_code", "project", "created_by", "created_at", "archived_at"]
    list_filter = ["created_at", ("archived_at", admin.EmptyFieldListFilter)]
    list_select_related = ["project", "created_by"]
    search_fields = ["name", "slate_code", "code", "project__name"]
    fields = ["name", "slate_code", "notes", "code", "project", "import_path", "created_by",
              "created_at", "archived_at", "version"]  # fmt: skip
    readonly_fields = ["code", "project", "import_path", "created_by", "created_at",
                       "archived_at", "version"]  # fmt: skip
    ordering = ["-id"]
    inlines = [RightsInline]
    actions = ["archive", "restore"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """They are made on their page, with their seed images."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They are archived."""
        return False

    def save_model(self, request: Any, obj: Character, form: Any, change: bool) -> None:
        """Name, slate code and notes."""
        services.update_character(
            actor=request.user,
            character=Character.objects.select_related("project").get(pk=obj.pk),
            name=form.cleaned_data["name"],
            slate_code=form.cleaned_data["slate_code"],
            notes=form.cleaned_data["notes"],
        )

    @admin.action(description="Archive the chosen characters")
    def archive(self, request: Any, queryset: QuerySet[Character]) -> None:
        """Out of the lists."""
        rows = queryset.select_related("project")
        self.each(
            request,
            rows,
            lambda row: services.archive_character(actor=request.user, character=row),
            "archived",
        )

    @admin.action(description="Bring the chosen characters back")
    def restore(self, request: Any, queryset: QuerySet[Character]) -> None:
        """Back into the lists."""
        rows = queryset.select_related("project")
        self.each(
            request,
            rows,
            lambda row: services.restore_character(actor=request.user, character=row),
            "brought back",
        )


class OptionInline(ReadOnlyInline):
    """Allowed values of a field."""

    model = MetadataOption
    fields = ["value", "position"]


@admin.register(MetadataField)
class MetadataFieldAdmin(ReadOnlyAdmin):
    """Fields of the projects' schemas; they are changed on the project's page."""

    list_display = ["label", "key", "project", "value_type", "is_required", "retired_at"]
    list_filter = ["value_type", "is_required"]
    list_select_related = ["project", "value_type"]
    search_fields = ["key", "label", "project__name"]
    ordering = ["project", "position"]
    inlines = [OptionInline]


@admin.register(TraitValue)
class TraitValueAdmin(ReadOnlyAdmin):
    """Every value that was ever given: never changed."""

    list_display = ["character", "field", "number", "value", "set_by", "set_at"]
    list_filter = ["set_at"]
    list_select_related = ["character", "field", "set_by"]
    search_fields = ["character__name", "field__key", "value"]
    ordering = ["-id"]


@admin.register(TraitProposal)
class TraitProposalAdmin(ReadOnlyAdmin):
    """What pictures suggested, and who decided."""

    list_display = ["character", "field", "value", "confidence_permille", "state", "decided_by"]
    list_filter = ["state"]
    list_select_related = ["character", "field", "state", "decided_by"]
    search_fields = ["character__name", "field__key"]
    ordering = ["-id"]


class UseInline(ReadOnlyInline):
    """Uses that a record allows."""

    model = RightsRecordUse
    fields = ["use"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[RightsRecordUse]:
        """With what is shown."""
        found: QuerySet[RightsRecordUse] = super().get_queryset(request).select_related("use")
        return found


class TerritoryInline(ReadOnlyInline):
    """Territories where a record holds."""

    model = RightsTerritory
    fields = ["territory"]


@admin.register(RightsRecord)
class RightsRecordAdmin(ReadOnlyAdmin):
    """Rights records: never changed; they are revoked on the character's page."""

    list_display = ["character", "basis", "holder", "valid_from", "valid_until", "revoked_at"]
    list_filter = ["basis", "valid_until", ("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["character", "basis"]
    search_fields = ["character__name", "holder", "code"]
    ordering = ["-id"]
    inlines = [UseInline, TerritoryInline]
