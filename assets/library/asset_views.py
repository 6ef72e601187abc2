"""The page of one asset: the picture, what is known of it, its versions, where it comes from."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assets.library import actions, panels, services
from assets.library.cards import SIDES_PX, Card, card_of, picture_of, ratio_of, thumb_url
from assets.library.filters import AssetFilters
from assets.library.listing import Listing, load
from assets.library.models import Asset, RetentionClass, RetentionTransition, Version
from assets.library.queries import made_from, used_in
from assets.renditions.queries import rendition_state
from assets.renditions.services import request_renditions
from assets.storage.models import AssetKind, MediaType, MediaTypeCode
from studio.core.access import CapabilityCode, capabilities, require
from studio.core.errors import Conflict, Invalid, NotFound
from studio.core.web import redirect, render_page, wants_fragment

PAGE = "assets/library/asset.html"


def _asset(request: HttpRequest, code: uuid.UUID) -> Asset:
    """The asset of a page, with its project.

    Raises:
        NotFound: there is none, or it is not for this person.
    """
    seen = Asset.objects.select_related("project").defer("search")
    return seen.get_visible(request.user, code=code)


@require_safe
def asset(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """One asset. `?version=` shows an older version; the filters of a list give the neighbours.

    The parts `info` and `preview` refresh themselves when something happens to the asset.
    """
    user: Any = request.user
    found = Asset.objects.for_list(user).get_visible(user, code=code)
    versions = list(found.versions.with_file().select_related("created_by__profile"))
    versions.sort(key=lambda version: -version.number)
    version = _chosen(versions, request.GET.get("version", ""))
    part = request.GET.get("part", "")
    context = _facts(request, found, version) | {"versions": versions}
    if part == "preview" and wants_fragment(request):
        return render_page(request, PAGE, context | _preview(version), part="preview")
    context |= {"made_from": _lineage(request, version, up=True)}
    context |= {"used_in": _lineage(request, version, up=False)}
    if wants_fragment(request):
        return render_page(request, PAGE, context, part="info")
    context |= _preview(version) | _around(request, found)
    context["panels"] = [(panel, panel.url(version.code)) for panel in panels.registered()]
    return render_page(request, PAGE, context)


def _chosen(versions: list[Version], number: str) -> Version:
    """The version that was asked for, else the current one.

    Raises:
        NotFound: the asset has no version of this number.
    """
    for version in versions:
        if not number or str(version.number) == number:
            return version
    raise NotFound("This asset has no such version.", remedy="Look at its current one.")


def _facts(request: HttpRequest, found: Asset, version: Version) -> dict[str, Any]:
    """What is known of the asset, and what this person may do with it."""
    granted = capabilities(request.user, found.project)
    may_create = CapabilityCode.CREATE in granted
    present = RetentionClass.Code(found.retention_class_id)
    media_type = MediaTypeCode(version.blob.media_type_id)
    return {
        "asset": found,
        "project": found.project,
        "version": version,
        "is_favourite": getattr(found, "is_favourite", False),
        "media_type": media_type,
        "image": getattr(version.blob, "image", None),
        "film": getattr(version.blob, "video", None),
        "file_url": _file_url(version),
        "may_create": may_create,
        "actions": [
            (action, action.url(version.code)) for action in actions.registered(found.kind_id)
        ]
        if may_create and not found.is_trashed
        else [],
        "retention_choices": [
            to
            for before, to in RetentionTransition.allowed
            if before == present and _may_change(granted, present, to)
        ],
    }


def _may_change(granted: frozenset[CapabilityCode], before: Any, after: Any) -> bool:
    """As `services.change_retention` decides: touching a final needs approval."""
    final = RetentionClass.Code.FINAL in (before, after)
    return (CapabilityCode.APPROVE if final else CapabilityCode.CREATE) in granted


def _file_url(version: Version) -> str:
    if version.file_name:
        return reverse("assets:file", args=[version.code, version.file_name])
    return reverse("assets:file", args=[version.code])


def _preview(version: Version) -> dict[str, Any]:
    """How the version is shown: as a picture, by the browser's player, or only by an icon."""
    facts = MediaType.extras[MediaTypeCode(version.blob.media_type_id)]
    players = {AssetKind.Code.VIDEO: "video", AssetKind.Code.AUDIO: "audio"}
    player = players.get(facts["kind_id"], "") if facts["is_inline"] else ""
    picture = picture_of(version)
    return {
        "picture": picture,
        "poster_url": thumb_url(version.code, SIDES_PX[-1]) if picture else "",
        "ratio": ratio_of(version.blob),
        "player": player,
        "is_inline": facts["is_inline"],
        "state": rendition_state(version.blob),
    }


@dataclass(frozen=True, slots=True)
class Relative:
    """An asset that this one was made from, or that was made from it."""

    card: Card
    role: str
    number: int


def _lineage(request: HttpRequest, version: Version, *, up: bool) -> list[Relative]:
    """The inputs (`up`) or the outputs of a version, as far as this person may see them."""
    user: Any = request.user
    rows = made_from(version, user) if up else used_in(version, user)
    others = [(row, row.input if up else row.output) for row in rows]
    pks = {other.asset_id for _, other in others}
    assets = {a.pk: a for a in load(user, sorted(pks), tiles=True)}
    return [
        Relative(card_of(assets[other.asset_id]), row.role.label, other.number)
        for row, other in others
        if other.asset_id in assets
    ]


def _around(request: HttpRequest, found: Asset) -> dict[str, Any]:
    """The list that the page was opened from, and the neighbours in it."""
    user: Any = request.user
    try:
        listing = Listing(user, AssetFilters.read(request.GET))
    except (Invalid, NotFound):  # an old address: the asset is still worth showing
        listing = Listing(user, AssetFilters())
    before, after = listing.neighbours(found)
    query = listing.filters.query()
    suffix = f"?{query}" if query else ""

    def url(other: Asset | None) -> str:
        return reverse("assets:asset", args=[other.code]) + suffix if other else ""

    return {
        "library_url": reverse("assets:library") + suffix,
        "previous_url": url(before),
        "next_url": url(after),
    }


@require_http_methods(["GET", "POST"])
def title(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """The title: as text, as a form (`?edit=1`), and its change."""
    user: Any = request.user
    found = _asset(request, code)
    value, problem = found.title, ""
    if request.method == "POST":
        value = request.POST.get("title", "")
        try:
            services.rename_asset(actor=user, asset=found, title=value)
        except Invalid as error:
            problem = error.fields.get("title", [error.detail])[0]
    may_create = CapabilityCode.CREATE in capabilities(user, found.project)
    context = {
        "asset": found,
        "value": value,
        "problem": problem,
        "editing": bool(problem) or ("edit" in request.GET and may_create),
        "may_create": may_create,
    }
    if not wants_fragment(request) and not context["editing"]:
        return redirect(request, reverse("assets:asset", args=[found.code]))
    status = Invalid.status if problem else 200
    return render_page(request, "assets/library/retitle.html", context, part="title", status=status)


@require_http_methods(["GET", "POST"])
def trash(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Ask whether to put the asset in the trash, with what was made from it; do so."""
    user: Any = request.user
    found = _asset(request, code)
    if request.method == "POST":
        services.trash_asset(actor=user, asset=found)
        messages.success(request, f"“{found.title}” is in the trash.")
        return redirect(request, reverse("assets:library"))
    require(user, CapabilityCode.CREATE, found.project)
    dependents = Asset.objects.present().made_from_asset(found).visible_to(user)
    context = {"asset": found, "dependents": list(dependents[:6])}
    return render_page(request, "assets/library/trash.html", context, part="dialog")


@require_POST
def restore(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Take the asset out of the trash."""
    user: Any = request.user
    found = _asset(request, code)
    services.restore_asset(actor=user, asset=found)
    messages.success(request, f"“{found.title}” is back in the library.")
    return redirect(request, reverse("assets:asset", args=[found.code]))


@require_POST
def retention(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Keep the asset more or less dearly; `retention` is the code of the class."""
    user: Any = request.user
    found = _asset(request, code)
    try:
        wanted = RetentionClass.Code.by_code(request.POST.get("retention", ""))
    except KeyError as error:
        raise Invalid("There is no such class.", fields={"retention": ["Unknown."]}) from error
    services.change_retention(actor=user, asset=found, retention_class=RetentionClass.Code(wanted))
    messages.success(request, f"“{found.title}” is kept as {wanted.label.lower()} now.")
    return redirect(request, reverse("assets:asset", args=[found.code]))


@require_POST
def render_again(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Ask for the thumbnails of the current version again, after a failure."""
    user: Any = request.user
    found = _asset(request, code)
    version = found.current
    if version is None:
        raise Conflict("This asset has no version.")
    request_renditions(actor=user, version=version)
    return redirect(request, reverse("assets:asset", args=[found.code]))
