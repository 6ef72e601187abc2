"""Addresses of pages of this slice; below the root, so each names its whole path."""

from django.urls import path

from pipeline.seeds import quality_views, views

urlpatterns = [
    path("characters/<uuid:code>/seeds/", views.of_character, name="character-seeds"),
    path("projects/<uuid:code>/quality/", quality_views.quality, name="quality"),
    path("seed-images/<uuid:code>/", views.seed_image, name="seed-image"),
    path("seed-images/<uuid:code>/add/", views.add, name="seed-add"),
    path("variations/<uuid:code>/", views.variation, name="variation"),
    path("variations/<uuid:code>/hero/", views.choose, name="variation-hero"),
    path("variations/<uuid:code>/waive/", views.waive, name="variation-waive"),
    path("variations/<uuid:code>/discard/", views.discard, name="variation-discard"),
    path("variations/<uuid:code>/check/", views.check_again, name="variation-check"),
    path("variations/<uuid:code>/retouched/", views.retouched, name="variation-retouched"),
]
