"""Small helpers that every page uses: page or fragment, triggers, login exemption."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.encoding import iri_to_uri

V = TypeVar("V", bound=Callable[..., Any])


def login_exempt(view: V) -> V:
    """Mark a view as open to people who have not signed in."""
    view.login_exempt = True  # type: ignore[attr-defined]
    return view


def client_address(request: HttpRequest) -> str:
    """The IP address that a request came from.

    `X-Forwarded-For` counts only as far as `TRUSTED_PROXIES` proxies of ours have written it;
    anything further left was typed by the client.
    """
    found = request.META.get("REMOTE_ADDR") or ""
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if settings.TRUSTED_PROXIES and len(hops) >= settings.TRUSTED_PROXIES:
        found = hops[-settings.TRUSTED_PROXIES].strip()
    try:
        return str(ipaddress.ip_address(found))
    except ValueError:  # a UNIX socket has no address
        return "0.0.0.0"


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page (a boosted link asks for all of it)."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    part: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render a page, or for htmx the one part of it that was asked for.

    Args:
        template: the page, such as `assets/library/list.html`.
        part: name of the `{% partialdef %}` that htmx gets; the whole page without it.
    """
    name = f"{template}#{part}" if part and wants_fragment(request) else template
    response = render(request, name, dict(context), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def trigger(response: HttpResponse, **events: Any) -> HttpResponse:
    """Add browser events to an htmx response: `trigger(r, toast={"text": "Saved"})`."""
    present = json.loads(response.headers.get("HX-Trigger", "{}"))
    response.headers["HX-Trigger"] = json.dumps(present | events)
    return response


def toast(response: HttpResponse, text: str, level: str = "success") -> HttpResponse:
    """Show a passing message; `level` is success, info, warning or error."""
    return trigger(response, toast={"text": text, "level": level})


def redirect(request: HttpRequest, url: str) -> HttpResponse:
    """Go to another page: a 303, or `HX-Redirect` when htmx asked."""
    address = iri_to_uri(url)  # leaves nothing in it that could end the header
    if wants_fragment(request):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponse(status=303, headers={"Location": address})


def whole_number(text: str) -> int | None:
    """A number from 0 to 999,999,999 as a form or an address carries it; None: it is none.

    As in `studio.core.paging.row_id`, but no more than an integer column holds.
    """
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
