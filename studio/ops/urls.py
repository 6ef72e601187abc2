"""Addresses of the health checks; without a closing slash, as supervisors expect them."""

from django.urls import path

from studio.ops import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
