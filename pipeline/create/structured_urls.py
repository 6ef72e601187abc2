"""Addresses of the structured prompt editor."""

from django.urls import path

from pipeline.create import structured_views as views

urlpatterns = [
    path("", views.editor, name="structured"),
    path("check/", views.check, name="structured-check"),
    path("light/", views.light, name="structured-light"),
    path("ask/", views.ask, name="structured-ask"),
    path("proposal/<uuid:job>/", views.proposal, name="structured-proposal"),
    path("make/", views.make, name="structured-make"),
]
