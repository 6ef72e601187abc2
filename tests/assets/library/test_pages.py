"""The library page: what it shows to whom, in which parts, at which cost in queries."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from assets.library import services
from assets.library.models import Asset, Origin, RetentionClass, Version
from assets.renditions.tasks import run_renditions
from studio.core.models import Project, User
from tests.assets.pictures import encoded, gradient
from tests.support.clients import signed_in
from tests.support.query_counts import assert_recorded_queries

pytestmark = pytest.mark.django_db
Make = Callable[..., Version]
LIBRARY = "/library/"


@pytest.fixture
def client(creator: User) -> Client:
    return signed_in(creator)


def fragment(client: Client, url: str, method: str = "get", **data: Any) -> Any:
    """As htmx asks."""
    headers = {"HX-Request": "true", "HX-Current-URL": data.pop("current", "http://testserver/")}
    return getattr(client, method)(url, data, headers=headers)


def text(response: Any) -> str:
    return response.content.decode()


def tiles(response: Any) -> list[str]:
    """Titles of the tiles, in order."""
    return re.findall(r'aria-label="Select ([^"]+)" auto', text(response))


def test_all_ones_projects_by_default(
    client: Client, make_version: Make, outsider: User, project: Project
) -> None:
    make_version(title="Mine")
    foreign = outsider.owned_projects.get()
    make_version(title="Theirs", actor=outsider, project=foreign)
    response = client.get(LIBRARY)
    assert response.status_code == 200
    assert tiles(response) == ["Mine"]
    assert client.get(LIBRARY, {"project": foreign.code}).status_code == 404
    assert tiles(client.get(LIBRARY, {"project": project.code})) == ["Mine"]
    assert tiles(signed_in(outsider).get(LIBRARY)) == ["Theirs"]


def test_tiles_have_their_shape_before_the_picture_comes(
    client: Client, make_version: Make
) -> None:
    wide = make_version(content=encoded(gradient(1600, 900), "PNG"))
    make_version(content=encoded(gradient(90, 200), "PNG"))
    pending = text(client.get(LIBRARY))
    assert "Preview is being made" in pending
    assert "<img" not in pending.split("library-tiles")[1].split("</ul>")[0]
    for version in Version.objects.all():
        run_renditions(version.blob_id)
    page = text(client.get(LIBRARY))
    assert 'class="tile-box r180"' in page
    assert 'class="tile-box r45"' in page
    picture = re.search(rf'<img src="/files/{wide.code}/thumb/320.webp" ([^>]+)>', page)
    assert picture is not None
    assert 'width="1600" height="900"' in picture[1]
    assert re.search(r"thumb/320.webp 320w, \S+640.webp 640w, \S+1280.webp 1280w", picture[1])
    assert 'loading="lazy"' in picture[1]
    assert re.search(r'<blur-up data-hash="[A-Za-z0-9+/=]{20,}">', page)


def test_small_pictures_offer_no_bigger_ones(client: Client, make_version: Make) -> None:
    version = make_version(content=encoded(gradient(200, 100), "PNG"))
    run_renditions(version.blob_id)
    assert 'thumb/320.webp 200w"' in text(client.get(LIBRARY))


def test_more_by_htmx_and_by_link(client: Client, creator: User, project: Project) -> None:
    add_rows(creator, project, 130)
    first = client.get(LIBRARY)
    assert len(tiles(first)) == 60
    link = re.search(r'id="library-more".*?href="([^"]+)" hx-get="([^"]+)"', text(first), re.S)
    assert link is not None
    assert link[1] == link[2]
    address = link[1].replace("&amp;", "&")
    more = fragment(client, address)
    assert len(tiles(more)) == 60
    assert "<html" not in text(more)
    assert 'hx-target="#library-more"' in text(more)
    page = client.get(address)
    assert tiles(page) == tiles(more)
    assert "Go to the newest" in text(page)
    seen = tiles(first) + tiles(more)
    assert len(set(seen)) == 120


def test_filters_stand_in_the_address(client: Client, make_version: Make, creator: User) -> None:
    make_version(title="Fox in the rain", origin=Origin.Code.LOCAL)
    make_version(title="Fox at home")
    response = fragment(client, LIBRARY, q="fox", origin="local", kind="", since="", until="")
    assert tiles(response) == ["Fox in the rain"]
    assert response.headers["HX-Push-Url"] == "/library/?q=fox&origin=local"
    assert "HX-Request" in response.headers["Vary"]
    page = text(client.get("/library/?q=fox&origin=local"))
    assert '<option value="local" selected>' in page
    assert 'value="fox"' in page


def test_the_head_belongs_to_the_project(client: Client, project: Project) -> None:
    """So a change of the project is a new page."""
    there = f"/library/?project={project.code}&kind=image"
    response = fragment(client, LIBRARY, project=str(project.code), kind="image")
    assert response.headers["HX-Redirect"] == there
    same = fragment(client, LIBRARY, project=str(project.code), current=f"http://testserver{there}")
    assert same.headers["HX-Push-Url"] == f"/library/?project={project.code}"


def test_wrong_filters_are_told(client: Client) -> None:
    response = client.get(LIBRARY, {"kind": "smell", "since": "yesterday"})
    assert response.status_code == 422
    assert "This should be a day" in text(response)
    assert client.get(LIBRARY, {"cursor": "nonsense"}).status_code == 422


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "Your library is empty"),
        ("?q=zebra", "Nothing matches"),
        ("?favourite=1", "Favourites are yours alone"),
        ("?trash=1", "The trash is empty"),
        ("?kind=video", "No asset fits"),
    ],
)
def test_empty_lists_say_what_to_do(client: Client, query: str, words: str) -> None:
    assert words in text(client.get(LIBRARY + query))


def test_news(client: Client, make_version: Make) -> None:
    make_version(title="First")
    page = text(client.get(LIBRARY))
    watch = re.search(r'hx-get="([^"]+newer=[^"]+)"', page)
    assert watch is not None
    address = watch[1].replace("&amp;", "&")
    assert "new" not in text(fragment(client, address)).replace("newer", "")
    for title in ("Second", "Third"):
        make_version(title=title)
    pill = text(fragment(client, address))
    assert "2 new" in pill
    show = re.search(r'hx-get="([^"]+show=1)"', pill)
    assert show is not None
    shown = fragment(client, show[1].replace("&amp;", "&"))
    assert tiles(shown) == ["Third", "Second"]
    again = re.search(r'hx-get="([^"]+newer=[^"]+)"', text(shown))
    assert again is not None
    assert again[1] != watch[1]
    assert "new<" not in text(fragment(client, again[1].replace("&amp;", "&")))


def test_more_news_than_a_page(client: Client, creator: User, project: Project) -> None:
    add_rows(creator, project, 1)
    watch = re.search(r'hx-get="([^"]+newer=[^"]+)"', text(client.get(LIBRARY)))
    assert watch is not None
    add_rows(creator, project, 70)
    assert "More than 60 new" in text(fragment(client, watch[1].replace("&amp;", "&")))


def test_a_tile_by_itself(client: Client, make_version: Make, outsider: User) -> None:
    asset = make_version(title="One").asset
    url = f"/library/{asset.code}/tile/"
    assert tiles(client.get(url)) == ["One"]
    assert client.get(url, {"kind": "video"}).content == b""
    services.trash_asset(actor=asset.created_by, asset=asset)
    assert client.get(url).content == b""
    assert tiles(client.get(url, {"trash": "1"})) == ["One"]
    assert signed_in(outsider).get(url).status_code == 404


def test_favourites_are_ones_own(client: Client, make_version: Make, reviewer: User) -> None:
    asset = make_version().asset
    url = f"/library/{asset.code}/favourite/"
    assert 'aria-pressed="true"' in text(fragment(client, url, "post", favourite="1"))
    assert len(tiles(client.get(LIBRARY, {"favourite": "1"}))) == 1
    assert tiles(signed_in(reviewer).get(LIBRARY, {"favourite": "1"})) == []
    assert 'aria-pressed="false"' in text(fragment(client, url, "post", favourite="0"))
    assert tiles(client.get(LIBRARY, {"favourite": "1"})) == []
    plain = client.post(url, {"favourite": "1"}, headers={"Referer": "http://testserver/library/"})
    assert (plain.status_code, plain.headers["Location"]) == (303, "http://testserver/library/")


def test_reviewers_can_neither_upload_nor_trash(make_version: Make, reviewer: User) -> None:
    make_version()
    page = text(signed_in(reviewer).get(LIBRARY))
    assert "data-library-upload" not in page
    assert 'value="trash"' not in page
    assert 'value="favourite"' in page


def test_queries(client: Client, creator: User, project: Project) -> None:
    def grow(rows: int) -> None:
        add_rows(creator, project, rows - Asset.objects.count())

    assert_recorded_queries("assets/library", lambda: client.get(LIBRARY), grow)


def test_queries_of_a_search(client: Client, creator: User, project: Project) -> None:
    def grow(rows: int) -> None:
        add_rows(creator, project, rows - Asset.objects.count())

    url = f"{LIBRARY}?q=row&project={project.code}"
    assert_recorded_queries("assets/library, searched", lambda: client.get(url), grow)


def test_queries_of_the_trash(client: Client, creator: User, project: Project) -> None:
    def grow(rows: int) -> None:
        add_rows(creator, project, rows - Asset.objects.count())
        Asset.objects.update(deleted_at="2026-01-01T00:00:00Z")

    url = f"{LIBRARY}?trash=1"
    assert_recorded_queries("assets/library, trash", lambda: client.get(url), grow)


def add_rows(user: User, project: Project, number: int) -> None:
    """Assets that share one file, quicker than by the service."""
    from assets.storage.store import ingest_bytes

    blob = ingest_bytes(encoded(gradient(32, 24), "PNG"), "image/png")
    rows = Asset.objects.bulk_create(
        Asset(
            project=project,
            kind_id=1,
            origin_id=Origin.Code.LOCAL,
            retention_class_id=RetentionClass.Code.SUPPORTING,
            title=f"row {index} of {number}",
            created_by=user,
        )
        for index in range(number)
    )
    Version.objects.bulk_create(
        Version(asset=asset, number=1, blob=blob, created_by=user) for asset in rows
    )
