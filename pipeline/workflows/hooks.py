"""Where workflows take part in what lies below them: offers, checks, targets, matching, endings."""

from __future__ import annotations

from typing import Any, TypeVar

from django.dispatch import receiver

from pipeline.jobs.matching import CHOOSERS, EXPLAIN_WAIT
from pipeline.jobs.models import Job
from pipeline.jobs.signals import job_ended
from pipeline.jobs.targets import TARGETS
from pipeline.operations.comfyui_run import BOUNDS, RESOLVERS
from pipeline.operations.declaration import OfferSpec
from pipeline.operations.offers import CHECKS, SOURCES, USABLE
from pipeline.providers.models import Provider
from pipeline.workflows.binding import DEFAULT_SKU, most_milli, workflow_offers
from pipeline.workflows.checking import check_request
from pipeline.workflows.matching import choose_instance, explain_wait
from pipeline.workflows.models import MissingPart, Readiness, WorkflowState
from pipeline.workflows.readiness import NOT_KNOWN
from pipeline.workflows.running import is_comfy, remember_prefixes, resolve_run, target_for

COMFYUI = Provider.Code.COMFYUI.code
Hook = TypeVar("Hook")


def why_unusable(offer: OfferSpec, _user: Any) -> str:
    """Why an offer of own ComfyUI can't be used by anybody now; two queries at most."""
    if offer.provider != COMFYUI or offer.sku == DEFAULT_SKU:
        return ""
    checks = Readiness.objects.filter(
        workflow_version__workflow__slug=offer.model,
        workflow_version__state_id=WorkflowState.Code.PRODUCTION,
        instance__retired_at=None,
    )
    if checks.filter(missing=None).exists():
        return ""
    parts = MissingPart.objects.filter(readiness__in=checks).order_by("value")
    values = list(parts.values_list("value", flat=True).distinct()[:4])
    lacks = ", ".join([value for value in values if value != NOT_KNOWN][:3])
    if not lacks:
        return f"Whether an instance can run “{offer.title}” is not known: none was checked yet."
    return f"No instance has what “{offer.title}” needs: {lacks}."


def register() -> None:
    """Put every hook in its place; doing so again changes nothing."""
    _add(SOURCES, workflow_offers)
    _add(USABLE, why_unusable)
    _add(CHECKS, check_request)
    _add(RESOLVERS, resolve_run)
    _add(BOUNDS, most_milli)
    TARGETS[COMFYUI] = target_for
    CHOOSERS[COMFYUI] = choose_instance
    EXPLAIN_WAIT[COMFYUI] = explain_wait


def _add(hooks: list[Hook], hook: Hook) -> None:
    if hook not in hooks:
        hooks.append(hook)


@receiver(job_ended, dispatch_uid="pipeline.workflows.job_ended")
def keep_prefixes(job: Job, **_: Any) -> None:
    """Remember what the server of a job that succeeded has in memory now."""
    if is_comfy(job):
        remember_prefixes(job)
