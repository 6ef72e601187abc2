"""Addresses of the catalogue."""

from django.urls import path

from pipeline.operations import views

urlpatterns = [
    path("", views.operations, name="operations"),
    path("<str:code>/", views.operation, name="operation"),
]
