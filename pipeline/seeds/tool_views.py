"""Pages that make variations: from the other seed image, by cropping, refining, merging."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assets.library.cards import card_of
from assets.library.filters import AssetFilters
from assets.library.listing import Listing
from assets.models import AssetKind, Version
from pipeline.jobs.models import Job
from pipeline.jobs.queries import for_list
from pipeline.jobs.shown import show_jobs
from pipeline.jobs.submit import JobRequest
from pipeline.operations.catalogue import get_operation
from pipeline.operations.forms import OperationForm, operation_form
from pipeline.seeds import cropping, queries, services
from pipeline.seeds.models import SeedImage, SeedSlot, Variation
from pipeline.seeds.services import requests
from pipeline.seeds.shown import show_variation, show_variations
from pipeline.seeds.views import changed, frame
from studio.core.access import CapabilityCode, require
from studio.core.errors import DomainError, Invalid, NotFound
from studio.core.web import redirect, render_page, wants_fragment

CHOICES = 36
#: Fields of a shape that is added to the mask: name, label, percent to begin with.
SHAPE_FIELDS = (
    ("x", "Left", 30),
    ("y", "Top", 20),
    ("width", "Width", 40),
    ("height", "Height", 40),
)
MOST_COMPARED = 4


def _form(operation: str, data: Any = None, **options: Any) -> OperationForm:
    form: OperationForm = operation_form(get_operation(operation))(data, **options)
    for field in form.fields.values():
        # One can't undo what one can't see: a slider says its figure.
        limits = field.widget.attrs
        if limits.get("max") in (1, 1.0):
            limits["step"] = 0.05
            field.widget.input_type = "range"  # type: ignore[attr-defined]
    return form


def _parameters(form: OperationForm) -> dict[str, Any]:
    found = form.parameters
    return found.model_dump(mode="json") if found is not None else {}


def price(request: HttpRequest, seed_image: SeedImage, wanted: JobRequest | None) -> dict[str, Any]:
    """What a request would cost, or what stands in its way."""
    user: Any = request.user
    if wanted is None:
        return {}
    try:
        plan = services.estimate_request(actor=user, seed_image=seed_image, request=wanted)
    except DomainError as error:
        return {"problem": error}
    return {"plan": plan}


@require_http_methods(["GET", "HEAD", "POST"])
def generate(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Have this seed image made from the hero of the other one."""
    user: Any = request.user
    found = queries.visible_seed_image(user, code)
    require(user, CapabilityCode.CREATE, found.character.project)
    to_b = found.slot_id == SeedSlot.Code.B
    form = _form(requests.FORWARD if to_b else requests.REVERSE, request.POST or None)
    if request.method == "POST" and form.is_valid():
        ask = services.request_forward if to_b else services.request_reverse
        try:
            ask(actor=user, seed_image=found, parameters=_parameters(form))
            if wants_fragment(request):
                return changed(found, "On its way", close=True)
            return redirect(request, queries.seed_url(found))
        except DomainError as error:
            form.add_problem(error)
    source = queries.hero(found.character, SeedSlot.Code.A if to_b else SeedSlot.Code.B)
    context = frame(request, found) | {
        "form": form,
        "source": show_file_of(source),
        "note": form.spec.offers[0].note,
    }
    context |= _generation_price(request, found, form)
    status = Invalid.status if form.errors else 200
    template = "pipeline/seeds/generate.html"
    return render_page(request, template, context, part="dialog", status=status)


def show_file_of(variation: Variation | None) -> Any:
    """The variation as pages show it, or None."""
    if variation is None:
        return None
    rows = queries.with_files(Variation.objects.filter(pk=variation.pk))
    return show_variation(rows.get())


def _generation_price(
    request: HttpRequest, found: SeedImage, form: OperationForm
) -> dict[str, Any]:
    if not form.is_bound:
        sent = {name: form[name].value() for name in form.fields}
        form = _form(form.spec.code, {k: v for k, v in sent.items() if v is not None})
    if not form.is_valid():
        return {}
    try:
        wanted, _ = requests.generation_request(found, _parameters(form))
    except DomainError as error:
        return {"problem": error}
    return price(request, found, wanted)


@require_POST
def estimate(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """The button of the generation form with its price, as the form stands."""
    user: Any = request.user
    found = queries.visible_seed_image(user, code)
    require(user, CapabilityCode.CREATE, found.character.project)
    to_b = found.slot_id == SeedSlot.Code.B
    form = _form(requests.FORWARD if to_b else requests.REVERSE, request.POST)
    context = {"form": form, "label": "Make", "icon": "sparkles"}
    context |= _generation_price(request, found, form)
    return render_page(request, "pipeline/seeds/button.html", context)


@require_safe
def choose(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Pictures of the project's library to choose from; `?q=` searches, `?cursor=` goes on."""
    user: Any = request.user
    found = queries.visible_seed_image(user, code)
    require(user, CapabilityCode.CREATE, found.character.project)
    filters = AssetFilters(
        project=found.character.project.code,
        kind=AssetKind.Code.IMAGE,
        q=request.GET.get("q", "").replace("\x00", "").strip()[:200],
    )
    page = Listing(user, filters).page(cursor=request.GET.get("cursor", ""), size=CHOICES)
    cards = [card_of(asset) for asset in page.rows]
    context = frame(request, found) | {
        "cards": [card for card in cards if card.asset.current is not None],
        "q": filters.q,
        "next_cursor": page.next_cursor,
    }
    part = "choices" if "q" in request.GET or "cursor" in request.GET else "dialog"
    return render_page(request, "pipeline/seeds/choose.html", context, part=part)


@require_safe
def compare(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Two to four variations side by side with their figures; two also under a wipe."""
    user: Any = request.user
    found = queries.visible_seed_image(user, code)
    items = show_variations(_chosen(request, found))
    if not 2 <= len(items) <= MOST_COMPARED:
        raise Invalid("Choose two to four variations to compare.")
    labels = list(dict.fromkeys(check.label for item in items for check in item.checks))
    rows = [
        (label, [next((c for c in i.checks if c.label == label), None) for i in items])
        for label in labels
    ]
    context = frame(request, found) | {"items": items, "rows": rows}
    return render_page(request, "pipeline/seeds/compare.html", context, part="dialog")


def _chosen(request: HttpRequest, found: SeedImage) -> list[Variation]:
    try:
        codes = [uuid.UUID(text) for text in request.GET.getlist("v")[:MOST_COMPARED]]
    except ValueError as error:
        raise NotFound("This address names no variations.") from error
    return queries.variations_by_code(request.user, found, codes)


@require_http_methods(["GET", "HEAD", "POST"])
def crop(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """A crop, shown before it is applied; `?aspect=4:5` plans one around the face."""
    user: Any = request.user
    found = queries.visible_variation(user, code)
    require(user, CapabilityCode.CREATE, found.seed_image.character.project)
    aspect = cropping.read_aspect(request.GET.get("aspect", ""))
    form = _form(requests.CROP, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            cropping.check_inside(found.version, _parameters(form))
            services.request_crop(actor=user, variation=found, parameters=_parameters(form))
            messages.success(request, "The crop is being made; the original stays.")
            return redirect(request, queries.seed_url(found.seed_image))
        except DomainError as error:
            form.add_problem(error)
    if not form.is_bound:
        box = cropping.planned(found.version, aspect)
        form = _form(requests.CROP, initial=box)
    context = _tool(request, found, form) | {"aspects": cropping.ASPECTS, "aspect": aspect}
    values = {name: form[name].value() for name in cropping.SIDES}
    context |= price(request, found.seed_image, _variation_request(requests.CROP, found, values))
    status = Invalid.status if form.errors else 200
    return render_page(request, "pipeline/seeds/crop.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def refine(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Levelling, symmetry and skin; `?job=` shows what came of it under a wipe."""
    user: Any = request.user
    found = queries.visible_variation(user, code)
    require(user, CapabilityCode.CREATE, found.seed_image.character.project)
    here = reverse("pipeline:variation-refine", args=[found.code])
    job = _job(request, found)
    initial = {k: v for k, v in job.parameters.items() if v is not None} if job else None
    form = _form(requests.REFINE, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.request_refine(
                actor=user, variation=found, parameters=_parameters(form)
            )
            return redirect(request, f"{here}?job={made.code}")
        except DomainError as error:
            form.add_problem(error)
    context = _tool(request, found, form) | _outcome(request, job)
    values = {name: form[name].value() for name in ("level", "symmetry", "skin")}
    context |= price(request, found.seed_image, _variation_request(requests.REFINE, found, values))
    status = Invalid.status if form.errors else 200
    part = "result" if request.headers.get("HX-Target", "").endswith("refined") else None
    return render_page(request, "pipeline/seeds/refine.html", context, part=part, status=status)


def _job(request: HttpRequest, found: Variation) -> Job | None:
    """The job that the address names, when it was made for this seed image."""
    try:
        code = uuid.UUID(request.GET.get("job", ""))
    except ValueError:
        return None
    jobs = for_list(Job.objects.visible_to(request.user))
    job: Job | None = jobs.filter(code=code, seed_request__seed_image=found.seed_image_id).first()
    return job


def _outcome(request: HttpRequest, job: Job | None) -> dict[str, Any]:
    """How far a job is, and the variation that came of it."""
    if job is None:
        return {"shown": None, "made": None}
    user: Any = request.user
    output = job.outputs.first()
    rows = Variation.objects.filter(version=output.version_id) if output else None
    made = queries.with_files(rows).first() if rows is not None else None
    return {"shown": show_jobs(user, [job])[0], "made": show_variation(made) if made else None}


def _variation_request(operation: str, found: Variation, values: dict[str, Any]) -> JobRequest:
    sent = {name: value for name, value in values.items() if value not in (None, "")}
    return requests.variation_request(operation, found, _numbers(sent))


def _numbers(values: dict[str, Any]) -> dict[str, Any]:
    """Figures of a form that was sent, as numbers; what is none is left to the form to say."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        try:
            number = value if not isinstance(value, str) else float(value)
            whole = name in cropping.SIDES and isinstance(number, float)
            found[name] = int(number) if whole else number
        except (ValueError, OverflowError):
            found[name] = value
    return found


def _tool(request: HttpRequest, found: Variation, form: OperationForm) -> dict[str, Any]:
    context = frame(request, found.seed_image)
    return context | {
        "item": show_variation(found),
        "form": form,
        "note": form.spec.offers[0].note,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Two variations merged under a painted mask (`mask`, a version): `?v=` twice."""
    user: Any = request.user
    found = queries.visible_seed_image(user, code)
    require(user, CapabilityCode.CREATE, found.character.project)
    parents = _chosen(request, found)
    if len(parents) != 2:
        raise Invalid("Choose two variations to merge.", remedy="Tick them in the grid.")
    form = _form(requests.MERGE, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.request_merge(
                actor=user, parents=parents, mask=_mask(request), parameters=_parameters(form)
            )
            messages.success(request, "The merge is being made; both parents stay.")
            return redirect(request, queries.seed_url(found))
        except DomainError as error:
            form.add_problem(error)
    context = frame(request, found) | {
        "first": show_variation(parents[0]),
        "second": show_variation(parents[1]),
        "swap": f"?v={parents[1].code}&v={parents[0].code}",
        "form": form,
        "note": form.spec.offers[0].note,
        "shape_fields": SHAPE_FIELDS,
    }
    # The price does not depend on the mask, which is not painted yet: any picture stands for it.
    values = {name: form[name].value() for name in ("mode", "feather_px")}
    wanted = requests.merge_request(parents, parents[0].version.code, _numbers(values))
    context |= price(request, found, wanted)
    status = Invalid.status if form.errors else 200
    return render_page(request, "pipeline/seeds/merge.html", context, status=status)


def _mask(request: HttpRequest) -> Version:
    user: Any = request.user
    try:
        return Version.objects.get_visible(user, code=uuid.UUID(request.POST.get("mask", "")))
    except ValueError as error:
        raise Invalid("Paint where the second picture is to show.") from error


@require_POST
def again(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Make variations with the settings of this one, from another random seed."""
    user: Any = request.user
    found = queries.visible_variation(user, code)
    services.make_again(actor=user, variation=found)
    messages.success(request, "On its way, from another random seed.")
    return redirect(request, queries.seed_url(found.seed_image))
