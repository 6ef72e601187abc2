"""Candidates for a seed image: uploaded, chosen, retouched, delivered by a job, discarded."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from assets.models import AssetKind, Lineage, LineageRole, Version
from pipeline.jobs.models import Job
from pipeline.seeds.checking import enqueue_checks
from pipeline.seeds.events import SeedEvents
from pipeline.seeds.models import SeedImage, Variation, VariationJob, VariationMethod
from pipeline.seeds.news import tell_changed
from studio.core.access import CapabilityCode, require
from studio.core.errors import Conflict, Invalid
from studio.core.models import User
from studio.live.services import record_event

_BY_HAND = (
    VariationMethod.Code.UPLOADED,
    VariationMethod.Code.CHOSEN,
    VariationMethod.Code.RETOUCHED,
)


def upload_variation(
    *,
    actor: User,
    seed_image: SeedImage,
    version: Version,
    method: VariationMethod.Code = VariationMethod.Code.UPLOADED,
) -> Variation:
    """Make a picture of the library a candidate for a seed image; it is checked at once.

    Args:
        version: in the project's library already (see `assets.storage.uploads`).
        method: uploaded, chosen or retouched; the others come from jobs.

    Raises:
        NotFound, Forbidden: by the access rule (create), also for the version.
        Invalid: it is no picture, or in another project.
        Conflict: it is a variation of this seed image already, or the character is archived.
    """
    project = seed_image.character.project
    require(actor, CapabilityCode.CREATE, project)
    version = Version.objects.for_detail().get_visible(actor, code=version.code)
    if method not in _BY_HAND:
        raise Invalid(f"“{method.label}” is made by a job, not by hand.")
    if version.asset.kind_id != AssetKind.Code.IMAGE:
        kind = AssetKind.Code(version.asset.kind_id).label.lower()
        raise Invalid(f"A seed image must be a picture; this is of the kind: {kind}.")
    if version.asset.project_id != project.pk:
        raise Invalid(
            "This picture is in another project.", remedy="Upload it into this project first."
        )
    with transaction.atomic():
        locked = lock(seed_image)
        if locked.character.archived_at is not None:
            raise Conflict(
                f"“{locked.character}” is archived.", remedy="Bring the character back first."
            )
        known = Variation.objects.filter(seed_image=locked, version=version).first()
        if known is not None:
            where = " (discarded)" if known.discarded_at else ""
            raise Conflict(f"This picture is variation {known.number} already{where}.")
        return add(actor, locked, version, method)


def add_retouched(*, actor: User, variation: Variation, version: Version) -> Variation:
    """Add what came back from an external editor as the next variation.

    Args:
        version: a later version of the variation's own asset.

    Raises:
        As `upload_variation`.
        Invalid: it is a version of another asset, or not a later one.
    """
    require(actor, CapabilityCode.CREATE, variation.seed_image.character.project)
    original = variation.version
    if version.asset_id != original.asset_id or version.number <= original.number:
        raise Invalid(
            "This is no later version of the same picture.",
            remedy="Upload the retouched file from the page of the variation.",
        )
    with transaction.atomic():
        made = upload_variation(
            actor=actor,
            seed_image=variation.seed_image,
            version=version,
            method=VariationMethod.Code.RETOUCHED,
        )
        Lineage.objects.get_or_create(
            output=version, input=original, role_id=int(LineageRole.Code.BASE)
        )
    return made


def collect_outputs(job: Job) -> list[Variation]:
    """Make what a job has delivered variations of the seed image it was asked for.

    Called in the transaction that ends the job; may be repeated. A picture that is a variation
    already (a reused result) is not doubled, and comes back when it was discarded.
    """
    request = VariationJob.objects.filter(job=job).select_related("seed_image").first()
    if request is None:
        return []
    seed_image = lock(request.seed_image)
    method = VariationMethod.Code(request.method_id)
    made = []
    for output in job.outputs.select_related("version").order_by("position"):
        known = Variation.objects.filter(seed_image=seed_image, version=output.version).first()
        if known is None:
            made.append(add(job.creator, seed_image, output.version, method))
        elif known.discarded_at is not None:
            Variation.objects.filter(pk=known.pk).update(discarded_at=None)
            made.append(known)
    tell_changed(seed_image)
    return made


def discard_variation(*, actor: User, variation: Variation) -> None:
    """Take a variation out of the grid; its file stays.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Conflict: it is the hero.
    """
    require(actor, CapabilityCode.CREATE, variation.seed_image.character.project)
    with transaction.atomic():
        seed_image = lock(variation.seed_image)
        row = Variation.objects.get(pk=variation.pk)
        if row.is_hero:
            raise Conflict(
                "The hero can't be discarded.", remedy="Choose another variation as hero first."
            )
        if row.discarded_at is None:
            Variation.objects.filter(pk=row.pk).update(discarded_at=timezone.now())
            record(SeedEvents.DISCARDED, actor, seed_image, row)
            tell_changed(seed_image)
    variation.refresh_from_db(fields=["discarded_at"])


def restore_variation(*, actor: User, variation: Variation) -> None:
    """Bring a discarded variation back.

    Raises:
        NotFound, Forbidden: by the access rule (create).
    """
    require(actor, CapabilityCode.CREATE, variation.seed_image.character.project)
    with transaction.atomic():
        seed_image = lock(variation.seed_image)
        gone = Variation.objects.filter(pk=variation.pk, discarded_at__isnull=False)
        if gone.update(discarded_at=None):
            record(SeedEvents.RESTORED, actor, seed_image, variation)
            tell_changed(seed_image)
    variation.refresh_from_db(fields=["discarded_at"])


def lock(seed_image: SeedImage) -> SeedImage:
    """The row of a seed image, with character and project, held until the transaction ends."""
    rows = SeedImage.objects.select_for_update(of=("self",))
    return rows.select_related("character__project").get(pk=seed_image.pk)


def add(
    actor: User, seed_image: SeedImage, version: Version, method: VariationMethod.Code
) -> Variation:
    """Write the next variation of a locked seed image, and have it checked.

    Refuses nothing: the end of a job depends on it.
    """
    last = Variation.objects.filter(seed_image=seed_image).aggregate(last=Max("number"))["last"]
    made = Variation.objects.create(
        seed_image=seed_image,
        number=(last or 0) + 1,
        version=version,
        method_id=int(method),
        created_by=actor,
    )
    enqueue_checks(made)
    record(SeedEvents.VARIATION_ADDED, actor, seed_image, made, method=method.code)
    tell_changed(seed_image)
    return made


def record(
    kind: SeedEvents, actor: User, seed_image: SeedImage, variation: Variation, **data: object
) -> None:
    """Record what happened to a variation, under its seed image."""
    record_event(
        kind,
        project=seed_image.character.project,
        actor=actor,
        subject_code=seed_image.code,
        label=f"{seed_image} · #{variation.number}",
        data={"variation": str(variation.code), **data},
    )
