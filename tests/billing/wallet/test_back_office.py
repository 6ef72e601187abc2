"""The back office: every page opens, money is read-only, actions go through the services."""

from __future__ import annotations

import pytest
from django.contrib import admin as django_admin
from django.test import Client
from django.urls import reverse

from billing.credits import MICROCREDITS as C
from billing.ledger.doctor import books_balance
from billing.ledger.queries import balance_of
from billing.ledger.services import grant_credits, open_hold, settle_hold
from billing.models import Account, Hold, Plan, Price, Sku, Subscription, Transfer
from billing.plans.queries import current_plan
from billing.prices.quotes import quote
from studio.core.lookups import Lookup, Transition

pytestmark = pytest.mark.django_db
TALK = "transform.talking_avatar/wavespeed/infinitetalk"
MANAGED = [Account, Hold, Plan, Sku, Subscription, Transfer]


@pytest.fixture
def office(admin) -> Client:
    client = Client()
    client.force_login(admin)
    return client


@pytest.fixture
def settled(creator, project, admin) -> Hold:
    grant_credits(actor=admin, user=creator, amount_microcredits=10 * C)
    hold = open_hold(payer=creator, project=project, amount_microcredits=3 * C)
    settle_hold(hold=hold, amount_microcredits=2 * C)
    return hold


def address(model: type, page: str, *args: object) -> str:
    return reverse(f"admin:billing_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("model", MANAGED)
def test_every_page_opens_for_admins_alone(office, creator, settled, model):
    pages = [
        address(model, "changelist"),
        address(model, "change", model.objects.order_by("pk").last().pk),
    ]
    if model in (Transfer, Subscription, Plan):
        pages.append(address(model, "add"))
    for page in pages:
        assert office.get(page).status_code == 200, page
        other = Client()
        other.force_login(creator)
        assert other.get(page).status_code in (302, 403)


@pytest.mark.parametrize("model", [Account, Hold, Transfer, Subscription])
def test_money_is_read_only(office, settled, model):
    row = model.objects.order_by("pk").first()
    assert office.post(address(model, "change", row.pk), {}).status_code == 403
    assert office.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403


def test_nothing_of_money_is_registered_otherwise():
    registered = {m for m in django_admin.site._registry if m._meta.app_label == "billing"}
    assert {m for m in registered if not issubclass(m, Lookup | Transition)} == set(MANAGED)


def test_adding_a_transfer_gives_credits(office, creator):
    page = address(Transfer, "add")
    values = {"user": creator.pk, "credits": "7.5", "memo": "pilot"}
    assert office.post(page, values).status_code == 302
    assert balance_of(creator) == 7_500_000
    assert office.post(page, values | {"credits": "x"}).status_code == 200
    assert books_balance() == []


def test_refunding_charges(office, creator, settled):
    values = {"action": "refund", "_selected_action": [settled.pk]}
    page = office.post(address(Hold, "changelist"), values, follow=True)
    assert "1 of 1 refunded" in page.content.decode()
    assert balance_of(creator) == 10 * C
    office.post(address(Hold, "changelist"), values)
    assert balance_of(creator) == 10 * C
    assert books_balance() == []


def test_a_new_price_keeps_factors_unless_changed(office):
    sku = Sku.objects.get(code=TALK)
    page = address(Sku, "change", sku.pk)
    form = office.get(page).context["adminform"].form
    values = {name: form.initial.get(name) or "" for name in form.fields}
    values |= {"title": "Talk", "new_credits": "6"}
    values |= {f"prices-{n}": 0 for n in ("TOTAL_FORMS", "INITIAL_FORMS")}
    assert office.post(page, values).status_code == 302
    found = quote(sku_code=TALK, quantity_milli=1000, parameters={"resolution": "720p"})
    assert found.amount_microcredits == 5 * 6 * 2 * C
    assert found.price.cost_micro == 30_000
    assert Price.objects.filter(sku=sku).count() == 2
    again = values | {"new_credits": ""}
    assert office.post(page, again).status_code == 302
    assert Price.objects.filter(sku=sku).count() == 2
    wrong = office.post(page, values | {"new_factors": "resolution 720p"})
    assert wrong.status_code == 200
    assert "quality = premium" in wrong.content.decode()


def test_plans_are_edited_in_credits(office):
    plan = Plan.objects.get(code="basic")
    values = {
        "code": "basic",
        "title": "Basic",
        "concurrent_jobs": 3,
        "monthly_credits": "3000",
        "grants-TOTAL_FORMS": 0,
        "grants-INITIAL_FORMS": 0,
    }
    assert office.post(address(Plan, "change", plan.pk), values).status_code == 302
    plan.refresh_from_db()
    assert plan.monthly_microcredits == 3000 * C
    assert plan.concurrent_jobs == 3


def test_adding_a_subscription_ends_the_present_one(office, creator):
    plan = Plan.objects.get(code="pro")
    values = {"person": creator.pk, "next_plan": plan.pk}
    assert office.post(address(Subscription, "add"), values).status_code == 302
    assert current_plan(creator) == plan
    assert Subscription.objects.filter(user=creator, ends_at=None).count() == 1
