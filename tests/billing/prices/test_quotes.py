"""The arithmetic of prices, and the price book as it comes."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from math import ceil

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from billing.credits import MICROCREDITS as C
from billing.credits import credits_number, credits_text, parse_credits
from billing.models import Price, PriceFactor, Sku, Unit
from billing.prices.defaults import PRICE_BOOK
from billing.prices.quotes import charge_for, current_price, quote
from billing.prices.seeding import seed_price_book
from billing.prices.services import Cost, set_price
from studio.core.errors import Forbidden, Invalid, NotFound
from tests.billing.refusals import refused

WAN = "transform.image_to_video/wavespeed/wan-2.5"
TALK = "transform.talking_avatar/wavespeed/infinitetalk"


class Known:
    """A price without a database."""

    def __init__(self, amount: int, minimum: int = 0, factors: tuple[int, ...] = ()) -> None:
        self.amount_microcredits = amount
        self.minimum_quantity_milli = minimum
        self.rows = [
            PriceFactor(parameter=f"p{i}", value="x", multiplier_permille=f)
            for i, f in enumerate(factors)
        ]
        self.factors = self

    def all(self) -> list[PriceFactor]:
        return self.rows


@given(
    amount=st.integers(0, 10**9),
    quantity=st.integers(0, 10**7),
    minimum=st.integers(0, 10**5),
    factors=st.lists(st.integers(0, 5000), max_size=3),
)
def test_rounded_up_once_and_only_at_the_end(amount, quantity, minimum, factors):
    price = Known(amount, minimum, tuple(factors))
    exact = Fraction(amount) * max(quantity, minimum) / 1000 if quantity else Fraction(0)
    for factor in factors:
        exact *= Fraction(factor, 1000)
    charge = charge_for(price, quantity, {f"p{i}": "x" for i in range(len(factors))})
    assert charge == ceil(exact / 10_000) * 10_000


@given(st.integers(-(10**15), 10**15))
def test_credits_are_written_exactly(microcredits):
    text = credits_number(abs(microcredits))
    assert parse_credits(text) == abs(microcredits)
    assert credits_number(microcredits) in (text, f"-{text}")


@pytest.mark.parametrize(
    ("microcredits", "text"),
    [
        (0, "0"),
        (C, "1"),
        (12_500 * C, "12,500"),
        (C // 10, "0.1"),
        (-3_250_000, "−3.25"),
        (1, "0.000001"),
    ],
)
def test_credits_as_people_read_them(microcredits, text):
    assert credits_text(microcredits) == text


@pytest.mark.parametrize("value", ["", "x", "-1", "1e20", "NaN", "Infinity", "0.0000001", None])
def test_what_is_no_number_of_credits(value):
    with pytest.raises(Invalid):
        parse_credits(value)


@pytest.mark.django_db
class TestPriceBook:
    @pytest.mark.parametrize(
        ("sku", "milli", "parameters", "credits"),
        [
            ("create.image/stability/ultra", 4000, {}, "32"),
            ("create.image/stability/sd3.5-large", 3000, {}, "19.5"),
            (WAN, 5000, {"resolution": "480p"}, "25"),
            (WAN, 5000, {"resolution": "720p"}, "50"),
            (WAN, 10_000, {"resolution": "1080p"}, "150"),
            (TALK, 2000, {"resolution": "480p"}, "15"),
            (TALK, 7000, {"resolution": "720p"}, "42"),
            ("edit.prompt/wavespeed/nano-banana-pro-ultra", 1000, {"resolution": "8k"}, "18"),
            ("create.image/local/sketch", 1234, {}, "0.13"),
            ("system.noop/local/noop", 10_000, {}, "0"),
            ("system.cache_hit/local/cache", 1000, {}, "0"),
        ],
    )
    def test_reference_prices(self, sku, milli, parameters, credits):
        found = quote(sku_code=sku, quantity_milli=milli, parameters=parameters)
        assert found.credits == credits
        assert found.is_upper_bound == found.price.unit.is_metered

    def test_the_explanation_shows_the_calculation(self):
        found = quote(sku_code=TALK, quantity_milli=2000, parameters={"resolution": "720p"})
        assert found.explanation == (
            "5 × 3 credits per second of video (at least 5) × 2 (resolution 720p)"
        )

    def test_the_explanation_says_when_it_was_rounded(self):
        found = quote(sku_code="create.image/local/sketch", quantity_milli=1234)
        assert found.explanation == "1.234 × 0.1 credits per CPU second, rounded up"

    def test_parameters_of_any_type_are_compared_by_their_text(self, admin):
        sku = Sku.objects.create(code="a/b/c", title="x")
        factors = {("audio", "true"): 1500, ("references", "3"): 2000}
        set_price(
            actor=admin, sku=sku, unit=Unit.Code.IMAGE, amount_microcredits=C, factors=factors
        )
        price = current_price("a/b/c")
        assert charge_for(price, 1000, {"audio": True, "references": 3}) == 3 * C
        assert charge_for(price, 1000, {"audio": False, "references": None}) == C
        assert charge_for(price, 0, {"audio": True}) == 0
        with pytest.raises(ValueError, match="negative"):
            charge_for(price, -1, {})

    def test_an_item_without_a_price(self):
        with pytest.raises(NotFound):
            quote(sku_code="no/such/thing")

    def test_seeding_again_changes_nothing_of_an_admins(self, admin):
        sku = Sku.objects.get(code=WAN)
        set_price(actor=admin, sku=sku, unit=Unit.Code.REQUEST, amount_microcredits=7)
        before = set(Price.objects.values_list("pk", "amount_microcredits", "valid_until"))
        seed_price_book()
        after = set(Price.objects.values_list("pk", "amount_microcredits", "valid_until"))
        assert after == before
        assert current_price(WAN).amount_microcredits == 7

    def test_every_default_is_there_once(self):
        assert len({line.sku for line in PRICE_BOOK}) == len(PRICE_BOOK)
        assert Price.objects.current().count() == len(PRICE_BOOK)

    def test_a_job_keeps_the_price_it_was_quoted(self, admin):
        old = quote(sku_code=WAN, quantity_milli=5000, parameters={"resolution": "720p"})
        new = set_price(
            actor=admin,
            sku=old.price.sku,
            unit=Unit.Code.SECOND_OF_VIDEO,
            amount_microcredits=C,
            cost=Cost(840, 50_000),
        )
        kept = Price.objects.get(pk=old.price.pk)
        assert kept.valid_until == new.valid_from
        charge = charge_for(kept, 5000, {"resolution": "720p"})
        assert charge == old.amount_microcredits == 50 * C
        assert quote(sku_code=WAN, quantity_milli=5000).amount_microcredits == 5 * C
        earlier = old.price.valid_from
        assert quote(sku_code=WAN, at=earlier).price.pk == kept.pk

    def test_prices_are_set_by_admins(self, creator, admin):
        sku = Sku.objects.get(code=WAN)
        with pytest.raises(Forbidden):
            set_price(actor=creator, sku=sku, unit=Unit.Code.IMAGE, amount_microcredits=1)
        with pytest.raises(Invalid):
            set_price(actor=admin, sku=sku, unit=Unit.Code.IMAGE, amount_microcredits=-1)


@pytest.mark.django_db
class TestDatabaseRules:
    def test_prices_do_not_overlap(self):
        sku = Sku.objects.get(code=WAN)
        with pytest.raises(IntegrityError, match="price_one_at_a_time"), transaction.atomic():
            Price.objects.create(sku=sku, unit_id=Unit.Code.IMAGE, amount_microcredits=1)
        ahead = Price.objects.get(sku=sku).valid_from - timedelta(days=1)
        Price.objects.create(
            sku=sku,
            unit_id=Unit.Code.IMAGE,
            amount_microcredits=1,
            valid_from=ahead,
            valid_until=Price.objects.get(sku=sku).valid_from,
        )

    def test_a_price_only_ends_and_only_once(self):
        price = Price.objects.first()
        row = f"WHERE id = {price.pk}"
        for column in ("amount_microcredits", "minimum_quantity_milli", "cost_micro"):
            refused(f"UPDATE billing_price SET {column} = 1 {row}", by="price_only_ends")
        refused(f"DELETE FROM billing_price {row}", by="billing_price_append_only")
        Price.objects.filter(pk=price.pk).update(valid_until=timezone.now())
        refused(f"UPDATE billing_price SET valid_until = NULL {row}", by="price_ends_once")

    def test_factors_stay(self):
        refused(
            "UPDATE billing_pricefactor SET multiplier_permille = 1",
            by="billing_pricefactor_append_only",
        )
        refused("DELETE FROM billing_pricefactor", by="billing_pricefactor_append_only")

    @pytest.mark.parametrize(
        ("fields", "rule"),
        [
            ({"amount_microcredits": -1}, "price_not_negative"),
            ({"cost_micro": 5}, "price_cost_whole_or_unknown"),
            ({"cost_currency_id": 840}, "price_cost_whole_or_unknown"),
            ({"cost_currency_id": 840, "cost_micro": -1}, "price_cost_whole_or_unknown"),
        ],
    )
    def test_figures_make_sense(self, fields, rule):
        sku = Sku.objects.create(code="a/b/c", title="x")
        values = {"sku": sku, "unit_id": Unit.Code.IMAGE, "amount_microcredits": 1} | fields
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            Price.objects.create(**values)

    def test_a_span_has_a_length(self):
        sku, now = Sku.objects.create(code="a/b/c", title="x"), timezone.now()
        with pytest.raises(IntegrityError, match="price_ends_after"), transaction.atomic():
            Price.objects.create(
                sku=sku, unit_id=1, amount_microcredits=1, valid_from=now, valid_until=now
            )

    @pytest.mark.parametrize("code", ["", "a", "a/b", "a/b/c/d", "A b/c/d"])
    def test_codes_have_three_parts(self, code):
        with pytest.raises(IntegrityError, match="sku_code"), transaction.atomic():
            Sku.objects.create(code=code, title="x")
