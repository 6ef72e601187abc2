"""API of this slice, below `/api/v1/`."""

from django.urls import path

from pipeline.characters import api

urlpatterns = [
    path("characters/", api.Characters.as_view(), name="api-characters"),
    path("characters/<uuid:code>/", api.OneCharacter.as_view(), name="api-character"),
    path("characters/<uuid:code>/traits/", api.Traits.as_view(), name="api-character-traits"),
    path(
        "characters/<uuid:code>/proposals/",
        api.Proposals.as_view(),
        name="api-character-proposals",
    ),
    path(
        "characters/<uuid:code>/proposals/<uuid:proposal>/",
        api.OneProposal.as_view(),
        name="api-character-proposal",
    ),
    path("characters/<uuid:code>/rights/", api.Rights.as_view(), name="api-character-rights"),
    path(
        "characters/<uuid:code>/rights/<uuid:record>/revoke/",
        api.RevokeRights.as_view(),
        name="api-character-rights-revoke",
    ),
    path("projects/<uuid:code>/metadata/", api.Fields.as_view(), name="api-metadata"),
    path(
        "projects/<uuid:code>/metadata/<slug:key>/",
        api.OneField.as_view(),
        name="api-metadata-field",
    ),
]
