"""Asking for variations: jobs whose outputs come back as variations of a seed image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from assets.models import Version
from pipeline.jobs.models import DerivationKind, Job, JobOutput
from pipeline.jobs.requests import request_from
from pipeline.jobs.submit import JobRequest, Plan, plan_job, submit_job
from pipeline.seeds.events import SeedEvents
from pipeline.seeds.models import SeedImage, SeedSlot, Variation, VariationJob, VariationMethod
from pipeline.seeds.news import tell_changed
from pipeline.seeds.queries import hero
from pipeline.seeds.services.variations import collect_outputs, lock
from studio.core.access import CapabilityCode, require
from studio.core.errors import Conflict, Invalid
from studio.core.models import User
from studio.live.services import record_event

FORWARD, REVERSE = "seed.forward", "seed.reverse"
REFINE, CROP, MERGE = "seed.refine", "seed.crop", "seed.merge"


def generation_request(
    seed_image: SeedImage, parameters: Mapping[str, Any], provider: str = "", model: str = ""
) -> tuple[JobRequest, VariationMethod.Code]:
    """The request that makes this seed image from the hero of the other one.

    Raises:
        Conflict: the other seed image has no hero.
    """
    to_b = seed_image.slot_id == SeedSlot.Code.B
    source = hero(seed_image.character, SeedSlot.Code.A if to_b else SeedSlot.Code.B)
    if source is None:
        label = (SeedSlot.Code.A if to_b else SeedSlot.Code.B).label
        raise Conflict(
            f"There is no hero of {label} to start from.", remedy="Choose one there first."
        )
    request = JobRequest(
        operation=FORWARD if to_b else REVERSE,
        parameters=parameters,
        provider=provider,
        model=model,
        inputs=[("source", source.version.code)],
        reuse=False,
    )
    return request, VariationMethod.Code.FORWARD if to_b else VariationMethod.Code.REVERSE


def variation_request(
    operation: str, variation: Variation, parameters: Mapping[str, Any]
) -> JobRequest:
    """The request that makes another variation from one."""
    return JobRequest(
        operation=operation,
        parameters=parameters,
        inputs=[("base", variation.version.code)],
    )


def merge_request(
    parents: Sequence[Variation], mask: UUID | None, parameters: Mapping[str, Any]
) -> JobRequest:
    """The request that merges two variations under a mask.

    Raises:
        Invalid: not two different parents of one seed image.
    """
    if len({parent.pk for parent in parents}) != 2:
        raise Invalid("Choose two different variations to merge.")
    if len({parent.seed_image_id for parent in parents}) != 1:
        raise Invalid("The two variations belong to different seed images.")
    inputs = [("source", parent.version.code) for parent in parents]
    if mask is not None:
        inputs.append(("mask", mask))
    return JobRequest(operation=MERGE, parameters=parameters, inputs=inputs)


def estimate_request(*, actor: User, seed_image: SeedImage, request: JobRequest) -> Plan:
    """What a request would make and cost; nothing is done.

    Raises:
        As `pipeline.jobs.submit.plan_job`.
    """
    return plan_job(actor=actor, project=seed_image.character.project, request=request)


def request_forward(
    *,
    actor: User,
    seed_image: SeedImage,
    parameters: Mapping[str, Any],
    provider: str = "",
    model: str = "",
) -> Job:
    """Have Seed B made from the hero of Seed A.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Invalid: the seed image is a Seed A; or as `submit_job`.
        Conflict: Seed A has no hero; or as `submit_job`.
    """
    require(actor, CapabilityCode.CREATE, seed_image.character.project)
    if seed_image.slot_id != SeedSlot.Code.B:
        raise Invalid("Forward makes Seed B from Seed A.", remedy="Ask on Seed B, or use reverse.")
    request, method = generation_request(seed_image, parameters, provider, model)
    return submit_for(actor=actor, seed_image=seed_image, request=request, method=method)


def request_reverse(
    *,
    actor: User,
    seed_image: SeedImage,
    parameters: Mapping[str, Any],
    provider: str = "",
    model: str = "",
) -> Job:
    """Have Seed A made from the hero of Seed B.

    Raises:
        As `request_forward`, the other way round.
    """
    require(actor, CapabilityCode.CREATE, seed_image.character.project)
    if seed_image.slot_id != SeedSlot.Code.A:
        raise Invalid("Reverse makes Seed A from Seed B.", remedy="Ask on Seed A, or use forward.")
    request, method = generation_request(seed_image, parameters, provider, model)
    return submit_for(actor=actor, seed_image=seed_image, request=request, method=method)


def request_refine(*, actor: User, variation: Variation, parameters: Mapping[str, Any]) -> Job:
    """Have a variation levelled, evened and smoothed, as another variation.

    Raises:
        As `submit_job`.
    """
    return submit_for(
        actor=actor,
        seed_image=variation.seed_image,
        request=variation_request(REFINE, variation, parameters),
        method=VariationMethod.Code.REFINED,
    )


def request_crop(*, actor: User, variation: Variation, parameters: Mapping[str, Any]) -> Job:
    """Have a variation cropped, as another variation; the original stays.

    Raises:
        As `submit_job`.
    """
    return submit_for(
        actor=actor,
        seed_image=variation.seed_image,
        request=variation_request(CROP, variation, parameters),
        method=VariationMethod.Code.CROPPED,
    )


def request_merge(
    *,
    actor: User,
    parents: Sequence[Variation],
    mask: Version | None,
    parameters: Mapping[str, Any],
) -> Job:
    """Have two variations merged under a mask, as another variation.

    Raises:
        Invalid: not two different variations of one seed image; or as `submit_job`.
    """
    request = merge_request(parents, mask.code if mask else None, parameters)
    return submit_for(
        actor=actor,
        seed_image=parents[0].seed_image,
        request=request,
        method=VariationMethod.Code.MERGED,
    )


def make_again(*, actor: User, variation: Variation) -> Job:
    """Have variations made with the settings of one that a job made, from a new random seed.

    Raises:
        Conflict: no job made it; or as `submit_job`.
    """
    require(actor, CapabilityCode.CREATE, variation.seed_image.character.project)
    output = (
        JobOutput.objects.filter(version=variation.version)
        .select_related("job__project", "job__offer__operation", "job__offer__model__provider")
        .order_by("id")
        .first()
    )
    if output is None:
        raise Conflict("No job made this variation.", remedy="It was uploaded or chosen.")
    request = request_from(output.job, kind=DerivationKind.Code.MAKE_AGAIN, random_seed=None)
    return submit_for(
        actor=actor,
        seed_image=variation.seed_image,
        request=request,
        method=VariationMethod.Code(variation.method_id),
    )


def submit_for(
    *, actor: User, seed_image: SeedImage, request: JobRequest, method: VariationMethod.Code
) -> Job:
    """Submit a job whose outputs become variations of a seed image.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Conflict: the character is archived; or as `submit_job`.
    """
    project = seed_image.character.project
    require(actor, CapabilityCode.CREATE, project)
    with transaction.atomic():
        locked = lock(seed_image)
        if locked.character.archived_at is not None:
            raise Conflict(
                f"“{locked.character}” is archived.", remedy="Bring the character back first."
            )
        job = submit_job(actor=actor, project=project, request=request)
        VariationJob.objects.create(job=job, seed_image=locked, method_id=int(method))
        record_event(
            SeedEvents.REQUESTED,
            project=project,
            actor=actor,
            subject_code=locked.code,
            label=str(locked),
            data={"job": str(job.code), "method": method.code},
        )
        if job.is_final:  # an earlier result is reused: its end was before it was ours
            collect_outputs(job)
        tell_changed(locked)
    return job
