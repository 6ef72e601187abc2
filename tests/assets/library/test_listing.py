"""Lists of the library: the right rows, in order, page by page, from any number of projects."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assets.library import listing
from assets.library.filters import AssetFilters
from assets.library.listing import Listing
from assets.library.models import Asset, Favourite, Origin, RetentionClass
from assets.library.services import add_asset
from assets.storage.models import AssetKind
from assets.storage.store import ingest_bytes
from studio.core.access import RoleCode
from studio.core.errors import Invalid, NotFound
from studio.core.models import Project, User
from studio.core.paging import encode_cursor
from studio.core.services import create_project, set_member
from studio.live.models import Event
from tests.assets.pictures import png

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, tzinfo=UTC)
WORDS = ["lighthouse", "harbour", "fox", "glass", "rain"]


@pytest.fixture
def projects(creator: User, outsider: User, project: Project) -> list[Project]:
    """Three that the creator is in, and one of somebody else."""
    second = create_project(actor=creator, name="Second")
    third = create_project(actor=outsider, name="Third")
    set_member(actor=outsider, project=third, user=creator, role=RoleCode.REVIEWER)
    return [project, second, third, create_project(actor=outsider, name="Foreign")]


@pytest.fixture
def assets(projects: list[Project], creator: User, outsider: User) -> list[Asset]:
    """200 of all sorts, spread over the projects without pattern; none has a file."""
    chance = random.Random(7)
    rows = [
        Asset(
            project=chance.choice(projects),
            kind_id=chance.choice([AssetKind.Code.IMAGE] * 3 + [AssetKind.Code.VIDEO]),
            retention_class_id=chance.choice(list(RetentionClass.Code)),
            origin_id=chance.choice([Origin.Code.UPLOAD, Origin.Code.LOCAL]),
            title=f"{chance.choice(WORDS)} {number}",
            caption=f"a {chance.choice(WORDS)} at dusk",
            created_by=chance.choice([creator, outsider]),
            deleted_at=START if chance.random() < 0.2 else None,
        )
        for number in range(200)
    ]
    made = Asset.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        # Two at a time, so that equal times are told apart by the key.
        cursor.execute(
            "UPDATE assets_asset SET created_at = %s + interval '6 hours' * ((id - %s) / 2)",
            [START, made[0].pk],
        )
        cursor.execute("ANALYZE assets_asset, studio_project, studio_membership")
    liked = chance.sample(made, 60)
    Favourite.objects.bulk_create(Favourite(user=creator, asset=asset) for asset in liked)
    return made


FILTERS: list[dict[str, Any]] = [
    {},
    {"kind": AssetKind.Code.VIDEO},
    {"origin": Origin.Code.UPLOAD},
    {"retention": RetentionClass.Code.FINAL},
    {"since": date(2026, 3, 4), "until": date(2026, 3, 12)},
    {"until": date(2026, 3, 9), "kind": AssetKind.Code.IMAGE},
    {"favourite": True},
    {"favourite": True, "origin": Origin.Code.LOCAL, "q": "fox or rain"},
    {"q": "lighthouse"},
    {"q": "lighthouse -harbour"},
    {"q": "dusk", "since": date(2026, 3, 5)},
    {"trash": True},
    {"trash": True, "q": "glass"},
]


def plainly(user: User, filters: AssetFilters) -> list[int]:
    """What must come out, asked for without any art."""
    found = filters.apply(Asset.objects.visible_to(user), user)
    return list(found.order_by("-id").values_list("pk", flat=True))


def walked(user: User, filters: AssetFilters, size: int) -> list[int]:
    """All pages one after the other."""
    found: list[int] = []
    cursor = ""
    while True:
        page = Listing(user, filters).page(cursor=cursor, size=size)
        found += [asset.pk for asset in page.rows]
        cursor = page.next_cursor
        if not cursor:
            return found


@pytest.mark.parametrize("person", ["creator", "outsider", "reviewer", "admin"])
def test_pages_hold_what_fits_newest_first(
    assets: list[Asset], person: str, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(person)
    for values in FILTERS:
        filters = AssetFilters(**values)
        expected = plainly(user, filters)
        assert expected or person != "creator", values
        for size in (7, 200):
            assert walked(user, filters, size) == expected, (values, size)


def test_one_project(assets: list[Asset], creator: User, project: Project) -> None:
    for values in FILTERS:
        filters = AssetFilters(**values, project=project.code)
        assert walked(creator, filters, 9) == plainly(creator, filters), values


def test_common_words_are_found_by_walking(
    assets: list[Asset], creator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "FEW_MATCHES", 3)
    filters = AssetFilters(q="dusk")
    assert walked(creator, filters, 8) == plainly(creator, filters) != []


def test_neighbours(assets: list[Asset], creator: User) -> None:
    for values in FILTERS:
        order = plainly(creator, AssetFilters(**values))
        found = Listing(creator, AssetFilters(**values))
        for at in (0, len(order) // 2, len(order) - 1):
            asset = Asset.objects.get(pk=order[at])
            before, after = found.neighbours(asset)
            assert (before and before.pk) == (order[at - 1] if at else None)
            assert (after and after.pk) == (order[at + 1] if at + 1 < len(order) else None)
            assert found.includes(asset)


def test_newer(assets: list[Asset], creator: User, project: Project) -> None:
    found = Listing(creator, AssetFilters())
    top = found.page(size=5).rows[0]
    cursor = encode_cursor(top, found.order)
    assert found.page(cursor=cursor, newer=True).rows == []
    values = {"kind_id": 1, "origin_id": 1, "retention_class_id": 3, "created_by": creator}
    new = [Asset.objects.create(project=project, title=f"new {n}", **values) for n in range(3)]
    assert found.page(cursor=cursor, newer=True).rows == new[::-1]


def test_rows_that_come_while_one_pages_move_nothing(
    assets: list[Asset], creator: User, project: Project
) -> None:
    found = Listing(creator, AssetFilters())
    first = found.page(size=10)
    values = {"kind_id": 1, "origin_id": 1, "retention_class_id": 3, "created_by": creator}
    Asset.objects.create(project=project, title="in between", **values)
    second = found.page(cursor=first.next_cursor, size=10)
    expected = plainly(creator, AssetFilters())[1:21]
    assert [asset.pk for asset in first.rows + second.rows] == expected


def test_projects_of_others_are_not_there(projects: list[Project], creator: User) -> None:
    for code in (projects[3].code, uuid.uuid4()):
        with pytest.raises(NotFound):
            Listing(creator, AssetFilters(project=code))


def test_a_cursor_belongs_to_its_order(assets: list[Asset], creator: User) -> None:
    cursor = Listing(creator, AssetFilters()).page(size=5).next_cursor
    with pytest.raises(Invalid):
        Listing(creator, AssetFilters(since=date(2026, 3, 1))).page(cursor=cursor)
    with pytest.raises(Invalid):
        Listing(creator, AssetFilters()).page(cursor="x" + cursor)


def test_includes(assets: list[Asset], creator: User, project: Project) -> None:
    inside = next(a for a in assets if a.project == project and not a.deleted_at)
    other = next(a for a in assets if a.project != project and not a.deleted_at)
    found = Listing(creator, AssetFilters(project=project.code))
    assert found.includes(inside)
    assert not found.includes(other)
    assert not Listing(creator, AssetFilters(trash=True)).includes(inside)


@pytest.mark.parametrize(
    ("values", "queries"), [({}, 3), ({"favourite": True}, 3), ({"q": "lighthouse"}, 5)]
)
def test_queries_do_not_grow_with_the_page(
    assets: list[Asset], creator: User, values: dict[str, Any], queries: int
) -> None:
    for size in (2, 20):
        with CaptureQueriesContext(connection) as captured:
            assert len(Listing(creator, AssetFilters(**values)).page(size=size).rows) == size
        assert len(captured) == queries


def test_each_project_gives_its_first_from_its_index(assets: list[Asset], creator: User) -> None:
    """What makes it quick: no sort of, and no walk through, all assets."""
    with CaptureQueriesContext(connection) as captured, connection.cursor() as cursor:
        Listing(creator, AssetFilters()).page(size=5)
        statement = captured.captured_queries[0]["sql"]
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "using asset_shown_of_project on assets_asset" in plan
    assert "ProjectSet" in plan
    assert "Seq Scan on assets_asset" not in plan


def test_what_is_made_between_two_steps_is_shown_when_asked(creator, project):
    def add(title, *, is_step):
        blob = ingest_bytes(png(shade=len(title)), "image/png")
        add_asset(
            actor=creator,
            project=project,
            blob=blob,
            title=title,
            origin=Origin.Code.LOCAL,
            retention_class=RetentionClass.Code.SUPPORTING,
            is_step=is_step,
        )

    add("A take", is_step=False)
    add("An end frame", is_step=True)
    titles = [asset.title for asset in Listing(creator, AssetFilters()).page().rows]
    assert titles == ["A take"]
    everything = Listing(creator, AssetFilters(steps=True)).page().rows
    assert [asset.title for asset in everything] == ["An end frame", "A take"]
    assert Event.objects.filter(kind__code="asset.added").count() == 1
