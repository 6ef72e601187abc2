"""The structured prompt editor and its fragments."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_POST

from pipeline.create import queries, structured
from pipeline.create.running import slots_of
from pipeline.create.structured_forms import (
    PICTURE,
    Checked,
    SettingsForm,
    checked_form,
    checked_text,
    rig_inputs,
    rig_of,
    sections_of,
)
from pipeline.imaging.lighting_rig import STANDARD_RIG, compile_rig
from pipeline.imaging.structured import (
    Photography,
    StructuredPrompt,
    change_rows,
    json_schema,
    to_document,
    to_text,
)
from pipeline.imaging.structured_presets import CAMERAS, COMPOSITIONS, RIGS
from pipeline.jobs.requests import JobRequest
from pipeline.operations.structured_prompt import STRUCTURE_PROMPT
from studio.core.errors import DomainError, Invalid, NotFound
from studio.core.web import redirect, render_page, trigger, wants_fragment

FOLDER = "pipeline/create/structured"
PAGE = f"{FOLDER}/page.html"


def editor(request: HttpRequest) -> HttpResponse:
    """The page; `?job=` opens the document of a job, `?proposal=` shows what a job proposes.

    Sent as a plain form it adds, moves or takes rows away, or takes the JSON over, and comes back.
    """
    if request.method == "POST":
        return _changed(request)
    user: Any = request.user
    checked, initial = _first(user, request.GET)
    projects = queries.creatable_projects(user)
    project = queries.last_used(user, projects)
    initial.setdefault("project", str(project.code) if project else "")
    form = SettingsForm(user=user, projects=projects, initial=initial)
    context = _context(request, form, checked) | {"is_fresh": not request.GET.get("job")}
    if wanted := request.GET.get("proposal"):
        shown = queries.shown_job(user, _uuid(wanted))
        context["proposal"] = structured.proposal_of(shown, checked.document or {})
    return render_page(request, PAGE, context)


def _first(user: Any, query: QueryDict) -> tuple[Checked, dict[str, Any]]:
    """The document that the page opens with, and settings that come with it."""
    blank = to_document(StructuredPrompt(photographic_characteristics=Photography()))
    if not (wanted := query.get("job")):
        return Checked(to_text(blank), blank), {}
    job = queries.shown_job(user, _uuid(wanted)).job
    document = structured.recalled_document(job)
    if document is None:
        raise NotFound("This job was made without a structured prompt.")
    offer = job.offer.model
    initial = {
        "project": str(job.project.code),
        "model": f"{offer.provider.code}/{offer.code}",
        "random_seed": job.random_seed,
        "variations": job.parameters.get("variations", 1),
        "quality": job.parameters.get("quality", "standard"),
    }
    return checked_text(to_text(document)), initial


def _context(request: HttpRequest, form: SettingsForm, checked: Checked) -> dict[str, Any]:
    document = checked.document or {}
    files = [code for code in [_picture(request.POST)] if code]
    return {
        "form": form,
        "checked": checked,
        "sections": sections_of(document),
        "spec": STRUCTURE_PROMPT,
        "slot": slots_of(request.user, STRUCTURE_PROMPT, {"base": files})[0],
        "rigs": rig_inputs(STANDARD_RIG),
        "light": compile_rig(STANDARD_RIG),
        "rig_presets": [(item, rig_inputs(item.rig)) for item in RIGS],
        "cameras": CAMERAS,
        "compositions": COMPOSITIONS,
        "schema": json_schema(),
        "may_create": bool(form.fields["project"].choices),  # type: ignore[attr-defined]
    }


def _changed(request: HttpRequest) -> HttpResponse:
    change = request.POST.get("change", "")
    checked = _sent_document(request.POST, default="form")
    if checked.document is not None and change:
        checked = checked_text(to_text(change_rows(checked.document, change)))
    form = _settings(request)
    context = _context(request, form, checked) | _prices(request, form, checked)
    return render_page(request, PAGE, context)


def _sent_document(sent: QueryDict, *, default: str = "raw") -> Checked:
    """The document by the view that was edited last: the form, or the JSON."""
    edited = sent.get("edited", "") or default
    return (
        checked_form(_values(sent)) if edited == "form" else checked_text(sent.get("document", ""))
    )


def _values(sent: QueryDict) -> dict[str, str]:
    return {name: str(sent[name]) for name in sent}


def _settings(request: HttpRequest) -> SettingsForm:
    user: Any = request.user
    form = SettingsForm(request.POST, user=user, projects=queries.creatable_projects(user))
    form.is_valid()
    return form


def _picture(sent: QueryDict) -> UUID | None:
    text = sent.get("input.base", "")
    return _uuid(text) if text else None


@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """What is wrong with the document, what it says in sentences, and both buttons' prices."""
    checked = _sent_document(request.POST)
    form = _settings(request)
    context = {"form": form, "checked": checked} | _prices(request, form, checked)
    return render_page(request, f"{FOLDER}/check.html", context)


def _prices(request: HttpRequest, form: SettingsForm, checked: Checked) -> dict[str, Any]:
    user: Any = request.user
    if not form.is_valid():
        return {}
    prices: dict[str, Any] = {}
    if form.cleaned_data["way"] != PICTURE and not form.cleaned_data["words"].strip():
        form.cleaned_data["words"] = "…"  # the price does not depend on it
    try:
        wanted = structured.request_document(form, checked, _picture(request.POST))
        prices["ask"] = structured.price(actor=user, form=form, request=wanted)
    except Invalid as error:
        prices["ask"] = structured.Priced(problem=error)
    if checked.is_usable:
        wanted = structured.request_picture(form, checked)
        prices["make"] = structured.price(actor=user, form=form, request=wanted)
    return prices


@require_POST
def light(request: HttpRequest) -> HttpResponse:
    """The words for the lighting rig that was sent."""
    try:
        words = compile_rig(rig_of(_values(request.POST)))
    except ValueError as error:
        raise Invalid(f"This light can’t be set: {error}.") from error
    return render_page(request, f"{FOLDER}/light.html", {"light": words})


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Have a document made: the job, as a proposal in the page."""
    form, checked = _settings(request), _sent_document(request.POST)

    def wanted() -> JobRequest:
        return structured.request_document(form, checked, _picture(request.POST))

    job, problem = _submit(request, form, wanted)
    if job is None:
        return _refused(request, problem)
    url = f"{reverse('pipeline:structured')}?proposal={job.code}"
    if not wants_fragment(request):
        return redirect(request, url)
    shown = queries.shown_job(request.user, job.code)
    found = structured.proposal_of(shown, checked.document or {})
    return render_page(request, f"{FOLDER}/proposal.html", {"proposal": found})


@require_POST
def proposal(request: HttpRequest, job: UUID) -> HttpResponse:
    """What a job proposes, as it is now, against the document that was sent."""
    current = _sent_document(request.POST).document or {}
    found = structured.proposal_of(queries.shown_job(request.user, job), current)
    return render_page(request, f"{FOLDER}/proposal.html", {"proposal": found})


@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Make pictures from the document: the job's results, in the page."""
    form, checked = _settings(request), _sent_document(request.POST)
    job, problem = _submit(request, form, lambda: structured.request_picture(form, checked))
    if job is None:
        return _refused(request, problem)
    if not wants_fragment(request):
        return redirect(request, f"{reverse('pipeline:create')}?results={job.code}")
    context = {"shown": queries.shown_job(request.user, job.code)}
    response = render_page(request, "pipeline/create/results.html", context)
    return trigger(response, **{"create-submitted": {"code": str(job.code)}})


def _submit(request: HttpRequest, form: SettingsForm, wanted: Any) -> tuple[Any, str]:
    """The job of a sent form, or why there is none."""
    user: Any = request.user
    if not form.is_valid():
        name, said = next(iter(form.errors.items()))
        label = form.fields[name].label if name in form.fields else ""
        return None, f"{label}: {said[0]}"
    try:
        return structured.submit(actor=user, form=form, request=wanted()), ""
    except Invalid as error:
        return None, _words(error)


def _words(error: DomainError) -> str:
    return f"{error.detail} {error.remedy}".strip()


def _refused(request: HttpRequest, problem: str) -> HttpResponse:
    context = {"problem": problem}
    return render_page(request, f"{FOLDER}/refused.html", context, status=422)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("This address names nothing that is there.") from error
