"""Addresses of the API of events and notifications, below `/api/v1/`."""

from django.urls import path

from studio.live import api

app_name = "live-api"
urlpatterns = [
    path("projects/<uuid:code>/events/", api.ProjectEvents.as_view(), name="project-events"),
    path("notifications/", api.Notifications.as_view(), name="notifications"),
    path("notifications/read/", api.NotificationsRead.as_view(), name="notifications-read"),
    path(
        "notifications/<int:number>/read/",
        api.NotificationRead.as_view(),
        name="notification-read",
    ),
]
