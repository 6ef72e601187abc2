"""Lookups of the engine: states, what may follow what, priorities, outcomes."""

from __future__ import annotations

from django.db import models

from studio.core.lookups import Codes, Lookup, Transition

__all__ = [
    "AttemptOutcome",
    "DerivationKind",
    "ErrorClass",
    "JobEventKind",
    "JobState",
    "JobStateTransition",
    "LossPolicy",
    "Priority",
    "SelectionRule",
    "WorkerKind",
    "WorkerState",
]


class JobState(Lookup):
    """A row states that a job can be in this state, and whether that is an end."""

    class Code(Codes):
        """States in the order a job passes them."""

        SCHEDULED = 1, "scheduled", "Scheduled"
        WAITING = 2, "waiting", "Waiting for another job"
        QUEUED = 3, "queued", "Queued"
        DISPATCHED = 4, "dispatched", "Starting"
        RUNNING = 5, "running", "Running"
        PAUSED = 6, "paused", "Paused"
        SUCCEEDED = 7, "succeeded", "Succeeded"
        FAILED = 8, "failed", "Failed"
        CANCELLED = 9, "cancelled", "Cancelled"

    extras = {
        Code.SUCCEEDED: {"is_final": True},
        Code.FAILED: {"is_final": True},
        Code.CANCELLED: {"is_final": True},
    }

    is_final = models.BooleanField(default=False)


S = JobState.Code

#: States before anybody works on the job.
PENDING = frozenset({S.SCHEDULED, S.WAITING, S.QUEUED, S.PAUSED})
#: States in which an attempt is open.
ACTIVE = frozenset({S.DISPATCHED, S.RUNNING})
FINAL = frozenset({S.SUCCEEDED, S.FAILED, S.CANCELLED})


class JobStateTransition(Transition):
    """A row states that a job may go from one state to another."""

    from_state = models.ForeignKey(
        JobState, on_delete=models.CASCADE, null=True, related_name="ways_out"
    )
    to_state = models.ForeignKey(JobState, on_delete=models.CASCADE, related_name="ways_in")

    allowed = (
        (None, S.SCHEDULED),
        (None, S.WAITING),
        (None, S.QUEUED),
        (S.SCHEDULED, S.WAITING),
        (S.SCHEDULED, S.QUEUED),
        (S.WAITING, S.QUEUED),
        (S.WAITING, S.FAILED),  # what it waits for did not succeed
        (S.QUEUED, S.DISPATCHED),
        (S.QUEUED, S.SUCCEEDED),  # an identical earlier result is reused
        (S.DISPATCHED, S.RUNNING),
        *((state, S.PAUSED) for state in (S.SCHEDULED, S.WAITING, S.QUEUED)),
        *((S.PAUSED, state) for state in (S.SCHEDULED, S.WAITING, S.QUEUED)),
        *((state, S.QUEUED) for state in (S.DISPATCHED, S.RUNNING)),  # the worker was lost
        *((state, S.FAILED) for state in (S.QUEUED, S.DISPATCHED, S.RUNNING)),
        (S.RUNNING, S.SUCCEEDED),
        *(
            (state, S.CANCELLED)
            for state in (S.SCHEDULED, S.WAITING, S.QUEUED, S.PAUSED, S.DISPATCHED, S.RUNNING)
        ),
        *((state, S.QUEUED) for state in (S.FAILED, S.CANCELLED)),  # a person says: again
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["from_state", "to_state"],
                nulls_distinct=False,
                name="job_state_transition_once",
            )
        ]


class Priority(Lookup):
    """A row states that jobs can be this urgent; the ordinal says who goes first."""

    class Code(Codes):
        """Most urgent first."""

        URGENT = 1, "urgent", "Urgent"
        NORMAL = 2, "normal", "Normal"
        BACKGROUND = 3, "background", "Background"


class LossPolicy(Lookup):
    """A row states what may happen to a job when its worker is lost."""

    class Code(Codes):
        """Chosen by the person who submits."""

        REQUEUE = 1, "requeue", "Go back to the queue"
        FAIL = 2, "fail", "Fail and wait for me"


class AttemptOutcome(Lookup):
    """A row states how an attempt can end."""

    class Code(Codes):
        """Ends of attempts."""

        SUCCEEDED = 1, "succeeded", "Succeeded"
        FAILED = 2, "failed", "Failed"
        CANCELLED = 3, "cancelled", "Cancelled"
        LOST = 4, "lost", "Worker lost"
        HANDED_OVER = 5, "handed-over", "Handed over"


class ErrorClass(Lookup):
    """A row states whose fault a failure can be."""

    class Code(Codes):
        """Codes equal `pipeline.providers.base.ErrorClass`."""

        INPUT = 1, "input", "Input"
        POLICY = 2, "policy", "Policy"
        PROVIDER = 3, "provider", "Provider"
        TIMEOUT = 4, "timeout", "Time-out"
        WORKER_LOST = 5, "worker-lost", "Worker lost"
        INTERNAL = 6, "internal", "Internal error"


class JobEventKind(Lookup):
    """A row states that a job's history can have this kind of line."""

    class Code(Codes):
        """Lines of a job's history."""

        STATE = 1, "state", "State"
        ATTEMPT = 2, "attempt", "Attempt"
        STAGE = 3, "stage", "Stage"
        OUTPUT = 4, "output", "Output"
        COST = 5, "cost", "Cost"
        REQUEST = 6, "request", "Request"


class DerivationKind(Lookup):
    """A row states that a job can come from another job in this way."""

    class Code(Codes):
        """Ways in which a job comes from another."""

        CACHE_HIT = 1, "cache-hit", "Reuses its results"
        MAKE_AGAIN = 2, "make-again", "Makes it again"
        DETERMINISM_CHECK = 3, "determinism-check", "Checks that it can be repeated"
        VARY = 4, "vary", "Varies it"
        FALLBACK = 5, "fallback", "Takes its place at another provider"


class SelectionRule(Lookup):
    """A row states that a provider can be chosen for a job by this rule."""

    class Code(Codes):
        """What the studio looks at when nobody names a provider."""

        PRICE = 1, "price", "Lowest price"
        SPEED = 2, "speed", "Shortest time"
        QUALITY = 3, "quality", "Best quality"


class WorkerKind(Lookup):
    """A row states that this kind of worker exists."""

    class Code(Codes):
        """What runs jobs."""

        CLUSTER = 1, "cluster", "Task cluster"
        COMFYUI = 2, "comfyui", "ComfyUI instance"
        BRIDGE = 3, "bridge", "Bridge to paid providers"


class WorkerState(Lookup):
    """A row states that a worker can be in this state."""

    class Code(Codes):
        """States of workers."""

        ONLINE = 1, "online", "Online"
        DRAINING = 2, "draining", "Draining"
        OFFLINE = 3, "offline", "Offline"
        UNKNOWN = 4, "unknown", "Not heard of yet"
        DEGRADED = 5, "degraded", "Degraded"
