"""Many at once: versions are numbered without gaps, an upload becomes one asset."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from assets.library import services
from assets.library.models import Asset, Version
from assets.storage import uploads
from assets.storage.backends import backend
from assets.storage.models import Upload
from assets.storage.store import ingest_bytes
from studio.core.errors import Conflict
from studio.core.models import Project, User
from tests.assets.pictures import png

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(many: int, call: Callable[[], object]) -> list[object]:
    """What each of the calls returns, or raises."""
    found: list[object] = []
    ready = threading.Barrier(many)

    def run() -> None:
        ready.wait()
        try:
            found.append(call())
        except Exception as error:
            found.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_versions_are_numbered(make_version: Callable[..., Version], creator: User) -> None:
    asset = make_version().asset
    blob = ingest_bytes(png(shade=99), "image/png")
    found = at_once(8, lambda: services.add_version(actor=creator, asset=asset, blob=blob))
    assert sorted(v.number for v in found if isinstance(v, Version)) == list(range(2, 10))


def test_an_upload_is_finished_once(creator: User, project: Project) -> None:
    content = png(200, 200)
    upload = uploads.begin_upload(
        actor=creator, project=project, file_name="a.png", size_bytes=len(content)
    )
    (backend().spool / f"{upload.code}.upload").write_bytes(content)

    def finish() -> Version:
        mine = Upload.objects.get(pk=upload.pk)
        return uploads.finish_upload(actor=creator, upload=mine)

    found = at_once(6, finish)
    done = [version for version in found if isinstance(version, Version)]
    assert done and len({version.pk for version in done}) == 1
    assert all(isinstance(one, Version | Conflict) for one in found), found
    assert Asset.objects.count() == Version.objects.count() == 1


def test_favourites_are_kept_once(make_version: Callable[..., Version], creator: User) -> None:
    asset = make_version().asset
    found = at_once(6, lambda: services.set_favourite(actor=creator, asset=asset, favourite=True))
    assert found == [None] * 6
    assert asset.favourites.count() == 1
