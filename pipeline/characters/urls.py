"""Addresses of pages of this slice; below the root, so each names its whole path."""

from django.urls import path

from pipeline.characters import schema_views, trait_views, views

urlpatterns = [
    path("characters/", views.characters, name="characters"),
    path("characters/<uuid:code>/", views.character, name="character"),
    path("characters/<uuid:code>/edit/", views.edit, name="character-edit"),
    path("characters/<uuid:code>/notes/", views.notes, name="character-notes"),
    path("characters/<uuid:code>/archive/", views.archive, name="character-archive"),
    path("characters/<uuid:code>/traits/", trait_views.traits, name="character-traits"),
    path("characters/<uuid:code>/history/", trait_views.history, name="character-history"),
    path(
        "characters/<uuid:code>/proposals/<uuid:proposal>/",
        trait_views.decide,
        name="character-proposal",
    ),
    path("characters/<uuid:code>/propose/", trait_views.propose, name="character-propose"),
    path("characters/<uuid:code>/rights/", trait_views.rights, name="character-rights"),
    path(
        "characters/<uuid:code>/rights/<uuid:record>/revoke/",
        trait_views.revoke,
        name="character-rights-revoke",
    ),
    path("projects/<uuid:code>/metadata/", schema_views.metadata, name="metadata"),
    path(
        "projects/<uuid:code>/metadata/<slug:key>/retire/",
        schema_views.retire,
        name="metadata-retire",
    ),
]
