"""Importing a workflow, changing its name, and mapping a version anew."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from pipeline.workflows import page, queries, services
from pipeline.workflows.forms import (
    ImportForm,
    MappingFormSet,
    VersionForm,
    WorkflowForm,
    initial_lines,
    plain,
)
from pipeline.workflows.mapping import Parameter
from pipeline.workflows.models import WorkflowVersion
from pipeline.workflows.overview import plain_fields
from pipeline.workflows.parameters import parameters_of
from pipeline.workflows.policy import require_change
from studio.core.errors import Conflict, Forbidden, Invalid
from studio.core.web import redirect, render_page

IMPORT, MAPPING = "pipeline/workflows/new.html", "pipeline/workflows/mapping.html"


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Import: first what is in the file, then which of it can be set; then it is kept."""
    actor: Any = request.user
    projects = queries.own_projects(actor)
    if not (actor.is_admin or projects):
        raise Forbidden("Your role does not let you make workflows.")
    if request.method != "POST":
        chosen = {"project": request.GET.get("project", "")}
        form = ImportForm(user=actor, projects=projects, initial=chosen)
        return render_page(request, IMPORT, {"form": form})
    data: Any = request.POST.copy()
    is_second = "document" in data
    if is_second:
        data["text"] = data["document"]
    elif "file" in request.FILES and not data.get("name", "").strip():
        # a browser forgets the file when the form comes back for want of a name
        file: Any = request.FILES["file"]
        data["name"] = PurePath(file.name or "").stem[:120]
    form = ImportForm(data, request.FILES, user=actor, projects=projects)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        try:
            imported = services.read_workflow(form.content())
        except Invalid as error:
            form.add_problem(error)
        else:
            suggested = services.suggested(imported.graph)
            lines = MappingFormSet(
                data if is_second else None, initial=initial_lines(suggested), prefix="p"
            )
            if is_second and lines.is_valid():
                made = _import(actor, form, imported, lines)
                if made is not None:
                    return redirect(request, reverse("pipeline:workflow-version", args=[made.code]))
            context |= page.import_context(imported, suggested, lines)
            context["plain_fields"] = plain_fields(imported.graph)
            status = 422 if is_second else 200
            return render_page(request, IMPORT, context, status=status)
    return render_page(request, IMPORT, context, status=422)


def _import(actor: Any, form: ImportForm, imported: Any, lines: Any) -> WorkflowVersion | None:
    """Keep it; None: the forms say what is wrong."""
    try:
        return services.import_workflow(
            actor=actor,
            project=form.chosen_project(),
            name=form.cleaned_data["name"],
            description=form.cleaned_data["description"],
            imported=imported,
            parameters=_parameters(lines),
        )
    except Invalid as error:
        _refuse(form, lines, error)
        return None


@require_http_methods(["GET", "POST"])
def mapping(request: HttpRequest, code: UUID) -> HttpResponse:
    """What of a version can be set; saving makes the next version, a draft."""
    actor: Any = request.user
    version = queries.get_version(actor, code)
    workflow = version.workflow
    require_change(actor, workflow.project)
    if workflow.archived_at is not None:
        raise Conflict(f"“{workflow.name}” is archived.", remedy="Restore it first.")
    form = VersionForm(request.POST or None, initial=_initial(version))
    own = parameters_of(version)
    taken = {target for item in own for target in item.targets}
    more = [
        item for item in services.suggested(version.graph) if not taken.intersection(item.targets)
    ]
    initial = [*initial_lines(own), *initial_lines(more, use=False)]
    lines = MappingFormSet(request.POST or None, initial=initial, prefix="p")
    if request.method == "POST" and form.is_valid() and lines.is_valid():
        try:
            made = services.add_version(
                actor=actor,
                workflow=workflow,
                graph=version.graph,
                editor=version.editor,
                parameters=_parameters(lines),
                **form.values(),
            )
        except Invalid as error:
            _refuse(form, lines, error)
        else:
            return redirect(request, reverse("pipeline:workflow-version", args=[made.code]))
    context = {
        "form": form,
        "lines": lines,
        "version": version,
        "workflow": workflow,
        "plain_fields": plain_fields(version.graph),
    }
    return render_page(request, MAPPING, context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: UUID) -> HttpResponse:
    """Name and description."""
    actor: Any = request.user
    workflow = queries.get_workflow(actor, code)
    require_change(actor, workflow.project)
    initial = {"name": workflow.name, "description": workflow.description}
    form = WorkflowForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            services.rename_workflow(actor=actor, workflow=workflow, **form.cleaned_data)
        except Invalid as error:
            form.add_problem(error)
        else:
            return redirect(request, reverse("pipeline:workflow", args=[code]))
    context = {"form": form, "workflow": workflow}
    status = 422 if form.is_bound else 200
    return render_page(request, "pipeline/workflows/edit.html", context, status=status)


def _initial(version: WorkflowVersion) -> dict[str, Any]:
    return {
        "needs": " ".join(need.tag for need in version.needs.all()),
        "least_vram_gb": plain(version.least_vram_bytes / 10**9) or None,
        "output_node": version.output_node,
    }


def _parameters(lines: Any) -> list[Parameter]:
    return [line.parameter() for line in lines if line.cleaned_data.get("use")]


def _refuse(form: Any, lines: Any, error: Invalid) -> None:
    """Say what a service refused: beside the line that it is about, or above the form."""
    rest: dict[str, list[str]] = {}
    by_name = {line.cleaned_data.get("name"): line for line in lines if line.cleaned_data}
    for name, messages in error.fields.items():
        line = by_name.get(name.removeprefix("parameters."))
        if line is not None and name.startswith("parameters."):
            line.add_error(None, messages)
        else:
            rest[name] = messages
    if rest or not error.fields:
        form.add_problem(Invalid(error.detail, remedy=error.remedy, fields=rest))
