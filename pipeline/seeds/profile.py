"""The quality profile of a project: the studio's thresholds, some of them replaced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from pipeline.seeds.events import SeedEvents
from pipeline.seeds.models import SeedCheck, SeedThreshold
from studio.core.access import CapabilityCode, require
from studio.core.errors import Invalid
from studio.core.models import Project, User
from studio.live.services import record_event

if TYPE_CHECKING:
    # Loaded by the functions that need it: it brings the face detector along, and most processes
    # never look at a picture.
    from pipeline.imaging.seedchecks import QualityProfile, Threshold


@dataclass(frozen=True)
class ShownThreshold:
    """One line of a project's quality profile; the figures are in the check's unit."""

    check: SeedCheck.Code
    meaning: str
    unit: str
    worse: str
    warn: float | None
    fail: float | None
    is_own: bool


def profile_of(project: Project) -> QualityProfile:
    """The thresholds that a project judges by. One query."""
    from pipeline.imaging.seedchecks import CHECKS, DEFAULT_PROFILE

    profile = DEFAULT_PROFILE
    slots = {check.code: check.slots for check in CHECKS}
    for row in SeedThreshold.objects.filter(project=project):
        code = SeedCheck.Code(row.check_kind_id).code
        for slot in slots.get(code, ()):
            profile = profile.replaced(slot, code, row.warn_score, row.fail_score)
    return profile


def shown_profile(project: Project) -> list[ShownThreshold]:
    """The quality profile as a page shows it, for Seed A where the two differ. Two queries."""
    from pipeline.imaging.seedchecks import CHECKS

    profile = profile_of(project)
    own = set(SeedThreshold.objects.filter(project=project).values_list("check_kind_id", flat=True))
    found = []
    for check in CHECKS:
        kind = SeedCheck.Code(SeedCheck.Code.by_code(check.code))
        limit: Threshold = profile.threshold(check.slots[0], check.code)
        found.append(
            ShownThreshold(
                kind, check.meaning, check.unit, limit.worse, limit.warn, limit.fail, kind in own
            )
        )
    return found


def set_threshold(
    *, actor: User, project: Project, check: SeedCheck.Code, warn: float, fail: float
) -> None:
    """Judge a check in this project by other thresholds; checks made before stay as they are.

    Raises:
        NotFound, Forbidden: by the access rule (manage).
        Invalid: a warning would come after the fail.
    """
    from pipeline.imaging.seedchecks import CHECKS, DEFAULT_PROFILE

    require(actor, CapabilityCode.MANAGE, project)
    found: Any = next(item for item in CHECKS if item.code == check.code)
    worse = DEFAULT_PROFILE.threshold(found.slots[0], check.code).worse
    if (warn > fail) if worse == "high" else (warn < fail):
        raise Invalid(
            "A warning must come before the fail.",
            fields={
                "warn": [f"Choose a value {'below' if worse == 'high' else 'above'} the fail."]
            },
        )
    with transaction.atomic():
        SeedThreshold.objects.update_or_create(
            project=project,
            check_kind_id=int(check),
            defaults={"warn_score": warn, "fail_score": fail},
        )
        _record(actor, project, check)


def reset_threshold(*, actor: User, project: Project, check: SeedCheck.Code) -> None:
    """Judge a check by the studio's thresholds again.

    Raises:
        NotFound, Forbidden: by the access rule (manage).
    """
    require(actor, CapabilityCode.MANAGE, project)
    with transaction.atomic():
        own = SeedThreshold.objects.filter(project=project, check_kind_id=int(check))
        if own.delete()[0]:
            _record(actor, project, check)


def _record(actor: User, project: Project, check: SeedCheck.Code) -> None:
    record_event(SeedEvents.THRESHOLD_SET, project=project, actor=actor, label=check.label)
