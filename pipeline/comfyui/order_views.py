"""Orders to instances from their page: each calls one service and says what came of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from pipeline.comfyui import queries, services
from pipeline.jobs.workers import set_worker_draining
from studio.core.access import require_admin
from studio.core.errors import NotFound
from studio.core.web import redirect, toast, trigger, wants_fragment


@require_POST
def drain(request: HttpRequest, code: UUID) -> HttpResponse:
    """Let it finish what it has and take nothing new."""
    _set_draining(request, code, True)
    return _done(request, code, "It finishes what it has and takes nothing new")


@require_POST
def resume(request: HttpRequest, code: UUID) -> HttpResponse:
    """Let it take work again."""
    _set_draining(request, code, False)
    return _done(request, code, "It takes work again")


@require_POST
def interrupt(request: HttpRequest, code: UUID) -> HttpResponse:
    """Stop what of ours runs there."""
    actor, instance = _asked(request, code)
    services.interrupt_instance(actor=actor, instance=instance)
    return _done(request, code, "The running prompt was told to stop")


@require_POST
def free(request: HttpRequest, code: UUID) -> HttpResponse:
    """Unload its models."""
    actor, instance = _asked(request, code)
    services.free_memory(actor=actor, instance=instance)
    return _done(request, code, "It frees its memory")


@require_POST
def clear(request: HttpRequest, code: UUID) -> HttpResponse:
    """Take what waits out of its queue: ours; with `everything=1` that of others, too."""
    actor, instance = _asked(request, code)
    everything = request.POST.get("everything") == "1"
    count = services.clear_queue(actor=actor, instance=instance, everything=everything)
    return _done(request, code, f"{count} prompt{'s' if count != 1 else ''} taken out")


@require_POST
def refresh(request: HttpRequest, code: UUID) -> HttpResponse:
    """Ask it at once how it is and what it has."""
    actor, instance = _asked(request, code)
    services.refresh_instance(actor=actor, instance=instance)
    return _done(request, code, "It was asked what it has")


@require_POST
def restart(request: HttpRequest, code: UUID) -> HttpResponse:
    """Run its restart command."""
    actor, instance = _asked(request, code)
    services.restart_instance(actor=actor, instance=instance)
    return _done(request, code, "It restarts")


@require_POST
def remove(request: HttpRequest, code: UUID) -> HttpResponse:
    """Remove it, or retire it if jobs have run there."""
    actor, instance = _asked(request, code)
    services.remove_instance(actor=actor, instance=instance)
    return redirect(request, reverse("pipeline:workers"))


@require_POST
def restore(request: HttpRequest, code: UUID) -> HttpResponse:
    """Bring it back from retirement."""
    actor, instance = _asked(request, code)
    services.restore_instance(actor=actor, instance=instance)
    return _done(request, code, "It is asked again")


def _asked(request: HttpRequest, code: UUID) -> tuple[Any, Any]:
    """Who asks, and which instance is meant; others than Admins learn nothing more."""
    require_admin(request.user)
    return request.user, queries.get_instance(code)


def _set_draining(request: HttpRequest, code: UUID, draining: bool) -> None:
    """Task clusters and the bridge can be drained as well as instances."""
    require_admin(request.user)
    actor: Any = request.user
    try:
        instance = queries.get_instance(code)
    except NotFound:
        worker = queries.get_worker(code)
        set_worker_draining(actor=actor, worker=worker, draining=draining)
    else:
        services.drain_instance(actor=actor, instance=instance, draining=draining)


def _done(request: HttpRequest, code: UUID, text: str) -> HttpResponse:
    """A passing message and a page that reads itself anew; without htmx, the page."""
    if not wants_fragment(request):
        return redirect(request, reverse("pipeline:worker", args=[code]))
    response = HttpResponse()  # empty, so that an earlier problem goes from the page
    return toast(trigger(response, **{"worker-changed": {"code": str(code)}}), text)
