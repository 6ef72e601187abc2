"""API of workers, below `/api/v1/workers/`."""

from django.urls import URLPattern, path

from pipeline.comfyui import api

urlpatterns: list[URLPattern] = [
    path("", api.WorkerListView.as_view(), name="api-workers"),
    path("<uuid:code>/", api.WorkerView.as_view(), name="api-worker"),
    path("<uuid:code>/vitals/", api.VitalsView.as_view(), name="api-worker-vitals"),
    path("<uuid:code>/has/", api.HasView.as_view(), name="api-worker-has"),
    path("<uuid:code>/drain/", api.DrainView.as_view(), name="api-worker-drain"),
    path("<uuid:code>/resume/", api.ResumeView.as_view(), name="api-worker-resume"),
    path("<uuid:code>/interrupt/", api.InterruptView.as_view(), name="api-worker-interrupt"),
    path("<uuid:code>/free/", api.FreeView.as_view(), name="api-worker-free"),
    path("<uuid:code>/clear/", api.ClearView.as_view(), name="api-worker-clear"),
    path("<uuid:code>/refresh/", api.RefreshView.as_view(), name="api-worker-refresh"),
    path("<uuid:code>/restart/", api.RestartView.as_view(), name="api-worker-restart"),
    path("<uuid:code>/restore/", api.RestoreView.as_view(), name="api-worker-restore"),
]
