"""Subscriptions, the month's credits, and what a plan includes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from billing.credits import MICROCREDITS as C
from billing.ledger.doctor import books_balance
from billing.ledger.queries import balance_of
from billing.models import Allowance, Plan, PlanGrant, Subscription
from billing.plans.queries import current_plan, plan_includes
from billing.plans.seeding import seed_plans
from billing.plans.services import renew_allowances, subscribe
from studio.core.access import RoleCode
from studio.core.errors import Conflict, Forbidden
from studio.core.services import create_user
from tests.billing.refusals import refused

pytestmark = pytest.mark.django_db


def plan(code: str) -> Plan:
    return Plan.objects.get(code=code)


def next_month(moment: datetime | None = None) -> datetime:
    return ((moment or timezone.now()).replace(day=1) + timedelta(days=32)).replace(day=1)


def test_a_newcomer_has_the_default_plan_and_its_credits(settings, admin):
    settings.DEFAULT_PLAN = "free"
    user = create_user(actor=admin, username="nora", password="correct-horse-battery")
    assert current_plan(user) == plan("free")
    assert balance_of(user) == 200 * C


def test_without_its_default_plan_the_studio_says_so(settings):
    settings.DEFAULT_PLAN = "gone"
    with pytest.raises(Conflict, match="gone"):
        create_user(actor=None, username="nora", password=None, role=RoleCode.ADMIN)


def test_renewal_gives_each_month_once(creator):
    subscribe(actor=None, user=creator, plan=plan("basic"))
    assert balance_of(creator) == 2_500 * C
    assert renew_allowances() == 0
    assert renew_allowances(next_month()) == 1
    assert renew_allowances(next_month()) == 0
    assert balance_of(creator) == 5_000 * C
    assert books_balance() == []


def test_months_begin_in_utc(creator):
    made = subscribe(actor=None, user=creator, plan=plan("basic"))
    assert Allowance.objects.get(subscription=made).month == timezone.now().date().replace(day=1)
    last_instant = datetime(2031, 1, 31, 23, 59, 59, tzinfo=UTC)
    assert renew_allowances(last_instant) == 1
    assert renew_allowances(last_instant + timedelta(seconds=1)) == 1


def test_a_change_of_plan_gives_only_the_difference(admin, creator):
    for code, balance in (("free", 200), ("basic", 2_500), ("free", 2_500), ("basic", 2_500)):
        subscribe(actor=admin, user=creator, plan=plan(code))
        assert balance_of(creator) == balance * C
        assert current_plan(creator) == plan(code)
    assert renew_allowances() == 0
    assert Subscription.objects.filter(user=creator).count() == 5


def test_the_same_plan_again_changes_nothing(admin, creator):
    first = subscribe(actor=admin, user=creator, plan=plan("pro"))
    assert subscribe(actor=admin, user=creator, plan=plan("pro")) == first


def test_plans_are_given_by_admins(creator):
    with pytest.raises(Forbidden):
        subscribe(actor=creator, user=creator, plan=plan("studio"))


def test_inactive_people_get_no_credits(creator):
    subscribe(actor=None, user=creator, plan=plan("basic"))
    creator.is_active = False
    creator.save()
    assert renew_allowances(next_month()) == 0


@pytest.mark.parametrize(
    ("code", "group", "provider", "included"),
    [
        ("free", "create", "stability", True),
        ("free", "transform", "local", True),
        ("free", "transform", "comfyui", True),
        ("free", "transform", "wavespeed", False),
        ("basic", "transform", "wavespeed", True),
        ("studio", "anything", "anybody", True),
    ],
)
def test_what_a_plan_includes(code, group, provider, included):
    assert plan_includes(plan(code), operation_group=group, provider=provider) is included


def test_default_plans_do_not_come_back(bare_plan):
    PlanGrant.objects.filter(plan__code="basic").delete()
    plan("basic").delete()
    seed_plans()
    assert not Plan.objects.filter(code="basic").exists()


def test_one_plan_at_a_time(creator):
    with pytest.raises(IntegrityError, match="subscription_one_at_a_time"), transaction.atomic():
        Subscription.objects.create(user=creator, plan=plan("pro"))


def test_an_allowance_is_given_once_and_stays(creator):
    subscribe(actor=None, user=creator, plan=plan("basic"))
    made = Allowance.objects.get()
    other = subscribe(actor=None, user=creator, plan=plan("pro")).allowances.get().transfer
    with pytest.raises(IntegrityError, match="allowance_once_a_month"), transaction.atomic():
        Allowance.objects.create(
            subscription=made.subscription, month=made.month, transfer_id=other.pk + 1
        )
    refused("UPDATE billing_allowance SET month = '2020-01-01'", by="billing_allowance_append_only")
    refused("DELETE FROM billing_allowance", by="billing_allowance_append_only")
