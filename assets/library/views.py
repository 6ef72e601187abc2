"""Pages of the library: the grid with its filters and its trash, and what is done there."""

from __future__ import annotations

import uuid
from typing import Any, BinaryIO, cast
from urllib.parse import parse_qs, urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assets.library import bulk, services
from assets.library.cards import card_of
from assets.library.filters import AssetFilters
from assets.library.forms import FilterForm, UploadForm, writable_projects
from assets.library.listing import PAGE_SIZE, Listing, load
from assets.library.models import Asset
from assets.storage.uploads import upload_file
from studio.core.errors import Invalid
from studio.core.models import Project, User
from studio.core.paging import encode_cursor
from studio.core.web import redirect, render_page, toast, wants_fragment

PAGE = "assets/library/library.html"
ROWS = "assets/library/rows.html"
PULSE_TILES = 12


@require_safe
def library(request: HttpRequest) -> HttpResponse:
    """Assets of all one's projects or of one, newest first.

    `?cursor=` goes on behind a row, `?newer=` tells how many have come before one, and with
    `&show=1` gives those.
    """
    user: Any = request.user
    listing = Listing(user, AssetFilters.read(request.GET))
    if wants_fragment(request) and request.GET.get("newer"):
        return _newer(request, listing)
    cursor = request.GET.get("cursor", "")
    page = listing.page(cursor=cursor, tiles=True)
    context = _list(listing, page.rows) | {"next_cursor": page.next_cursor, "is_later": cursor}
    if wants_fragment(request) and cursor:
        return render_page(request, ROWS, context, part="more")
    context |= {"filters": listing.filters, "project": listing.project}
    if not wants_fragment(request):
        context["form"] = FilterForm(user, listing.filters, listing.project)
        context["may_upload"] = writable_projects(user).exists()
        return render_page(request, PAGE, context)
    return _narrowed(request, listing, context)


@require_safe
def pulse(request: HttpRequest) -> HttpResponse:
    """The newest assets, for the home page."""
    user: Any = request.user
    page = Listing(user, AssetFilters()).page(size=PULSE_TILES, tiles=True)
    context = {"cards": [card_of(asset) for asset in page.rows]}
    return render_page(request, "assets/library/pulse.html", context)


def _narrowed(request: HttpRequest, listing: Listing, context: dict[str, Any]) -> HttpResponse:
    """The answer to a change of the filters: the list, under its own address."""
    address = f"{reverse('assets:library')}{context['query']}"
    before = parse_qs(urlsplit(request.headers.get("HX-Current-URL", "")).query)
    if before.get("project", [""])[0] != str(listing.filters.project or ""):
        # The head of the page and what it listens to are the project's.
        return redirect(request, address)
    context["may_upload"] = writable_projects(listing.user).exists()
    response = render_page(request, PAGE, context, part="results")
    # Without the empty fields of the form.
    response.headers["HX-Push-Url"] = address
    return response


def _newer(request: HttpRequest, listing: Listing) -> HttpResponse:
    """What has come since the first row of the page was read: how many, or the rows themselves."""
    cursor = request.GET["newer"]
    page = listing.page(cursor=cursor, newer=True, tiles=True)
    context = _list(listing, page.rows) | {"many": bool(page.next_cursor), "shown": PAGE_SIZE}
    context |= {"top": context["top"] or cursor, "top_before": cursor}
    return render_page(request, ROWS, context, part="newer" if "show" in request.GET else "news")


def _list(listing: Listing, assets: list[Asset]) -> dict[str, Any]:
    """What the rows of a list need."""
    query = listing.filters.query()
    return {
        "cards": [card_of(asset, query=query) for asset in assets],
        "query": f"?{query}" if query else "",
        "joined": f"?{query}&" if query else "?",
        "top": encode_cursor(assets[0], listing.order) if assets else "",
        "is_trash": listing.filters.trash,
    }


@require_safe
def tile(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """One tile of a list as it is now; nothing when it is no longer in that list."""
    user: Any = request.user
    asset = Asset.objects.get_visible(user, code=code)
    listing = Listing(user, AssetFilters.read(request.GET))
    if not listing.includes(asset):
        return HttpResponse()
    context = _list(listing, load(user, [asset.pk], tiles=True))
    return render(request, f"{ROWS}#tiles", context)


@require_POST
def change_many(request: HttpRequest) -> HttpResponse:
    """Like, trash or restore what is selected; `asset` are codes, `action` what to do."""
    user: Any = request.user
    action = request.POST.get("action", "")
    codes = _codes(request.POST.getlist("asset"))
    if action in ("favourite", "unfavourite"):
        changed = bulk.set_favourites(actor=user, codes=codes, favourite=action == "favourite")
    elif action == "trash":
        changed = bulk.trash_assets(actor=user, codes=codes)
    elif action == "restore":
        changed = bulk.restore_assets(actor=user, codes=codes)
    else:
        raise Invalid("There is no such action.", fields={"action": ["Unknown."]})
    said = _said(action, len(changed))
    if not wants_fragment(request):
        messages.success(request, said)
        return redirect(request, _back(request))
    query = AssetFilters.read(request.GET).query()
    context = _changed(user, action, changed, query)
    response = render_page(request, ROWS, context, part="changed")
    return toast(response, said)


def _changed(user: User, action: str, changed: list[Asset], query: str) -> dict[str, Any]:
    """The tiles that look different now, and those that leave the list."""
    if action in ("trash", "restore"):
        return {"gone": changed, "cards": []}
    rows = load(user, [asset.pk for asset in changed], tiles=True)
    return {"gone": [], "cards": [card_of(asset, query=query) for asset in rows]}


def _said(action: str, count: int) -> str:
    things = _things(count)
    return {
        "favourite": f"{things} among your favourites.",
        "unfavourite": f"{things} no longer among your favourites.",
        "trash": f"{things} put in the trash.",
        "restore": f"{things} taken out of the trash.",
    }[action]


def _things(count: int) -> str:
    return "1 asset" if count == 1 else f"{count} assets"


def _codes(texts: list[str]) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(text) for text in texts]
    except ValueError as error:
        raise Invalid("The selection is damaged.", remedy="Reload the page.") from error


def _back(request: HttpRequest) -> str:
    """Where the form was sent from, if that is a page of ours."""
    came_from = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(came_from, {request.get_host()}):
        return came_from
    return reverse("assets:library")


@require_POST
def favourite(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Like an asset (`favourite=1`), or no longer (`favourite=0`)."""
    user: Any = request.user
    asset = Asset.objects.select_related("project").get_visible(user, code=code)
    wanted = request.POST.get("favourite") == "1"
    services.set_favourite(actor=user, asset=asset, favourite=wanted)
    if not wants_fragment(request):
        return redirect(request, _back(request))
    context = {"asset": asset, "is_favourite": wanted}
    return render_page(request, "assets/library/favourite.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """The dialog for uploads; `?project=` is proposed as the place.

    Browsers send files through the API, in pieces; the POST is for those without scripts.
    """
    user: Any = request.user
    wanted = AssetFilters(project=AssetFilters.read(request.GET).project)
    form = UploadForm(user, request.POST or None, chosen=Listing(user, wanted).project)
    if request.method == "POST" and form.is_valid():
        files = request.FILES.getlist("files")
        if not files:
            raise Invalid("No file was chosen.", fields={"files": ["Choose at least one."]})
        project = Project.objects.get_visible(user, code=form.cleaned_data["project"])
        for file in files:
            upload_file(
                actor=user,
                project=project,
                file=cast(BinaryIO, file),
                file_name=file.name or "",
                size_bytes=file.size,
                retention_class=form.cleaned_data["retention"],
            )
        messages.success(request, f"{_things(len(files))} uploaded.")
        return redirect(request, f"{reverse('assets:library')}?project={project.code}")
    status = Invalid.status if form.errors else 200
    context = {"form": form}
    return render_page(request, "assets/library/upload.html", context, part="dialog", status=status)
