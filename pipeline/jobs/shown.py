"""Jobs as pages show them: every figure worked out, nothing left for a template to query."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from assets.models import Favourite, MediaType, Version
from billing.models import AccountKind, Entry
from pipeline.jobs.models import Attempt, DerivationKind, Job, JobOutput, JobState, Priority
from pipeline.jobs.rights import projects_allowing
from pipeline.jobs.states import PENDING
from pipeline.presets.recommend import shape_of
from studio.core.access import CapabilityCode
from studio.core.models import User
from studio.shell.navigation import reverse_or_empty

#: The pictures of a page are loaded this wide; the thumbnail that is made for it.
THUMB_PX = 640


@dataclass(frozen=True)
class ShownFile:
    """One version as a tile: where it is, how large, what stands in until it is loaded."""

    version: Version
    title: str
    asset_url: str
    file_url: str
    download_url: str
    thumb_url: str
    width_px: int | None
    height_px: int | None
    thumbhash: str
    is_image: bool
    is_favourite: bool = False


@dataclass(frozen=True)
class ShownOutput:
    """One delivered output of a job."""

    output: JobOutput
    file: ShownFile
    number: int


@dataclass
class ShownJob:
    """A job with what people ask about it: how far, since when, what it cost, what can be done."""

    job: Job
    attempt: Attempt | None
    outputs: list[ShownOutput]
    charged_microcredits: int
    may_control: bool
    is_admin: bool = False
    missing: list[int] = field(default_factory=list)

    @property
    def state(self) -> JobState.Code:
        """The state as a member of the enumeration."""
        return JobState.Code(self.job.state_id)

    @property
    def look(self) -> str:
        """The code by which the state is painted."""
        if self.job.cancel_requested_at and self.job.is_active:
            return "cancelling"
        return "starting" if self.state == JobState.Code.DISPATCHED else self.state.code

    @property
    def word(self) -> str:
        """The state in words."""
        return "Cancelling" if self.look == "cancelling" else self.state.label

    @property
    def is_unfinished(self) -> bool:
        """Whether it has not ended."""
        return not self.job.is_final

    @property
    def is_pending(self) -> bool:
        """Whether nobody works on it yet."""
        return self.job.state_id in PENDING

    @property
    def fraction(self) -> float | None:
        """How far it is, 0–1; None before anybody works on it."""
        if not self.job.is_active or self.attempt is None:
            return None
        delivered = len(self.outputs) / max(1, self.job.outputs_expected)
        return max(delivered, self.attempt.progress_permille / 1000)

    @property
    def stage(self) -> str:
        """What is being done."""
        if self.job.is_active and self.attempt is not None:
            return self.attempt.stage or self.word
        return self.word

    @property
    def derivation(self) -> DerivationKind.Code | None:
        """In which way it comes from another job."""
        found = getattr(self.job, "derivation", None)
        return DerivationKind.Code(found.kind_id) if found else None

    @property
    def is_reused(self) -> bool:
        """Whether it hands out the results of an earlier job."""
        return self.derivation == DerivationKind.Code.CACHE_HIT

    @property
    def failure(self) -> Attempt | None:
        """The attempt that explains why it failed."""
        failed = self.state == JobState.Code.FAILED
        return self.attempt if failed and self.attempt and self.attempt.message else None

    @property
    def priorities(self) -> list[Priority.Code]:
        """The priorities that this person may give it."""
        urgent = Priority.Code.URGENT
        shown = self.is_admin or self.job.priority_id == urgent
        return [code for code in Priority.Code if code != urgent or shown]

    @property
    def shape(self) -> str:
        """Tall, wide or square, for the width of its tiles."""
        size = self.job.parameters
        width, height = size.get("width_px") or 1, size.get("height_px") or 1
        return shape_of(width, height)

    @property
    def started_at(self) -> datetime | None:
        """When its present or last attempt began."""
        return self.attempt.started_at if self.attempt else None

    @property
    def elapsed_ms(self) -> int | None:
        """How long its present or last attempt took or takes; None before the first."""
        if self.attempt is None:
            return None
        end = self.attempt.ended_at or timezone.now()
        return max(0, round((end - self.attempt.started_at).total_seconds() * 1000))

    @property
    def may_cancel(self) -> bool:
        """Whether this person can cancel it now."""
        return self.may_control and self.is_unfinished and self.job.cancel_requested_at is None

    @property
    def may_pause(self) -> bool:
        """Whether this person can pause it now."""
        return self.may_control and self.is_pending and self.state != JobState.Code.PAUSED

    @property
    def may_resume(self) -> bool:
        """Whether this person can let it go on."""
        return self.may_control and self.state == JobState.Code.PAUSED

    @property
    def may_retry(self) -> bool:
        """Whether this person can send it again."""
        ended_badly = self.state in (JobState.Code.FAILED, JobState.Code.CANCELLED)
        return self.may_control and ended_badly and not self.is_reused

    @property
    def may_repeat(self) -> bool:
        """Whether this person can have it made again or checked."""
        return self.may_control and self.job.is_final

    @property
    def may_prioritise(self) -> bool:
        """Whether this person can change its place in the queue."""
        return self.may_control and self.is_pending


def show_file(version: Version, *, is_favourite: bool = False) -> ShownFile:
    """A version with file and asset loaded, as a tile. No query."""
    picture = getattr(version.blob, "image", None)
    file_url = reverse("assets:file", args=[version.code])
    thumbhash = picture.thumbhash if picture else None  # made together with the thumbnails
    return ShownFile(
        version=version,
        title=version.asset.title,
        asset_url=reverse_or_empty("assets:asset", version.asset.code) or file_url,
        file_url=file_url,
        download_url=f"{file_url}?download=1",
        thumb_url=reverse("assets:thumb", args=[version.code, THUMB_PX]) if thumbhash else file_url,
        width_px=picture.width_px if picture else None,
        height_px=picture.height_px if picture else None,
        thumbhash=base64.b64encode(bytes(thumbhash)).decode() if thumbhash else "",
        is_image=MediaType.Code(version.blob.media_type_id).code.startswith("image/"),
        is_favourite=is_favourite,
    )


def show_jobs(user: Any, jobs: Sequence[Job]) -> list[ShownJob]:
    """Jobs loaded by `queries.for_list`, as pages show them. Three queries, however many."""
    allowed = set(projects_allowing(user, CapabilityCode.CREATE).values_list("pk", flat=True))
    charged = charged_by_job(jobs)
    liked = liked_assets(user, (o.version.asset_id for job in jobs for o in job.outputs.all()))
    return [_show(user, job, allowed, charged, liked) for job in jobs]


def _show(
    user: Any, job: Job, allowed: set[int], charged: dict[int, int], liked: set[int]
) -> ShownJob:
    attempts = sorted(job.attempts.all(), key=lambda attempt: attempt.number)
    outputs = [
        ShownOutput(
            output=output,
            file=show_file(output.version, is_favourite=output.version.asset_id in liked),
            number=output.position + 1,
        )
        for output in job.outputs.all()
        if output.version.asset.deleted_at is None
    ]
    there = {output.position for output in job.outputs.all()}
    waits = not job.is_final
    return ShownJob(
        job=job,
        attempt=attempts[-1] if attempts else None,
        outputs=outputs,
        charged_microcredits=charged.get(job.pk, 0),
        may_control=job.project_id in allowed,
        is_admin=user.is_admin,
        missing=[p + 1 for p in range(job.outputs_expected) if p not in there] if waits else [],
    )


def charged_by_job(jobs: Iterable[Job]) -> dict[int, int]:
    """What each job has cost so far, less refunds, by primary key. One query."""
    rows = (
        Entry.objects.filter(
            transfer__hold__job_hold__job__in=[job.pk for job in jobs],
            account__kind_id=AccountKind.Code.COST_CENTRE,
        )
        .order_by()
        .values_list("transfer__hold__job_hold__job")
        .annotate(total=Sum("amount_microcredits"))
    )
    return {int(job_id): int(total) for job_id, total in rows}


def liked_assets(user: User, asset_ids: Iterable[int]) -> set[int]:
    """Which of these assets a person likes. One query."""
    mine = Favourite.objects.filter(user_id=user.pk, asset_id__in=set(asset_ids))
    return set(mine.values_list("asset_id", flat=True))
