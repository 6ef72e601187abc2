"""The wallet's pages: what they show, to whom, at which cost in queries."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.credits import MICROCREDITS as C
from billing.ledger import links
from billing.ledger.queries import balance_of, statement, whole_statement
from billing.ledger.services import grant_credits, open_hold, settle_hold
from billing.models import Entry, Transfer
from billing.wallet.export import plain_text

pytestmark = pytest.mark.django_db
WALLET = "/wallet/"


@pytest.fixture
def browser(creator) -> Client:
    client = Client()
    client.force_login(creator)
    return client


@pytest.fixture
def office(admin) -> Client:
    client = Client()
    client.force_login(admin)
    return client


@pytest.fixture
def spend(creator, project, fill):
    """`spend(n)`: n jobs of 3 credits, each settled for 2."""
    fill(creator, 1000)

    def spend(number: int) -> None:
        for index in range(number):
            hold = open_hold(
                payer=creator, project=project, amount_microcredits=3 * C, memo=f"job {index}"
            )
            settle_hold(hold=hold, amount_microcredits=2 * C, memo=f"job {index}")

    return spend


def htmx(client: Client, url: str):
    return client.get(url, headers={"HX-Request": "true"})


def text(response) -> str:
    return response.content.decode()


def test_the_page_shows_figures_and_lines(browser, spend):
    spend(2)
    page = text(browser.get(WALLET))
    for shown in ("996.00", "4.00", "Charge", "Hold returned", "job 1", "−2.00", "+3.00", "Bare"):
        assert shown in page
    assert "Give credits" not in page


def test_running_balances_go_on_from_page_to_page(creator, spend):
    spend(9)
    whole = list(whole_statement(creator, size=4))
    paged, cursor = [], ""
    while True:
        page = statement(creator, cursor=cursor, size=5)
        paged += page.lines
        cursor = page.next_cursor
        if not cursor:
            break
    figures = [(line.entry.pk, line.balance_after_microcredits) for line in whole]
    assert figures == [(line.entry.pk, line.balance_after_microcredits) for line in paged]
    assert len(figures) == 1 + 9 * 3
    assert whole[0].balance_after_microcredits == balance_of(creator)
    assert whole[-1].balance_after_microcredits == whole[-1].entry.amount_microcredits


def test_older_lines_come_by_cursor_and_new_ones_push_none_off(browser, spend):
    spend(20)  # 61 lines, 50 a page
    page = text(browser.get(WALLET))
    assert page.count("<tr id=") == 50
    older = page.split('hx-get="/wallet/?cursor=')[1].split('"')[0]
    live = page.split('hx-get="/wallet/?since=')[1].split('"')[0]
    rest = text(htmx(browser, f"{WALLET}?cursor={older}"))
    assert rest.count("<tr id=") == 11
    assert "<html" not in rest
    spend(1)
    now = text(htmx(browser, f"{WALLET}?since={live}"))
    assert now.count("<tr id=") == 50 + 3
    ids = {part.split('"')[0] for part in (now + rest).split('<tr id="')[1:]}
    assert len(ids) == 64


def test_a_damaged_cursor_is_told(browser, spend):
    assert browser.get(f"{WALLET}?cursor=damaged").status_code == 422


def test_a_live_part_that_grew_too_long_starts_anew(browser, spend):
    spend(70)
    response = htmx(browser, f"{WALLET}?since=1")
    assert (response.status_code, response.headers["HX-Refresh"]) == (204, "true")


def test_the_summary_refetches_alone(browser, spend):
    spend(1)
    part = text(htmx(browser, WALLET))
    assert "Credits left" in part
    assert "<table" not in part


@pytest.mark.parametrize("url", [WALLET, "/wallet/statement.csv", "/api/v1/wallet/statement/"])
def test_lists_cost_the_same_for_few_and_many(browser, spend, url):
    spend(2)
    read(browser, url)
    few = queries(browser, url)
    spend(20)
    assert queries(browser, url) == few


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        read(client, url)
    return len(caught)


def read(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return b"".join(response).decode()


def test_lines_link_to_what_they_paid_for_in_one_call(browser, spend, monkeypatch):
    calls = []

    def resolver(hold_ids):
        calls.append(set(hold_ids))
        return {pk: links.Link(f"/jobs/{pk}/", f"<i>Job</i> {pk}") for pk in hold_ids}

    monkeypatch.setattr(links, "_resolvers", [])
    links.register_resolver(resolver)
    spend(3)
    page = text(browser.get(WALLET))
    assert len(calls) == 1
    assert len(re.findall(r'href="/jobs/\d+/"', page)) == 9
    assert "&lt;i&gt;Job&lt;/i&gt;" in page


def test_the_download_is_the_whole_statement_and_no_formula(browser, creator, admin, spend):
    spend(2)
    grant_credits(actor=admin, user=creator, amount_microcredits=5, memo='=HYPERLINK("x")')
    response = browser.get("/wallet/statement.csv")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(b"".join(response).decode())))
    assert len(rows) == 8
    assert rows[0]["for"] == '\'=HYPERLINK("x")'
    assert rows[0]["credits"] == "0.000005"
    assert rows[1]["credits"] == "-2"
    assert rows[-1]["balance"] == "1000"


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\n=x"])
def test_no_text_is_taken_for_a_formula(value):
    assert plain_text(value) == f"'{value}"
    assert plain_text(f"a{value}") == f"a{value}"


def test_ones_wallet_is_ones_own(browser, reviewer, project, fill, creator):
    fill(reviewer, 77)
    open_hold(payer=reviewer, project=project, amount_microcredits=C, memo="secret plan")
    for url in (WALLET, "/wallet/statement.csv", "/wallet/balance/"):
        page = b"".join(browser.get(url)).decode()
        assert "secret plan" not in page


def test_the_chip_rounds_down(browser, creator, fill, admin):
    grant_credits(actor=admin, user=creator, amount_microcredits=1_239_999)
    assert "1.23" in text(browser.get("/wallet/balance/"))


def test_the_home_page_shows_credits(browser, spend):
    spend(2)
    part = text(browser.get("/wallet/pulse/"))
    assert "996.00" in part
    assert "4.00" in part


def test_anonymous_people_sign_in_first(db):
    for name in ("wallet", "balance", "pulse", "statement", "prices"):
        response = Client().get(reverse(f"billing:{name}"))
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/login/")


def test_everybody_sees_prices_and_only_admins_costs(browser, office):
    page = text(browser.get("/wallet/prices/"))
    assert "WAN 2.5" in page
    assert "resolution 720p × 2" in page
    assert "Unlimited" in page or "unlimited" in page
    assert "Margin" not in page
    page = text(office.get("/wallet/prices/"))
    assert "Margin" in page
    assert "0.05 USD" in page


def test_prices_are_found_by_name(browser):
    part = text(htmx(browser, "/wallet/prices/?q=infinite"))
    assert part.count("<tr>") == 1
    assert "InfiniteTalk" in part
    assert "matches “&lt;b&gt;”" in text(htmx(browser, "/wallet/prices/?q=<b>"))


class TestGrants:
    url = "/wallet/grants/"

    def test_an_admin_gives_credits(self, office, creator):
        values = {"username": "CLEO", "credits": "12.5", "memo": "for the pilot"}
        response = office.post(self.url, values)
        assert response.status_code == 303
        assert balance_of(creator) == 12_500_000
        assert "12.5 credits given to cleo" in text(office.get(WALLET))
        response = office.post(self.url, values, headers={"HX-Request": "true"})
        assert response.headers["HX-Redirect"] == WALLET

    @pytest.mark.parametrize(
        "change", [{"credits": "0"}, {"credits": "-1"}, {"credits": "x"}, {"username": "nobody"}]
    )
    def test_what_is_wrong_is_shown_in_place(self, office, creator, change):
        values = {"username": "cleo", "credits": "1", "memo": ""} | change
        response = office.post(self.url, values, headers={"HX-Request": "true"})
        assert response.status_code == 422
        assert 'class="error"' in text(response)
        assert "<html" not in text(response)
        assert "<html" in text(office.post(self.url, values))
        assert balance_of(creator) == 0

    def test_others_do_not(self, browser, creator):
        response = browser.post(self.url, {"username": "cleo", "credits": "1"})
        assert response.status_code == 403
        assert not Transfer.objects.exists()
        assert browser.get(self.url).status_code == 405


def test_every_page_says_who_gave(browser, creator, admin):
    grant_credits(actor=admin, user=creator, amount_microcredits=C, memo="welcome")
    page = text(browser.get(WALLET))
    assert "welcome" in page
    assert "by ada" in page
    assert Entry.objects.count() == 2
