"""Addresses of the API of this package, below `/api/v1/`."""

from django.urls import path

from assets.library import api as library
from assets.storage import api as storage

app_name = "assets-api"
urlpatterns = [
    path("assets/", library.Assets.as_view(), name="assets"),
    path("assets/<uuid:code>/", library.OneAsset.as_view(), name="asset"),
    path("assets/<uuid:code>/restore/", library.RestoreAsset.as_view(), name="asset-restore"),
    path("assets/<uuid:code>/favourite/", library.FavouriteAsset.as_view(), name="favourite"),
    path("assets/<uuid:code>/versions/", library.Versions.as_view(), name="versions"),
    path("versions/<uuid:code>/", library.OneVersion.as_view(), name="version"),
    path("versions/<uuid:code>/file/", library.VersionFile.as_view(), name="version-file"),
    path("versions/<uuid:code>/lineage/", library.VersionLineage.as_view(), name="lineage"),
    path("versions/<uuid:code>/link/", library.VersionLink.as_view(), name="version-link"),
    path(
        "versions/<uuid:code>/renditions/",
        library.VersionRenditions.as_view(),
        name="version-renditions",
    ),
    path("uploads/", storage.Uploads.as_view(), name="uploads"),
    path("uploads/<uuid:code>/", storage.OneUpload.as_view(), name="upload"),
    path("uploads/<uuid:code>/finish/", storage.FinishUpload.as_view(), name="upload-finish"),
]
