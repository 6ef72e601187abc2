"""Kinds of event that jobs record in the activity feed."""

from studio.core.lookups import Codes
from studio.live.kinds import register


@register
class JobEvents(Codes):
    """What happens to jobs and workers."""

    JOB_SUBMITTED = 400, "job.submitted", "Job submitted"
    JOB_REUSED = 401, "job.reused", "Earlier result reused"
    JOB_SUCCEEDED = 402, "job.succeeded", "Job finished"
    JOB_FAILED = 403, "job.failed", "Job failed"
    JOB_CANCELLED = 404, "job.cancelled", "Job cancelled"
    JOB_RETRIED = 405, "job.retried", "Job sent again"
    WORKER_DRAINED = 410, "worker.drained", "Worker drained"
    WORKER_RESUMED = 411, "worker.resumed", "Worker takes work again"
