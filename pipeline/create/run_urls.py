"""Addresses of the page that runs any operation."""

from django.urls import path

from pipeline.create import run_views

urlpatterns = [
    path("<str:code>/run/", run_views.run, name="run"),
    path("<str:code>/run/estimate/", run_views.estimate, name="run-estimate"),
    path("<str:code>/run/results/", run_views.results, name="run-results"),
    path("<str:code>/run/slot/<slug:role>/", run_views.slot, name="run-slot"),
    path("<str:code>/run/choose/<slug:role>/", run_views.choose, name="run-choose"),
    path("send/<uuid:version>/", run_views.send_to, name="send-to"),
]
