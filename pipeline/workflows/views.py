"""The pages of workflows: all of them, one of them, one version, and where versions would run."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from pipeline.comfyui.queries import get_instance
from pipeline.jobs.models import WorkerState
from pipeline.workflows import page, queries
from pipeline.workflows.dryrun import dry_run
from pipeline.workflows.forms import DryRunForm
from pipeline.workflows.parameters import parameters_of
from pipeline.workflows.policy import instances_in_use, require_change
from studio.core.web import render_page


@require_safe
def workflows(request: HttpRequest) -> HttpResponse:
    """Workflows of the reader; `?q=`, `?state=`, `?for=` narrow, `?archived=1` the others."""
    context = page.list_context(request.user, request.GET)
    return render_page(request, "pipeline/workflows/workflows.html", context, part="live")


@require_safe
def workflow(request: HttpRequest, code: UUID) -> HttpResponse:
    """One workflow."""
    context = page.workflow_context(request.user, queries.get_workflow(request.user, code))
    return render_page(request, "pipeline/workflows/workflow.html", context, part="live")


@require_safe
def version(request: HttpRequest, code: UUID) -> HttpResponse:
    """One version of a workflow."""
    found = queries.get_version(request.user, code)
    context = page.version_context(request.user, found)
    return render_page(request, "pipeline/workflows/version.html", context, part="live")


@require_http_methods(["GET", "POST"])
def try_out(request: HttpRequest, code: UUID) -> HttpResponse:
    """A dry run: the form, and what would be sent to the instance that was chosen."""
    actor: Any = request.user
    found = queries.get_version(actor, code)
    require_change(actor, found.workflow.project)
    instances = sorted(
        instances_in_use().order_by("worker__name"),
        key=lambda item: item.worker.state_id != WorkerState.Code.ONLINE,
    )
    form = DryRunForm(request.POST or None, instances=instances, parameters=parameters_of(found))
    report = None
    if form.is_valid():
        report = dry_run(
            actor=actor,
            version=found,
            instance=form.instances[form.cleaned_data["instance"]],
            values=form.values(),
            random_seed=form.cleaned_data["random_seed"] or 0,
        )
    context = page.try_out_context(found, form, report) | {"workflow": found.workflow}
    status = 422 if form.is_bound and report is None else 200
    template = "pipeline/workflows/dry_run.html"
    return render_page(request, template, context, part="form", status=status)


@require_GET
def graph_file(request: HttpRequest, code: UUID) -> HttpResponse:
    """The graph as a file for ComfyUI; with `?editor=1` the editor's document, if there is."""
    found = queries.get_version(request.user, code)
    wanted = found.editor if request.GET.get("editor") == "1" else found.graph
    text = json.dumps(wanted if wanted is not None else found.graph, indent=2, ensure_ascii=False)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    name = f"{found.workflow.slug}-{found.number}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
def readiness(request: HttpRequest) -> HttpResponse:
    """Which tested version would run on which instance, and what is missing where."""
    context = page.readiness_context(request.user, request.GET)
    return render_page(request, "pipeline/workflows/readiness.html", context, part="live")


@require_safe
def on_worker(request: HttpRequest, code: UUID) -> HttpResponse:
    """What would run on one instance: a panel of its page."""
    instance = get_instance(code)
    rows = queries.readiness_rows(queries.checked_versions(request.user)[: page.MOST_CHECKED])
    cells = [
        (row.version, cell) for row in rows for cell in row.cells if cell.instance.pk == instance.pk
    ]
    context = {"instance": instance, "worker": instance.worker, "cells": cells}
    return render_page(request, "pipeline/workflows/on_worker.html", context)
