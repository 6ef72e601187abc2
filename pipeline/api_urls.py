"""API of the pipeline, below `/api/v1/`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from pipeline.engines.api import CapabilityListView
from pipeline.jobs.api import stream, views
from pipeline.operations.api import OperationListView, OperationView
from pipeline.operations.catalogue import CATALOGUE
from pipeline.presets.api import StyleListView, TemplateListView
from pipeline.providers.api import ProviderKeyCheckView, ProviderKeyListView, ProviderKeyView


def _by_operation() -> list[URLPattern]:
    """Submit and estimate, one path for each operation, with its own schema."""
    found = []
    for code, spec in CATALOGUE.items():
        submit, estimate = views.typed_views(spec)
        name = code.replace(".", "-")
        found.append(path(f"jobs/{code}/", submit, name=f"api-submit-{name}"))
        found.append(path(f"estimates/{code}/", estimate, name=f"api-estimate-{name}"))
    return found


urlpatterns: list[URLPattern | URLResolver] = [
    path("operations/", OperationListView.as_view(), name="api-operations"),
    path("operations/<str:operation>/", OperationView.as_view(), name="api-operation"),
    path("templates/", TemplateListView.as_view(), name="api-templates"),
    path("styles/", StyleListView.as_view(), name="api-styles"),
    path("jobs/", views.JobListView.as_view(), name="api-jobs"),
    path("jobs/<uuid:code>/", views.JobView.as_view(), name="api-job"),
    path("jobs/<uuid:code>/history/", views.JobHistoryView.as_view(), name="api-job-history"),
    path("jobs/<uuid:code>/events/", stream.JobStreamView.as_view(), name="api-job-events"),
    path("jobs/<uuid:code>/cancel/", views.cancel, name="api-job-cancel"),
    path("jobs/<uuid:code>/pause/", views.pause, name="api-job-pause"),
    path("jobs/<uuid:code>/resume/", views.resume, name="api-job-resume"),
    path("jobs/<uuid:code>/retry/", views.retry, name="api-job-retry"),
    path("jobs/<uuid:code>/make-again/", views.make_again, name="api-job-again"),
    path("jobs/<uuid:code>/determinism-check/", views.determinism_check, name="api-job-check"),
    path("jobs/<uuid:code>/priority/", views.priority, name="api-job-priority"),
    *_by_operation(),
    path("workers/", include("pipeline.comfyui.api_urls")),
    path("installs/", include("pipeline.comfyui.installs.api_urls")),
    path("", include("pipeline.workflows.api_urls")),
    path("capabilities/", CapabilityListView.as_view(), name="api-capabilities"),
    path("provider-keys/", ProviderKeyListView.as_view(), name="api-provider-keys"),
    path("provider-keys/<uuid:code>/", ProviderKeyView.as_view(), name="api-provider-key"),
    path(
        "provider-keys/<uuid:code>/check/",
        ProviderKeyCheckView.as_view(),
        name="api-provider-key-check",
    ),
    path("", include("pipeline.characters.api_urls")),
    path("", include("pipeline.seeds.api_urls")),
    path("", include("pipeline.scenes.api_urls")),
    path("", include("pipeline.review.api_urls")),
    path("", include("pipeline.delivery.api_urls")),
]
