"""ComfyUI instances: where they are, what they have, how they fare, what was installed on them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from pipeline.jobs.models import Worker
from studio.core.lookups import Codes, Lookup, Transition

__all__ = [
    "CachedPrefix",
    "InstallNode",
    "InstallPlan",
    "InstallRequirement",
    "InstallState",
    "InstallStateTransition",
    "InstallStep",
    "Instance",
    "InstanceCatalogue",
    "InstanceTag",
    "Vital",
]


class Instance(models.Model):
    """A row states that a ComfyUI server is registered, where, and how much it may be given.

    Name, state and heartbeat are those of its worker. `capacity` is how many prompts of ours may
    lie in its queue at once. `rate_permille` is what a GPU second there counts, in thousandths of
    the price book's. `install_name` names its entry in the file of managed installations. A retired
    instance is not asked for any more and keeps its history; its address may be registered anew.
    """

    worker = models.OneToOneField(Worker, on_delete=models.PROTECT, related_name="instance")
    url = models.URLField(max_length=300)
    capacity = models.PositiveSmallIntegerField(default=2)
    rate_permille = models.PositiveIntegerField(default=1000)
    install_name = models.CharField(max_length=80, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="comfy_instances"
    )
    failures = models.PositiveSmallIntegerField(
        default=0, help_text="heartbeats without answer, in a row"
    )
    message = models.CharField(max_length=300, blank=True, help_text="why it is not online")
    restarted_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["url"], condition=Q(retired_at=None), name="instance_url_once"
            ),
            models.CheckConstraint(
                condition=Q(capacity__gte=1, capacity__lte=100), name="instance_capacity_in_range"
            ),
        ]

    def __str__(self) -> str:
        return self.worker.name


class InstanceTag(models.Model):
    """A row states that an instance has a property that workflows can ask for."""

    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="tags")
    tag = models.SlugField(max_length=40)

    class Meta:
        ordering = ["tag"]
        constraints = [
            models.UniqueConstraint(fields=["instance", "tag"], name="instance_tag_once")
        ]

    def __str__(self) -> str:
        return self.tag


class InstanceCatalogue(models.Model):
    """A row states what an instance said it has: `/object_info` and its model lists, whole.

    `model_files` maps folder to file names (`/models/{folder}`); `embeddings` is one of them.
    `system` is what of `/system_stats` stays the same until it is started anew: software, devices,
    command line.
    """

    instance = models.OneToOneField(Instance, on_delete=models.CASCADE, related_name="catalogue")
    version = models.CharField(max_length=40, blank=True, help_text="of ComfyUI")
    object_info = models.JSONField()
    model_files = models.JSONField()
    system = models.JSONField(default=dict, blank=True)
    sha256 = models.CharField(max_length=64)
    fetched_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"Catalogue of {self.instance}"


class Vital(models.Model):
    """A row states how an instance fared at a moment. Sizes are of its first device."""

    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="vitals")
    measured_at = models.DateTimeField(db_default=Now())
    latency_ms = models.PositiveIntegerField()
    vram_total_bytes = models.PositiveBigIntegerField()
    vram_free_bytes = models.PositiveBigIntegerField()
    ram_total_bytes = models.PositiveBigIntegerField()
    ram_free_bytes = models.PositiveBigIntegerField()
    queue_running = models.PositiveSmallIntegerField()
    queue_pending = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instance", "measured_at"], name="vital_once"),
            models.CheckConstraint(
                condition=Q(
                    vram_free_bytes__lte=F("vram_total_bytes"),
                    ram_free_bytes__lte=F("ram_total_bytes"),
                ),
                name="vital_free_within_total",
            ),
        ]
        indexes = [
            # pruning: what is too old
            models.Index(fields=["measured_at"], name="vital_age"),
        ]

    def __str__(self) -> str:
        return f"{self.instance} at {self.measured_at:%Y-%m-%d %H:%M:%S}"


class CachedPrefix(models.Model):
    """A row states that an instance has run the part of a graph with this hash, and keeps it.

    The hash is of the part's last node. Rows go when the instance is freed or restarted.
    """

    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="prefixes")
    sha256 = models.CharField(max_length=64)
    used_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instance", "sha256"], name="cached_prefix_once")
        ]
        indexes = [
            # matching: who has run this prefix
            models.Index(fields=["sha256"], name="cached_prefix_sha256"),
        ]

    def __str__(self) -> str:
        return f"{self.sha256[:12]} on {self.instance}"


class InstallState(Lookup):
    """A row states that an installation of nodes can be in this state."""

    class Code(Codes):
        """States in the order a plan passes them."""

        PLANNED = 1, "planned", "Waits for approval"
        APPROVED = 2, "approved", "Approved"
        RUNNING = 3, "running", "Running"
        SUCCEEDED = 4, "succeeded", "Succeeded"
        ROLLED_BACK = 5, "rolled-back", "Failed and rolled back"
        FAILED = 6, "failed", "Failed, not rolled back"
        DISCARDED = 7, "discarded", "Discarded"


_I = InstallState.Code


class InstallStateTransition(Transition):
    """A row states that an installation may go from one state to another."""

    from_state = models.ForeignKey(
        InstallState, on_delete=models.CASCADE, null=True, related_name="ways_out"
    )
    to_state = models.ForeignKey(InstallState, on_delete=models.CASCADE, related_name="ways_in")

    allowed = (
        (None, _I.PLANNED),
        (_I.PLANNED, _I.APPROVED),
        (_I.PLANNED, _I.DISCARDED),
        (_I.APPROVED, _I.RUNNING),
        (_I.RUNNING, _I.SUCCEEDED),
        (_I.RUNNING, _I.ROLLED_BACK),
        (_I.RUNNING, _I.FAILED),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["from_state", "to_state"],
                nulls_distinct=False,
                name="install_state_transition_once",
            )
        ]


class InstallPlan(models.Model):
    """A row states that nodes are to be installed on a managed instance, and how far that is.

    `stopped_by` asked that it be stopped; whoever runs it looks there.
    """

    code = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="install_plans")
    state = models.ForeignKey(
        InstallState, on_delete=models.PROTECT, related_name="+", default=InstallState.Code.PLANNED
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField(auto_now_add=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    stopped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    message = models.CharField(max_length=300, blank=True)
    log = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["instance"],
                condition=Q(state__in=[_I.PLANNED, _I.APPROVED, _I.RUNNING]),
                name="install_plan_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"Installation on {self.instance}"


class InstallStep(models.Model):
    """A row states that a plan installs a repository at a revision.

    `previous_revision` is what was there before; empty: nothing was. `reads_requirements`: what the
    `requirements.txt` of that revision names is installed, too.
    """

    plan = models.ForeignKey(InstallPlan, on_delete=models.CASCADE, related_name="steps")
    package = models.CharField(max_length=80)
    repository = models.CharField(max_length=300)
    revision = models.CharField(max_length=80)
    previous_revision = models.CharField(max_length=80, blank=True)
    licence = models.CharField(max_length=80, blank=True)
    reads_requirements = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "package"], name="install_step_once")
        ]

    def __str__(self) -> str:
        return f"{self.package} {self.revision}"


class InstallRequirement(models.Model):
    """A row states that a step installs a Python package, as pip understands it."""

    step = models.ForeignKey(InstallStep, on_delete=models.CASCADE, related_name="requirements")
    requirement = models.CharField(max_length=200)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["step", "requirement"], name="install_requirement_once")
        ]

    def __str__(self) -> str:
        return self.requirement


class InstallNode(models.Model):
    """A row states that a plan was made for a node class; `step` brings it, none: nothing known."""

    plan = models.ForeignKey(InstallPlan, on_delete=models.CASCADE, related_name="nodes")
    step = models.ForeignKey(
        InstallStep, on_delete=models.CASCADE, related_name="nodes", null=True, blank=True
    )
    node_class = models.CharField(max_length=200)

    class Meta:
        ordering = ["node_class"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "node_class"], name="install_node_once")
        ]

    def __str__(self) -> str:
        return self.node_class
