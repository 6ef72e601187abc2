"""Admin pages of what happened, read only; locks can be broken."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from studio.core.back_office import ReadOnlyAdmin
from studio.live.locks import break_lock
from studio.live.models import Event, Lock, Notification


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """History; the database refuses to change it."""

    list_display = ["created_at", "kind", "label", "actor", "project"]
    list_filter = ["kind", "created_at"]
    list_select_related = ["kind", "actor", "project"]
    search_fields = ["label", "subject_code", "actor__username", "project__name"]
    ordering = ["-pk"]


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """Who has been told what, and who has read it."""

    list_display = ["user", "event", "read_at"]
    list_filter = [("read_at", admin.EmptyFieldListFilter)]
    list_select_related = ["user", "event__kind"]
    search_fields = ["user__username", "event__label"]
    ordering = ["-pk"]


@admin.register(Lock)
class LockAdmin(ReadOnlyAdmin):
    """Who is changing what; a lock in the way can be broken."""

    list_display = ["subject_code", "project", "holder", "acquired_at", "expires_at"]
    list_select_related = ["project", "holder"]
    search_fields = ["subject_code", "holder__username", "project__name"]
    actions = ["break_locks"]
    ordering = ["-pk"]

    @admin.action(description="Break: let others change it", permissions=["view"])
    def break_locks(self, request: HttpRequest, queryset: QuerySet[Lock]) -> None:
        """Break the chosen locks."""
        user: Any = request.user
        broken = [break_lock(actor=user, subject_code=lock.subject_code) for lock in queryset]
        self.message_user(request, f"{sum(broken)} locks broken.")
