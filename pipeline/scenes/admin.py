"""Scenes for staff: recipes and takes are read, generation is steered by the services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from pipeline.scenes.models import (
    Boundary,
    BoundaryMeasurement,
    Bridge,
    Cut,
    CutFinding,
    CutPiece,
    Gate,
    Placement,
    Scene,
    SceneEdit,
    SceneRun,
    SceneType,
    SceneTypeVersion,
    Segment,
    Take,
    TakeMeasure,
)
from pipeline.scenes.services import scenes as services
from studio.core.back_office import ReadOnlyAdmin, ReadOnlyInline, ServiceAdmin


class VersionInline(ReadOnlyInline):
    """What a scene type has said."""

    model = SceneTypeVersion
    fk_name = "scene_type"
    fields = ["number", "parent", "offer", "target_frames", "note", "created_by", "created_at"]
    ordering = ["-number"]


class GateInline(ReadOnlyInline):
    """Between which figures takes must lie."""

    model = Gate
    fields = ["measure", "level", "least_score", "most_score"]


class SegmentInline(ReadOnlyInline):
    """Of what a scene is made."""

    model = Segment
    fields = ["number", "frames_wanted", "code"]


class RunInline(ReadOnlyInline):
    """Who set it going."""

    model = SceneRun
    fields = ["number", "started_by", "started_at"]


class MeasureInline(ReadOnlyInline):
    """What was measured."""

    model = TakeMeasure
    fields = ["measure", "score", "method"]


class PlacementInline(ReadOnlyInline):
    """What an edit led to."""

    model = Placement
    fields = ["position", "segment", "take", "in_frame", "out_frame", "bridge"]


class BridgeInline(ReadOnlyInline):
    """How a boundary was healed."""

    model = Bridge
    fields = ["number", "method", "job", "created_at"]


class MeasurementInline(ReadOnlyInline):
    """How two takes join."""

    model = BoundaryMeasurement
    fields = ["job", "left_frame", "right_frame", "boundary_score", "is_passed"]


class PieceInline(ReadOnlyInline):
    """What a cut shows."""

    model = CutPiece
    fields = ["position", "take", "bridge", "in_frame", "out_frame", "start_frame"]


class FindingInline(ReadOnlyInline):
    """What the compliance report says."""

    model = CutFinding
    fields = ["name", "wanted", "found", "verdict"]


@admin.register(SceneType)
class SceneTypeAdmin(ReadOnlyAdmin):
    """Scene types."""

    list_display = ["name", "project", "created_by", "created_at", "archived_at"]
    list_select_related = ["project", "created_by"]
    search_fields = ["name", "code", "project__name"]
    ordering = ["-id"]
    inlines = [VersionInline]


@admin.register(SceneTypeVersion)
class SceneTypeVersionAdmin(ReadOnlyAdmin):
    """Versions of scene types."""

    list_display = ["scene_type", "number", "parent", "created_by", "created_at"]
    list_select_related = ["scene_type", "parent__scene_type", "created_by"]
    search_fields = ["scene_type__name", "note"]
    ordering = ["-id"]
    inlines = [GateInline]


@admin.register(Scene)
class SceneAdmin(ServiceAdmin):
    """Scenes; the actions are those of the scene page."""

    list_display = ["title", "character", "type_version", "state", "created_by", "created_at"]
    list_filter = ["state"]
    list_select_related = ["character", "type_version__scene_type", "state", "created_by"]
    search_fields = ["title", "code", "character__name", "character__project__name"]
    ordering = ["-id"]
    inlines = [SegmentInline, RunInline]
    actions = ["pause", "resume", "cancel"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Scenes come from characters and scene types."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Fields are not changed by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """History stays."""
        return False

    @admin.action(description="Pause", permissions=["view"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Scene]) -> None:
        """Let nothing more be asked for."""
        self._each(request, queryset, services.pause_scene, "paused")

    @admin.action(description="Resume", permissions=["view"])
    def resume(self, request: HttpRequest, queryset: QuerySet[Scene]) -> None:
        """Let them go on; whoever resumes pays."""
        self._each(request, queryset, services.resume_scene, "resumed")

    @admin.action(description="Cancel", permissions=["view"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Scene]) -> None:
        """Give them up; what is finished stays."""
        self._each(request, queryset, services.cancel_scene, "cancelled")

    def _each(
        self,
        request: HttpRequest,
        queryset: QuerySet[Scene],
        service: Callable[..., Scene],
        done: str,
    ) -> None:
        user: Any = request.user
        rows = queryset.select_related("character__project")
        self.each(request, rows, lambda scene: service(actor=user, scene=scene), done)


@admin.register(Take)
class TakeAdmin(ReadOnlyAdmin):
    """Takes of all scenes."""

    list_display = ["segment", "number", "job", "created_by", "created_at"]
    list_select_related = ["segment__scene", "job", "created_by"]
    search_fields = ["code", "segment__scene__title"]
    ordering = ["-id"]
    inlines = [MeasureInline]


@admin.register(SceneEdit)
class SceneEditAdmin(ReadOnlyAdmin):
    """The history of scenes."""

    list_display = ["scene", "number", "kind", "summary", "actor", "created_at"]
    list_filter = ["kind"]
    list_select_related = ["scene", "kind", "actor"]
    search_fields = ["scene__title", "summary"]
    ordering = ["-id"]
    inlines = [PlacementInline]


@admin.register(Boundary)
class BoundaryAdmin(ReadOnlyAdmin):
    """Where takes meet."""

    list_display = ["left_take", "left_out", "right_take", "right_in", "created_at"]
    list_select_related = ["left_take__segment__scene", "right_take__segment__scene"]
    search_fields = ["code", "left_take__segment__scene__title"]
    ordering = ["-id"]
    inlines = [MeasurementInline, BridgeInline]


@admin.register(Cut)
class CutAdmin(ReadOnlyAdmin):
    """Rendered scenes."""

    list_display = ["scene", "number", "profile", "frames", "job", "created_by", "created_at"]
    list_filter = ["profile"]
    list_select_related = ["scene", "profile", "job", "created_by"]
    search_fields = ["code", "scene__title"]
    ordering = ["-id"]
    inlines = [PieceInline, FindingInline]
