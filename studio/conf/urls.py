"""All addresses, package by package."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("studio.urls")),
    path("", include("assets.urls")),
    path("", include("billing.urls")),
    path("", include("pipeline.urls")),
    path("api/", include("studio.conf.api_urls")),
    path("admin/", admin.site.urls),
]
handler400 = "studio.shell.views.bad_request"
handler403 = "studio.shell.views.forbidden"
handler404 = "studio.shell.views.not_found"
handler500 = "studio.shell.views.server_error"
