"""Jobs: what was asked for, by whom, what was tried, what came of it, what it cost."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from assets.models import LineageRole, Version
from billing.models import Hold, Price
from pipeline.jobs.states import (
    ACTIVE,
    FINAL,
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
from pipeline.operations.models import Offer
from studio.core.access import ProjectScopedQuerySet
from studio.core.models import Project

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


class Recipe(models.Model):
    """A row states exactly how something is made; immutable, named by its own SHA-256.

    `agnostic_sha256` is the hash of the same document without the random seed.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    agnostic_sha256 = models.CharField(max_length=64)
    document = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            # results that differ in nothing but the random seed
            models.Index(fields=["agnostic_sha256"], name="recipe_agnostic"),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class Environment(models.Model):
    """A row states which software an attempt ran on; immutable, named by its own SHA-256."""

    sha256 = models.CharField(max_length=64, unique=True)
    document = models.JSONField()

    def __str__(self) -> str:
        return self.sha256[:12]


class Worker(models.Model):
    """A row states that a machine or process runs jobs, and when it was last heard of."""

    code = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, unique=True)
    kind = models.ForeignKey(
        WorkerKind, on_delete=models.PROTECT, related_name="+", default=WorkerKind.Code.CLUSTER
    )
    state = models.ForeignKey(
        WorkerState, on_delete=models.PROTECT, related_name="+", default=WorkerState.Code.ONLINE
    )
    heartbeat_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class JobQuerySet(ProjectScopedQuerySet["Job"]):
    """Jobs, and who sees them."""

    def active(self) -> JobQuerySet:
        """Jobs somebody works on."""
        return self.filter(state_id__in=ACTIVE)

    def unfinished(self) -> JobQuerySet:
        """Jobs without an end."""
        return self.exclude(state_id__in=FINAL)


class Job(models.Model):
    """A row states that a person asked for one operation in one project, and how that stands.

    `parameters` is the checked document after defaults, without the random seed. `price` is what
    was quoted; the credits are held and settled through `JobHold`. `version` grows with each change
    that pages show, so that a late message never looks like news.
    """

    code = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="jobs")
    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="jobs"
    )
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="jobs")
    state = models.ForeignKey(JobState, on_delete=models.PROTECT, related_name="+")
    priority = models.ForeignKey(
        Priority, on_delete=models.PROTECT, related_name="+", default=Priority.Code.NORMAL
    )
    loss_policy = models.ForeignKey(
        LossPolicy, on_delete=models.PROTECT, related_name="+", default=LossPolicy.Code.REQUEUE
    )
    title = models.CharField(max_length=200, blank=True)
    parameters = models.JSONField()
    random_seed = models.BigIntegerField()
    outputs_expected = models.PositiveSmallIntegerField()
    recipe = models.ForeignKey(Recipe, on_delete=models.PROTECT, related_name="jobs")
    price = models.ForeignKey(Price, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    start_at = models.DateTimeField(null=True, blank=True, help_text="not before; empty: at once")
    ended_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    may_fall_back = models.BooleanField(
        default=False,
        db_default=False,
        help_text="another provider may take its place when this one fails",
    )
    version = models.PositiveIntegerField(default=1)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None) ^ Q(state__in=FINAL), name="job_ended_when_final"
            ),
            models.CheckConstraint(condition=Q(random_seed__gte=0), name="job_seed_not_negative"),
        ]
        indexes = [
            # claiming: what is ready, by urgency, oldest first
            models.Index(
                fields=["priority", "id"],
                condition=Q(state=JobState.Code.QUEUED),
                name="job_ready",
            ),
            # claiming and queue page: what is going on in a project
            models.Index(
                fields=["project", "state"],
                condition=~Q(state__in=FINAL),
                name="job_unfinished_of_project",
            ),
            # sweeper: what is due
            models.Index(
                fields=["start_at"],
                condition=Q(state=JobState.Code.SCHEDULED),
                name="job_scheduled_start",
            ),
            # queue page of a project, newest first
            models.Index(fields=["project", "-id"], name="job_project_newest"),
            # job tray, "my jobs"
            models.Index(fields=["creator", "-id"], name="job_creator_newest"),
            # result cache: an identical earlier success in the same project
            models.Index(
                fields=["project", "recipe", "-ended_at"],
                condition=Q(state=JobState.Code.SUCCEEDED),
                name="job_reusable",
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(self.code)

    @property
    def is_final(self) -> bool:
        """Whether the job has ended."""
        return self.state_id in FINAL

    @property
    def is_active(self) -> bool:
        """Whether an attempt is open."""
        return self.state_id in ACTIVE


class JobHold(models.Model):
    """A row states that credits were held for a job; a job run again later has another one."""

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="holds")
    hold = models.OneToOneField(Hold, on_delete=models.PROTECT, related_name="job_hold")

    def __str__(self) -> str:
        return f"{self.hold} for {self.job}"


class JobDerivation(models.Model):
    """A row states that a job came from another job, and in which way."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="derivation")
    source = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="derived")
    kind = models.ForeignKey(DerivationKind, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(job=F("source")), name="job_derivation_not_from_itself"
            )
        ]

    def __str__(self) -> str:
        return f"{self.job}: {self.kind} ({self.source})"


class JobDependency(models.Model):
    """A row states that a job starts only after another one has succeeded."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="needs")
    needs = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="needed_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "needs"], name="job_dependency_once"),
            models.CheckConstraint(
                condition=~Q(job=F("needs")), name="job_dependency_not_on_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job} after {self.needs}"


class JobInput(models.Model):
    """A row states that a job takes a version as input, in which role and place."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="inputs")
    role = models.ForeignKey(LineageRole, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="used_by_jobs")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "role", "position"], name="job_input_once")
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.job}"


class JobOutput(models.Model):
    """A row states that a job delivered a version at a position, and what that used.

    `quantity_milli` is in thousandths of the price's unit; a reused result used nothing.
    """

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="outputs")
    position = models.PositiveSmallIntegerField()
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="job_outputs")
    random_seed = models.BigIntegerField()
    quantity_milli = models.PositiveBigIntegerField()
    elapsed_ms = models.PositiveIntegerField()
    notes = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["job", "position"], name="job_output_once")]

    def __str__(self) -> str:
        return f"{self.job} #{self.position + 1}"


class Attempt(models.Model):
    """A row states that a worker tried to run a job, how far it came and how it ended.

    An attempt without end is open; at most one of a job is, and only its worker may write
    outputs. `progress_permille` and `stage` are what was last stored, not what was last sent.
    """

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="attempts")
    process_id = models.PositiveIntegerField()
    environment = models.ForeignKey(
        Environment, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    started_at = models.DateTimeField(db_default=Now())
    heartbeat_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.ForeignKey(
        AttemptOutcome, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    error_class = models.ForeignKey(
        ErrorClass, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    message = models.TextField(blank=True, help_text="for people")
    detail = models.TextField(blank=True, help_text="for engineers")
    transport_retries = models.PositiveSmallIntegerField(default=0)
    progress_permille = models.PositiveSmallIntegerField(default=0)
    stage = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="attempt_number_once"),
            models.UniqueConstraint(
                fields=["job"], condition=Q(ended_at=None), name="attempt_one_open_per_job"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, outcome=None)
                | Q(ended_at__isnull=False, outcome__isnull=False),
                name="attempt_outcome_when_ended",
            ),
            models.CheckConstraint(
                condition=Q(progress_permille__lte=1000), name="attempt_progress_in_range"
            ),
        ]
        indexes = [
            # sweeper: open attempts that were not heard of
            models.Index(
                fields=["heartbeat_at"], condition=Q(ended_at=None), name="attempt_open_heartbeat"
            ),
            # fair share: when a project was last served
            models.Index(fields=["job", "-started_at"], name="attempt_of_job_latest"),
        ]

    def __str__(self) -> str:
        return f"Attempt {self.number} of {self.job}"


class ProviderRequest(models.Model):
    """A row states that an attempt asked a provider for the output at a position, under which id.

    Written before anything is sent: an empty id means that the provider's answer, and perhaps its
    bill, is not known. Whoever takes the job up after a crash looks here first.
    """

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="requests")
    position = models.PositiveSmallIntegerField()
    request_id = models.CharField(max_length=200, blank=True)
    submitted_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["attempt", "position"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "position"], name="provider_request_once")
        ]
        indexes = [
            # a webhook names the request by the provider's id
            models.Index(
                fields=["request_id"], condition=~Q(request_id=""), name="provider_request_id"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt} #{self.position + 1}: {self.request_id or 'no answer yet'}"


class Selection(models.Model):
    """A row states by which rule the studio chose a job's provider, and why it was this one."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="selection")
    rule = models.ForeignKey(SelectionRule, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)

    def __str__(self) -> str:
        return self.reason


class JobEvent(models.Model):
    """A row states one line of a job's history; numbers of a job have no gaps and never change."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="history")
    number = models.PositiveIntegerField()
    kind = models.ForeignKey(JobEventKind, on_delete=models.PROTECT, related_name="+")
    state = models.ForeignKey(
        JobState, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    message = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="job_event_once")]

    def __str__(self) -> str:
        return f"{self.job} {self.number}: {self.message}"


class IdempotencyKey(models.Model):
    """A row states that a person's key stands for this request, and which job came of it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="idempotency_keys"
    )
    key = models.CharField(max_length=100)
    request_sha256 = models.CharField(max_length=64)
    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="idempotency_key")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key
