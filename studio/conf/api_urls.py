"""The API: each package adds its own routes below `/api/v1/`."""

from django.urls import URLPattern, URLResolver, include, path

from studio.core.api.docs import docs, schema

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include("studio.core.api_urls")),
    path("v1/", include("studio.live.api_urls")),
    path("v1/", include("assets.api_urls")),
    path("v1/", include("billing.api_urls")),
    path("v1/", include("pipeline.api_urls")),
    path("schema/", schema, name="api-schema"),
    path("docs/", docs, name="api-docs"),
]
