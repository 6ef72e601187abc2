"""API of verdicts and approvals, below `/api/v1/`."""

from django.urls import URLPattern, path

from pipeline.review import api

urlpatterns: list[URLPattern] = [
    path("takes/<uuid:code>/verdicts/", api.TakeVerdictsView.as_view(), name="api-take-verdicts"),
    path("cuts/<uuid:code>/verdicts/", api.CutVerdictsView.as_view(), name="api-cut-verdicts"),
    path("cuts/<uuid:code>/approval/", api.ApprovalView.as_view(), name="api-cut-approval"),
]
