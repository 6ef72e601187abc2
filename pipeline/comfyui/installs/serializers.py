"""Shapes of installations in the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from pipeline.comfyui.models import InstallPlan, InstallStep
from pipeline.comfyui.page import is_admin


class InstallStepSerializer(serializers.ModelSerializer[InstallStep]):
    """A repository that a plan installs."""

    node_classes: Any = serializers.SlugRelatedField(
        source="nodes", slug_field="node_class", many=True, read_only=True
    )
    requirements: Any = serializers.SlugRelatedField(
        slug_field="requirement", many=True, read_only=True, help_text="Python packages."
    )

    class Meta:
        model = InstallStep
        fields = [
            "package", "repository", "revision", "previous_revision", "licence", "node_classes",
            "requirements", "reads_requirements",
        ]  # fmt: skip
        read_only_fields = fields


class InstallPlanSerializer(serializers.ModelSerializer[InstallPlan]):
    """An installation of nodes."""

    state = serializers.CharField(source="state.code", read_only=True)
    worker = serializers.UUIDField(source="instance.worker.code", read_only=True)
    steps = InstallStepSerializer(many=True, read_only=True)
    unknown = serializers.SerializerMethodField(help_text="Node classes that nobody brings.")
    requested_by = serializers.CharField(source="requested_by.username", read_only=True)
    approved_by = serializers.CharField(source="approved_by.username", default="", read_only=True)

    class Meta:
        model = InstallPlan
        fields = [
            "code", "worker", "state", "steps", "unknown", "message", "requested_by",
            "requested_at", "approved_by", "ended_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_unknown(self, plan: InstallPlan) -> list[str]:
        """Of the prefetched ones."""
        found: Any = plan
        return [node.node_class for node in found.unknown]


class InstallDetailSerializer(InstallPlanSerializer):
    """An installation of nodes, with its log."""

    log = serializers.SerializerMethodField(help_text="Only for Admins.")

    class Meta(InstallPlanSerializer.Meta):
        fields = [*InstallPlanSerializer.Meta.fields, "log"]
        read_only_fields = fields

    def get_log(self, plan: InstallPlan) -> str:
        """Nothing for others: it names places on the machine."""
        return plan.log if is_admin(self.context["request"].user) else ""


class PlanSerializer(serializers.Serializer[Any]):
    """What is to be planned."""

    worker = serializers.UUIDField()
    node_classes = serializers.ListField(
        child=serializers.CharField(max_length=200), min_length=1, max_length=200
    )
