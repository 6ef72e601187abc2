"""Choosing the hero of a seed image, and taking its warnings upon oneself."""

from __future__ import annotations

from django.db import transaction

from assets.library.services import change_retention
from assets.models import RetentionClass
from pipeline.seeds.checking import enqueue_checks, enqueue_likeness
from pipeline.seeds.events import SeedEvents
from pipeline.seeds.models import (
    CheckResult,
    CheckVerdict,
    CheckWaiver,
    SeedCheck,
    SeedSlot,
    Variation,
)
from pipeline.seeds.news import tell_changed
from pipeline.seeds.queries import with_files
from pipeline.seeds.services.variations import lock, record
from studio.core.access import CapabilityCode, require
from studio.core.errors import Conflict, Invalid
from studio.core.models import User

MAX_REASON = 300


def hero_blockers(variation: Variation) -> list[str]:
    """Why a variation can't be the hero now, sentences; empty: it can.

    No query after `pipeline.seeds.queries.with_files`.
    """
    if variation.discarded_at is not None:
        return ["It is discarded: bring it back first."]
    checks = list(variation.checks.all())
    if not checks:
        return ["Its checks are not finished."]
    found = []
    for check in checks:
        label = SeedCheck.Code(check.check_kind_id).label
        if check.verdict_id == CheckVerdict.Code.FAIL:
            found.append(f"{label} failed: {check.message}")
        elif check.verdict_id == CheckVerdict.Code.WARN and not hasattr(check, "waiver"):
            found.append(f"{label} warns, and nobody has taken that upon themselves.")
    return found


def choose_hero(*, actor: User, variation: Variation) -> Variation:
    """Make a variation the one that scenes are made from; the one before steps back.

    Its asset becomes a source: from now on it is permanent.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Conflict: a check failed, warns without a person's word, or is not finished; or it is
            discarded. The message says which.
    """
    project = variation.seed_image.character.project
    require(actor, CapabilityCode.CREATE, project)
    with transaction.atomic():
        seed_image = lock(variation.seed_image)
        row: Variation = with_files(Variation.objects.filter(pk=variation.pk)).get()
        if row.is_hero:
            return row
        blockers = hero_blockers(row)
        if blockers:
            raise Conflict(
                f"Variation {row.number} can't be the hero. {' '.join(blockers)}",
                remedy="Put it right, choose another one, or accept the warnings with a reason.",
            )
        Variation.objects.filter(seed_image=seed_image, is_hero=True).update(is_hero=False)
        Variation.objects.filter(pk=row.pk).update(is_hero=True)
        row.is_hero = True
        if row.version.asset.retention_class_id == RetentionClass.Code.SUPPORTING:
            change_retention(
                actor=actor,
                asset=row.version.asset,
                retention_class=RetentionClass.Code.SOURCE,
            )
        record(SeedEvents.HERO_CHOSEN, actor, seed_image, row)
        if seed_image.slot_id == SeedSlot.Code.A:
            row.seed_image = seed_image
            enqueue_likeness(row)
        tell_changed(seed_image)
    variation.is_hero = True
    return row


def waive_warning(*, actor: User, result: CheckResult, reason: str) -> CheckWaiver:
    """Take a warning upon oneself, with a reason that is kept.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Invalid: there is no reason.
        Conflict: it is no warning, or somebody has done so already.
    """
    variation = result.variation
    require(actor, CapabilityCode.CREATE, variation.seed_image.character.project)
    reason = " ".join(reason.replace("\x00", "").split())
    if not 3 <= len(reason) <= MAX_REASON:
        message = f"Say why it is all right, in 3 to {MAX_REASON} characters."
        raise Invalid(message, fields={"reason": [message]})
    if result.verdict_id == CheckVerdict.Code.FAIL:
        raise Conflict("A fail can't be accepted.", remedy="Put the picture right, or use another.")
    if result.verdict_id != CheckVerdict.Code.WARN:
        raise Conflict("This check has nothing to accept.")
    with transaction.atomic():
        seed_image = lock(variation.seed_image)
        waiver, made = CheckWaiver.objects.get_or_create(
            result=result, defaults={"waived_by": actor, "reason": reason}
        )
        if not made:
            raise Conflict(f"{waiver.waived_by} has accepted this warning already.")
        label = SeedCheck.Code(result.check_kind_id).label
        record(SeedEvents.WARNING_WAIVED, actor, seed_image, variation, check=label, reason=reason)
        tell_changed(seed_image)
    return waiver


def check_again(*, actor: User, variation: Variation) -> None:
    """Have a variation checked once more, by the project's thresholds as they are now.

    Raises:
        NotFound, Forbidden: by the access rule (create).
    """
    require(actor, CapabilityCode.CREATE, variation.seed_image.character.project)
    with transaction.atomic():
        enqueue_checks(variation, again=True)
