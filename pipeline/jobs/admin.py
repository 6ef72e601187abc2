"""Jobs, attempts and workers for staff."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from pipeline.jobs import control
from pipeline.jobs.models import (
    Attempt,
    Environment,
    Job,
    JobEvent,
    JobInput,
    JobOutput,
    Recipe,
    Worker,
)
from pipeline.jobs.workers import set_worker_draining
from studio.core.back_office import ReadOnlyAdmin, ReadOnlyInline, ServiceAdmin


class AttemptInline(ReadOnlyInline):
    """Who tried, and how it ended."""

    model = Attempt
    fields = ["number", "worker", "started_at", "ended_at", "outcome", "error_class", "message"]


class OutputInline(ReadOnlyInline):
    """What was delivered."""

    model = JobOutput
    fields = ["position", "version", "random_seed", "quantity_milli", "elapsed_ms", "created_at"]


class InputInline(ReadOnlyInline):
    """What went in."""

    model = JobInput
    fields = ["role", "position", "version"]


class HistoryInline(ReadOnlyInline):
    """Line by line."""

    model = JobEvent
    fields = ["number", "kind", "state", "message", "created_at"]


@admin.register(Job)
class JobAdmin(ServiceAdmin):
    """Jobs; the actions are those of the job page."""

    list_display = ["title", "state", "offer", "project", "creator", "priority", "created_at"]
    list_filter = ["state", "priority", "offer__operation", "offer__model__provider"]
    list_select_related = [
        "state",
        "offer__operation",
        "offer__model__provider",
        "project",
        "creator",
        "priority",
    ]
    search_fields = ["title", "code", "creator__username", "project__name"]
    ordering = ["-id"]
    inlines = [AttemptInline, OutputInline, InputInline, HistoryInline]
    actions = ["cancel", "send_again"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Jobs come from requests."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Fields are not changed by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """History stays."""
        return False

    @admin.action(description="Cancel", permissions=["view"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Stop the chosen jobs."""
        user: Any = request.user
        jobs = queryset.select_related("project")
        self.each(request, jobs, lambda job: control.cancel_job(actor=user, job=job), "cancelled")

    @admin.action(description="Send again", permissions=["view"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Queue the chosen failed or cancelled jobs again."""
        user: Any = request.user
        jobs = queryset.select_related(
            "project", "offer__operation", "offer__model__provider", "price__unit"
        )
        self.each(request, jobs, lambda job: control.retry_job(actor=user, job=job), "sent again")


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    """Attempts across all jobs: where failures cluster."""

    list_display = ["job", "number", "worker", "started_at", "ended_at", "outcome", "error_class"]
    list_filter = ["outcome", "error_class", "worker"]
    list_select_related = ["job", "worker", "outcome", "error_class"]
    search_fields = ["job__title", "job__code", "message", "requests__request_id"]
    raw_id_fields = ["job"]
    ordering = ["-id"]


@admin.register(Worker)
class WorkerAdmin(ReadOnlyAdmin):
    """Workers; draining lets one finish what it has and take nothing new."""

    list_display = ["name", "kind", "state", "heartbeat_at", "created_at"]
    list_filter = ["kind", "state"]
    list_select_related = ["kind", "state"]
    search_fields = ["name"]
    actions = ["drain", "undrain"]

    @admin.action(description="Drain: finish, take nothing new", permissions=["view"])
    def drain(self, request: HttpRequest, queryset: QuerySet[Worker]) -> None:
        """Drain the chosen workers."""
        self._set(request, queryset, draining=True)

    @admin.action(description="Take work again", permissions=["view"])
    def undrain(self, request: HttpRequest, queryset: QuerySet[Worker]) -> None:
        """Let the chosen workers take work again."""
        self._set(request, queryset, draining=False)

    def _set(self, request: HttpRequest, queryset: QuerySet[Worker], *, draining: bool) -> None:
        user: Any = request.user
        for worker in queryset:
            set_worker_draining(actor=user, worker=worker, draining=draining)
        self.message_user(request, f"{len(queryset)} workers changed.")


@admin.register(Recipe)
class RecipeAdmin(ReadOnlyAdmin):
    """Exactly how things were made."""

    list_display = ["sha256", "created_at"]
    search_fields = ["sha256", "agnostic_sha256"]
    ordering = ["-id"]


@admin.register(Environment)
class EnvironmentAdmin(ReadOnlyAdmin):
    """Software that attempts ran on."""

    list_display = ["sha256"]
    search_fields = ["sha256"]
