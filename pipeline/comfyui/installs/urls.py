"""Addresses of the pages of installations."""

from django.urls import URLPattern, path

from pipeline.comfyui.installs import views

urlpatterns: list[URLPattern] = [
    path("", views.installs, name="installs"),
    path("new/", views.new, name="install-new"),
    path("of/<uuid:code>/", views.panel, name="worker-installs"),
    path("<uuid:code>/", views.install, name="install"),
    path("<uuid:code>/approve/", views.approve, name="install-approve"),
    path("<uuid:code>/discard/", views.discard, name="install-discard"),
    path("<uuid:code>/stop/", views.stop, name="install-stop"),
]
