"""What is done to many assets at once, and files sent without scripts."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assets.library import bulk
from assets.library.models import Asset, Favourite, RetentionClass, Version
from studio.core.errors import Conflict, Forbidden, Invalid, NotFound
from studio.core.models import Project, User
from studio.core.services import set_project_archived
from studio.live.models import Event
from tests.assets.pictures import png
from tests.support.clients import signed_in

pytestmark = pytest.mark.django_db
Make = Callable[..., Version]
CHANGE = "/library/change/"


@pytest.fixture
def three(make_version: Make) -> list[Asset]:
    return [make_version(title=f"Asset {n}").asset for n in range(3)]


def codes(assets: list[Asset]) -> list[uuid.UUID]:
    return [asset.code for asset in assets]


def test_trash_and_restore(three: list[Asset], creator: User) -> None:
    before = Event.objects.count()
    assert bulk.trash_assets(actor=creator, codes=codes(three)) == three[::-1]
    assert Asset.objects.present().count() == 0
    assert bulk.trash_assets(actor=creator, codes=codes(three)) == []
    told = Event.objects.order_by("id")[before:]
    assert [(e.kind.code, e.label) for e in told] == [
        ("asset.trashed", asset.title) for asset in three[::-1]
    ]
    assert {e.subject_code for e in told} == set(codes(three))
    assert bulk.restore_assets(actor=creator, codes=codes(three[:2])) == three[1::-1]
    assert Asset.objects.trashed().get() == three[2]


def test_favourites(three: list[Asset], reviewer: User) -> None:
    for _ in range(2):
        bulk.set_favourites(actor=reviewer, codes=codes(three), favourite=True)
    assert Favourite.objects.filter(user=reviewer).count() == 3
    bulk.set_favourites(actor=reviewer, codes=codes(three[:1]), favourite=False)
    assert Favourite.objects.filter(user=reviewer).count() == 2


def test_all_or_nothing(
    three: list[Asset], creator: User, reviewer: User, outsider: User, make_version: Make
) -> None:
    theirs = make_version(actor=outsider, project=outsider.owned_projects.get()).asset
    with pytest.raises(NotFound):
        bulk.trash_assets(actor=creator, codes=codes([*three, theirs]))
    with pytest.raises(Forbidden):
        bulk.trash_assets(actor=reviewer, codes=codes(three))
    with pytest.raises(NotFound):
        bulk.set_favourites(actor=outsider, codes=codes(three), favourite=True)
    set_project_archived(actor=creator, project=three[0].project, archived=True)
    with pytest.raises(Conflict):
        bulk.trash_assets(actor=creator, codes=codes(three))
    assert Asset.objects.trashed().count() == 0


def test_none_and_too_many(creator: User) -> None:
    with pytest.raises(Invalid):
        bulk.trash_assets(actor=creator, codes=[])
    with pytest.raises(Invalid):
        bulk.trash_assets(actor=creator, codes=[uuid.uuid4() for _ in range(bulk.MAX_ASSETS + 1)])


def test_only_the_events_cost_more_for_more(make_version: Make, creator: User) -> None:
    counts = []
    for number in (2, 12):
        chosen = codes([make_version().asset for _ in range(number)])
        with CaptureQueriesContext(connection) as captured:
            bulk.trash_assets(actor=creator, codes=chosen)
        told = [q for q in captured.captured_queries if "studio_event" in q["sql"]]
        notified = [q for q in captured.captured_queries if "pg_notify" in q["sql"]]
        counts.append(len(captured) - len(told) - len(notified))
    assert counts[0] == counts[1]


def change(client: Client, assets: list[Asset], action: str, **options: Any) -> Any:
    data = {"asset": [str(asset.code) for asset in assets], "action": action}
    return client.post(CHANGE, data, **options)


def test_the_page_changes_what_it_shows(three: list[Asset], creator: User) -> None:
    client = signed_in(creator)
    htmx = {"headers": {"HX-Request": "true"}}
    liked = change(client, three[:2], "favourite", **htmx)
    body = liked.content.decode()
    assert body.count('<li class="tile-box') == body.count("<hx-partial") == 2
    assert body.count('aria-pressed="true"') == 2
    said = json.loads(liked.headers["HX-Trigger"])["toast"]["text"]
    assert said == "2 assets among your favourites."
    gone = change(client, three[:1], "trash", **htmx).content.decode()
    assert f'hx-target="#tile-{three[0].code}" hx-swap="delete"' in gone
    plain = change(client, three[1:], "trash", headers={"Referer": "https://elsewhere.example/"})
    assert (plain.status_code, plain.headers["Location"]) == (303, "/library/")
    assert Asset.objects.present().count() == 0


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"action": "trash"}, 422),
        ({"action": "explode", "asset": [str(uuid.uuid4())]}, 422),
        ({"action": "trash", "asset": ["x"]}, 422),
        ({"action": "trash", "asset": [str(uuid.uuid4())]}, 404),
    ],
)
def test_damaged_requests(creator: User, data: dict[str, Any], status: int) -> None:
    assert signed_in(creator).post(CHANGE, data).status_code == status


def test_upload_without_scripts(creator: User, project: Project) -> None:
    client = signed_in(creator)
    page = client.get(f"/library/upload/?project={project.code}").content.decode()
    assert f'<option value="{project.code}" selected>' in page
    assert "can never be deleted" in page
    files = [SimpleUploadedFile(f"a_{n}.png", png(shade=n)) for n in range(2)]
    data = {"project": str(project.code), "retention": "supporting", "files": files}
    response = client.post("/library/upload/", data)
    assert response.headers["Location"] == f"/library/?project={project.code}"
    made = list(Asset.objects.order_by("id"))
    assert [asset.title for asset in made] == ["a 0", "a 1"]
    assert made[0].retention_class_id == RetentionClass.Code.SUPPORTING


def test_uploads_go_where_one_may_write(
    creator: User, reviewer: User, outsider: User, project: Project
) -> None:
    data = {"project": str(project.code), "retention": "source"}
    for user in (reviewer, outsider):
        client = signed_in(user)
        assert (
            f'<option value="{project.code}"' not in client.get("/library/upload/").content.decode()
        )
        file = SimpleUploadedFile("a.png", png())
        assert client.post("/library/upload/", data | {"files": [file]}).status_code == 422
    client = signed_in(creator)
    assert client.post("/library/upload/", data).status_code == 422
    bad = SimpleUploadedFile("a.png", b"no picture")
    assert client.post("/library/upload/", data | {"files": [bad]}).status_code == 415
    assert not Asset.objects.exists()
