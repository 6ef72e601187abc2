"""The API of events and notifications."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from studio.core.api.projects import ProjectView
from studio.core.api.serializers import PersonSerializer
from studio.core.errors import NotFound
from studio.live.feed import filtered
from studio.live.links import event_url
from studio.live.models import Event, Notification
from studio.live.services import mark_notifications_read


class EventSerializer(serializers.ModelSerializer[Event]):
    """Something that happened. The queryset is loaded by `for_feed`."""

    kind = serializers.CharField(source="kind.code", read_only=True)
    kind_label = serializers.CharField(source="kind.label", read_only=True)
    project = serializers.UUIDField(source="project.code", read_only=True, allow_null=True)
    actor = PersonSerializer(read_only=True, allow_null=True)
    subject = serializers.UUIDField(source="subject_code", read_only=True, allow_null=True)
    page = serializers.SerializerMethodField(help_text="path of the page that it is about")

    class Meta:
        model = Event
        fields = [
            "id",
            "kind",
            "kind_label",
            "project",
            "actor",
            "subject",
            "label",
            "data",
            "page",
            "created_at",
        ]
        read_only_fields = fields

    def get_page(self, event: Event) -> str:
        """Empty when there is no page."""
        return event_url(event)


class NotificationSerializer(serializers.ModelSerializer[Notification]):
    """An event that its person is told of. The queryset is loaded by `for_list`."""

    event = EventSerializer(read_only=True)

    class Meta:
        model = Notification
        fields = ["id", "event", "read_at"]
        read_only_fields = fields


class MarkReadSerializer(serializers.Serializer[Any]):
    """Up to which notification."""

    up_to = serializers.IntegerField(min_value=1, help_text="id; this one and all older")


class MarkedSerializer(serializers.Serializer[Any]):
    """How many were unread."""

    marked = serializers.IntegerField()


class ProjectEvents(ProjectView, generics.ListAPIView[Event]):
    """What happened in a project."""

    serializer_class = EventSerializer
    queryset = Event.objects.none()

    def get_queryset(self) -> QuerySet[Event]:
        """Newest first."""
        wanted = self.request.query_params
        return filtered(
            self.project(self.kwargs["code"]),
            kind=wanted.get("kind", ""),
            person=wanted.get("actor", ""),
        )

    @extend_schema(
        operation_id="project_events_list",
        parameters=[
            OpenApiParameter("kind", str, description="code of a kind, such as `member.added`"),
            OpenApiParameter("actor", str, description="code of a person"),
        ],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What happened in a project, newest first."""
        return super().get(request, *args, **kwargs)


class Notifications(generics.ListAPIView[Notification]):
    """One's own notifications."""

    serializer_class = NotificationSerializer
    queryset = Notification.objects.none()

    def get_queryset(self) -> QuerySet[Notification]:
        """Newest first."""
        found = Notification.objects.of(self.request.user).for_list()
        unread = self.request.query_params.get("unread", "").lower() == "true"
        return found.unread() if unread else found

    @extend_schema(
        operation_id="notifications_list",
        parameters=[OpenApiParameter("unread", bool, description="only those not read yet")],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One's own notifications, newest first."""
        return super().get(request, *args, **kwargs)


class NotificationsRead(generics.GenericAPIView[Notification]):
    """Several at once."""

    serializer_class = MarkReadSerializer

    @extend_schema(operation_id="notifications_read", responses={200: MarkedSerializer})
    def post(self, request: Request) -> Response:
        """Mark a notification and all older ones as read."""
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        user: Any = request.user
        marked = mark_notifications_read(actor=user, up_to=body.validated_data["up_to"])
        return Response({"marked": marked})


class NotificationRead(generics.GenericAPIView[Notification]):
    """One."""

    @extend_schema(
        operation_id="notification_read",
        request=None,
        responses={204: OpenApiResponse(description="Done")},
    )
    def post(self, request: Request, number: int) -> Response:
        """Mark one notification as read."""
        user: Any = request.user
        found = Notification.objects.of(user).filter(pk=number).first()
        if found is None:
            raise NotFound("There is no such notification.")
        mark_notifications_read(actor=user, only=found)
        return Response(status=204)
