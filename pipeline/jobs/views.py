"""The queue page, the page of a job, and the pieces of both that other pages show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from assets.models import Version
from pipeline.jobs import control
from pipeline.jobs.listing import JobFilters, Listing, running_count, tray_jobs
from pipeline.jobs.models import DerivationKind, Job, Priority
from pipeline.jobs.page import job_context, show_job
from pipeline.jobs.provenance import provenance_context
from studio.core.errors import Invalid
from studio.core.models import User
from studio.core.web import redirect, render_page, toast, trigger, wants_fragment

Action = Callable[..., Any]


@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """The queue: what is under way, then what has ended; `?cursor=` gives the next older ones."""
    listing = Listing(request.user, JobFilters.from_query(request.GET))
    template = "pipeline/jobs/list.html"
    if wants_fragment(request) and (cursor := request.GET.get("cursor")):
        rows, older = listing.history(cursor)
        context = {"rows": rows, "older": older, "more_url": _more_url(listing.filters, older)}
        return render_page(request, template, context, part="more")
    down_to = _number(request.GET.get("down_to", ""))
    return render_page(request, template, _list_context(listing, down_to), part="live")


def _list_context(listing: Listing, down_to: int) -> dict[str, Any]:
    rows, older = listing.history(down_to=down_to)
    return {
        "filters": listing.filters,
        "tabs": listing.tabs(),
        "unfinished": listing.unfinished(),
        "rows": rows,
        "older": older,
        "more_url": _more_url(listing.filters, older),
        "down_to": down_to or (rows[-1].job.pk if rows else 0),
        **listing.choices(),
    }


@require_safe
def job(request: HttpRequest, code: UUID) -> HttpResponse:
    """One job, with everything that is known of it."""
    context = job_context(request.user, show_job(request.user, code))
    context["project"] = context["shown"].job.project
    return render_page(request, "pipeline/jobs/job.html", context, part="live")


@require_safe
def tray(request: HttpRequest) -> HttpResponse:
    """One's own jobs, for the top bar of every page."""
    shown, active = tray_jobs(request.user)
    context = {"jobs": shown, "active": active}
    return render_page(request, "pipeline/jobs/tray.html", context)


@require_safe
def pulse(request: HttpRequest) -> HttpResponse:
    """One's own jobs under way and the latest that ended, for the home page."""
    shown, active = tray_jobs(request.user)
    context = {"jobs": shown, "active": active}
    return render_page(request, "pipeline/jobs/pulse.html", context)


@require_safe
def running(request: HttpRequest) -> HttpResponse:
    """How many jobs run and wait, for the status bar."""
    now, waiting = running_count(request.user)
    return render_page(request, "pipeline/jobs/running.html", {"running": now, "queued": waiting})


@require_safe
def provenance(request: HttpRequest, version: UUID) -> HttpResponse:
    """How a version was made; 204 when no job made it."""
    found = Version.objects.for_detail().get_visible(request.user, code=version)
    context = provenance_context(request.user, found)
    if context is None:
        return HttpResponse(status=204)
    return render_page(request, "pipeline/jobs/provenance.html", context)


@require_POST
def cancel(request: HttpRequest, code: UUID) -> HttpResponse:
    """Stop a job."""
    return _act(request, code, control.cancel_job, "Cancelling")


@require_POST
def pause(request: HttpRequest, code: UUID) -> HttpResponse:
    """Keep a job from starting."""
    return _act(request, code, control.pause_job, "Paused")


@require_POST
def resume(request: HttpRequest, code: UUID) -> HttpResponse:
    """Let a paused job go on."""
    return _act(request, code, control.resume_job, "Back in the queue")


@require_POST
def retry(request: HttpRequest, code: UUID) -> HttpResponse:
    """Send a failed or cancelled job again."""
    return _act(request, code, control.retry_job, "Sent again")


@require_POST
def priority(request: HttpRequest, code: UUID) -> HttpResponse:
    """Let a job go earlier or later."""
    try:
        wanted = Priority.Code.by_code(request.POST.get("priority", ""))
    except KeyError as error:
        raise Invalid("Choose one of the priorities.") from error

    def change(*, actor: User, job: Job) -> None:
        control.set_priority(actor=actor, job=job, priority=wanted)

    return _act(request, code, change, f"Priority: {wanted.label.lower()}")


@require_POST
def make_again(request: HttpRequest, code: UUID) -> HttpResponse:
    """Run the same recipe again."""
    return _repeat(request, code, DerivationKind.Code.MAKE_AGAIN)


@require_POST
def determinism_check(request: HttpRequest, code: UUID) -> HttpResponse:
    """Run the same recipe again and compare."""
    return _repeat(request, code, DerivationKind.Code.DETERMINISM_CHECK)


def _act(request: HttpRequest, code: UUID, action: Action, said: str) -> HttpResponse:
    """Do something to a job; the fragments that show it look again."""
    user: Any = request.user
    found = Job.objects.select_related(
        "project", "creator", "offer__operation", "offer__model__provider", "price__unit"
    ).get_visible(user, code=code)
    action(actor=user, job=found)
    if not wants_fragment(request):
        return redirect(request, reverse("pipeline:job", args=[code]))
    response = trigger(HttpResponse(status=204), **{"job-changed": {"code": str(code)}})
    return toast(response, said)


def _repeat(request: HttpRequest, code: UUID, kind: DerivationKind.Code) -> HttpResponse:
    user: Any = request.user
    found = Job.objects.select_related(
        "project", "offer__operation", "offer__model__provider"
    ).get_visible(user, code=code)
    made = control.repeat_job(actor=user, job=found, kind=kind)
    return redirect(request, reverse("pipeline:job", args=[made.code]))


def _more_url(filters: JobFilters, cursor: str) -> str:
    return f"{reverse('pipeline:jobs')}?{urlencode({'cursor': cursor})}&{filters.query()}"


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0
