"""Addresses of pages of this slice; below the root, so each names its whole path."""

from django.urls import path

from pipeline.seeds import quality_views, tool_views, views
from pipeline.seeds.onboarding import views as onboarding_views

urlpatterns = [
    path("characters/<uuid:code>/seeds/", views.of_character, name="character-seeds"),
    path("characters/import/", onboarding_views.onboard, name="characters-import"),
    path("characters/import/run/", onboarding_views.run, name="characters-import-run"),
    path("projects/<uuid:code>/quality/", quality_views.quality, name="quality"),
    path("seed-images/<uuid:code>/", views.seed_image, name="seed-image"),
    path("seed-images/<uuid:code>/add/", views.add, name="seed-add"),
    path("seed-images/<uuid:code>/generate/", tool_views.generate, name="seed-generate"),
    path("seed-images/<uuid:code>/estimate/", tool_views.estimate, name="seed-estimate"),
    path("seed-images/<uuid:code>/choose/", tool_views.choose, name="seed-choose"),
    path("seed-images/<uuid:code>/compare/", tool_views.compare, name="seed-compare"),
    path("seed-images/<uuid:code>/merge/", tool_views.merge, name="seed-merge"),
    path("variations/<uuid:code>/crop/", tool_views.crop, name="variation-crop"),
    path("variations/<uuid:code>/refine/", tool_views.refine, name="variation-refine"),
    path("variations/<uuid:code>/again/", tool_views.again, name="variation-again"),
    path("variations/<uuid:code>/", views.variation, name="variation"),
    path("variations/<uuid:code>/hero/", views.choose, name="variation-hero"),
    path("variations/<uuid:code>/waive/", views.waive, name="variation-waive"),
    path("variations/<uuid:code>/discard/", views.discard, name="variation-discard"),
    path("variations/<uuid:code>/check/", views.check_again, name="variation-check"),
    path("variations/<uuid:code>/retouched/", views.retouched, name="variation-retouched"),
]
