"""Pages of this package."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "pipeline"
urlpatterns: list[URLPattern | URLResolver] = [
    path("create/", include("pipeline.create.urls")),
    path("jobs/", include("pipeline.jobs.urls")),
    path("operations/", include("pipeline.operations.urls")),
]
