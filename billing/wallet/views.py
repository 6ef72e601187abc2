"""Pages of the wallet: statement, price list, grants."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from billing.credits import credits_text
from billing.ledger.queries import balance_of, statement_entries, statement_lines
from billing.ledger.services import grant_credits
from billing.plans.queries import all_plans, current_plan
from billing.prices.queries import price_list
from billing.wallet.export import statement_csv
from billing.wallet.forms import GrantForm
from billing.wallet.summary import wallet_summary
from studio.core.access import require_admin
from studio.core.errors import Invalid
from studio.core.paging import keyset_page, row_id
from studio.core.web import redirect, render_page, wants_fragment

LINES = 50
#: The live part grows with what happens while the page is open; beyond this it starts anew.
MOST_LIVE = 200
#: The chip in the top bar shows whole cents of a credit, rounded down.
_CHIP_STEP = 10_000


@require_safe
def wallet(request: HttpRequest) -> HttpResponse:
    """Balance and statement, live.

    `?cursor=` is the next older page. `?since=<id>` is the live part: every line down to the entry
    with that id, so that lines which arrive push none off the page.
    """
    user: Any = request.user
    since, cursor = row_id(request.GET.get("since", "")), request.GET.get("cursor", "")
    if wants_fragment(request) and since is None and not cursor:
        context: dict[str, Any] = {"summary": wallet_summary(user)}
        return render_page(request, "billing/wallet/wallet.html", context, part="summary")
    entries, live = statement_entries(user), since is not None
    if live:
        entries = entries.filter(pk__gte=since)
    page = keyset_page(entries, cursor=cursor, size=MOST_LIVE if live else LINES)
    if live and page.next_cursor:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    context = {
        "lines": statement_lines(user, page),
        "next_cursor": page.next_cursor,
        "oldest": since if live else (page.rows[-1].pk if page.rows else 0),
        "older": bool(cursor),
    }
    if not wants_fragment(request):
        context |= {"summary": wallet_summary(user), "form": GrantForm() if user.is_admin else None}
    part = "older_lines" if cursor else "lines"
    return render_page(request, "billing/wallet/wallet.html", context, part=part)


@require_safe
def balance(request: HttpRequest) -> HttpResponse:
    """The credits left, for the top bar."""
    user: Any = request.user
    shown = balance_of(user) // _CHIP_STEP * _CHIP_STEP
    return render_page(request, "billing/wallet/balance.html", {"balance_microcredits": shown})


@require_safe
def pulse(request: HttpRequest) -> HttpResponse:
    """Credits, for the home page."""
    user: Any = request.user
    return render_page(request, "billing/wallet/pulse.html", {"summary": wallet_summary(user)})


@require_safe
def statement_download(request: HttpRequest) -> StreamingHttpResponse:
    """The whole statement as a CSV file."""
    user: Any = request.user
    name = f"statement-{timezone.now():%Y-%m-%d}.csv"
    return StreamingHttpResponse(
        statement_csv(user),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_safe
def prices(request: HttpRequest) -> HttpResponse:
    """The price list and the plans."""
    user: Any = request.user
    search = request.GET.get("q", "").strip()[:60]
    context = {
        "prices": price_list(search=search),
        "search": search,
        "plans": all_plans(),
        "mine": current_plan(user),
        "shows_costs": user.is_admin,
    }
    return render_page(request, "billing/wallet/prices.html", context, part="rows")


@require_POST
def grant(request: HttpRequest) -> HttpResponse:
    """Give somebody credits (Admins)."""
    user: Any = request.user
    require_admin(user)
    form = GrantForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        try:
            grant_credits(
                actor=user,
                user=values["username"],
                amount_microcredits=values["credits"],
                memo=values["memo"],
            )
        except Invalid as error:
            form.add_problem(error)
        else:
            given = credits_text(values["credits"])
            messages.success(request, f"{given} credits given to {values['username']}.")
            return redirect(request, reverse("billing:wallet"))
    context = {"form": form}
    return render_page(
        request, "billing/wallet/grant.html", context, part="grant_form", status=Invalid.status
    )
