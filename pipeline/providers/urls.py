"""Addresses of keys, and of webhooks."""

from django.urls import path

from pipeline.providers import views, webhook_views

urlpatterns = [
    path("providers/keys/", views.keys, name="provider-keys"),
    path("providers/keys/<uuid:code>/check/", views.key_check, name="provider-key-check"),
    path("providers/keys/<uuid:code>/remove/", views.key_remove, name="provider-key-remove"),
    path("hooks/<slug:provider>/", webhook_views.hook, name="webhook"),
]
