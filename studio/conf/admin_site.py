"""The staff back office: Django admin under the studio's name and its own rule of entry."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse


class StudioAdminSite(admin.AdminSite):
    """Admin pages, open to users whose global role is Admin."""

    site_header = "Seedframe administration"
    site_title = "Seedframe"
    index_title = "Studio"

    def has_permission(self, request: HttpRequest) -> bool:
        """Only active Admins; the role is the one source of staff rights."""
        user: Any = request.user
        return bool(user.is_active and getattr(user, "is_admin", False))

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One way in for all: the studio's own page, with its limits on guessing.

        Raises:
            Forbidden: signed in, but no Admin.
        """
        from studio.core.access import require_admin  # models are not loaded with this module

        require_admin(request.user)
        return HttpResponseRedirect(reverse("admin:index"))

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """The studio's own page."""
        return HttpResponseRedirect(reverse("studio:password"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Sign out; the link in the admin's header posts here."""
        from studio.core.views.signing_in import logout

        return logout(request)


class StudioAdminConfig(AdminConfig):
    """Replaces the default admin site of Django."""

    default_site = "studio.conf.admin_site.StudioAdminSite"
