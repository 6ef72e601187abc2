"""Running a workflow version by a form of its own parameters."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pipeline.create import queries
from pipeline.create.run_views import (
    FOLDER,
    as_sent,
    files_of_slot,
    inputs_by_role,
    pairs_of,
    priced,
    project_of,
    uuid_of,
)
from pipeline.create.running import SlotAddress, estimate_run, slots_of
from pipeline.create.workflow_form import VersionFields, initial_values, version_form
from pipeline.jobs.shown import ShownJob
from pipeline.jobs.submit import submit_job
from pipeline.operations.offers import all_offers
from pipeline.workflows.models import WorkflowVersion
from pipeline.workflows.queries import get_version
from studio.core.errors import Invalid, NotFound
from studio.core.models import Project
from studio.core.web import redirect, render_page, trigger, wants_fragment

PAGE = f"{FOLDER}/version.html"


@require_http_methods(["GET", "POST"])
def run(request: HttpRequest, code: UUID) -> HttpResponse:
    """The page; `?<role>=` brings files, `?job=` all of a job, `?results=` its results besides."""
    user: Any = request.user
    version = get_version(user, code)
    if request.method == "POST":
        return _submit(request, version)
    made = version_form(version)
    projects = queries.creatable_projects(user)
    job, values, files = _recalled(user, version, request)
    files |= inputs_by_role(made.spec, request.GET)
    project = project_of(user, files) or _home(version, projects)
    project = project or queries.last_used(user, projects)
    values.setdefault("project", str(project.code) if project else "")
    form = made(projects=projects, offers=all_offers(made.spec), initial=values)
    context = _context(user, form, files) | {"shown": job}
    context["estimate"] = estimate_run(user, as_sent(form, projects), pairs_of(files))
    return render_page(request, PAGE, context)


def _recalled(
    user: Any, version: WorkflowVersion, request: HttpRequest
) -> tuple[ShownJob | None, dict[str, Any], dict[str, list[UUID]]]:
    wanted = request.GET.get("job") or request.GET.get("results")
    if not wanted:
        return None, {}, {}
    job = queries.shown_job(user, uuid_of(wanted))
    if job.job.parameters.get("workflow") != version.workflow.slug:
        raise NotFound("This job is of another workflow.")
    values, files = initial_values(job.job)
    if "job" not in request.GET:
        values.pop("random_seed")
    return job, values, files


def _home(version: WorkflowVersion, projects: list[Project]) -> Project | None:
    """The workflow's own project, if the person may make something there."""
    return next((p for p in projects if p.pk == version.workflow.project_id), None)


def _context(user: Any, form: VersionFields, files: dict[str, list[UUID]]) -> dict[str, Any]:
    version = form.workflow_version
    return {
        "spec": form.spec,
        "form": form,
        "version": version,
        "workflow": version.workflow,
        "slots": slots_of(user, form.spec, files, address=slot_address(version)),
        "may_create": bool(form.fields["project"].choices),  # type: ignore[attr-defined]
        "chosen": str(form["offer"].value() or ""),
    }


def _submit(request: HttpRequest, version: WorkflowVersion) -> HttpResponse:
    """Make the job: its results take their place in the page, errors stay in the form (422)."""
    user: Any = request.user
    made = version_form(version)
    projects = queries.creatable_projects(user)
    form = made(request.POST, projects=projects, offers=all_offers(made.spec))
    files = inputs_by_role(made.spec, request.POST, prefix="input.")
    job = None
    if form.is_valid():
        project = Project.objects.get_visible(user, code=form.cleaned_data["project"])
        try:
            job = submit_job(actor=user, project=project, request=form.request(pairs_of(files)))
        except Invalid as error:
            form.add_problem(error)
    if job is None:
        context = _context(user, form, files)
        context["estimate"] = estimate_run(user, form, pairs_of(files))
        page = f"{FOLDER}/page.html" if wants_fragment(request) else PAGE
        return render_page(request, page, context, part="form", status=422)
    url = f"{form.run_url}?results={job.code}"
    if not wants_fragment(request):
        return redirect(request, url)
    context = {"shown": queries.shown_job(user, job.code), "spec": made.spec}
    response = render_page(request, f"{FOLDER}/results.html", context)
    response.headers["HX-Push-Url"] = url
    return trigger(response, **{"run-submitted": {"code": str(job.code)}})


@require_POST
def estimate(request: HttpRequest, code: UUID) -> HttpResponse:
    """The button with what it costs at most, and what stands in the way."""
    user: Any = request.user
    made = version_form(get_version(user, code))
    projects = queries.creatable_projects(user)
    form = priced(made(request.POST, projects=projects, offers=all_offers(made.spec)))
    inputs = pairs_of(inputs_by_role(made.spec, request.POST, prefix="input."))
    context = {
        "spec": made.spec,
        "form": form,
        "chosen": request.POST.get("offer", ""),
        "estimate": estimate_run(user, form, inputs),
        "with_models": True,
    }
    return render_page(request, f"{FOLDER}/estimate.html", context)


def slot_address(version: WorkflowVersion) -> SlotAddress:
    """Where a version's slots are fetched anew."""
    return lambda role: reverse("pipeline:workflow-run-slot", args=[version.code, role])


@require_safe
def slot(request: HttpRequest, code: UUID, role: str) -> HttpResponse:
    """A role with its files; `add` are codes of versions or assets that come to them."""
    version = get_version(request.user, code)
    return files_of_slot(request, version_form(version).spec, role, slot_address(version))
