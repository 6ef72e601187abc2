"""Pages of this package."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "pipeline"
urlpatterns: list[URLPattern | URLResolver] = [
    path("create/", include("pipeline.create.urls")),
    path("jobs/", include("pipeline.jobs.urls")),
    path("operations/", include("pipeline.create.run_urls")),
    path("operations/", include("pipeline.operations.urls")),
    path("workers/", include("pipeline.comfyui.urls")),
    path("installs/", include("pipeline.comfyui.installs.urls")),
    path("", include("pipeline.workflows.urls")),
    path("workflow-versions/", include("pipeline.create.workflow_urls")),
    path("", include("pipeline.engines.urls")),
    path("", include("pipeline.providers.urls")),
    path("", include("pipeline.characters.urls")),
    path("", include("pipeline.seeds.urls")),
    path("", include("pipeline.scenes.urls")),
    path("", include("pipeline.review.urls")),
    path("", include("pipeline.delivery.urls")),
]
