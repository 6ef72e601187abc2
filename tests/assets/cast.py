"""Who may use the addresses of assets: files, pages of the library, API."""

from __future__ import annotations

from typing import Any

from assets.library.models import Origin, RetentionClass, Version
from assets.library.services import add_asset
from assets.renditions.tasks import run_renditions
from assets.storage.models import Upload
from assets.storage.serving import signed_path
from assets.storage.store import ingest_bytes
from assets.storage.uploads import begin_upload
from tests.assets.pictures import png
from tests.support.access import Cast, Rule, declare, provide

PUBLIC, SIGNED_IN, OWN = Rule.PUBLIC, Rule.SIGNED_IN, Rule.OWN
VIEW, CREATE = Rule.VIEW, Rule.CREATE


@provide
def version(cast: Cast) -> Version:
    """A picture in the project, with its thumbnails."""
    made = add_asset(
        actor=cast.creator,
        project=cast.project,
        blob=ingest_bytes(png(), "image/png"),
        title="Walk",
        origin=Origin.Code.UPLOAD,
        retention_class=RetentionClass.Code.SUPPORTING,
    )
    run_renditions(made.blob_id)
    return made


@provide
def upload(cast: Cast) -> Upload:
    """The creator is sending a file."""
    return begin_upload(actor=cast.creator, project=cast.project, file_name="a.png", size_bytes=10)


def of_version(cast: Cast) -> dict[str, Any]:
    return {"code": cast.make(version).code}


def of_asset(cast: Cast) -> dict[str, Any]:
    return {"code": cast.make(version).asset.code}


def of_upload(cast: Cast) -> dict[str, Any]:
    return {"code": cast.make(upload).code}


def announced(cast: Cast) -> dict[str, Any]:
    return {"project": str(cast.project.code), "file_name": "a.png", "size_bytes": 10}


# --- files --------------------------------------------------------------------------------------
declare("assets:file", lambda cast: {**of_version(cast), "name": "walk.png"}, GET=VIEW)
declare("assets:thumb", lambda cast: {**of_version(cast), "size": 320}, GET=VIEW)
declare(
    "assets:signed-file",
    lambda cast: {"token": signed_path(cast.make(version)).split("/")[3], "name": "walk.png"},
    GET=PUBLIC,  # the link is the right, for a short time
)

# --- API ----------------------------------------------------------------------------------------
#: The project is in the body, multipart, which the walk does not send: see test_uploads.
declare("assets-api:assets", GET=SIGNED_IN, POST=SIGNED_IN)
declare(
    "assets-api:asset",
    of_asset,
    GET=VIEW,
    PATCH=CREATE,
    DELETE=CREATE,
)
declare("assets-api:asset-restore", of_asset, POST=CREATE)
declare("assets-api:favourite", of_asset, PUT=VIEW, DELETE=VIEW)
declare("assets-api:versions", of_asset, GET=VIEW, POST=CREATE)
declare("assets-api:version", of_version, GET=VIEW)
declare("assets-api:version-file", of_version, GET=VIEW)
declare("assets-api:lineage", of_version, GET=VIEW)
declare("assets-api:version-link", of_version, POST=VIEW)
declare("assets-api:version-renditions", of_version, POST=CREATE)
declare(
    "assets-api:uploads",
    GET=SIGNED_IN,
    POST=CREATE,
    bodies={"POST": announced},
)
declare("assets-api:upload", of_upload, GET=OWN, PUT=OWN, DELETE=OWN)
declare("assets-api:upload-finish", of_upload, POST=OWN)

# --- pages --------------------------------------------------------------------------------------
declare("assets:library", GET=SIGNED_IN)
declare("assets:pulse", GET=SIGNED_IN)
#: A form for files into a project of one's own choice: see test_upload_pages.
declare("assets:library-upload", GET=SIGNED_IN, POST=SIGNED_IN)
declare(
    "assets:library-change",
    POST=CREATE,
    bodies={
        "POST": lambda cast: {
            "asset": str(cast.make(version).asset.code),
            "action": "trash",
        }
    },
)
declare("assets:asset", of_asset, GET=VIEW)
declare("assets:asset-tile", of_asset, GET=VIEW)
declare("assets:asset-favourite", of_asset, POST=VIEW)
declare(
    "assets:asset-title",
    of_asset,
    GET=VIEW,
    POST=CREATE,
    bodies={"POST": lambda cast: {"title": "Walked"}},
)
declare("assets:asset-trash", of_asset, GET=CREATE, POST=CREATE)
declare("assets:asset-restore", of_asset, POST=CREATE)
declare(
    "assets:asset-retention",
    of_asset,
    POST=CREATE,
    bodies={"POST": lambda cast: {"retention": "source"}},
)
declare("assets:asset-render", of_asset, POST=CREATE)
