"""The staff back office: Django admin under the studio's name and its own rule of entry."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest


class StudioAdminSite(admin.AdminSite):
    """Admin pages, open to users whose global role is Admin."""

    site_header = "Seedframe administration"
    site_title = "Seedframe"
    index_title = "Studio"

    def has_permission(self, request: HttpRequest) -> bool:
        """Only active Admins; the role is the one source of staff rights."""
        user: Any = request.user
        return bool(user.is_active and getattr(user, "is_admin", False))


class StudioAdminConfig(AdminConfig):
    """Replaces the default admin site of Django."""

    default_site = "studio.conf.admin_site.StudioAdminSite"
