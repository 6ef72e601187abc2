"""The API of wallet, prices, plans, grants and subscriptions."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from billing.credits import MICROCREDITS as C
from billing.ledger.queries import balance_of
from billing.ledger.services import open_hold, settle_hold
from billing.models import Transfer
from billing.plans.queries import current_plan
from billing.prices.defaults import PRICE_BOOK
from studio.core.models import ApiScope
from studio.core.services import create_api_key

pytestmark = pytest.mark.django_db
READ = ["/wallet/", "/wallet/statement/", "/prices/", "/plans/"]


def by_key(user, *scopes: ApiScope.Code) -> APIClient:
    _, secret = create_api_key(actor=user, name="test", scopes=scopes)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {secret}")
    return client


@pytest.fixture
def script(creator) -> APIClient:
    return by_key(creator, ApiScope.Code.READ, ApiScope.Code.WRITE)


@pytest.mark.parametrize("path", READ)
def test_reading_needs_credentials_with_the_scope(creator, path):
    assert APIClient().get(f"/api/v1{path}").status_code == 401
    assert by_key(creator, ApiScope.Code.WRITE).get(f"/api/v1{path}").status_code == 403


def test_the_wallet(script, creator, project, fill):
    fill(creator, 10)
    open_hold(payer=creator, project=project, amount_microcredits=3 * C)
    assert script.get("/api/v1/wallet/").json() == {
        "balance_microcredits": 7 * C,
        "held_microcredits": 3 * C,
        "spent_this_month_microcredits": 0,
        "plan": {"code": "bare", "title": "Bare", "is_unlimited": False},
    }


def test_the_statement_by_pages(script, creator, project, fill):
    fill(creator, 10)
    hold = open_hold(payer=creator, project=project, amount_microcredits=3 * C, memo="a picture")
    settle_hold(hold=hold, amount_microcredits=2 * C, memo="a picture")
    first = script.get("/api/v1/wallet/statement/?page_size=3").json()
    assert [line["what"] for line in first["results"]] == ["Charge", "Hold returned", "Hold"]
    assert [line["balance_after_microcredits"] for line in first["results"]] == [
        8 * C,
        10 * C,
        7 * C,
    ]
    assert first["results"][0]["kind"] == "settle"
    assert first["results"][0]["link"] is None
    second = script.get(first["next"]).json()
    assert [line["kind"] for line in second["results"]] == ["plan-allowance"]
    assert second["next"] is None


def test_every_price_once_page_by_page(script):
    found, url = [], "/api/v1/prices/?page_size=20"
    while url:
        page = script.get(url).json()
        found += [price["sku"] for price in page["results"]]
        url = page["next"]
    assert found == sorted(found)
    assert set(found) == {line.sku for line in PRICE_BOOK}
    (talk,) = script.get("/api/v1/prices/?q=infinitetalk").json()["results"]
    assert talk["unit"] == "second_of_video"
    assert talk["minimum_quantity_milli"] == 5000
    assert talk["factors"] == [
        {"parameter": "resolution", "value": "720p", "multiplier_permille": 2000}
    ]
    assert "cost_micro" not in talk


def test_plans(script):
    found = {plan["code"]: plan for plan in script.get("/api/v1/plans/").json()["results"]}
    assert found["free"]["monthly_microcredits"] == 200 * C
    assert {"operation_group": "", "provider": "local"} in found["free"]["grants"]


class TestGrants:
    url = "/api/v1/grants/"

    def test_by_an_admins_key_with_the_scope(self, admin, creator):
        body = {"user": str(creator.code), "credits": "2.5", "memo": "pilot"}
        answer = by_key(admin, ApiScope.Code.ADMIN).post(self.url, body, format="json")
        assert answer.status_code == 201
        assert answer.json()["balance_microcredits"] == 2_500_000
        assert answer.json()["user"]["username"] == "cleo"
        for scope in (ApiScope.Code.WRITE, ApiScope.Code.SPEND):
            assert by_key(admin, scope).post(self.url, body, format="json").status_code == 403
        assert balance_of(creator) == 2_500_000

    @pytest.mark.parametrize("who", ["creator", "reviewer", "outsider"])
    def test_not_by_others(self, request, creator, who):
        client = APIClient()
        client.force_authenticate(request.getfixturevalue(who))
        body = {"user": str(creator.code), "credits": "2.5"}
        assert client.post(self.url, body, format="json").status_code == 403
        assert not Transfer.objects.exists()

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"credits": "0"}, "credits"),
            ({"credits": "-3"}, "credits"),
            ({"credits": "0.0000001"}, "credits"),
            ({"credits": "1e12"}, "credits"),
            ({"credits": "NaN"}, "credits"),
            ({"user": "11111111-1111-4111-8111-111111111111"}, "user"),
            ({"user": "x"}, "user"),
            ({"memo": "x" * 201}, "memo"),
        ],
    )
    def test_problems_name_the_field(self, admin, creator, change, field):
        client = APIClient()
        client.force_authenticate(admin)
        body = {"user": str(creator.code), "credits": "1"} | change
        answer = client.post(self.url, body, format="json")
        assert answer.status_code == 422
        assert field in answer.json()["errors"]


def test_subscriptions(admin, creator):
    client = APIClient()
    client.force_authenticate(admin)
    body = {"user": str(creator.code), "plan": "pro"}
    answer = client.post("/api/v1/subscriptions/", body, format="json")
    assert answer.status_code == 201
    assert answer.json()["plan"]["code"] == "pro"
    assert current_plan(creator).code == "pro"
    answer = client.post("/api/v1/subscriptions/", body | {"plan": "gold"}, format="json")
    assert answer.status_code == 422
    client.force_authenticate(creator)
    assert client.post("/api/v1/subscriptions/", body, format="json").status_code == 403
