"""What pages and endpoints read of workers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    Count,
    F,
    Func,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.utils import timezone

from pipeline.comfyui.models import Instance, InstanceCatalogue, Vital
from pipeline.jobs.models import Attempt, AttemptOutcome, Job, JobOutput, ProviderRequest, Worker
from studio.core.errors import NotFound

DAY = timedelta(hours=24)
#: Older figures say nothing of how an instance is now.
LATELY = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a worker does and has done.

    Args:
        in_flight: jobs that it works on.
        done: jobs that it finished well in the last 24 hours.
        gpu_ms: time that the outputs of those took on it, in milliseconds.
    """

    in_flight: int = 0
    done: int = 0
    gpu_ms: int = 0


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A worker with its figures; `instance`, and `vital` if it answered lately, of ComfyUI only."""

    worker: Worker
    instance: Instance | None
    vital: Vital | None
    figures: Figures

    @property
    def is_heard(self) -> bool:
        """Whether it has ever answered; an instance counts from after its registration."""
        return self.instance is None or self.worker.heartbeat_at > self.worker.created_at

    @property
    def vram_used_bytes(self) -> int:
        """Of its first device."""
        return self.vital.vram_total_bytes - self.vital.vram_free_bytes if self.vital else 0

    @property
    def ram_used_bytes(self) -> int:
        """Of the machine."""
        return self.vital.ram_total_bytes - self.vital.ram_free_bytes if self.vital else 0

    @property
    def high_vram_bytes(self) -> int:
        """From here on the meter of video memory warns."""
        return self.vital.vram_total_bytes * 9 // 10 if self.vital else 0

    @property
    def high_ram_bytes(self) -> int:
        """From here on the meter of memory warns."""
        return self.vital.ram_total_bytes * 9 // 10 if self.vital else 0

    @property
    def is_retired(self) -> bool:
        """Whether it is kept for its history only."""
        return self.instance is not None and self.instance.retired_at is not None


def all_workers(*, retired: bool = False) -> QuerySet[Worker]:
    """Workers in use, or those that were retired; instances first, by name."""
    found = Worker.objects.select_related("kind", "state", "instance__owner__profile")
    found = found.prefetch_related("instance__tags")
    if retired:
        return found.filter(instance__retired_at__isnull=False)
    return found.filter(Q(instance=None) | Q(instance__retired_at=None))


def get_worker(code: UUID) -> Worker:
    """The worker with this code; everybody signed in may look at it.

    Raises:
        NotFound: there is none.
    """
    found = Worker.objects.select_related("kind", "state", "instance__owner__profile")
    worker = found.prefetch_related("instance__tags").filter(code=code).first()
    if worker is None:
        raise NotFound("There is no such worker.")
    return worker


def get_instance(code: UUID) -> Instance:
    """The ComfyUI instance whose worker has this code.

    Raises:
        NotFound: there is no such worker, or it is none of ComfyUI.
    """
    found = Instance.objects.select_related("worker", "owner").filter(worker__code=code).first()
    if found is None:
        raise NotFound("There is no such ComfyUI instance.")
    return found


def rows_of(workers: Iterable[Worker]) -> list[WorkerRow]:
    """Workers with figures and latest vitals, in their order. Four queries."""
    found = list(workers)
    figures = figures_of([worker.pk for worker in found])
    instances = {w.pk: i for w in found if (i := getattr(w, "instance", None)) is not None}
    vitals = latest_vitals([instance.pk for instance in instances.values()])
    return [
        WorkerRow(
            worker=worker,
            instance=(instance := instances.get(worker.pk)),
            vital=vitals.get(instance.pk) if instance is not None else None,
            figures=figures.get(worker.pk, Figures()),
        )
        for worker in found
    ]


def figures_of(worker_ids: list[int]) -> Mapping[int, Figures]:
    """Figures by worker. Three queries."""
    since = timezone.now() - DAY
    attempts = Attempt.objects.filter(worker_id__in=worker_ids)
    open_by = _counted(attempts.filter(ended_at=None))
    done = attempts.filter(outcome_id=AttemptOutcome.Code.SUCCEEDED, ended_at__gte=since)
    done_by = _counted(done)
    spent_by = dict(
        JobOutput.objects.filter(job__attempts__in=done.values("pk"), created_at__gte=since - DAY)
        .values_list("job__attempts__worker_id")
        .annotate(spent=Sum("elapsed_ms"))
        .filter(job__attempts__worker_id__in=worker_ids)
        .order_by()
    )
    return {
        pk: Figures(open_by.get(pk, 0), done_by.get(pk, 0), spent_by.get(pk, 0))
        for pk in worker_ids
    }


def _counted(attempts: QuerySet[Attempt]) -> dict[int, int]:
    return dict(attempts.order_by().values_list("worker_id").annotate(jobs=Count("pk")))


def latest_vitals(instance_ids: list[int]) -> dict[int, Vital]:
    """The last figures of each instance that has answered lately. One query."""
    recent = Vital.objects.filter(
        instance_id__in=instance_ids, measured_at__gte=timezone.now() - LATELY
    ).order_by()
    newest = recent.values("instance_id").annotate(newest=Max("pk")).values("newest")
    return {vital.instance_id: vital for vital in Vital.objects.filter(pk__in=newest)}


def video_memory(instance_ids: Iterable[int]) -> dict[int, int]:
    """Bytes of each instance's first device, as it last said, however long ago. One query.

    Unlike what is free, this does not change while an instance is away: what waits for it may.
    """
    newest = Vital.objects.filter(instance=OuterRef("pk")).order_by("-measured_at")
    rows = Instance.objects.filter(pk__in=instance_ids).annotate(
        measured=Subquery(newest.values("vram_total_bytes")[:1]),
        # figures are forgotten after a while, what it has is not
        told=F("catalogue__system__devices__0__vram_total"),
    )
    return {
        pk: measured if measured is not None else told
        for pk, measured, told in rows.values_list("pk", "measured", "told")
        if measured is not None or told
    }


def catalogue_of(instance: Instance) -> InstanceCatalogue | None:
    """What it has, without the long list of nodes; `node_count` says how many. One query."""
    keys = Func(
        F("object_info"),
        template="(SELECT count(*) FROM jsonb_object_keys(%(expressions)s))",
        output_field=IntegerField(),
    )
    found = InstanceCatalogue.objects.filter(instance=instance).defer("object_info")
    return found.annotate(node_count=keys).first()


def jobs_of_prompts(user: Any, worker: Worker, prompt_ids: list[str]) -> dict[str, Job | None]:
    """Prompts that jobs of ours sent to a worker; None for a job that `user` may not see.

    Prompts of others are left out. Two queries.
    """
    requests = ProviderRequest.objects.filter(attempt__worker=worker, request_id__in=prompt_ids)
    ours = dict(requests.values_list("request_id", "attempt__job_id"))
    jobs: Any = Job.objects.visible_to(user).filter(pk__in=ours.values())
    seen = {job.pk: job for job in jobs.select_related("state", "project", "offer__operation")}
    return {prompt_id: seen.get(job_id) for prompt_id, job_id in ours.items()}


def recent_attempts(user: Any, worker: Worker, limit: int = 20) -> list[Attempt]:
    """The last attempts there of jobs that `user` may see, newest first. One query."""
    visible: Any = Job.objects.visible_to(user)
    found = Attempt.objects.filter(worker=worker, job__in=visible).order_by("-pk")
    return list(
        found.select_related("job__state", "job__project", "job__offer__operation", "outcome")[
            :limit
        ]
    )
