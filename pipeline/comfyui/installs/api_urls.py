"""API of installations, below `/api/v1/installs/`."""

from django.urls import URLPattern, path

from pipeline.comfyui.installs import api

urlpatterns: list[URLPattern] = [
    path("", api.InstallListView.as_view(), name="api-installs"),
    path("<uuid:code>/", api.InstallView.as_view(), name="api-install"),
    path("<uuid:code>/approve/", api.ApproveView.as_view(), name="api-install-approve"),
    path("<uuid:code>/discard/", api.DiscardView.as_view(), name="api-install-discard"),
    path("<uuid:code>/stop/", api.StopView.as_view(), name="api-install-stop"),
]
