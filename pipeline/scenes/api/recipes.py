"""Bodies of the API of scene types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from pipeline.scenes.models import (
    GateLevel,
    Measure,
    RandomSeedStrategy,
    SceneType,
    SceneTypeVersion,
    StitchMode,
)
from pipeline.scenes.models.types import INHERITABLE
from pipeline.scenes.recipe import Recipe, resolve
from studio.core.api.fields import CodeField


class RecipeOfferSerializer(serializers.Serializer[Any]):
    """Who makes the takes; an empty provider or model: the first that fits."""

    operation = serializers.CharField(required=False, default="", allow_blank=True, max_length=60)
    provider = serializers.CharField(required=False, default="", allow_blank=True, max_length=60)
    model = serializers.CharField(required=False, default="", allow_blank=True, max_length=80)


class GateSerializer(serializers.Serializer[Any]):
    """Between which figures a measure must lie."""

    measure = CodeField(Measure.Code)
    level = CodeField(GateLevel.Code)
    least = serializers.FloatField(required=False, allow_null=True, default=None)
    most = serializers.FloatField(required=False, allow_null=True, default=None)


class RecipeSerializer(serializers.Serializer[Any]):
    """What a version states; what is absent or null is inherited, or the default without a parent.

    Lengths are frames at `fps_num / fps_den`.
    """

    offer = RecipeOfferSerializer(required=False, allow_null=True)
    width_px = serializers.IntegerField(required=False, allow_null=True)
    height_px = serializers.IntegerField(required=False, allow_null=True)
    fps_num = serializers.IntegerField(required=False, allow_null=True)
    fps_den = serializers.IntegerField(required=False, allow_null=True)
    target_frames = serializers.IntegerField(required=False, allow_null=True)
    tolerance_frames = serializers.IntegerField(required=False, allow_null=True)
    segment_min_frames = serializers.IntegerField(required=False, allow_null=True)
    segment_max_frames = serializers.IntegerField(required=False, allow_null=True)
    is_elastic = serializers.BooleanField(required=False, allow_null=True)
    stitch_mode = CodeField(StitchMode.Code, required=False, allow_null=True)
    window_frames = serializers.IntegerField(required=False, allow_null=True)
    boundary_threshold_permille = serializers.IntegerField(required=False, allow_null=True)
    anchor_weight_permille = serializers.IntegerField(required=False, allow_null=True)
    texture_sync = serializers.BooleanField(required=False, allow_null=True)
    seed_strategy = CodeField(RandomSeedStrategy.Code, required=False, allow_null=True)
    prompt = serializers.CharField(
        required=False, allow_blank=True, allow_null=True, trim_whitespace=False
    )
    negative_prompt = serializers.CharField(
        required=False, allow_blank=True, allow_null=True, trim_whitespace=False
    )
    gates = GateSerializer(many=True, required=False)
    extra = serializers.DictField(
        required=False, help_text="the operation's own further parameters"
    )
    note = serializers.CharField(required=False, allow_blank=True, max_length=300)


class ParentSerializer(serializers.Serializer[Any]):
    """A version of another scene type, from which the rest is inherited."""

    type = serializers.UUIDField()
    version = serializers.IntegerField(
        required=False, min_value=1, help_text="absent: the newest one"
    )


class NewTypeVersionSerializer(serializers.Serializer[Any]):
    """A new version of a scene type."""

    recipe = RecipeSerializer(required=False, default=dict)
    parent = ParentSerializer(required=False, allow_null=True, default=None)


class NewTypeSerializer(NewTypeVersionSerializer):
    """A new scene type."""

    project = serializers.UUIDField()
    name = serializers.CharField(max_length=80)


class ResolvedSerializer(RecipeSerializer):
    """A recipe with all that it inherits, and the names of what it inherits."""

    inherited = serializers.ListField(child=serializers.CharField())


class TypeVersionSerializer(serializers.ModelSerializer[SceneTypeVersion]):
    """A version in the list of its scene type."""

    class Meta:
        model = SceneTypeVersion
        fields = ["number", "note", "created_at"]


class TypeVersionDetailSerializer(TypeVersionSerializer):
    """A version with its whole recipe."""

    recipe = serializers.SerializerMethodField()
    parent = serializers.SerializerMethodField()  # type: ignore[assignment]

    class Meta(TypeVersionSerializer.Meta):
        fields = [*TypeVersionSerializer.Meta.fields, "recipe", "parent"]

    @extend_schema_field(ResolvedSerializer)
    def get_recipe(self, version: SceneTypeVersion) -> dict[str, Any]:
        """All that the version says."""
        return recipe_document(resolve(version))

    @extend_schema_field(ParentSerializer(allow_null=True))
    def get_parent(self, version: SceneTypeVersion) -> dict[str, Any] | None:
        """The version that it inherits from."""
        above = version.parent
        if above is None:
            return None
        return {"type": str(above.scene_type.code), "version": above.number}


class SceneTypeSerializer(serializers.ModelSerializer[SceneType]):
    """A scene type as lists show it; the queryset counts its versions as `newest`."""

    project = serializers.UUIDField(source="project.code", read_only=True)
    newest = serializers.IntegerField(read_only=True, help_text="number of its newest version")

    class Meta:
        model = SceneType
        fields = ["code", "project", "name", "newest", "created_at", "archived_at"]


class SceneTypeDetailSerializer(SceneTypeSerializer):
    """A scene type with its newest version."""

    version = serializers.SerializerMethodField()

    class Meta(SceneTypeSerializer.Meta):
        fields = [*SceneTypeSerializer.Meta.fields, "version"]

    @extend_schema_field(TypeVersionDetailSerializer)
    def get_version(self, scene_type: SceneType) -> Mapping[str, Any]:
        """The newest one."""
        version = scene_type.versions.order_by("-number").first()
        return TypeVersionDetailSerializer(version).data


def recipe_document(recipe: Recipe) -> dict[str, Any]:
    """A recipe as the API shows it."""
    found = {name: getattr(recipe, name) for name in INHERITABLE}
    found |= {
        "offer": {
            "operation": recipe.offer.operation.code,
            "provider": recipe.offer.model.provider.code,
            "model": recipe.offer.model.code,
        },
        "stitch_mode": recipe.stitch_mode.code,
        "seed_strategy": recipe.seed_strategy.code,
        "prompt": recipe.prompt,
        "negative_prompt": recipe.negative_prompt,
        "gates": [
            {
                "measure": rule.measure_id.code,
                "level": rule.level_id.code,
                "least": rule.least_score,
                "most": rule.most_score,
            }
            for rule in recipe.gates
        ],
        "extra": dict(recipe.extra),
        "inherited": sorted(recipe.inherited),
    }
    return found
