"""Addresses of the feed and of notifications."""

from django.urls import path

from studio.live import views

urlpatterns = [
    path("projects/<uuid:code>/", views.project, name="project"),
    path("me/notifications/", views.notifications, name="notifications"),
    path("me/notifications/unread/", views.unread_count, name="notifications-unread"),
    path("me/notifications/read/", views.notifications_read, name="notifications-read"),
    path(
        "me/notifications/<int:number>/open/",
        views.notification_open,
        name="notification-open",
    ),
]
