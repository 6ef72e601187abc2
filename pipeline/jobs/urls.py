"""Addresses of the queue and of jobs."""

from django.urls import path

from pipeline.jobs import views

urlpatterns = [
    path("", views.jobs, name="jobs"),
    path("tray/", views.tray, name="tray"),
    path("pulse/", views.pulse, name="pulse"),
    path("running/", views.running, name="running"),
    path("provenance/<uuid:version>/", views.provenance, name="provenance"),
    path("<uuid:code>/", views.job, name="job"),
    path("<uuid:code>/cancel/", views.cancel, name="job-cancel"),
    path("<uuid:code>/pause/", views.pause, name="job-pause"),
    path("<uuid:code>/resume/", views.resume, name="job-resume"),
    path("<uuid:code>/retry/", views.retry, name="job-retry"),
    path("<uuid:code>/priority/", views.priority, name="job-priority"),
    path("<uuid:code>/make-again/", views.make_again, name="job-again"),
    path("<uuid:code>/determinism-check/", views.determinism_check, name="job-check"),
]
