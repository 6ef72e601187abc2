"""Workflows: graphs with a name, versions that never change, and what of them people may set."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from assets.models import LineageRole
from pipeline.comfyui.models import Instance
from pipeline.operations.models import Operation
from studio.core.access import ProjectScopedQuerySet
from studio.core.lookups import Codes, Lookup, Transition
from studio.core.models import Project

__all__ = [
    "MissingKind",
    "MissingPart",
    "ParameterKind",
    "Readiness",
    "Workflow",
    "WorkflowBinding",
    "WorkflowNeed",
    "WorkflowParameter",
    "WorkflowState",
    "WorkflowStateTransition",
    "WorkflowTarget",
    "WorkflowVersion",
]


class WorkflowQuerySet(ProjectScopedQuerySet["Workflow"]):
    """Workflows, and who sees them: those of the studio everybody, others by their project."""

    def visible_to(self, user: Any) -> WorkflowQuerySet:
        """The studio's own, and those in projects that `user` may see."""
        if not (user.is_authenticated and user.is_active):
            return self.none()
        shared = self.filter(project=None)
        return shared | super().visible_to(user)


class Workflow(models.Model):
    """A row states that a graph has a name, in one project or, without one, for the whole studio.

    `slug` names it in addresses of the price list and as a model of the provider ComfyUI.
    """

    code = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="workflows", null=True, blank=True
    )
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = WorkflowQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class WorkflowState(Lookup):
    """A row states that a workflow version can be in this state."""

    class Code(Codes):
        """States in the order a version passes them."""

        DRAFT = 1, "draft", "Draft"
        TESTED = 2, "tested", "Tested"
        PRODUCTION = 3, "production", "Production"
        RETIRED = 4, "retired", "Retired"


_W = WorkflowState.Code


class WorkflowStateTransition(Transition):
    """A row states that a workflow version may go from one state to another."""

    from_state = models.ForeignKey(
        WorkflowState, on_delete=models.CASCADE, null=True, related_name="ways_out"
    )
    to_state = models.ForeignKey(WorkflowState, on_delete=models.CASCADE, related_name="ways_in")

    allowed = (
        (None, _W.DRAFT),
        (_W.DRAFT, _W.TESTED),
        (_W.TESTED, _W.PRODUCTION),
        (_W.PRODUCTION, _W.TESTED),
        (_W.DRAFT, _W.RETIRED),
        (_W.TESTED, _W.RETIRED),
        (_W.PRODUCTION, _W.RETIRED),
        (_W.RETIRED, _W.DRAFT),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["from_state", "to_state"],
                nulls_distinct=False,
                name="workflow_state_transition_once",
            )
        ]


class WorkflowVersion(models.Model):
    """A row states that a workflow had this graph as its n-th; graph and number never change.

    `graph` is ComfyUI's API format, what `POST /prompt` takes; `editor` the editor's own document
    where it was imported from one. `sha256` is that of the graph in canonical JSON.
    """

    code = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.ForeignKey(
        WorkflowState, on_delete=models.PROTECT, related_name="+", default=WorkflowState.Code.DRAFT
    )
    graph = models.JSONField()
    editor = models.JSONField(null=True, blank=True)
    sha256 = models.CharField(max_length=64)
    output_node = models.CharField(
        max_length=80, blank=True, help_text="whose files are the outputs; empty: all"
    )
    least_vram_bytes = models.PositiveBigIntegerField(default=0)
    note = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["workflow", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["workflow", "number"], name="workflow_version_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="workflow_version_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.workflow} {self.number}"


class WorkflowNeed(models.Model):
    """A row states that a version runs only on instances with this tag."""

    version = models.ForeignKey(WorkflowVersion, on_delete=models.CASCADE, related_name="needs")
    tag = models.SlugField(max_length=40)

    class Meta:
        ordering = ["tag"]
        constraints = [
            models.UniqueConstraint(fields=["version", "tag"], name="workflow_need_once")
        ]

    def __str__(self) -> str:
        return self.tag


class ParameterKind(Lookup):
    """A row states that a workflow's parameter can be of this kind."""

    class Code(Codes):
        """Kinds of values; a file is an input of the operation in a role."""

        TEXT = 1, "text", "Text"
        INTEGER = 2, "integer", "Whole number"
        NUMBER = 3, "number", "Number"
        SWITCH = 4, "switch", "Yes or no"
        CHOICE = 5, "choice", "Choice"
        RANDOM_SEED = 6, "random-seed", "Random seed"
        FILE = 7, "file", "File"


class WorkflowParameter(models.Model):
    """A row states that people may set something of a version's graph, and within which limits.

    `name` is the parameter of the operation that it serves (`prompt`, `width_px`, `anchor_weight`,
    `random_seed`); for a file the role it is given in. `default` and `choices` are values in JSON;
    no default means that it must be given, and for a file an empty text that it may be left out,
    with the nodes that depend on it. A number that the operation states in other units is
    multiplied by `scale_ratio` and rounded for whole numbers.
    """

    version = models.ForeignKey(
        WorkflowVersion, on_delete=models.CASCADE, related_name="parameters"
    )
    ordinal = models.PositiveSmallIntegerField()
    name = models.SlugField(max_length=60)
    label = models.CharField(max_length=120)
    help = models.CharField(max_length=300, blank=True)
    kind = models.ForeignKey(ParameterKind, on_delete=models.PROTECT, related_name="+")
    role = models.ForeignKey(
        LineageRole, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    default = models.JSONField(null=True, blank=True)
    choices = models.JSONField(null=True, blank=True)
    minimum = models.DecimalField(max_digits=24, decimal_places=6, null=True, blank=True)
    maximum = models.DecimalField(max_digits=24, decimal_places=6, null=True, blank=True)
    scale_ratio = models.FloatField(default=1.0)

    class Meta:
        ordering = ["ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["version", "name"], name="workflow_parameter_once"),
            models.UniqueConstraint(
                fields=["version", "ordinal"], name="workflow_parameter_ordinal_once"
            ),
            models.CheckConstraint(
                condition=Q(role=None) ^ Q(kind=ParameterKind.Code.FILE),
                name="workflow_parameter_role_for_files",
            ),
            models.CheckConstraint(
                condition=Q(minimum=None) | Q(maximum=None) | Q(minimum__lte=F("maximum")),
                name="workflow_parameter_range",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class WorkflowTarget(models.Model):
    """A row states that a parameter's value is written into this field of this node."""

    parameter = models.ForeignKey(
        WorkflowParameter, on_delete=models.CASCADE, related_name="targets"
    )
    node_id = models.CharField(max_length=80)
    field = models.CharField(max_length=120)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["parameter", "node_id", "field"], name="workflow_target_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.node_id}.{self.field}"


class WorkflowBinding(models.Model):
    """A row states that a workflow serves an operation, by its newest version in production.

    It makes an offer of the provider ComfyUI whose model is the workflow's slug.
    """

    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="bindings")
    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="bindings")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workflow", "operation"], name="workflow_binding_once")
        ]

    def __str__(self) -> str:
        return f"{self.workflow} for {self.operation}"


class MissingKind(Lookup):
    """A row states that an instance can lack this kind of thing."""

    class Code(Codes):
        """What a graph needs."""

        NODE = 1, "node", "Node class"
        MODEL = 2, "model", "Model or other choice"
        INPUT = 3, "input", "Input name"
        TAG = 4, "tag", "Tag"
        MEMORY = 5, "memory", "Memory"
        LINK = 6, "link", "Link"
        VALUE = 7, "value", "Value"
        GRAPH = 8, "graph", "Graph"


class Readiness(models.Model):
    """A row states what a check of a workflow version against an instance found.

    Without missing parts the instance is ready for it.
    """

    workflow_version = models.ForeignKey(
        WorkflowVersion, on_delete=models.CASCADE, related_name="readiness"
    )
    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="readiness")
    checked_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workflow_version", "instance"], name="readiness_once")
        ]

    def __str__(self) -> str:
        return f"{self.workflow_version} on {self.instance}"


class MissingPart(models.Model):
    """A row states that a check found something missing: at which node, in which field, what."""

    readiness = models.ForeignKey(Readiness, on_delete=models.CASCADE, related_name="missing")
    kind = models.ForeignKey(MissingKind, on_delete=models.PROTECT, related_name="+")
    node_id = models.CharField(max_length=80, blank=True)
    field = models.CharField(max_length=120, blank=True)
    value = models.CharField(max_length=300)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["readiness", "kind", "node_id", "field", "value"],
                name="missing_part_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.value} ({self.node_id}.{self.field})"
