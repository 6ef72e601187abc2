"""Jobs: what was asked for, by whom, what was tried, what came of it, what it cost."""

from pipeline.jobs.models.attempts import Attempt, JobEvent, JobOutput, ProviderRequest, Worker
from pipeline.jobs.models.jobs import (
    IdempotencyKey,
    Job,
    JobDependency,
    JobDerivation,
    JobHold,
    JobInput,
    JobQuerySet,
    Selection,
)
from pipeline.jobs.models.recipes import Environment, Recipe
from pipeline.jobs.states import (
    AttemptOutcome,
    DerivationKind,
    ErrorClass,
    JobEventKind,
    JobState,
    JobStateTransition,
    LossPolicy,
    Priority,
    SelectionRule,
    WorkerKind,
    WorkerState,
)

__all__ = [
    "Attempt",
    "AttemptOutcome",
    "DerivationKind",
    "Environment",
    "ErrorClass",
    "IdempotencyKey",
    "Job",
    "JobDependency",
    "JobDerivation",
    "JobEvent",
    "JobEventKind",
    "JobHold",
    "JobInput",
    "JobOutput",
    "JobQuerySet",
    "JobState",
    "JobStateTransition",
    "LossPolicy",
    "Priority",
    "ProviderRequest",
    "Recipe",
    "Selection",
    "SelectionRule",
    "Worker",
    "WorkerKind",
    "WorkerState",
]
