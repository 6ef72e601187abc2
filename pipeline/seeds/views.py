"""The seed manager: variations of a seed image, and what is done to one of them."""

from __future__ import annotations

import uuid
from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from assets.models import Version
from assets.storage.uploads import upload_file
from pipeline.characters.models import Character
from pipeline.jobs.shown import show_jobs
from pipeline.seeds import queries, services
from pipeline.seeds.models import CheckResult, SeedImage, SeedSlot, Variation, VariationMethod
from pipeline.seeds.shown import SORTS, show_variation, show_variations
from studio.core.access import CapabilityCode, capabilities, require
from studio.core.errors import Invalid, NotFound
from studio.core.models import User
from studio.core.web import redirect, render_page, toast, trigger, wants_fragment

PAGE = "pipeline/seeds/manager.html"
ONE = "pipeline/seeds/variation.html"
SHOWN = 300


@require_safe
def seed_image(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """The variations of a seed image; the part `grid` looks again by itself.

    `?sort=` time, likeness or quality; `?discarded=1`: those that were taken out.
    """
    user: Any = request.user
    found = queries.visible_seed_image(user, code)
    context = frame(request, found) | grid(request, found)
    part = "grid" if request.headers.get("HX-Target", "").endswith("seed-grid") else None
    return render_page(request, PAGE, context, part=part)


def frame(request: HttpRequest, found: SeedImage) -> dict[str, Any]:
    """What every page below a seed image shows of it."""
    granted = capabilities(request.user, found.character.project)
    character = found.character
    return {
        "seed_image": found,
        "slot": SeedSlot.Code(found.slot_id),
        "is_a": found.slot_id == SeedSlot.Code.A,
        "sibling": queries.sibling(found),
        "character": character,
        "project": character.project,
        "may_change": CapabilityCode.CREATE in granted and character.archived_at is None,
    }


def grid(request: HttpRequest, found: SeedImage) -> dict[str, Any]:
    """The variations as they are wanted, and the jobs that make more."""
    user: Any = request.user
    discarded = request.GET.get("discarded") == "1"
    sort = request.GET.get("sort", "time")
    rows = found.variations.filter(discarded_at__isnull=not discarded).order_by("-number")
    items = show_variations(queries.with_files(rows)[:SHOWN], sort)
    failure = queries.latest_failure(found)
    return {
        "items": items,
        "is_discarded": discarded,
        "sort": sort if sort in SORTS else "time",
        "sorts": [(key, label) for key, (label, _) in SORTS.items()],
        "jobs": show_jobs(user, list(queries.open_jobs(found))),
        "failure": show_jobs(user, [failure])[0] if failure else None,
        "discarded_count": found.variations.filter(discarded_at__isnull=False).count(),
        "other_hero": queries.hero(
            found.character,
            SeedSlot.Code.B if found.slot_id == SeedSlot.Code.A else SeedSlot.Code.A,
        ),
        "shown_most": SHOWN,
    }


@require_safe
def of_character(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Both seed images side by side: a panel of the character's page."""
    user: Any = request.user
    rows = Character.objects.select_related("project")
    character = rows.get_visible(user, code=code)
    heroes = queries.heroes_of([character])
    images = list(character.seed_images.order_by("slot_id"))
    shown = []
    for image in images:
        image.character = character
        rows_of = queries.with_files(image.variations.filter(discarded_at=None))
        items = show_variations(rows_of.order_by("-number")[:8])
        chosen = heroes.get((character.pk, image.slot_id))
        best = next((i for i in items if chosen and i.variation.pk == chosen.pk), None)
        if best is None and chosen is not None:
            best = show_variation(queries.with_files(Variation.objects.filter(pk=chosen.pk)).get())
        shown.append(
            {
                "image": image,
                "slot": SeedSlot.Code(image.slot_id),
                "hero": best,
                "latest": items[0] if items else None,
                "items": items,
                "jobs": queries.open_jobs(image).count(),
            }
        )
    may = CapabilityCode.CREATE in capabilities(user, character.project)
    context = {
        "character": character,
        "project": character.project,
        "slots": shown,
        "may_change": may and character.archived_at is None,
    }
    return render_page(request, "pipeline/seeds/of_character.html", context, part="panel")


@require_POST
def add(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Make a picture a variation: `version` of the library, or a `file` sent along."""
    user: Any = request.user
    found = queries.visible_seed_image(user, code)
    require(user, CapabilityCode.CREATE, found.character.project)
    method = VariationMethod.Code.UPLOADED
    if request.POST.get("method") == VariationMethod.Code.CHOSEN.code:
        method = VariationMethod.Code.CHOSEN
    versions = [_version(user, text) for text in request.POST.getlist("version")]
    versions += _uploaded(request, found)
    if not versions:
        raise Invalid("Choose a picture.", fields={"file": ["Choose at least one."]})
    for version in versions:
        services.upload_variation(actor=user, seed_image=found, version=version, method=method)
    said = "1 picture added" if len(versions) == 1 else f"{len(versions)} pictures added"
    if not wants_fragment(request):
        messages.success(request, f"{said}; it is being checked.")
        return redirect(request, queries.seed_url(found))
    return changed(found, f"{said}; checks are running", close=True)


def _uploaded(request: HttpRequest, found: SeedImage) -> list[Version]:
    """Files sent along with the form, as assets of the project; for browsers without scripts."""
    user: Any = request.user
    return [
        upload_file(
            actor=user,
            project=found.character.project,
            file=cast(BinaryIO, file),
            file_name=file.name or "",
            size_bytes=file.size,
        )
        for file in request.FILES.getlist("file")
    ]


@require_safe
def variation(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """One variation: the picture, its checks, where it comes from, what can be done with it."""
    user: Any = request.user
    found = queries.visible_variation(user, code)
    context = frame(request, found.seed_image) | {"item": show_variation(found)}
    context["lineage_url"] = reverse("assets:asset", args=[found.version.asset.code])
    return render_page(request, ONE, context, part="facts")


@require_POST
def choose(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Make a variation the hero."""
    user: Any = request.user
    found = queries.visible_variation(user, code)
    services.choose_hero(actor=user, variation=found)
    return done(request, found, f"#{found.number} is the hero")


@require_POST
def waive(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Take a warning upon oneself; `check` is its code, `reason` why."""
    user: Any = request.user
    found = queries.visible_variation(user, code)
    rows = CheckResult.objects.select_related("variation__seed_image__character__project")
    wanted = request.POST.get("check", "").replace("\x00", "")[:60]
    result = rows.filter(variation=found, check_kind__code=wanted).first()
    if result is None:
        raise NotFound("This variation has no such check.")
    services.waive_warning(actor=user, result=result, reason=request.POST.get("reason", ""))
    return done(request, found, "Accepted")


@require_POST
def discard(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Take a variation out of the grid; `restore=1` brings it back."""
    user: Any = request.user
    found = queries.visible_variation(user, code)
    if request.POST.get("restore"):
        services.restore_variation(actor=user, variation=found)
        return done(request, found, f"#{found.number} is back")
    services.discard_variation(actor=user, variation=found)
    return done(request, found, f"#{found.number} discarded")


@require_POST
def check_again(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Have a variation checked once more."""
    user: Any = request.user
    found = queries.visible_variation(user, code)
    services.check_again(actor=user, variation=found)
    return done(request, found, "Checks are running")


@require_POST
def retouched(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Add what came back from an external editor: `version`, the next one of the same asset."""
    user: Any = request.user
    found = queries.visible_variation(user, code)
    require(user, CapabilityCode.CREATE, found.seed_image.character.project)
    made = services.add_retouched(
        actor=user, variation=found, version=_version(user, request.POST.get("version", ""))
    )
    return redirect(request, reverse("pipeline:variation", args=[made.code]))


def done(request: HttpRequest, found: Variation, said: str) -> HttpResponse:
    """The answer to a change of a variation: pages that show it look again."""
    if not wants_fragment(request):
        messages.success(request, said)
        back = request.POST.get("back", "")
        if back == "variation":
            return redirect(request, reverse("pipeline:variation", args=[found.code]))
        return redirect(request, queries.seed_url(found.seed_image))
    return changed(found.seed_image, said)


def changed(found: SeedImage, said: str, *, close: bool = False) -> HttpResponse:
    """Have the parts that show a seed image look again."""
    detail = {"code": str(found.code), "character": str(found.character.code)}
    response = trigger(HttpResponse(status=204), **{"seed-image-changed": detail})
    if close:
        trigger(response, **{"dialog-close": {}})
    return toast(response, said)


def _version(user: User, text: str) -> Version:
    try:
        return Version.objects.get_visible(user, code=uuid.UUID(text))
    except ValueError as error:
        raise NotFound("There is no such picture.") from error
