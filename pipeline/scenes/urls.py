"""Addresses of pages of this slice; below the root, so each names its whole path."""

from django.urls import URLPattern, path

from pipeline.scenes.views import actions, edits, lists, locks, panels, scene, types

_SCENE = "scenes/<uuid:code>"

urlpatterns: list[URLPattern] = [
    path("scene-types/", types.scene_types, name="scene-types"),
    path("scene-types/new/", types.new, name="scene-type-new"),
    path("scene-types/slots/", types.slots, name="scene-type-slots"),
    path("scene-types/<uuid:code>/", types.scene_type, name="scene-type"),
    path("scene-types/<uuid:code>/next/", types.edit, name="scene-type-edit"),
    path("scene-types/<uuid:code>/upgrade/", types.upgrade, name="scene-type-upgrade"),
    path("scenes/", lists.scenes, name="scenes"),
    path("scenes/new/", lists.new_scene, name="scene-new"),
    path("scenes/matrix/", lists.scene_matrix, name="scene-matrix"),
    path("characters/<uuid:code>/scenes/", lists.of_character, name="character-scenes"),
    path(f"{_SCENE}/", scene.scene, name="scene"),
    path(f"{_SCENE}/segments/<uuid:segment>/", panels.segment, name="segment"),
    path(f"{_SCENE}/redo-takes/", panels.redo_takes, name="scene-redo-takes"),
    path(f"{_SCENE}/redo-takes/price/", panels.redo_price, name="scene-redo-price"),
    path(f"{_SCENE}/start/", actions.start, name="scene-start"),
    path(f"{_SCENE}/pause/", actions.pause, name="scene-pause"),
    path(f"{_SCENE}/resume/", actions.resume, name="scene-resume"),
    path(f"{_SCENE}/cancel/", actions.cancel, name="scene-cancel"),
    path(f"{_SCENE}/cut/", actions.render_cut, name="scene-cut"),
    path(f"{_SCENE}/select/", edits.select, name="scene-select"),
    path(f"{_SCENE}/trim/", edits.trim, name="scene-trim"),
    path(f"{_SCENE}/move/", edits.move, name="scene-move"),
    path(f"{_SCENE}/remove/", edits.remove, name="scene-remove"),
    path(f"{_SCENE}/undo/", edits.undo, name="scene-undo"),
    path(f"{_SCENE}/redo/", edits.redo, name="scene-redo"),
    path(f"{_SCENE}/jump/", edits.jump, name="scene-jump"),
    path("segments/<uuid:code>/lock/", locks.take, name="segment-lock"),
    path("segments/<uuid:code>/unlock/", locks.release, name="segment-unlock"),
    path("segments/<uuid:code>/break-lock/", locks.break_open, name="segment-break"),
]
