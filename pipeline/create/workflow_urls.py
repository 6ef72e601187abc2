"""Addresses of running a workflow version, below `/workflow-versions/`."""

from django.urls import URLPattern, path

from pipeline.create import workflow_views

urlpatterns: list[URLPattern] = [
    path("<uuid:code>/run/", workflow_views.run, name="workflow-run"),
    path("<uuid:code>/run/estimate/", workflow_views.estimate, name="workflow-run-estimate"),
    path("<uuid:code>/run/slot/<slug:role>/", workflow_views.slot, name="workflow-run-slot"),
]
