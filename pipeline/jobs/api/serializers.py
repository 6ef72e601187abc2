"""Bodies of the jobs API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from pipeline.jobs.finish import charged_microcredits, held_microcredits
from pipeline.jobs.models import (
    Attempt,
    Job,
    JobEvent,
    JobEventKind,
    JobOutput,
    JobState,
    Priority,
    SelectionRule,
)
from pipeline.jobs.rights import detail_for
from studio.core.api.fields import CodeField


class AttemptSerializer(serializers.ModelSerializer[Attempt]):
    """One try: who, when, how far, how it ended. The queryset loads its lookups and the worker."""

    worker = serializers.CharField(source="worker.name", read_only=True)
    outcome = serializers.CharField(source="outcome.code", read_only=True, allow_null=True)
    error_class = serializers.CharField(source="error_class.code", read_only=True, allow_null=True)
    detail = serializers.SerializerMethodField(
        help_text="Of own ComfyUI, and of failures inside the studio: for Admins, empty for others."
    )

    class Meta:
        model = Attempt
        fields = [
            "number",
            "worker",
            "started_at",
            "heartbeat_at",
            "ended_at",
            "outcome",
            "error_class",
            "message",
            "detail",
            "transport_retries",
            "progress_permille",
            "stage",
        ]

    def get_detail(self, attempt: Attempt) -> str:
        """What engineers want to see, if the reader may."""
        return detail_for(self.context["request"].user, attempt)


class OutputSerializer(serializers.ModelSerializer[JobOutput]):
    """One delivered file."""

    version = serializers.UUIDField(source="version.code", read_only=True)
    asset = serializers.UUIDField(source="version.asset.code", read_only=True)
    media_type = serializers.CharField(source="version.blob.media_type.code", read_only=True)
    sha256 = serializers.CharField(source="version.blob.sha256", read_only=True)
    size_bytes = serializers.IntegerField(source="version.blob.size_bytes", read_only=True)
    width_px = serializers.IntegerField(
        source="version.blob.image.width_px", read_only=True, default=None
    )
    height_px = serializers.IntegerField(
        source="version.blob.image.height_px", read_only=True, default=None
    )
    random_seed = serializers.CharField(
        read_only=True, help_text="as text: it may be larger than JSON numbers are exact"
    )

    class Meta:
        model = JobOutput
        fields = [
            "position",
            "version",
            "asset",
            "media_type",
            "sha256",
            "size_bytes",
            "width_px",
            "height_px",
            "random_seed",
            "elapsed_ms",
            "created_at",
        ]


class SelectionSerializer(serializers.Serializer[Any]):
    """By which rule an offer was chosen, and why it was this one."""

    rule = CodeField(SelectionRule.Code, source="rule_id", read_only=True)
    reason = serializers.CharField(read_only=True)


class JobSerializer(serializers.ModelSerializer[Job]):
    """A job as lists show it. Load with `pipeline.jobs.queries.for_list`."""

    project = serializers.UUIDField(source="project.code", read_only=True)
    creator = serializers.UUIDField(source="creator.code", read_only=True)
    operation = serializers.CharField(source="offer.operation.code", read_only=True)
    provider = serializers.CharField(source="offer.model.provider.code", read_only=True)
    model = serializers.CharField(source="offer.model.code", read_only=True)
    state = CodeField(JobState.Code, source="state_id", read_only=True)
    priority = CodeField(Priority.Code, source="priority_id", read_only=True)
    random_seed = serializers.IntegerField(read_only=True)
    derivation = serializers.CharField(source="derivation.kind.code", read_only=True, default=None)
    selection = SelectionSerializer(
        read_only=True, default=None, help_text="why the studio chose this offer; null: it did not"
    )
    outputs = OutputSerializer(many=True, read_only=True)

    class Meta:
        model = Job
        fields = [
            "code",
            "project",
            "creator",
            "operation",
            "provider",
            "model",
            "state",
            "priority",
            "title",
            "parameters",
            "random_seed",
            "outputs_expected",
            "created_at",
            "start_at",
            "ended_at",
            "cancel_requested_at",
            "derivation",
            "may_fall_back",
            "selection",
            "outputs",
        ]


class CostSerializer(serializers.Serializer[Any]):
    """What a job was quoted and has cost."""

    held_microcredits = serializers.IntegerField()
    charged_microcredits = serializers.IntegerField()


class JobDetailSerializer(JobSerializer):
    """A job with its attempts, recipe and cost."""

    attempts = AttemptSerializer(many=True, read_only=True)
    recipe_sha256 = serializers.CharField(source="recipe.sha256", read_only=True)
    recipe = serializers.JSONField(source="recipe.document", read_only=True)
    needs = serializers.SerializerMethodField()
    cost = serializers.SerializerMethodField()

    class Meta(JobSerializer.Meta):
        fields = [
            *JobSerializer.Meta.fields,
            "attempts",
            "recipe_sha256",
            "recipe",
            "needs",
            "cost",
        ]

    @extend_schema_field(serializers.ListField(child=serializers.UUIDField()))
    def get_needs(self, job: Job) -> list[str]:
        """Jobs that this one waits for."""
        return [str(need.needs.code) for need in job.needs.select_related("needs")]

    @extend_schema_field(CostSerializer)
    def get_cost(self, job: Job) -> dict[str, int]:
        """Held and charged so far."""
        return {
            "held_microcredits": held_microcredits(job),
            "charged_microcredits": charged_microcredits(job),
        }


class JobEventSerializer(serializers.ModelSerializer[JobEvent]):
    """One line of a job's history."""

    kind = CodeField(JobEventKind.Code, source="kind_id", read_only=True)
    state = serializers.SerializerMethodField()

    class Meta:
        model = JobEvent
        fields = ["number", "kind", "state", "message", "created_at"]

    def get_state(self, event: JobEvent) -> str | None:
        """The state moved to, for lines of this kind."""
        return JobState.Code(event.state_id).code if event.state_id else None


class JobInputSerializer(serializers.Serializer[Any]):
    """A file that goes in."""

    role = serializers.CharField(max_length=60)
    version = serializers.UUIDField()


class SubmitSerializer(serializers.Serializer[Any]):
    """A request for a job; `parameters` is checked by the operation itself."""

    project = serializers.UUIDField()
    parameters = serializers.DictField(default=dict)
    provider = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    model = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    inputs = JobInputSerializer(many=True, required=False, default=list)
    priority = CodeField(Priority.Code, required=False, default=Priority.Code.NORMAL)
    start_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    needs = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=list, max_length=100
    )
    reuse = serializers.BooleanField(
        required=False, default=True, help_text="an identical earlier result will do"
    )
    on_worker_loss = serializers.ChoiceField(["requeue", "fail"], required=False, default="requeue")
    choose = CodeField(
        SelectionRule.Code,
        required=False,
        allow_null=True,
        default=None,
        help_text="the rule by which an offer is chosen when no provider is named",
    )
    may_fall_back = serializers.BooleanField(
        required=False,
        default=False,
        help_text="another provider may take its place when this one fails",
    )


class ReasonSerializer(serializers.Serializer[Any]):
    """Why a request would be refused."""

    code = serializers.CharField()
    text = serializers.CharField()
    remedy = serializers.CharField()


class EstimateSerializer(serializers.Serializer[Any]):
    """What a request would cost, and whether it may run."""

    allowed = serializers.BooleanField()
    amount_microcredits = serializers.IntegerField()
    is_upper_bound = serializers.BooleanField()
    balance_microcredits = serializers.IntegerField(allow_null=True)
    reasons = ReasonSerializer(many=True)
    explanation = serializers.CharField()
    size = serializers.CharField(help_text="how the wanted size is reached")
    provider = serializers.CharField(help_text="who would make it")
    model = serializers.CharField()
    selection = serializers.CharField(
        allow_blank=True, help_text="why it would be this one, where a rule chose it"
    )


class PrioritySerializer(serializers.Serializer[Any]):
    """Another place in the queue."""

    priority = CodeField(Priority.Code)
