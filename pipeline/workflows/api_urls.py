"""API of workflows, below `/api/v1/`."""

from django.urls import URLPattern, path

from pipeline.workflows import api

_ONE, _VERSION = "workflows/<uuid:code>/", "workflow-versions/<uuid:code>/"

urlpatterns: list[URLPattern] = [
    path("workflows/", api.WorkflowListView.as_view(), name="api-workflows"),
    path(_ONE, api.WorkflowView.as_view(), name="api-workflow"),
    path(f"{_ONE}archive/", api.ArchiveView.as_view(), name="api-workflow-archive"),
    path(f"{_ONE}restore/", api.RestoreView.as_view(), name="api-workflow-restore"),
    path(f"{_ONE}bind/", api.BindView.as_view(), name="api-workflow-bind"),
    path(f"{_ONE}unbind/", api.UnbindView.as_view(), name="api-workflow-unbind"),
    path("workflow-versions/", api.VersionListView.as_view(), name="api-workflow-versions"),
    path(_VERSION, api.VersionView.as_view(), name="api-workflow-version"),
    path(f"{_VERSION}state/", api.VersionStateView.as_view(), name="api-workflow-state"),
    path(f"{_VERSION}dry-run/", api.DryRunView.as_view(), name="api-workflow-dry-run"),
    path(f"{_VERSION}check/", api.VersionCheckView.as_view(), name="api-workflow-check"),
    path("readiness/", api.ReadinessListView.as_view(), name="api-readiness"),
    path("readiness/check/", api.ReadinessCheckView.as_view(), name="api-readiness-check"),
]
