"""Admin pages of what happened, read only."""

from __future__ import annotations

from django.contrib import admin

from studio.core.back_office import ReadOnlyAdmin
from studio.live.models import Event, Notification


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
