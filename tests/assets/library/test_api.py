"""The API of the library: who sees what, filters, bodies, and the number of queries."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from assets.library import services
from assets.library.models import Asset, LineageRole, RetentionClass, Version
from assets.renditions.tasks import run_renditions
from assets.storage.store import ingest_bytes
from assets.storage.uploads import begin_upload
from studio.core.models import ApiScope, Project, User
from studio.core.services import create_api_key
from tests.assets.conftest import client_of
from tests.assets.pictures import png
from tests.support.query_counts import assert_recorded_queries

Make = Callable[..., Version]


def results(client: APIClient, query: str = "", path: str = "assets/") -> list[Any]:
    response = client.get(f"/api/v1/{path}{query}")
    assert response.status_code == 200, response.content
    return list(response.json()["results"])


def test_body(api: APIClient, make_version: Make, creator: User, project: Project) -> None:
    version = make_version(content=png(30, 20), caption="a dark field")
    run_renditions(version.blob_id)
    body = api.get(f"/api/v1/assets/{version.asset.code}/").json()
    current = body.pop("current")
    created = body.pop("created_at")
    assert created.endswith("Z")
    assert body == {
        "code": str(version.asset.code),
        "project": {"code": str(project.code), "name": "Lighthouse"},
        "kind": "image",
        "origin": "upload",
        "retention_class": "supporting",
        "title": "Picture 1",
        "caption": "a dark field",
        "creator": {
            "code": str(creator.code), "username": "cleo", "display_name": "cleo",
        },
        "deleted_at": None,
        "is_favourite": False,
    }  # fmt: skip
    assert current["picture"]["thumbhash"] and current["picture"]["width_px"] == 30
    assert (current["number"], current["media_type"]) == (1, "image/png")
    assert current["sha256"] == version.blob.sha256
    assert api.get(current["file"]).content == png(30, 20)
    listed = results(api)
    assert [row["code"] for row in listed] == [str(version.asset.code)]
    assert listed[0]["current"] == current


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("get", "assets/{asset}/", None),
        ("patch", "assets/{asset}/", {"title": "New"}),
        ("delete", "assets/{asset}/", None),
        ("post", "assets/{asset}/restore/", None),
        ("put", "assets/{asset}/favourite/", None),
        ("delete", "assets/{asset}/favourite/", None),
        ("get", "assets/{asset}/versions/", None),
        ("get", "versions/{version}/", None),
        ("get", "versions/{version}/file/", None),
        ("get", "versions/{version}/lineage/", None),
        ("post", "versions/{version}/link/", {}),
        ("post", "versions/{version}/renditions/", None),
    ],
)
def test_rights(
    make_version: Make,
    creator: User,
    reviewer: User,
    outsider: User,
    admin: User,
    method: str,
    path: str,
    body: Any,
) -> None:
    version = make_version()
    url = "/api/v1/" + path.format(asset=version.asset.code, version=version.code)
    for_viewers = method == "get" or "favourite" in path or "link" in path
    for user, allowed in (
        (None, 401), (outsider, 404), (reviewer, 200 if for_viewers else 403),
        (creator, 200), (admin, 200),
    ):  # fmt: skip
        response = getattr(client_of(user), method)(url, body, format="json")
        if allowed == 200:
            assert response.status_code < 300, (user, response.content)
        else:
            assert response.status_code == allowed, (user, response.content)
            assert response["Content-Type"] == "application/problem+json"
    unknown = "/api/v1/" + path.format(asset=uuid.uuid4(), version=uuid.uuid4())
    assert getattr(client_of(creator), method)(unknown, body, format="json").status_code == 404


def test_lists_hold_what_one_sees(
    make_version: Make, api: APIClient, reviewer: User, outsider: User, admin: User
) -> None:
    make_version()
    assert len(results(api)) == len(results(client_of(reviewer))) == 1
    assert len(results(client_of(admin))) == 1
    assert results(client_of(outsider)) == []
    assert client_of(None).get("/api/v1/assets/").status_code == 401


def test_filters(
    make_version: Make, api: APIClient, creator: User, admin: User, project: Project
) -> None:
    sunset = make_version(title="Sunset", caption="a red sun over the sea")
    note = make_version(title="Note", content=b"hello", media_type="text/plain", actor=admin,
                        retention_class=RetentionClass.Code.FINAL)  # fmt: skip
    gone = make_version(title="Gone")
    api.delete(f"/api/v1/assets/{gone.asset.code}/")
    api.put(f"/api/v1/assets/{note.asset.code}/favourite/")
    today = Asset.objects.latest("id").created_at.date()
    for query, titles in (
        ("", ["Note", "Sunset"]),
        ("?kind=image", ["Sunset"]),
        ("?kind=text", ["Note"]),
        ("?kind=video", []),
        ("?origin=upload", ["Note", "Sunset"]),
        ("?origin=comfyui", []),
        ("?retention=final", ["Note"]),
        (f"?creator={admin.code}", ["Note"]),
        (f"?project={project.code}", ["Note", "Sunset"]),
        (f"?since={today}&until={today}", ["Note", "Sunset"]),
        ("?until=2001-01-01", []),
        ("?q=suns", ["Sunset"]),
        ("?q=sea", ["Sunset"]),
        ('?q="red sun"', ["Sunset"]),
        ("?q=sun -sea", []),
        ("?q=note or sea", ["Note", "Sunset"]),
        ("?favourite=1", ["Note"]),
        ("?trash=1", ["Gone"]),
        ("?kind=image&q=sunset&origin=upload", ["Sunset"]),
    ):
        assert [row["title"] for row in results(api, query)] == titles, query
    assert results(api, "?kind=text")[0]["is_favourite"] is True
    assert str(sunset.asset.code) == results(api, "?kind=image")[0]["code"]


@pytest.mark.parametrize(
    "query",
    ["kind=x", "origin=x", "project=x", "creator=1", "since=yesterday", "favourite=maybe",
     "cursor=x", "page_size=x"],
)  # fmt: skip
def test_wrong_filters(api: APIClient, project: Project, query: str) -> None:
    response = api.get(f"/api/v1/assets/?{query}")
    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"


def test_paging(api: APIClient, make_version: Make) -> None:
    for _ in range(5):
        make_version()
    seen, url = [], "/api/v1/assets/?page_size=2"
    while url:
        page = api.get(url).json()
        seen += [row["title"] for row in page["results"]]
        url = page["next"]
    assert seen == [f"Picture {n}" for n in (5, 4, 3, 2, 1)]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("assets", "assets/"),
        ("assets searched", "assets/?q=picture"),
        ("favourites", "assets/?favourite=1"),
        ("versions", "assets/{asset}/versions/"),
        ("lineage", "versions/{version}/lineage/"),
        ("uploads", "uploads/"),
    ],
)
def test_number_of_queries(
    api: APIClient, make_version: Make, creator: User, name: str, path: str
) -> None:
    base = make_version()
    url = "/api/v1/" + path.format(asset=base.asset.code, version=base.code)
    made = itertools.count(70_000)

    def grow(many: int) -> None:
        while Asset.objects.count() <= many:
            version = make_version(inputs=[(base, LineageRole.Code.BASE)])
            services.set_favourite(actor=creator, asset=version.asset, favourite=True)
            blob = ingest_bytes(png(shade=next(made)), "image/png")
            services.add_version(actor=creator, asset=base.asset, blob=blob)
            begin_upload(actor=creator, project=base.asset.project, file_name="a.png", size_bytes=5)

    assert_recorded_queries(f"api/{name}", lambda: api.get(url), grow)


def test_lineage(api: APIClient, make_version: Make) -> None:
    base = make_version(title="Base")
    made = make_version(title="Made", inputs=[(base, LineageRole.Code.BASE)])
    up = api.get(f"/api/v1/versions/{made.code}/lineage/").json()
    assert [(row["role"], row["made_from"]["asset_title"]) for row in up["made_from"]] == [
        ("base", "Base")
    ]
    assert up["used_in"] == []
    down = api.get(f"/api/v1/versions/{base.code}/lineage/").json()
    assert down["used_in"][0]["used_in"]["version"]["code"] == str(made.code)


def test_changes(api: APIClient, make_version: Make) -> None:
    url = f"/api/v1/assets/{make_version().asset.code}/"
    changed = api.patch(url, {"title": "New", "retention_class": "source"}, format="json").json()
    assert (changed["title"], changed["retention_class"]) == ("New", "source")
    assert api.patch(url, {"retention_class": "final"}, format="json").status_code == 409
    assert api.patch(url, {"retention_class": "x"}, format="json").status_code == 422
    assert api.patch(url, {"title": ""}, format="json").status_code == 422
    # what is not to be changed is ignored, not obeyed
    ignored = api.patch(url, {"project": str(uuid.uuid4()), "creator": "x"}, format="json")
    assert ignored.json()["project"]["name"] == "Lighthouse"
    assert api.delete(url).status_code == 204
    assert api.get(url).json()["deleted_at"]
    assert api.post(f"{url}restore/").json()["deleted_at"] is None


def test_an_api_key_needs_its_scope(make_version: Make, creator: User) -> None:
    version = make_version()
    _, secret = create_api_key(actor=creator, name="reader", scopes=[ApiScope.Code.READ])
    client = APIClient(headers={"Authorization": f"Api-Key {secret}"})
    file = client.get(f"/api/v1/versions/{version.code}/file/", HTTP_RANGE="bytes=0-3",
                      HTTP_ACCEPT="image/png")  # fmt: skip
    assert (file.status_code, file.content) == (206, b"\x89PNG")
    url = f"/api/v1/assets/{version.asset.code}/"
    assert client.patch(url, {"title": "x"}, format="json").status_code == 403
