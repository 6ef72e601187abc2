"""Addresses of the pages of workflows, of their versions, and of readiness."""

from django.urls import URLPattern, path

from pipeline.workflows import edit_views, order_views, views

_ONE, _VERSION = "workflows/<uuid:code>/", "workflow-versions/<uuid:code>/"

urlpatterns: list[URLPattern] = [
    path("workflows/", views.workflows, name="workflows"),
    path("workflows/new/", edit_views.new, name="workflow-new"),
    path(_ONE, views.workflow, name="workflow"),
    path(f"{_ONE}edit/", edit_views.edit, name="workflow-edit"),
    path(f"{_ONE}bind/", order_views.bind, name="workflow-bind"),
    path(f"{_ONE}unbind/", order_views.unbind, name="workflow-unbind"),
    path(f"{_ONE}archive/", order_views.archive, name="workflow-archive"),
    path(f"{_ONE}restore/", order_views.restore, name="workflow-restore"),
    path(_VERSION, views.version, name="workflow-version"),
    path(f"{_VERSION}graph.json", views.graph_file, name="workflow-graph"),
    path(f"{_VERSION}mapping/", edit_views.mapping, name="workflow-mapping"),
    path(f"{_VERSION}state/", order_views.state, name="workflow-state"),
    path(f"{_VERSION}check/", order_views.check, name="workflow-check"),
    path(f"{_VERSION}dry-run/", views.try_out, name="workflow-dry-run"),
    path("workers/readiness/", views.readiness, name="readiness"),
    path("workers/readiness/check/", order_views.check_all, name="readiness-check"),
    path("workers/<uuid:code>/workflows/", views.on_worker, name="worker-workflows"),
]
