"""Jobs: what was asked for, by whom, from what, and which provider was chosen for it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from assets.models import LineageRole, Version
from billing.models import Hold, Price
from pipeline.jobs.models.recipes import Recipe
from pipeline.jobs.states import (
    ACTIVE,
    FINAL,
    DerivationKind,
    JobState,
    LossPolicy,
    Priority,
    SelectionRule,
)
from pipeline.operations.models import Offer
from studio.core.access import ProjectScopedQuerySet
from studio.core.models import Project

__all__ = [
    "IdempotencyKey",
    "Job",
    "JobDependency",
    "JobDerivation",
    "JobHold",
    "JobInput",
    "JobQuerySet",
    "Selection",
]


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


class Selection(models.Model):
    """A row states by which rule the studio chose a job's provider, and why it was this one."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="selection")
    rule = models.ForeignKey(SelectionRule, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)

    def __str__(self) -> str:
        return self.reason

    @property
    def rule_label(self) -> str:
        """The rule in words. No query."""
        return SelectionRule.Code(self.rule_id).label


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
