"""Kinds of event that happen to workers that are ComfyUI instances."""

from studio.core.lookups import Codes
from studio.live.kinds import register


@register
class WorkerEvents(Codes):
    """What people do to instances, and how those fare."""

    WORKER_REGISTERED = 500, "worker.registered", "Worker registered"
    WORKER_UPDATED = 501, "worker.updated", "Worker changed"
    WORKER_RETIRED = 502, "worker.retired", "Worker retired"
    WORKER_RESTORED = 503, "worker.restored", "Worker brought back"
    WORKER_REMOVED = 504, "worker.removed", "Worker removed"
    WORKER_ONLINE = 505, "worker.online", "Worker online"
    WORKER_DEGRADED = 506, "worker.degraded", "Worker degraded"
    WORKER_OFFLINE = 507, "worker.offline", "Worker offline"
    WORKER_INTERRUPTED = 508, "worker.interrupted", "Worker interrupted"
    WORKER_FREED = 509, "worker.freed", "Worker's memory freed"
    WORKER_CLEARED = 510, "worker.cleared", "Worker's queue cleared"
    WORKER_RESTARTED = 511, "worker.restarted", "Worker restarted"
