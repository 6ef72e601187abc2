"""Addresses of the pages of workers."""

from django.urls import URLPattern, path

from pipeline.comfyui import edit_views, order_views, views

urlpatterns: list[URLPattern] = [
    path("", views.workers, name="workers"),
    path("new/", edit_views.new, name="worker-new"),
    path("<uuid:code>/", views.worker, name="worker"),
    path("<uuid:code>/queue/", views.queue, name="worker-queue"),
    path("<uuid:code>/models/", views.models, name="worker-models"),
    path("<uuid:code>/edit/", edit_views.edit, name="worker-edit"),
    path("<uuid:code>/drain/", order_views.drain, name="worker-drain"),
    path("<uuid:code>/resume/", order_views.resume, name="worker-resume"),
    path("<uuid:code>/interrupt/", order_views.interrupt, name="worker-interrupt"),
    path("<uuid:code>/free/", order_views.free, name="worker-free"),
    path("<uuid:code>/clear/", order_views.clear, name="worker-clear"),
    path("<uuid:code>/refresh/", order_views.refresh, name="worker-refresh"),
    path("<uuid:code>/restart/", order_views.restart, name="worker-restart"),
    path("<uuid:code>/remove/", order_views.remove, name="worker-remove"),
    path("<uuid:code>/restore/", order_views.restore, name="worker-restore"),
]
