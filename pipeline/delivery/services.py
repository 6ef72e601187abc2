"""Making deliveries: what is in them is frozen when they are made; packing is a job."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from assets.models import MediaType, Version
from pipeline.characters.queries import metadata_findings, rights_standing
from pipeline.delivery.documents import documents_of
from pipeline.delivery.events import DeliveryEvents
from pipeline.delivery.facts import cut_facts
from pipeline.delivery.models import Delivery, DeliveryItem, DeliveryJob
from pipeline.delivery.naming import (
    DEFAULT_TEMPLATE,
    check_template,
    file_name,
    refuse_collisions,
)
from pipeline.jobs.models import Job
from pipeline.jobs.submit import JobRequest, submit_job
from pipeline.scenes.models import Cut
from studio.core.access import CapabilityCode, require
from studio.core.errors import Conflict, Invalid
from studio.core.models import Project, User
from studio.live.services import project_group, publish, record_event

ASSEMBLE = "delivery.assemble"
MAX_CUTS = 200
#: What the IPTC calls pictures made by a trained model, alone or composed with others.
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"


def create_delivery(
    *,
    actor: User,
    project: Project,
    cuts: Sequence[Cut],
    title: str,
    recipient: str = "",
    note: str = "",
    naming_template: str = DEFAULT_TEMPLATE,
) -> Delivery:
    """Hand final cuts over: freeze what is known of them and pack it.

    Args:
        cuts: final cuts of `project`, loaded with scene, character, version and approval.

    Raises:
        NotFound, Forbidden: by the access rule (approve).
        Invalid: no cuts, too many, a bad title or naming template, names that collide.
        Conflict: a cut is not final, its likeness may not be used (any more), or required metadata
            is missing; each with what to do.
        DomainError: the job can't be submitted.
    """
    require(actor, CapabilityCode.APPROVE, project)
    title = title.strip()
    _check(title, cuts)
    check_template(naming_template)
    refuse_undeliverable(cuts)
    today = timezone.localdate()
    names = [file_name(naming_template, slots_of(cut, today)) for cut in cuts]
    refuse_collisions(names)
    with transaction.atomic():
        # Numbers have no gaps: whoever makes another delivery of the project waits.
        # What others write about the project does not wait, so nobody waits in a circle.
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        last = Delivery.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0
        delivery = Delivery.objects.create(
            project=project,
            number=last + 1,
            title=title,
            recipient=recipient.strip()[:200],
            note=note.strip()[:4000],
            naming_template=naming_template,
            created_by=actor,
        )
        DeliveryItem.objects.bulk_create(
            DeliveryItem(
                delivery=delivery, position=at, cut=cut, version=_file(cut), file_name=name
            )
            for at, (cut, name) in enumerate(zip(cuts, names, strict=True))
        )
        documents = documents_of(
            _facts(delivery), [cut_facts(c, n) for c, n in zip(cuts, names, strict=True)]
        )
        parameters = {
            "media": [{"path": f"media/{name}", "input": at} for at, name in enumerate(names)],
            "documents": [{"path": path, "text": text} for path, text in documents.items()],
        }
        _pack(actor, delivery, parameters, [_file(cut) for cut in cuts])
        _record(DeliveryEvents.DELIVERY_CREATED, actor, delivery)
    return delivery


def repeat_delivery(*, actor: User, delivery: Delivery) -> DeliveryJob:
    """Pack a delivery again, from what was frozen when it was made: the same bytes come of it.

    Raises:
        NotFound, Forbidden: by the access rule (approve).
        Conflict: a package of it is being made, or a likeness may no longer be used.
        DomainError: the job can't be submitted.
    """
    require(actor, CapabilityCode.APPROVE, delivery.project)
    with transaction.atomic():
        Delivery.objects.select_for_update().get(pk=delivery.pk)
        if any(not package.job.is_final for package in delivery.packages.select_related("job")):
            raise Conflict("A package of this delivery is being made.", remedy="Wait for it.")
        items = list(
            delivery.items.select_related(
                "version", "cut__scene__character__project", "cut__final_approval"
            ).order_by("position")
        )
        refuse_undeliverable([item.cut for item in items], metadata=False)
        first = delivery.packages.select_related("job").order_by("number")[0]
        package = _pack(actor, delivery, first.job.parameters, [item.version for item in items])
        _record(DeliveryEvents.DELIVERY_REPEATED, actor, delivery)
    return package


def refuse_undeliverable(cuts: Sequence[Cut], *, metadata: bool = True) -> None:
    """Pass when every cut is final, its likeness may be used today, and its metadata is whole.

    Raises:
        Conflict: with every reason.
    """
    reasons: list[str] = []
    for cut in cuts:
        if getattr(cut, "final_approval", None) is None:
            reasons.append(f"“{cut}” is not final.")
    for character in {cut.scene.character for cut in cuts}:
        standing = rights_standing(character)
        if not standing.is_valid:
            reasons.append(f"{character.name}: {standing.reason}")
        if metadata:
            reasons += [f"{character.name}: {f.message}" for f in metadata_findings(character)]
    if reasons:
        raise Conflict(
            "This can't be delivered. " + " ".join(sorted(reasons)),
            remedy="Declare the cuts final, record rights and fill in traits, then deliver.",
        )


def slots_of(cut: Cut, today: date) -> dict[str, str | int]:
    """What the slots of a naming template stand for, for one cut."""
    kind = MediaType.Code(_file(cut).blob.media_type_id)
    return {
        "project": cut.scene.character.project.name,
        "character": cut.scene.character.slate_code,
        "scene": cut.scene.title,
        "version": cut.number,
        "date": f"{today:%Y%m%d}",
        "ext": str(MediaType.extras[kind]["extension"]),
    }


def note_package(job: Job) -> None:
    """Write what a packing job has made; in the transaction that ends it."""
    package = (
        DeliveryJob.objects.filter(job=job)
        .select_related("delivery__project", "delivery__created_by")
        .first()
    )
    if package is None:
        return
    output = job.outputs.order_by("position").first()
    if output is not None:
        DeliveryJob.objects.filter(pk=package.pk).update(version=output.version)
    done = output is not None
    kind = DeliveryEvents.DELIVERY_PACKED if done else DeliveryEvents.DELIVERY_FAILED
    _record(kind, job.creator, package.delivery)


def _check(title: str, cuts: Sequence[Cut]) -> None:
    if not title or len(title) > 120:
        message = "A title has 1 to 120 characters."
        raise Invalid(message, fields={"title": [message]})
    if not 1 <= len(cuts) <= MAX_CUTS:
        message = f"Choose 1 to {MAX_CUTS} final cuts."
        raise Invalid(message, fields={"cuts": [message]})
    if len({cut.pk for cut in cuts}) != len(cuts):
        message = "A cut is chosen twice."
        raise Invalid(message, fields={"cuts": [message]})


def _file(cut: Cut) -> Version:
    if cut.version is None:
        raise Conflict(f"“{cut}” is not rendered yet.")
    return cut.version


def _facts(delivery: Delivery) -> dict[str, object]:
    return {
        "code": str(delivery.code),
        "number": delivery.number,
        "title": delivery.title,
        "recipient": delivery.recipient,
        "note": delivery.note,
        "project": {"code": str(delivery.project.code), "name": delivery.project.name},
        "created_by": delivery.created_by.username,
        "created_at": delivery.created_at.isoformat(),
        "is_ai_generated": True,
        "digital_source_type": SOURCE_TYPE,
    }


def _pack(
    actor: User, delivery: Delivery, parameters: dict[str, object], files: Sequence[Version]
) -> DeliveryJob:
    request = JobRequest(
        operation=ASSEMBLE,
        parameters=parameters,
        inputs=[("source", version.code) for version in files],
        reuse=False,
    )
    job = submit_job(actor=actor, project=delivery.project, request=request)
    last = delivery.packages.aggregate(last=Max("number"))["last"] or 0
    return DeliveryJob.objects.create(delivery=delivery, number=last + 1, job=job)


def _record(kind: DeliveryEvents, actor: User, delivery: Delivery) -> None:
    record_event(
        kind,
        project=delivery.project,
        actor=actor,
        subject_code=delivery.code,
        label=delivery.title,
    )
    publish(
        [project_group(delivery.project.code)],
        {"kind": "delivery.changed", "code": str(delivery.code)},
    )
