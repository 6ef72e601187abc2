"""The page that runs any operation by its form, and its fragments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.forms import Textarea, TextInput
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from assets.library.cards import card_of
from assets.library.filters import AssetFilters
from assets.library.listing import Listing
from assets.models import AssetKind, Version
from pipeline.create import queries
from pipeline.create.running import (
    RunFields,
    SlotAddress,
    estimate_run,
    initial_of,
    run_form,
    slots_of,
    versions_by_code,
)
from pipeline.jobs.shown import ShownJob
from pipeline.jobs.submit import submit_job
from pipeline.operations.catalogue import CATALOGUE, get_operation
from pipeline.operations.comfyui_run import COMFYUI_RUN
from pipeline.operations.declaration import InputSpec, OperationSpec
from pipeline.operations.offers import all_offers
from pipeline.workflows.queries import version_of_run
from studio.core.errors import Invalid, NotFound
from studio.core.models import Project
from studio.core.web import redirect, render_page, trigger, wants_fragment

FOLDER = "pipeline/create/run"
CHOICES = 36


def run(request: HttpRequest, code: str) -> HttpResponse:
    """The page; `?<role>=` brings files, `?job=` all of a job, `?results=` its results besides."""
    spec = _listed(code)
    if request.method == "POST":
        return _submit(request, spec)
    if spec is COMFYUI_RUN:
        return redirect(request, _typed_form(request))
    user: Any = request.user
    projects = queries.creatable_projects(user)
    job, values, files = _recalled(user, spec, request.GET)
    project = project_of(user, files) or queries.last_used(user, projects)
    values.setdefault("project", str(project.code) if project else "")
    form = run_form(spec)(projects=projects, offers=all_offers(spec), initial=values)
    context = _context(request, form, files) | {"shown": job}
    context["estimate"] = estimate_run(user, as_sent(form, projects), pairs_of(files))
    return render_page(request, f"{FOLDER}/page.html", context)


def _typed_form(request: HttpRequest) -> str:
    """Where a workflow is run with fields of its own: chosen first, or that of an earlier job."""
    query = request.GET.urlencode()
    more = f"?{query}" if query else ""
    if not (wanted := request.GET.get("job") or request.GET.get("results")):
        return reverse("pipeline:workflows") + more
    job = queries.shown_job(request.user, uuid_of(wanted)).job
    version = version_of_run(request.user, job)
    return reverse("pipeline:workflow-run", args=[version.code]) + more


def _recalled(
    user: Any, spec: OperationSpec, query: QueryDict
) -> tuple[ShownJob | None, dict[str, Any], dict[str, list[UUID]]]:
    """What the address brings: a job to show, values of the form, files by role."""
    job = None
    values: dict[str, Any] = {}
    files: dict[str, list[UUID]] = {}
    if wanted := query.get("job") or query.get("results"):
        job = queries.shown_job(user, uuid_of(wanted))
        if job.job.offer.operation.code != spec.code:
            raise NotFound("This job is of another operation.")
        values, files = initial_of(job.job)
        if "job" not in query:
            values.pop("random_seed")
    files |= inputs_by_role(spec, query)
    values |= {name: query[name] for name in spec.parameters.model_fields if name in query}
    return job, values, files


def _listed(code: str) -> OperationSpec:
    spec = get_operation(code)
    if not spec.is_listed:
        raise NotFound("This operation is a step of the studio's own; nobody runs it by hand.")
    return spec


def _context(
    request: HttpRequest, form: RunFields, files: Mapping[str, Sequence[UUID]]
) -> dict[str, Any]:
    return {
        "spec": form.spec,
        "form": form,
        "slots": slots_of(request.user, form.spec, files),
        "may_create": bool(form.fields["project"].choices),  # type: ignore[attr-defined]
        "chosen": str(form["offer"].value() or ""),
    }


def as_sent(form: RunFields, projects: Sequence[Project]) -> RunFields:
    """The form as if it were sent as it stands."""
    values = {name: form[name].value() for name in form.fields}
    data = {n: "on" if v is True else v for n, v in values.items() if v not in (None, "", False)}
    data |= {n: "0" for n, v in values.items() if v == 0 and v is not False}
    sent = type(form)(data, projects=projects, offers=all_offers(form.spec))
    return priced(sent)


def priced(form: RunFields) -> RunFields:
    """A sent form in which missing words stand as “…”: prices don't depend on them."""
    data: Any = form.data.copy()  # type: ignore[attr-defined]
    for name, item in form.fields.items():
        textual = isinstance(item.widget, Textarea | TextInput)
        if item.required and textual and not str(data.get(name, "")).strip():
            data[name] = "…"
    form.data = data
    return form


def _submit(request: HttpRequest, spec: OperationSpec) -> HttpResponse:
    """Make the job: its results take their place in the page, errors stay in the form (422)."""
    user: Any = request.user
    projects = queries.creatable_projects(user)
    form = run_form(spec)(request.POST, projects=projects, offers=all_offers(spec))
    files = inputs_by_role(spec, request.POST, prefix="input.")
    job = None
    if form.is_valid():
        project = Project.objects.get_visible(user, code=form.cleaned_data["project"])
        try:
            job = submit_job(actor=user, project=project, request=form.request(pairs_of(files)))
        except Invalid as error:
            form.add_problem(error)
    if job is None:
        context = _context(request, form, files)
        context["estimate"] = estimate_run(user, form, pairs_of(files))
        return render_page(request, f"{FOLDER}/page.html", context, part="form", status=422)
    url = f"{reverse('pipeline:run', args=[spec.code])}?results={job.code}"
    if not wants_fragment(request):
        return redirect(request, url)
    context = {"shown": queries.shown_job(user, job.code), "spec": spec}
    response = render_page(request, f"{FOLDER}/results.html", context)
    response.headers["HX-Push-Url"] = url
    return trigger(response, **{"run-submitted": {"code": str(job.code)}})


@require_POST
def estimate(request: HttpRequest, code: str) -> HttpResponse:
    """The button with what it costs, the models with theirs, and what stands in the way."""
    spec = _listed(code)
    user: Any = request.user
    projects = queries.creatable_projects(user)
    form = priced(run_form(spec)(request.POST, projects=projects, offers=all_offers(spec)))
    inputs = pairs_of(inputs_by_role(spec, request.POST, prefix="input."))
    context = {
        "spec": spec,
        "form": form,
        "chosen": request.POST.get("offer", ""),
        "estimate": estimate_run(user, form, inputs),
        "with_models": True,
    }
    return render_page(request, f"{FOLDER}/estimate.html", context)


@require_safe
def results(request: HttpRequest, code: str) -> HttpResponse:
    """The results of a job, as they are now."""
    context = {
        "spec": _listed(code),
        "shown": queries.shown_job(request.user, uuid_of(request.GET.get("job", ""))),
    }
    return render_page(request, f"{FOLDER}/results.html", context)


@require_safe
def slot(request: HttpRequest, code: str, role: str) -> HttpResponse:
    """A role with its files; `add` are codes of versions or assets that come to them."""
    return files_of_slot(request, _listed(code), role)


def files_of_slot(
    request: HttpRequest, spec: OperationSpec, role: str, address: SlotAddress | None = None
) -> HttpResponse:
    """A role of an operation with the files that the address names."""
    declared = _role(spec, role)
    codes = [uuid_of(text) for text in request.GET.getlist(f"input.{role}")]
    for text in request.GET.getlist("add"):
        added = versions_by_code(request.user, [uuid_of(text)]).get(uuid_of(text))
        if added is None:
            raise NotFound("There is no such file.")
        codes = codes if declared.at_most > 1 else []
        codes += [added.code] if added.code not in codes else []
    slots = slots_of(request.user, spec, {role: codes[: declared.at_most]}, address=address)
    shown = next(item for item in slots if item.role == role)
    response = render_page(request, f"{FOLDER}/slot.html", {"spec": spec, "slot": shown})
    return trigger(response, **{"slot-ready": {"role": role}})


@require_safe
def choose(request: HttpRequest, code: str, role: str) -> HttpResponse:
    """Files of a project's library to choose from; `?q=` searches, `?cursor=` goes on."""
    spec = _listed(code)
    declared = _role(spec, role)
    user: Any = request.user
    project = Project.objects.get_visible(user, code=uuid_of(request.GET.get("project", "")))
    kind = AssetKind.Code.by_code(declared.kinds[0]) if len(declared.kinds) == 1 else None
    filters = AssetFilters(
        project=project.code,
        kind=kind,
        q=request.GET.get("q", "").replace("\x00", "").strip()[:200],
    )
    page = Listing(user, filters).page(cursor=request.GET.get("cursor", ""), size=CHOICES)
    cards = [card_of(asset) for asset in page.rows]
    context = {
        "spec": spec,
        "declared": declared,
        "project": project,
        "cards": [card for card in cards if card.asset.current is not None],
        "q": filters.q,
        "next_cursor": page.next_cursor,
    }
    part = "choices" if "q" in request.GET or "cursor" in request.GET else "dialog"
    return render_page(request, f"{FOLDER}/choose.html", context, part=part)


@require_safe
def send_to(request: HttpRequest, version: UUID) -> HttpResponse:
    """The operations that take a file, each with the role that it would play."""
    user: Any = request.user
    found = Version.objects.select_related("asset__kind").get_visible(user, code=version)
    kind = found.asset.kind.code
    ways = [
        (spec, next(item for item in spec.inputs if kind in item.kinds))
        for spec in CATALOGUE.values()
        if spec.is_listed and any(kind in item.kinds for item in spec.inputs)
    ]
    context = {"version": found, "ways": sorted(ways, key=lambda way: (way[0].group, way[0].title))}
    return render_page(request, f"{FOLDER}/send_to.html", context)


def _role(spec: OperationSpec, role: str) -> InputSpec:
    for item in spec.inputs:
        if item.role.code == role:
            return item
    raise NotFound(f"“{spec.title}” takes no such files.")


def inputs_by_role(
    spec: OperationSpec, values: QueryDict, *, prefix: str = ""
) -> dict[str, list[UUID]]:
    """Codes of files by role, as an address or a form names them; no more than a role takes."""
    found = {}
    for item in spec.inputs:
        if texts := [text for text in values.getlist(f"{prefix}{item.role.code}") if text]:
            found[item.role.code] = [uuid_of(text) for text in texts[: item.at_most]]
    return found


def pairs_of(files: Mapping[str, Sequence[UUID]]) -> list[tuple[str, UUID]]:
    """Files by role as a request names them."""
    return [(role, code) for role, codes in files.items() for code in codes]


def project_of(user: Any, files: Mapping[str, Sequence[UUID]]) -> Project | None:
    """The project of the first file, for only its own files can be used."""
    codes = [code for of_role in files.values() for code in of_role]
    found = versions_by_code(user, codes[:1])
    return found[codes[0]].asset.project if found else None


def uuid_of(text: str) -> UUID:
    """A code in an address.

    Raises:
        NotFound: it is none.
    """
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("This address names nothing that is there.") from error
