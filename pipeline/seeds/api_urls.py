"""API of this slice, below `/api/v1/`."""

from django.urls import path

from pipeline.seeds import api
from pipeline.seeds.onboarding.api import ImportCharacters

urlpatterns = [
    path("characters/import/", ImportCharacters.as_view(), name="api-characters-import"),
    path("seed-images/", api.SeedImages.as_view(), name="api-seed-images"),
    path("seed-images/<uuid:code>/", api.OneSeedImage.as_view(), name="api-seed-image"),
    path(
        "seed-images/<uuid:code>/variations/", api.Variations.as_view(), name="api-seed-variations"
    ),
    path("seed-images/<uuid:code>/generate/", api.Generate.as_view(), name="api-seed-generate"),
    path("seed-images/<uuid:code>/merge/", api.Merge.as_view(), name="api-seed-merge"),
    path("variations/<uuid:code>/", api.OneVariation.as_view(), name="api-variation"),
    path("variations/<uuid:code>/hero/", api.Hero.as_view(), name="api-variation-hero"),
    path("variations/<uuid:code>/waive/", api.Waive.as_view(), name="api-variation-waive"),
    path("variations/<uuid:code>/discard/", api.Discard.as_view(), name="api-variation-discard"),
    path("variations/<uuid:code>/check/", api.CheckAgain.as_view(), name="api-variation-check"),
    path(
        "variations/<uuid:code>/retouched/",
        api.Retouched.as_view(),
        name="api-variation-retouched",
    ),
    path("variations/<uuid:code>/refine/", api.Refine.as_view(), name="api-variation-refine"),
    path("variations/<uuid:code>/crop/", api.Crop.as_view(), name="api-variation-crop"),
    path("variations/<uuid:code>/again/", api.MakeAgain.as_view(), name="api-variation-again"),
]
