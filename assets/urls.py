"""Pages and files of this package."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "assets"
urlpatterns: list[URLPattern | URLResolver] = [
    path("files/", include("assets.storage.urls")),
    path("library/", include("assets.library.urls")),
]
