"""What can be done to a picture: vary, favourite, compare; and who may."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assets.models import Favourite
from pipeline.create.services import neighbour_seed
from pipeline.jobs.models import DerivationKind, Job
from pipeline.operations.declaration import MAX_RANDOM_SEED
from tests.pipeline.create.conftest import HTMX

pytestmark = pytest.mark.django_db


def test_variations_come_from_neighbouring_seeds(web, creator, make) -> None:
    client = web(creator)
    job = make(random_seed=100, variations=2)
    version = job.outputs.first().version
    seeds = []
    for number in ("1", "2", "4"):
        answer = client.post(f"/create/vary/{version.code}/", {"number": number}, headers=HTMX)
        assert answer.status_code == 200
        made = Job.objects.order_by("-id").first()
        assert made.derivation.kind_id == DerivationKind.Code.VARY
        assert made.derivation.source_id == job.pk
        assert made.outputs_expected == int(number)
        seeds.append(made.random_seed)
    assert seeds == [101, 99, 102]


def test_neighbours_stay_in_range() -> None:
    assert [neighbour_seed(5, turn) for turn in (1, 2, 3, 4)] == [6, 4, 7, 3]
    assert neighbour_seed(MAX_RANDOM_SEED, 1) == 0
    assert neighbour_seed(0, 2) == MAX_RANDOM_SEED


@pytest.mark.parametrize("number", ["0", "11", "many", "-1"])
def test_a_senseless_number_of_variations_is_refused(web, creator, make, number) -> None:
    version = make().outputs.get().version
    answer = web(creator).post(f"/create/vary/{version.code}/", {"number": number}, headers=HTMX)
    assert answer.status_code == 422
    assert Job.objects.count() == 1


def test_favourites(web, creator, reviewer, make) -> None:
    job = make()
    version = job.outputs.get().version
    client = web(reviewer)  # seeing is enough to like
    liked = client.post(f"/create/favourite/{version.code}/", {"like": "1"}, headers=HTMX)
    assert 'aria-pressed="true"' in liked.content.decode()
    assert Favourite.objects.filter(user=reviewer, asset=version.asset).exists()
    assert 'aria-pressed="true"' in client.get(f"/create/?job={job.code}").content.decode()
    assert (
        'aria-pressed="true" aria-label="Favourite"'
        not in web(creator).get(f"/create/?job={job.code}").content.decode()
    )
    client.post(f"/create/favourite/{version.code}/", {"like": "0"}, headers=HTMX)
    assert not Favourite.objects.exists()


def test_two_to_four_pictures_are_compared(web, creator, make) -> None:
    client = web(creator)
    versions = [o.version.code for o in make(variations=3).outputs.all()]
    two = client.get("/create/compare/", {"v": versions[:2]}, headers=HTMX).content.decode()
    assert two.count("<figure>") == 2
    assert "data-wipe" in two
    assert "<html" not in two
    three = client.get("/create/compare/", {"v": versions}).content.decode()
    assert three.count("<figure>") == 3
    assert "data-wipe" not in three
    assert "<html" in three
    assert client.get("/create/compare/", {"v": versions[:1]}).status_code == 404


def test_outsiders_meet_nothing(web, outsider, make) -> None:
    client = web(outsider)
    job = make()
    version = job.outputs.get().version.code
    for address in (
        f"/create/?job={job.code}",
        f"/create/?version={version}",
        f"/create/results/?job={job.code}",
        f"/create/compare/?v={version}&v={version}",
    ):
        assert client.get(address).status_code == 404, address
    for address in (
        f"/create/vary/{version}/",
        f"/create/renew/{job.code}/",
        f"/create/favourite/{version}/",
    ):
        assert client.post(address).status_code == 404, address


def test_reviewers_look_but_do_not_make(web, reviewer, make) -> None:
    client = web(reviewer)
    job = make()
    version = job.outputs.get().version.code
    page = client.get(f"/create/?job={job.code}").content.decode()
    assert "Make 4 more" not in page
    assert client.post(f"/create/vary/{version}/", {"number": "1"}).status_code == 403
    assert client.post(f"/create/renew/{job.code}/").status_code == 403


def test_the_page_costs_the_same_queries_for_few_and_many(web, creator, make) -> None:
    client = web(creator)

    def queries(job: Job) -> int:
        client.get(f"/create/?results={job.code}")
        with CaptureQueriesContext(connection) as found:
            assert client.get(f"/create/?results={job.code}").status_code == 200
        return len(found)

    few = queries(make(variations=2))
    for _ in range(6):
        make(variations=3)
    many = queries(make(variations=10))
    assert few == many
    assert many <= 40
