"""API of this slice, below `/api/v1/`."""

from django.urls import URLPattern, path

from pipeline.scenes.api import edit_urls, types, views

urlpatterns: list[URLPattern] = [
    path("scene-types/", types.SceneTypeListView.as_view(), name="api-scene-types"),
    path("scene-types/<uuid:code>/", types.SceneTypeView.as_view(), name="api-scene-type"),
    path(
        "scene-types/<uuid:code>/versions/",
        types.TypeVersionListView.as_view(),
        name="api-scene-type-versions",
    ),
    path(
        "scene-types/<uuid:code>/versions/<int:number>/",
        types.TypeVersionView.as_view(),
        name="api-scene-type-version",
    ),
    path("scenes/", views.SceneListView.as_view(), name="api-scenes"),
    path("scenes/matrix/", views.MatrixPreviewView.as_view(), name="api-scene-matrix"),
    path("scenes/matrix/create/", views.MatrixCreateView.as_view(), name="api-scene-matrix-create"),
    path("scenes/<uuid:code>/", views.SceneView.as_view(), name="api-scene"),
    path("scenes/<uuid:code>/start/", views.StartView.as_view(), name="api-scene-start"),
    path("scenes/<uuid:code>/pause/", views.PauseView.as_view(), name="api-scene-pause"),
    path("scenes/<uuid:code>/resume/", views.ResumeView.as_view(), name="api-scene-resume"),
    path("scenes/<uuid:code>/cancel/", views.CancelView.as_view(), name="api-scene-cancel"),
    path("scenes/<uuid:code>/upgrade/", views.UpgradeView.as_view(), name="api-scene-upgrade"),
    path("scenes/<uuid:code>/takes/", views.SceneTakesView.as_view(), name="api-scene-takes"),
    path("scenes/<uuid:code>/redo/", views.RedoView.as_view(), name="api-scene-redo"),
    path("takes/<uuid:code>/", views.TakeView.as_view(), name="api-take"),
    *edit_urls.urlpatterns,
]
