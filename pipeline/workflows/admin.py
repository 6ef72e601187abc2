"""Workflows for staff: looked at here, changed on their pages."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from pipeline.workflows.models import Readiness, Workflow, WorkflowBinding, WorkflowVersion
from studio.core.back_office import ReadOnlyAdmin


@admin.register(Workflow)
class WorkflowAdmin(ReadOnlyAdmin):
    """Graphs with a name."""

    list_display = ["name", "slug", "project", "created_by", "created_at", "archived_at"]
    list_select_related = ["project", "created_by"]
    search_fields = ["name", "slug"]
    ordering = ["name"]


@admin.register(WorkflowVersion)
class WorkflowVersionAdmin(ReadOnlyAdmin):
    """Versions, without their graphs in the list."""

    list_display = ["workflow", "number", "state", "note", "created_by", "created_at"]
    list_select_related = ["workflow", "state", "created_by"]
    list_filter = ["state"]
    search_fields = ["workflow__name", "workflow__slug"]
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkflowVersion]:
        """The editor's document is of no use here."""
        found: QuerySet[WorkflowVersion] = super().get_queryset(request).defer("editor")
        return found


@admin.register(WorkflowBinding)
class WorkflowBindingAdmin(ReadOnlyAdmin):
    """What workflows serve."""

    list_display = ["workflow", "operation", "created_by", "created_at"]
    list_select_related = ["workflow", "operation", "created_by"]
    ordering = ["-id"]


@admin.register(Readiness)
class ReadinessAdmin(ReadOnlyAdmin):
    """What checks found."""

    list_display = ["workflow_version", "instance", "checked_at"]
    list_select_related = ["workflow_version__workflow", "instance__worker"]
    ordering = ["-checked_at"]
