"""Checks of variations in the background: measured, judged by the project's profile, stored."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from assets.models import MediaType
from pipeline.characters.pixels import load_rgb
from pipeline.imaging.measures import Pixels
from pipeline.seeds.models import CheckResult, CheckVerdict, SeedCheck, SeedSlot, Variation
from pipeline.seeds.news import tell_changed
from pipeline.seeds.profile import profile_of
from studio.core.errors import Invalid
from studio.core.tasks import MEDIA, backlog, enqueue
from studio.ops.sweeper import every

if TYPE_CHECKING:
    # Loaded where pictures are looked at: web processes import this module, and never do.
    from pipeline.imaging.seedchecks import CheckResult as Finding
    from pipeline.imaging.seedchecks import Slot

log = logging.getLogger(__name__)

CHECKS_TASK = "pipeline.seeds.checking.run_checks"
LIKENESS_TASK = "pipeline.seeds.checking.run_likeness"
#: With nothing waiting in the queue, a variation this old should long be checked.
LOST_AFTER = timedelta(seconds=60)
AT_ONCE = 50
LOST = "The checks were lost with their process, and are being made again."
#: What one variation is compared with needs no more than this on the longer side.
_LIKENESS_SIDE_PX = 640


def enqueue_checks(variation: Variation, *, again: bool = False) -> None:
    """Have a variation checked once the caller's transaction commits."""
    enqueue(CHECKS_TASK, variation.pk, again, cluster=MEDIA)


def enqueue_likeness(variation: Variation) -> None:
    """Have all variations of a character compared with its Seed A once more."""
    enqueue(LIKENESS_TASK, variation.seed_image.character_id, cluster=MEDIA)


def run_checks(variation_id: int, again: bool = False) -> None:
    """Check one variation, and compare it with the hero of Seed A.

    May run twice, at once or later: what is checked is not checked again unless `again`.
    """
    from pipeline.imaging.seedchecks import check_seed

    variation = _load(variation_id)
    if variation is None or (not again and variation.checks.exists()):
        return
    slot: Slot = "A" if variation.seed_image.slot_id == SeedSlot.Code.A else "B"
    try:
        pixels = load_rgb(variation.version.blob)
        findings = check_seed(
            pixels,
            media_type=MediaType.Code(variation.version.blob.media_type_id).code,
            slot=slot,
            profile=profile_of(variation.seed_image.character.project),
        )
    except Invalid as error:
        log.error("variation %s can't be checked: %s", variation.code, error)
        findings, pixels = [_unreadable(error)], None
    score = _score(variation, pixels) if pixels is not None else None
    _store(variation, findings, score)


def run_likeness(character_id: int) -> None:
    """Compare all variations of a character with the hero of its Seed A."""
    rows = Variation.objects.filter(seed_image__character_id=character_id, discarded_at=None)
    variations = list(rows.select_related("version__blob", "seed_image__character__project"))
    for variation in variations:
        try:
            score = _score(variation, None)
        except Invalid as error:
            log.warning("no likeness of variation %s: %s", variation.code, error)
            continue
        Variation.objects.filter(pk=variation.pk).update(likeness_score=score)
    for seed_image in {v.seed_image for v in variations}:
        tell_changed(seed_image)


@every(30)
def sweep_checks() -> None:
    """Check each lost variation once more; what dies again is left as a failure to be seen.

    The failure is written first and replaced by success, so that a picture which kills its
    process is not tried for ever.
    """
    if backlog(MEDIA):
        return
    lost = Variation.objects.filter(
        checks=None, created_at__lt=timezone.now() - LOST_AFTER
    ).select_related("seed_image")[:AT_ONCE]
    for variation in lost:
        with transaction.atomic():
            CheckResult.objects.get_or_create(
                variation=variation,
                check_kind_id=int(SeedCheck.Code.SHORT_SIDE),
                defaults={"verdict_id": int(CheckVerdict.Code.FAIL), "message": LOST},
            )
            enqueue_checks(variation, again=True)


def _load(pk: int) -> Variation | None:
    rows = Variation.objects.select_related("version__blob", "seed_image__character__project")
    return rows.filter(pk=pk).first()


def _score(variation: Variation, pixels: Pixels | None) -> float | None:
    """Likeness to the hero of Seed A, 0–1; None where there is none, or it is that hero.

    Raises:
        Invalid: one of the two pictures can't be decoded.
    """
    from pipeline.imaging.likeness import likeness

    heroes = Variation.objects.filter(
        seed_image__character=variation.seed_image.character_id,
        seed_image__slot=SeedSlot.Code.A,
        is_hero=True,
    )
    hero = heroes.exclude(pk=variation.pk).select_related("version__blob").first()
    if hero is None:
        return None
    reference = load_rgb(hero.version.blob, side_px=_LIKENESS_SIDE_PX)
    if pixels is None or max(pixels.shape) > _LIKENESS_SIDE_PX:
        pixels = load_rgb(variation.version.blob, side_px=_LIKENESS_SIDE_PX)
    return round(likeness(reference, pixels).value, 4)


def _store(variation: Variation, findings: list[Finding], score: float | None) -> None:
    """Write the results in place of earlier ones; a waiver stays with a warning that stays."""
    with transaction.atomic():
        locked = Variation.objects.select_for_update().get(pk=variation.pk)
        kept = []
        for finding in findings:
            row, _ = CheckResult.objects.update_or_create(
                variation=locked,
                check_kind_id=int(SeedCheck.Code.by_code(finding.code)),
                defaults={
                    "measured_score": finding.value,
                    "warn_score": finding.threshold_warn,
                    "fail_score": finding.threshold_fail,
                    "verdict_id": int(CheckVerdict.Code.by_code(finding.verdict)),
                    "message": finding.message[:300],
                    "method": "seed-checks-1",
                },
            )
            kept.append(row.pk)
        locked.checks.exclude(pk__in=kept).delete()
        Variation.objects.filter(pk=locked.pk).update(likeness_score=score)
    tell_changed(variation.seed_image)


def _unreadable(error: Invalid) -> Finding:
    from pipeline.imaging.seedchecks import CheckResult as Finding

    text = f"{error.detail} {error.remedy}".strip()
    return Finding("short_side", 0.0, "px", None, None, "fail", text)
