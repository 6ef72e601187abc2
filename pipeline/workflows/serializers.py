"""Workflows as documents of the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assets.models import LineageRole
from pipeline.workflows.models import ParameterKind, WorkflowState, WorkflowVersion
from pipeline.workflows.parameters import (
    MOST_CHOICES,
    MOST_PARAMETERS,
    MOST_TARGETS,
    document_of,
    parameters_of,
)
from pipeline.workflows.queries import ReadinessCell, WorkflowRow
from pipeline.workflows.services import MOST_NEEDS


def _target() -> serializers.ListField:
    """Node and field, as a pair."""
    return serializers.ListField(
        child=serializers.CharField(max_length=120), min_length=2, max_length=2
    )


class WorkflowParameterSerializer(serializers.Serializer[Any]):
    """Something of a graph that can be set.

    Without a default it must be given; a file with an empty text may be left out.
    """

    name = serializers.RegexField(r"^[A-Za-z0-9_-]{1,60}$")
    label = serializers.CharField(max_length=120, default="", allow_blank=True)  # type: ignore[assignment]
    kind = serializers.CharField(
        max_length=20, help_text=", ".join(kind.code for kind in ParameterKind.Code)
    )
    targets = serializers.ListField(child=_target(), min_length=1, max_length=MOST_TARGETS)
    role = serializers.CharField(
        max_length=20,
        default="",
        allow_blank=True,
        help_text="Of a file: " + ", ".join(role.code for role in LineageRole.Code),
    )
    default: Any = serializers.JSONField(default=None, allow_null=True)
    choices = serializers.ListField(
        child=serializers.JSONField(), default=None, allow_null=True, max_length=MOST_CHOICES
    )
    minimum = serializers.FloatField(default=None, allow_null=True)
    maximum = serializers.FloatField(default=None, allow_null=True)
    scale_ratio = serializers.FloatField(default=1.0)
    help = serializers.CharField(max_length=300, default="", allow_blank=True)


class WorkflowVersionBriefSerializer(serializers.Serializer[WorkflowVersion]):
    """A version without its graph."""

    code = serializers.UUIDField()
    number = serializers.IntegerField()
    state = serializers.CharField(source="state.code")
    sha256 = serializers.CharField(help_text="Of the graph in canonical JSON.")
    output_node = serializers.CharField()
    least_vram_bytes = serializers.IntegerField()
    note = serializers.CharField()
    created_at = serializers.DateTimeField()


class WorkflowVersionSerializer(WorkflowVersionBriefSerializer):
    """A version with its graph and what can be set of it."""

    workflow = serializers.UUIDField(source="workflow.code")
    graph = serializers.JSONField()
    needs = serializers.SerializerMethodField()
    parameters = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_needs(self, version: WorkflowVersion) -> list[str]:
        """Tags that an instance must have."""
        return [need.tag for need in version.needs.all()]

    @extend_schema_field(WorkflowParameterSerializer(many=True))
    def get_parameters(self, version: WorkflowVersion) -> list[dict[str, Any]]:
        """What can be set, in order."""
        return [document_of(item) for item in parameters_of(version)]


class WorkflowSerializer(serializers.Serializer[WorkflowRow]):
    """A workflow; `version` is the one in production, or that which came furthest."""

    code = serializers.UUIDField(source="workflow.code")
    slug = serializers.CharField(source="workflow.slug")
    name = serializers.CharField(source="workflow.name")
    description = serializers.CharField(source="workflow.description")
    project = serializers.UUIDField(
        source="workflow.project.code", allow_null=True, default=None, help_text="Null: the studio."
    )
    created_at = serializers.DateTimeField(source="workflow.created_at")
    archived_at = serializers.DateTimeField(source="workflow.archived_at", allow_null=True)
    version = WorkflowVersionBriefSerializer(allow_null=True)
    versions = serializers.IntegerField(help_text="How many there are.")
    ready = serializers.IntegerField(help_text="On how many instances that version would run.")
    operations = serializers.ListField(
        child=serializers.CharField(), help_text="Titles of the operations that it serves."
    )
    last_used_at = serializers.DateTimeField(allow_null=True)


class _WorkflowBody(serializers.Serializer[Any]):
    """What a graph needs besides itself."""

    parameters = serializers.ListField(
        child=WorkflowParameterSerializer(),
        default=None,
        allow_null=True,
        max_length=MOST_PARAMETERS,
        help_text="Null: what the studio proposes.",
    )
    needs = serializers.ListField(
        child=serializers.CharField(max_length=40), default=list, max_length=MOST_NEEDS
    )
    output_node = serializers.CharField(max_length=80, default="", allow_blank=True)
    least_vram_bytes = serializers.IntegerField(min_value=0, max_value=2**62, default=0)


class WorkflowImportSerializer(_WorkflowBody):
    """A workflow to import."""

    name = serializers.CharField(max_length=120)
    slug = serializers.CharField(max_length=60, default="", allow_blank=True)
    description = serializers.CharField(max_length=2_000, default="", allow_blank=True)
    project = serializers.UUIDField(
        default=None, allow_null=True, help_text="Whose it is; null: the whole studio's."
    )
    document: Any = serializers.DictField(
        help_text="ComfyUI's API graph, body of POST /prompt, or the editor's document."
    )


class WorkflowImportedSerializer(serializers.Serializer[Any]):
    """What an import made, and what was left out on the way."""

    workflow = WorkflowSerializer()
    version = WorkflowVersionSerializer()
    problems = serializers.ListField(child=serializers.CharField())


class NewWorkflowVersionSerializer(_WorkflowBody):
    """The next version of a workflow."""

    workflow = serializers.UUIDField()
    graph: Any = serializers.DictField(
        default=None, allow_null=True, help_text="Null: that of the newest version."
    )
    note = serializers.CharField(max_length=300, default="", allow_blank=True)


class WorkflowChangeSerializer(serializers.Serializer[Any]):
    """Name and description."""

    name = serializers.CharField(max_length=120)
    description = serializers.CharField(max_length=2_000, allow_blank=True)


class WorkflowStateSerializer(serializers.Serializer[Any]):
    """Where a version goes."""

    state = serializers.CharField(
        max_length=20, help_text=", ".join(state.code for state in WorkflowState.Code)
    )

    def validate_state(self, value: str) -> str:
        """One of the states."""
        if value not in {state.code for state in WorkflowState.Code}:
            raise serializers.ValidationError("There is no such state.")
        return value


class WorkflowBindSerializer(serializers.Serializer[Any]):
    """Which operation is served."""

    operation = serializers.CharField(max_length=60)


class WorkflowTryOutSerializer(serializers.Serializer[Any]):
    """A dry run."""

    worker = serializers.UUIDField(help_text="The worker of a ComfyUI instance.")
    values = serializers.DictField(child=serializers.JSONField(allow_null=True), default=dict)
    files: Any = serializers.DictField(
        child=serializers.IntegerField(min_value=0, max_value=100),
        default=None,
        allow_null=True,
        help_text="How many files would be given by role; null: one for each place.",
    )
    random_seed = serializers.IntegerField(min_value=0, max_value=2**63 - 1, default=0)


class WorkflowFindingSerializer(serializers.Serializer[Any]):
    """What is wrong with a graph on an instance."""

    kind = serializers.CharField(source="kind.value")
    message = serializers.CharField()
    node_id = serializers.CharField()
    class_type = serializers.CharField()
    field: Any = serializers.CharField()
    value = serializers.CharField()
    near = serializers.ListField(
        child=serializers.CharField(), help_text="What the instance has that looks like it."
    )


class WorkflowMissingSerializer(serializers.Serializer[Any]):
    """Something that an instance lacks."""

    kind = serializers.SerializerMethodField()
    value = serializers.CharField()
    node_id = serializers.CharField()
    field: Any = serializers.CharField()

    def get_kind(self, item: Any) -> str:
        """Node, model, input, tag, memory, link, value or graph."""
        return str(item.kind.code)


class WorkflowDryRunSerializer(serializers.Serializer[Any]):
    """What would be sent, and what keeps it from running."""

    is_clean = serializers.BooleanField()
    graph = serializers.JSONField()
    problems = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    findings = WorkflowFindingSerializer(many=True)
    missing = WorkflowMissingSerializer(many=True)
    nodes_cached = serializers.IntegerField()


class ReadinessInstanceSerializer(serializers.Serializer[ReadinessCell]):
    """A version on one instance."""

    worker = serializers.UUIDField(source="instance.worker.code")
    name = serializers.CharField(source="instance.worker.name")
    worker_state = serializers.CharField(source="instance.worker.state.code")
    is_ready = serializers.BooleanField()
    checked_at = serializers.DateTimeField(
        source="row.checked_at", allow_null=True, default=None, help_text="Null: never."
    )
    missing = WorkflowMissingSerializer(many=True)


class ReadinessSerializer(serializers.Serializer[Any]):
    """A version on every instance."""

    version = serializers.UUIDField(source="version.code")
    workflow = serializers.UUIDField(source="version.workflow.code")
    name = serializers.CharField(source="version.workflow.name")
    number = serializers.IntegerField(source="version.number")
    state = serializers.CharField(source="version.state.code")
    instances = ReadinessInstanceSerializer(source="cells", many=True)
