"""Workers as documents of the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from pipeline.comfyui.charts import STEPS
from pipeline.comfyui.page import is_admin
from pipeline.comfyui.queries import WorkerRow
from pipeline.comfyui.services.instances import MAX_RATE_PERMILLE, MAX_TAGS


class MemorySerializer(serializers.Serializer[Any]):
    """Memory and queue of an instance when it last answered."""

    measured_at = serializers.DateTimeField()
    latency_ms = serializers.IntegerField()
    vram_total_bytes = serializers.IntegerField()
    vram_free_bytes = serializers.IntegerField()
    ram_total_bytes = serializers.IntegerField()
    ram_free_bytes = serializers.IntegerField()
    queue_running = serializers.IntegerField()
    queue_pending = serializers.IntegerField()


class InstanceSerializer(serializers.Serializer[Any]):
    """What is registered of a ComfyUI instance."""

    url = serializers.SerializerMethodField(help_text="For Admins; empty for others.")
    capacity = serializers.IntegerField()
    tags = serializers.SerializerMethodField()
    rate_permille = serializers.IntegerField()
    install_name = serializers.CharField()
    message = serializers.CharField(help_text="Why it is not online.")
    restarted_at = serializers.DateTimeField(allow_null=True)
    retired_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(serializers.CharField())
    def get_url(self, instance: Any) -> str:
        """Where it is, for those who may change that."""
        return instance.url if is_admin(self.context["request"].user) else ""

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_tags(self, instance: Any) -> list[str]:
        """What workflows can ask for."""
        return [tag.tag for tag in instance.tags.all()]


class WorkerSerializer(serializers.Serializer[WorkerRow]):
    """A worker with its figures of the last 24 hours; `instance` and `vitals` of ComfyUI only."""

    code = serializers.UUIDField(source="worker.code")
    name = serializers.CharField(source="worker.name")
    kind = serializers.CharField(source="worker.kind.code")
    state = serializers.CharField(source="worker.state.code")
    heartbeat_at = serializers.DateTimeField(source="worker.heartbeat_at")
    jobs_in_flight = serializers.IntegerField(source="figures.in_flight")
    jobs_done = serializers.IntegerField(source="figures.done")
    gpu_ms = serializers.IntegerField(source="figures.gpu_ms")
    instance: Any = InstanceSerializer(allow_null=True)
    vitals = MemorySerializer(source="vital", allow_null=True)


class RegisterSerializer(serializers.Serializer[Any]):
    """A ComfyUI server to register."""

    name = serializers.CharField(max_length=120)
    url = serializers.CharField(max_length=300)
    capacity = serializers.IntegerField(min_value=1, max_value=100, default=2)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=MAX_TAGS, default=list
    )
    rate_permille = serializers.IntegerField(min_value=0, max_value=MAX_RATE_PERMILLE, default=1000)
    install_name = serializers.CharField(max_length=80, default="", allow_blank=True)


class ClearSerializer(serializers.Serializer[Any]):
    """Whose prompts are taken out of the queue."""

    everything = serializers.BooleanField(
        default=False, help_text="Those of others, too; not only the studio's."
    )


class VitalsQuerySerializer(serializers.Serializer[Any]):
    """How far back figures reach."""

    hours = serializers.ChoiceField(choices=list(STEPS), default=1)


class StepSerializer(serializers.Serializer[Any]):
    """Figures of a step of time: means; of latency the longest."""

    at = serializers.DateTimeField()
    vram_used_bytes = serializers.IntegerField()
    vram_total_bytes = serializers.IntegerField()
    ram_used_bytes = serializers.IntegerField()
    ram_total_bytes = serializers.IntegerField()
    queue = serializers.FloatField(help_text="Prompts, running and waiting.")
    latency_ms = serializers.IntegerField()


class VitalsSerializer(serializers.Serializer[Any]):
    """Figures over time; steps without an answer are left out."""

    hours = serializers.IntegerField()
    step_seconds = serializers.IntegerField()
    steps = StepSerializer(many=True)


class HasSerializer(serializers.Serializer[Any]):
    """What an instance has, as it last told."""

    version = serializers.CharField(help_text="Of ComfyUI.")
    fetched_at = serializers.DateTimeField()
    sha256 = serializers.CharField(help_text="Of node classes and models together.")
    node_classes = serializers.ListField(child=serializers.CharField())
    models = serializers.DictField(
        source="model_files", child=serializers.ListField(child=serializers.CharField())
    )
