"""Addresses of a scene's history, its boundaries and its cuts, below `/api/v1/`."""

from __future__ import annotations

from django.urls import URLPattern, path

from pipeline.scenes.api import boundaries, cuts, edits


def _of_scene(ending: str, view: type, name: str) -> URLPattern:
    return path(f"scenes/<uuid:code>/{ending}/", view.as_view(), name=f"api-scene-{name}")  # type: ignore[attr-defined]


def _of_boundary(ending: str, view: type, name: str) -> URLPattern:
    return path(f"boundaries/<uuid:code>/{ending}", view.as_view(), name=f"api-boundary{name}")  # type: ignore[attr-defined]


urlpatterns: list[URLPattern] = [
    _of_scene("timeline", edits.Timeline, "timeline"),
    _of_scene("edits", edits.Edits, "edits"),
    _of_scene("select", edits.Select, "select"),
    _of_scene("trim", edits.Trim, "trim"),
    _of_scene("reorder", edits.Reorder, "reorder"),
    _of_scene("remove-segment", edits.Remove, "remove-segment"),
    _of_scene("undo", edits.Undo, "undo"),
    _of_scene("redo-edit", edits.RedoEdit, "redo-edit"),
    _of_scene("jump", edits.Jump, "jump"),
    _of_scene("curves", cuts.Curves, "curves"),
    _of_scene("cuts", cuts.Cuts, "cuts"),
    path("cuts/<uuid:code>/", cuts.OneCut.as_view(), name="api-cut"),
    path("cuts/<uuid:code>/poster/", cuts.Poster.as_view(), name="api-cut-poster"),
    _of_boundary("", boundaries.OneBoundary, ""),
    _of_boundary("heal/", boundaries.Heal, "-heal"),
    _of_boundary("measure-again/", boundaries.MeasureAgain, "-measure-again"),
    _of_boundary("use-bridge/", boundaries.UseBridge, "-use-bridge"),
    _of_boundary("drop-bridge/", boundaries.DropBridge, "-drop-bridge"),
]
