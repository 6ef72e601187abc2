"""Pages of the ground: home, signing in, projects, people."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.http import require_safe

from studio.shell import views
from studio.shell.styleguide import styleguide

app_name = "studio"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("styleguide/", require_safe(styleguide), name="styleguide"),
    path("", include("studio.ops.urls")),
    path("", include("studio.core.urls")),
    path("", include("studio.live.urls")),
]
