"""What happened, and who has been told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models

from studio.core.access import ProjectScopedQuerySet
from studio.core.lookups import Codes, Lookup
from studio.core.models import Project
from studio.live.kinds import all_kinds

__all__ = ["Event", "EventKind", "Lock", "Notification"]


class EventKind(Lookup):
    """A row states that this kind of thing can happen."""

    @classmethod
    def members(cls) -> Iterable[Codes]:
        """The kinds that the slices registered."""
        return all_kinds()


class EventQuerySet(ProjectScopedQuerySet["Event"]):
    """Events, and who sees them."""

    def for_feed(self) -> EventQuerySet:
        """With what a line of the feed shows."""
        return self.select_related("kind", "project", "actor", "actor__profile")


class Event(models.Model):
    """A row states that something happened, when, to what and by whom; never changed.

    `label` is how the subject was called at that moment; `subject_code` is the code that its page
    has in URLs. No project means that it concerns the studio as a whole (Admins see it).
    """

    kind = models.ForeignKey(EventKind, on_delete=models.PROTECT, related_name="+")
    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="events", null=True, blank=True
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    subject_code = models.UUIDField(null=True, blank=True)
    label = models.CharField(max_length=200, blank=True)
    data = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [
            # activity feed of one project, newest first
            models.Index(fields=["project", "-id"], name="event_project_feed"),
            # the same of one kind; which kinds a project has (probe by kind)
            models.Index(fields=["project", "kind", "-id"], name="event_project_kind_feed"),
            # the same by one person; who did something in a project (probe by person)
            models.Index(fields=["project", "actor", "-id"], name="event_project_actor_feed"),
        ]

    def __str__(self) -> str:
        return f"{self.kind_id} {self.label}"


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Notifications of one person."""

    def of(self, user: Any) -> NotificationQuerySet:
        """A person's own; nobody else's are shown to anybody."""
        return self.filter(user_id=user.pk)

    def unread(self) -> NotificationQuerySet:
        """Those not read yet."""
        return self.filter(read_at=None)

    def for_list(self) -> NotificationQuerySet:
        """With what a line of the list shows."""
        return self.select_related("event__kind", "event__project", "event__actor__profile")


class Notification(models.Model):
    """A row states that a person is told about an event, and when it was read."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications"
    )
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="notifications")
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "event"], name="notification_once")]
        indexes = [
            # a person's notifications, newest first
            models.Index(fields=["user", "-id"], name="notification_of_user"),
            # a person's unread notifications: the list, and the figure in the top bar
            models.Index(
                fields=["user", "-id"],
                condition=models.Q(read_at=None),
                name="notification_unread",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.event}"


class LockQuerySet(ProjectScopedQuerySet["Lock"]):
    """Locks, and who sees them."""


class Lock(models.Model):
    """A row states that a person is changing a thing, and until when others must wait.

    `subject_code` is the code of the thing; there is one lock for it at most. A lock past
    `expires_at` holds nobody back.
    """

    subject_code = models.UUIDField(unique=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="locks")
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="locks"
    )
    acquired_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    objects = LockQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("acquired_at")),
                name="lock_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return f"{self.holder} holds {self.subject_code}"
