"""Attempts: who tried to run a job, what was asked of a provider, what was delivered."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from assets.models import Version
from pipeline.jobs.models.jobs import Job
from pipeline.jobs.models.recipes import Environment
from pipeline.jobs.states import (
    AttemptOutcome,
    ErrorClass,
    JobEventKind,
    JobState,
    WorkerKind,
    WorkerState,
)

__all__ = ["Attempt", "JobEvent", "JobOutput", "ProviderRequest", "Worker"]


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
    bill, is not known. Whoever takes the job up after a crash looks here first. `key_digest` tells
    the key that it was made with from others (empty: it needed none), for a provider hides what
    another account has asked.
    """

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="requests")
    position = models.PositiveSmallIntegerField()
    request_id = models.CharField(max_length=200, blank=True)
    key_digest = models.CharField(max_length=64, blank=True)
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
