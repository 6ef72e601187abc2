"""The pages and endpoints of deliveries, with as many queries for 2 as for 12."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pipeline.delivery.models import Delivery
from pipeline.delivery.services import create_delivery
from pipeline.jobs.run import AttemptRun
from pipeline.review.pages import get_cut
from tests.pipeline.review.cast import FRAMES, cut, final_cut
from tests.support.access import Cast
from tests.support.clients import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_heartbeat(monkeypatch):
    monkeypatch.setattr(AttemptRun, "_heartbeat", lambda self: None)


@pytest.fixture
def cast(outsider, reviewer, creator, admin, project):
    return Cast(None, outsider, reviewer, creator, admin, project)


@pytest.fixture
def final(cast):
    return get_cut(cast.creator, cast.make(final_cut).code)


def deliver(cast, final, title="Reel"):
    return create_delivery(actor=cast.creator, project=cast.project, cuts=[final], title=title)


def queries(client, path):
    with CaptureQueriesContext(
        connection,
    ) as seen:
        answer = client.get(path)
    assert answer.status_code == 200
    return len(seen)


def test_empty_list_teaches(cast):
    page = signed_in(cast.creator).get("/deliveries/").content.decode()
    assert "A delivery needs final cuts" in page


@pytest.mark.parametrize("path", ["/deliveries/", "/api/v1/deliveries/"])
def test_lists_cost_the_same_for_2_and_12(cast, final, path):
    client = signed_in(cast.creator)
    for number in range(2):
        deliver(cast, final, f"Reel {number}")
    few = queries(client, path)
    for number in range(10):
        deliver(cast, final, f"More {number}")
    assert queries(client, path) == few


def test_form_keeps_what_was_typed_and_says_what_is_wrong(cast, final):
    client = signed_in(cast.creator)
    path = f"/projects/{cast.project.code}/deliveries/new/"
    answer = client.post(
        path, {"title": "Reel", "cuts": [str(final.code)], "naming_template": "{nope}.{ext}"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "no slot {nope}" in page and 'value="Reel"' in page and "checked" in page
    assert not Delivery.objects.exists()


def test_page_of_a_delivery(cast, final):
    made = deliver(cast, final)
    page = signed_in(cast.reviewer).get(f"/deliveries/{made.code}/").content.decode()
    assert "The package is being made" in page and "Pack again" not in page


def test_cut_page_lists_what_blocks(cast):
    found = cast.make(cut)
    found.scene.character.rights.all().delete()
    page = signed_in(cast.creator).get(f"/cuts/{found.code}/").content.decode()
    assert "There is no rights record" in page and "disabled" in page
    answer = signed_in(cast.creator).post(
        f"/cuts/{found.code}/approve/", headers={"HX-Request": "true"}
    )
    assert answer.status_code == 409 and "rights" in answer.content.decode()


def test_poster_frame_must_be_in_the_cut(cast):
    found = cast.make(cut)
    client = signed_in(cast.creator)
    assert client.post(f"/cuts/{found.code}/poster/", {"frame": FRAMES}).status_code == 422
    assert client.post(f"/cuts/{found.code}/poster/", {"frame": "x"}).status_code == 422
    assert client.post(f"/cuts/{found.code}/poster/", {"frame": FRAMES - 1}).status_code == 303
