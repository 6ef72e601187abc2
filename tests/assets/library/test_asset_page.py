"""The page of one asset: facts, versions, lineage, neighbours, and what can be done there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from assets.library import actions, panels, services
from assets.library.models import Asset, LineageRole, RetentionClass, Usage, Version
from assets.renditions.tasks import run_renditions
from assets.storage.models import AssetKind
from assets.storage.store import ingest_bytes
from studio.core.models import User
from studio.live.links import event_url
from studio.live.models import Event
from tests.assets.pictures import encoded, gradient, png
from tests.support.clients import signed_in
from tests.support.query_counts import assert_recorded_queries

pytestmark = pytest.mark.django_db
Make = Callable[..., Version]
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def client(creator: User) -> Client:
    return signed_in(creator)


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What other slices have registered is theirs to test."""
    monkeypatch.setattr(panels, "_panels", {})
    monkeypatch.setattr(actions, "_actions", {})
    yield


def url(asset: Asset, part: str = "") -> str:
    return f"/library/{asset.code}/{part}"


def text(response: Any) -> str:
    assert response.status_code in (200, 422), response.status_code
    return response.content.decode()


def test_facts(client: Client, make_version: Make) -> None:
    content = encoded(gradient(640, 480), "PNG")
    version = make_version(content=content, title="Sun <b>", caption="a red sun")
    run_renditions(version.blob_id)
    page = text(client.get(url(version.asset)))
    for words in (
        "Sun &lt;b&gt;",
        "a red sun",
        "640 × 480 px",
        version.blob.sha256,
        "PNG image",
        "Supporting",
        f"/files/{version.code}/picture-1.png?download=1",
        "data-full=",
    ):
        assert words in page, words


def test_a_download_is_recorded(client: Client, make_version: Make, creator: User) -> None:
    version = make_version()
    link = re.search(r'href="(/files/[^"]+\?download=1)"', text(client.get(url(version.asset))))
    assert link is not None
    response = client.get(link[1])
    assert response.headers["Content-Disposition"].startswith("attachment")
    usage = Usage.objects.get()
    assert (usage.version, usage.user) == (version, creator)


def test_nothing_for_outsiders(make_version: Make, outsider: User) -> None:
    asset = make_version().asset
    stranger = signed_in(outsider)
    for part in ("", "title/", "trash/"):
        assert stranger.get(url(asset, part)).status_code == 404
    for part in ("title/", "trash/", "restore/", "retention/", "render/", "favourite/"):
        assert stranger.post(url(asset, part)).status_code == 404


def test_versions(client: Client, make_version: Make, creator: User) -> None:
    first = make_version(title="Twice")
    blob = ingest_bytes(png(20, 10, shade=9), "image/png")
    services.add_version(actor=creator, asset=first.asset, blob=blob, note="Wider")
    page = text(client.get(url(first.asset)))
    assert "Wider" in page
    assert "20 × 10 px" in page
    older = text(client.get(url(first.asset), {"version": "1"}))
    assert "16 × 16 px" in older
    assert "This is version 1" in older
    assert client.get(url(first.asset), {"version": "3"}).status_code == 404


def test_lineage_up_and_down(
    client: Client, make_version: Make, creator: User, outsider: User
) -> None:
    source = make_version(title="Plate")
    hidden = make_version(title="Secret", actor=outsider, project=outsider.owned_projects.get())
    made = make_version(title="Comp", inputs=[(source, LineageRole.Code.MASK)])
    page = text(client.get(url(made.asset)))
    assert "Plate" in page
    assert "Mask" in page
    assert "Comp" in text(client.get(url(source.asset)))
    assert "Secret" not in page + text(client.get(url(source.asset)))
    assert hidden.asset.title == "Secret"
    dialog = text(client.get(url(source.asset, "trash/"), headers=FRAGMENT))
    assert "Comp" in dialog
    assert "<html" not in dialog


def test_neighbours_are_those_of_the_list(client: Client, make_version: Make) -> None:
    assets = [make_version(title=title).asset for title in ("fox 1", "owl", "fox 2", "fox 3")]
    page = text(client.get(url(assets[2]), {"q": "fox"}))
    found = dict(re.findall(r'href="([^"]+)" rel="(prev|next)"', page))
    assert found == {
        f"/library/{assets[3].code}/?q=fox": "prev",
        f"/library/{assets[0].code}/?q=fox": "next",
    }
    assert 'href="/library/?q=fox" data-asset-back' in page
    assert client.get(url(assets[2]), {"kind": "smell"}).status_code == 200


def test_rename(client: Client, make_version: Make, reviewer: User) -> None:
    asset = make_version(title="Old").asset
    form = text(client.get(url(asset, "title/?edit=1"), headers=FRAGMENT))
    assert 'value="Old"' in form
    saved = text(client.post(url(asset, "title/"), {"title": " New  one "}, headers=FRAGMENT))
    assert "<h1" in saved
    assert "New one" in saved
    empty = client.post(url(asset, "title/"), {"title": " "}, headers=FRAGMENT)
    assert empty.status_code == 422
    assert "1 to 200 characters" in text(empty)
    assert 'aria-invalid="true"' in text(empty)
    viewer = signed_in(reviewer)
    shown = text(viewer.get(url(asset, "title/?edit=1"), headers=FRAGMENT))
    assert "<form" not in shown
    assert viewer.post(url(asset, "title/"), {"title": "X"}).status_code == 403
    assert Asset.objects.get().title == "New one"


def test_trash_and_back(client: Client, make_version: Make) -> None:
    asset = make_version(title="Plate", retention_class=RetentionClass.Code.SOURCE).asset
    assert "never deleted" in text(client.get(url(asset, "trash/")))
    assert client.post(url(asset, "trash/")).headers["Location"] == "/library/"
    page = text(client.get(url(asset)))
    assert "In the trash since" in page
    assert "kept for good" in page
    assert client.post(url(asset, "restore/")).headers["Location"] == url(asset)
    assert not Asset.objects.get().is_trashed


def test_retention(client: Client, make_version: Make, reviewer: User) -> None:
    asset = make_version().asset
    page = text(client.get(url(asset)))
    assert "Keep as final" in page
    assert "can never be deleted, and this can’t be taken back" in page
    assert client.post(url(asset, "retention/"), {"retention": "smoke"}).status_code == 422
    assert client.post(url(asset, "retention/"), {"retention": "source"}).status_code == 303
    assert "Keep as" not in text(client.get(url(asset)))
    assert client.post(url(asset, "retention/"), {"retention": "final"}).status_code == 409
    page = text(signed_in(reviewer).get(url(asset)))
    assert "Keep as" not in page
    assert "Change the title" not in page


def test_panels_and_actions_of_other_slices(
    client: Client, make_version: Make, reviewer: User
) -> None:
    panels.register("Second", "assets:thumb-panel", order=20)
    panels._panels.clear()
    panels.register("Reviews", "assets:asset-tile", order=20)
    panels.register("Provenance", "assets:asset-title", order=10)
    actions.register("Upscale", "assets:asset", kinds=(AssetKind.Code.IMAGE,))
    actions.register("Transcribe", "assets:asset-tile", kinds=(AssetKind.Code.AUDIO,))
    version = make_version()
    page = text(client.get(url(version.asset)))
    assert page.index("Provenance") < page.index("Reviews")
    assert f'hx-get="/library/{version.code}/title/"' in page
    assert f'href="/library/{version.code}/"' in page
    assert "Upscale" in page
    assert "Transcribe" not in page
    assert "Upscale" not in text(signed_in(reviewer).get(url(version.asset)))


def test_files_without_preview(client: Client, make_version: Make) -> None:
    notes = make_version(content=b"Some notes.\n", media_type="text/plain", file_name="n.txt")
    assert "no preview for this kind" in text(client.get(url(notes.asset)))
    page = text(client.get("/library/"))
    assert "#file-text" in page


def test_the_feed_leads_here(make_version: Make) -> None:
    version = make_version()
    event = Event.objects.select_related("kind", "project").latest("id")
    assert event_url(event) == url(version.asset)


def test_parts(client: Client, make_version: Make) -> None:
    asset = make_version().asset
    info = text(client.get(url(asset), headers=FRAGMENT))
    assert "SHA-256" in info
    assert "<html" not in info
    preview = text(client.get(url(asset), {"part": "preview"}, headers=FRAGMENT))
    assert "preview is being made" in preview
    assert "SHA-256" not in preview


def test_queries(client: Client, make_version: Make, creator: User) -> None:
    """However many versions and relatives."""
    source = make_version()
    middle = make_version(inputs=[(source, LineageRole.Code.BASE)])
    asset = middle.asset

    def grow(rows: int) -> None:
        for _ in range(rows - asset.versions.count()):
            blob = ingest_bytes(png(shade=1000 + asset.versions.count()), "image/png")
            inputs = [(make_version(), LineageRole.Code.REFERENCE) for _ in range(rows)]
            version = services.add_version(
                actor=creator, asset=asset, blob=blob, inputs=inputs[: rows - 1]
            )
            make_version(inputs=[(version, LineageRole.Code.SOURCE)])

    assert_recorded_queries("assets/asset", lambda: client.get(url(asset)), grow)
