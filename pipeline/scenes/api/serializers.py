"""Bodies of the API of scenes and takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from pipeline.jobs.models import JobState
from pipeline.scenes.gates import findings
from pipeline.scenes.models import Measure, Scene, SceneState, Segment, Take
from pipeline.scenes.recipe import Recipe, resolve
from pipeline.scenes.services.redo import MOST_TAKES
from pipeline.scenes.standing import Standing, standing_of
from pipeline.seeds.models import CheckVerdict
from studio.core.api.fields import CodeField


class SceneSerializer(serializers.ModelSerializer[Scene]):
    """A scene as lists show it. Load with `pipeline.scenes.api.loading.scenes`."""

    project = serializers.UUIDField(source="character.project.code", read_only=True)
    character = serializers.UUIDField(source="character.code", read_only=True)
    scene_type = serializers.UUIDField(source="type_version.scene_type.code", read_only=True)
    type_version = serializers.IntegerField(source="type_version.number", read_only=True)
    state = CodeField(SceneState.Code, source="state_id", read_only=True)
    segments_done = serializers.IntegerField(read_only=True)
    segments_planned = serializers.IntegerField(read_only=True)

    class Meta:
        model = Scene
        fields = [
            "code",
            "project",
            "character",
            "scene_type",
            "type_version",
            "number",
            "title",
            "state",
            "stop_reason",
            "random_seed",
            "segments_done",
            "segments_planned",
            "version",
            "created_at",
        ]


class PlacementSerializer(serializers.Serializer[Any]):
    """A segment in its place."""

    segment = serializers.IntegerField(source="segment.number")
    take = serializers.UUIDField(source="take.code")
    take_number = serializers.IntegerField(source="take.number")
    in_frame = serializers.IntegerField()
    out_frame = serializers.IntegerField(help_text="first frame that is not shown")
    bridge = serializers.UUIDField(source="bridge.code", allow_null=True, default=None)


class SegmentSerializer(serializers.ModelSerializer[Segment]):
    """A segment of a scene."""

    class Meta:
        model = Segment
        fields = ["code", "number", "frames_wanted"]


class SceneDetailSerializer(SceneSerializer):
    """A scene with its segments, and with what it shows in order."""

    seed_a = serializers.UUIDField(source="seed_a.code", read_only=True)
    seed_b = serializers.UUIDField(source="seed_b.code", read_only=True)
    edit = serializers.IntegerField(source="edit.number", read_only=True, default=None)
    segments = SegmentSerializer(many=True, read_only=True)
    placements = serializers.SerializerMethodField()

    class Meta(SceneSerializer.Meta):
        fields = [
            *SceneSerializer.Meta.fields,
            "seed_a",
            "seed_b",
            "edit",
            "segments",
            "placements",
        ]

    @extend_schema_field(PlacementSerializer(many=True))
    def get_placements(self, scene: Scene) -> list[Mapping[str, Any]]:
        """What is shown, in order."""
        if scene.edit is None:
            return []
        rows = scene.edit.placements.select_related("segment", "take", "bridge")
        return list(PlacementSerializer(rows.order_by("position"), many=True).data)


class TakeFigureSerializer(serializers.Serializer[Any]):
    """A figure of a take."""

    measure = CodeField(Measure.Code)
    score = serializers.FloatField()
    method = serializers.CharField()


class GateFindingSerializer(serializers.Serializer[Any]):
    """What a gate says of a take."""

    measure = CodeField(Measure.Code)
    verdict = CodeField(CheckVerdict.Code)
    sentence = serializers.CharField()


class TakeSerializer(serializers.ModelSerializer[Take]):
    """A take with what was measured on it. Load with `pipeline.scenes.api.loading.takes`."""

    scene = serializers.UUIDField(source="segment.scene.code", read_only=True)
    segment = serializers.IntegerField(source="segment.number", read_only=True)
    job = serializers.UUIDField(source="job.code", read_only=True)
    job_state = CodeField(JobState.Code, source="job.state_id", read_only=True)
    random_seed = serializers.IntegerField(source="job.random_seed", read_only=True)
    file = serializers.UUIDField(source="version.code", read_only=True, default=None)
    sha256 = serializers.CharField(source="version.blob.sha256", read_only=True, default=None)
    start_image = serializers.UUIDField(source="start_image.code", read_only=True)
    end_image = serializers.UUIDField(source="end_image.code", read_only=True, default=None)
    frames = serializers.IntegerField(source="examination.frames", read_only=True, default=None)
    end_frame = serializers.IntegerField(
        source="examination.end_frame", read_only=True, default=None
    )
    end_picture = serializers.UUIDField(
        source="examination.end_picture.code", read_only=True, default=None
    )
    end_reason = serializers.CharField(source="examination.end_reason", read_only=True, default="")
    standing = serializers.SerializerMethodField()
    measures = serializers.SerializerMethodField()
    findings = serializers.SerializerMethodField()

    class Meta:
        model = Take
        fields = [
            "code",
            "scene",
            "segment",
            "number",
            "standing",
            "job",
            "job_state",
            "random_seed",
            "file",
            "sha256",
            "start_image",
            "end_image",
            "frames",
            "end_frame",
            "end_picture",
            "end_reason",
            "measures",
            "findings",
            "created_at",
        ]

    @extend_schema_field(
        serializers.ChoiceField([(item.name.lower(), item.value) for item in Standing])
    )
    def get_standing(self, take: Take) -> str:
        """How far it is: making, made, examining, passed, refused, failed, unexamined."""
        return standing_of(take, self._recipe(take).gates).name.lower()

    @extend_schema_field(TakeFigureSerializer(many=True))
    def get_measures(self, take: Take) -> list[Mapping[str, Any]]:
        """What was measured."""
        rows = [
            {"measure": row.measure_id, "score": row.score, "method": row.method}
            for row in take.measures.all()
        ]
        return list(TakeFigureSerializer(rows, many=True).data)

    @extend_schema_field(GateFindingSerializer(many=True))
    def get_findings(self, take: Take) -> list[Mapping[str, Any]]:
        """What the gates say; nothing before it was examined."""
        examination = getattr(take, "examination", None)
        if examination is None or examination.frames is None:
            return []
        rows = findings(take, self._recipe(take).gates)
        return list(GateFindingSerializer(rows, many=True).data)

    def _recipe(self, take: Take) -> Recipe:
        """The recipe of the take's scene, resolved once for all takes of an answer."""
        known: dict[int, Recipe] = self.context.setdefault("recipes", {})
        version = take.segment.scene.type_version
        if version.pk not in known:
            known[version.pk] = resolve(version)
        return known[version.pk]


class NewSceneSerializer(serializers.Serializer[Any]):
    """A new scene."""

    character = serializers.UUIDField()
    scene_type = serializers.UUIDField()
    type_version = serializers.IntegerField(
        required=False, min_value=1, help_text="absent: the newest one"
    )
    title = serializers.CharField(required=False, default="", allow_blank=True, max_length=120)


class ExpectedSerializer(serializers.Serializer[Any]):
    """The version of the scene that was seen; absent: not checked."""

    expected_version = serializers.IntegerField(required=False, allow_null=True, default=None)


class UpgradeSerializer(ExpectedSerializer):
    """Another version of the scene's type."""

    type_version = serializers.IntegerField(min_value=1)


class DifferenceSerializer(serializers.Serializer[Any]):
    """One thing that two versions say differently."""

    field = serializers.CharField()
    before = serializers.JSONField()
    after = serializers.JSONField()


class RedoSerializer(ExpectedSerializer):
    """Segments to be made anew, by number."""

    segments = serializers.ListField(
        child=serializers.IntegerField(min_value=1), allow_empty=False, max_length=200
    )
    changes = serializers.DictField(required=False, default=dict)
    same_seed = serializers.BooleanField(required=False, default=False)
    count = serializers.IntegerField(required=False, default=1, min_value=1, max_value=MOST_TAKES)
    select = serializers.BooleanField(
        required=False, default=False, help_text="show the new take when it has passed"
    )


class MatrixSerializer(serializers.Serializer[Any]):
    """Characters × scene types, by their newest versions."""

    project = serializers.UUIDField()
    characters = serializers.ListField(child=serializers.UUIDField(), max_length=1000)
    scene_types = serializers.ListField(child=serializers.UUIDField(), max_length=1000)


class CellSerializer(serializers.Serializer[Any]):
    """A character by a scene type."""

    character = serializers.UUIDField(source="character.code")
    scene_type = serializers.UUIDField(source="type_version.scene_type.code")
    type_version = serializers.IntegerField(source="type_version.number")
    is_planned = serializers.BooleanField()
    skip_reason = serializers.CharField()
    segments = serializers.IntegerField(source="estimate.segments")
    frames = serializers.IntegerField(source="estimate.frames")
    amount_microcredits = serializers.IntegerField(source="estimate.amount_microcredits")
    seconds = serializers.FloatField(
        source="estimate.seconds",
        allow_null=True,
        help_text="null: this studio has made none by this offer and size yet",
    )


class PlannedSerializer(serializers.Serializer[Any]):
    """The matrix, with what all its planned scenes together mean."""

    cells = CellSerializer(many=True)
    amount_microcredits = serializers.IntegerField()
    seconds = serializers.FloatField(allow_null=True)
