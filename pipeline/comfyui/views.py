"""The pages of workers: all of them, one of them, what waits there, what it has."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from pipeline.comfyui import page, queries
from pipeline.comfyui.charts import STEPS
from studio.core.web import render_page, whole_number


@require_safe
def workers(request: HttpRequest) -> HttpResponse:
    """All workers, or with `?retired=1` those that are kept for their history."""
    retired = request.GET.get("retired") == "1"
    found = queries.all_workers(retired=retired).order_by("-kind", "name")[: page.MOST_WORKERS]
    context = page.list_context(request.user, queries.rows_of(found), retired=retired)
    return render_page(request, "pipeline/comfyui/workers.html", context, part="live")


@require_safe
def worker(request: HttpRequest, code: UUID) -> HttpResponse:
    """One worker; `?hours=` says how far back its figures reach."""
    hours = whole_number(request.GET.get("hours", "")) or 1
    if hours not in STEPS:
        hours = 1
    context = page.worker_context(request.user, queries.get_worker(code), hours)
    return render_page(request, "pipeline/comfyui/worker.html", context, part="live")


@require_safe
def queue(request: HttpRequest, code: UUID) -> HttpResponse:
    """What lies in an instance's queue at this moment: ours and that of others."""
    instance = queries.get_instance(code)
    context = page.queue_context(request.user, instance)
    return render_page(request, "pipeline/comfyui/queue.html", context)


@require_safe
def models(request: HttpRequest, code: UUID) -> HttpResponse:
    """What an instance has: software, node classes, models whose names contain `?q=`."""
    instance = queries.get_instance(code)
    user: Any = request.user
    context = page.models_context(user, instance, request.GET.get("q", "")[:100])
    return render_page(request, "pipeline/comfyui/models.html", context, part="found")
