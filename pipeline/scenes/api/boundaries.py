"""Endpoints of boundaries and their bridges."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from pipeline.scenes import arrangement as history
from pipeline.scenes.api.common import EditedSerializer, VersionedBody, edited
from pipeline.scenes.joins import Grade, JoinState, result_of, standing, with_details
from pipeline.scenes.models import Boundary, Bridge, HealMethod, Scene
from pipeline.scenes.recipe import resolve
from pipeline.scenes.services import boundaries, edits
from pipeline.scenes.services.edits import key_of
from studio.core.api.fields import CodeField
from studio.core.api.people import checked
from studio.core.errors import NotFound
from studio.core.models import ApiScope


class HealBody(VersionedBody):
    """How."""

    method = CodeField(HealMethod.Code, default=HealMethod.Code.AUTO)


class BridgeBody(VersionedBody):
    """Which bridge."""

    bridge = serializers.UUIDField()


class MeasurementSerializer(serializers.Serializer[Any]):
    """What was measured: the join found and its scores, 0–1 except the distance (of 64 bits)."""

    left_frame = serializers.IntegerField(help_text="first frame not shown of the left take")
    right_frame = serializers.IntegerField(help_text="first frame shown of the right take")
    score = serializers.FloatField(source="boundary_score")
    ssim = serializers.FloatField(source="ssim_score")
    phash_distance = serializers.IntegerField()
    motion = serializers.FloatField(source="motion_score")
    grain_ratio = serializers.FloatField(allow_null=True)
    is_passed = serializers.BooleanField()


class BridgeSerializer(serializers.Serializer[Any]):
    """A bridge and what became of it."""

    code = serializers.UUIDField()
    number = serializers.IntegerField()
    method = CodeField(HealMethod.Code, source="method_id")
    job = serializers.UUIDField(source="job.code")
    is_used = serializers.BooleanField()
    version = serializers.UUIDField(source="result.version.code", default=None)
    frames = serializers.IntegerField(source="result.frames", default=None)
    left_frame = serializers.IntegerField(source="result.left_frame", default=None)
    right_frame = serializers.IntegerField(source="result.right_frame", default=None)
    before_score = serializers.FloatField(source="result.before_score", default=None)
    after_score = serializers.FloatField(source="result.after_score", default=None)
    is_better = serializers.BooleanField(source="result.is_better", default=None)
    reason = serializers.CharField(source="result.reason", default="")


class BoundarySerializer(serializers.Serializer[Any]):
    """A boundary: the two takes, where they are trimmed, how they join, and its bridges."""

    code = serializers.UUIDField()
    scene = serializers.UUIDField()
    scene_version = serializers.IntegerField()
    is_shown = serializers.BooleanField(help_text="whether the scene has it as it stands")
    left_take = serializers.UUIDField()
    left_out = serializers.IntegerField()
    right_take = serializers.UUIDField()
    right_in = serializers.IntegerField()
    state = serializers.ChoiceField(choices=[state.value for state in JoinState])
    grade = serializers.ChoiceField(choices=[grade.value for grade in Grade])
    score = serializers.FloatField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    measurement = MeasurementSerializer(allow_null=True)
    bridges = BridgeSerializer(many=True)


def boundary_document(boundary: Boundary) -> dict[str, Any]:
    """A boundary loaded by `BoundaryView.boundary`, as the API shows it."""
    scene = boundary.left_take.segment.scene
    used = history.current(scene).bridges()
    key = key_of(boundary)
    bridge_id = used.get(key)
    stands = standing(
        boundary, bridge_id, resolve(scene.type_version).boundary_threshold_permille / 1000
    )
    measured = getattr(boundary, "measurement", None)
    bridges = list(boundary.bridges.all())
    for bridge in bridges:
        bridge.is_used = bridge.pk == bridge_id  # type: ignore[attr-defined]
        if result_of(bridge) is None:
            bridge.result = None  # type: ignore[assignment]
    return {
        "code": boundary.code,
        "scene": scene.code,
        "scene_version": scene.version,
        "is_shown": key in used,
        "left_take": boundary.left_take.code,
        "left_out": boundary.left_out,
        "right_take": boundary.right_take.code,
        "right_in": boundary.right_in,
        "state": stands.state.value,
        "grade": stands.grade.value,
        "score": stands.score,
        "reason": stands.reason,
        "measurement": measured
        if measured is not None and measured.is_passed is not None
        else None,
        "bridges": bridges,
    }


class BoundaryView(generics.GenericAPIView[Any]):
    """Common to all below a boundary: it must be visible to the caller."""

    serializer_class: Any = VersionedBody

    def boundary(self, code: UUID) -> Boundary:
        """The boundary, with its scene, measurement and bridges.

        Raises:
            NotFound: there is none, or it is not for this person.
        """
        rows: Any = with_details(Boundary.objects.all()).select_related(
            "left_take__segment__scene__character__project",
            "left_take__segment__scene__type_version",
            "right_take",
            "measurement__job",
        )
        found: Boundary = rows.get_visible(self.request.user, code=code)
        return found

    def scene(self, boundary: Boundary) -> Scene:
        """The scene that the boundary belongs to."""
        return boundary.left_take.segment.scene

    def values(self, request: Request) -> tuple[dict[str, Any], int | None]:
        """The body's values, and the version that the change was made for."""
        found = checked(self, self.serializer_class, request.data)
        return found, found.pop("expected_version")

    def answer(self, code: UUID, status: int = 200) -> Response:
        """The boundary as it is now."""
        body = boundary_document(self.boundary(code))
        return Response(BoundarySerializer(body).data, status=status)


class OneBoundary(BoundaryView):
    """One boundary."""

    serializer_class = BoundarySerializer

    @extend_schema(operation_id="boundaries_retrieve", responses={200: BoundarySerializer})
    def get(self, request: Request, code: UUID) -> Response:
        """A boundary with its measurement and its bridges."""
        return self.answer(code)


class Heal(BoundaryView):
    """Another bridge."""

    required_scope = ApiScope.Code.SPEND
    serializer_class = HealBody

    @extend_schema(operation_id="boundaries_heal", responses={201: BoundarySerializer})
    def post(self, request: Request, code: UUID) -> Response:
        """Ask for a bridge; it is used when it is better than the plain join."""
        boundary = self.boundary(code)
        found, version = self.values(request)
        user: Any = request.user
        boundaries.heal_boundary(
            actor=user, boundary=boundary, method=found["method"], expected_version=version
        )
        return self.answer(code, 201)


class MeasureAgain(BoundaryView):
    """A measurement that failed."""

    required_scope = ApiScope.Code.SPEND

    @extend_schema(
        operation_id="boundaries_measure_again",
        request=VersionedBody,
        responses={200: BoundarySerializer},
    )
    def post(self, request: Request, code: UUID) -> Response:
        """Forget a measurement that failed, so that it is made anew."""
        boundary = self.boundary(code)
        _found, version = self.values(request)
        user: Any = request.user
        boundaries.measure_again(actor=user, boundary=boundary, expected_version=version)
        return self.answer(code)


class UseBridge(BoundaryView):
    """A bridge that is there."""

    required_scope = ApiScope.Code.SPEND  # an edit: what it joins anew is measured
    serializer_class = BridgeBody

    @extend_schema(operation_id="boundaries_use_bridge", responses={200: EditedSerializer})
    def post(self, request: Request, code: UUID) -> Response:
        """Heal the boundary with a bridge that was made for it."""
        boundary = self.boundary(code)
        found, version = self.values(request)
        bridge = Bridge.objects.filter(boundary=boundary, code=found["bridge"]).first()
        if bridge is None:
            raise NotFound("This boundary has no such bridge.")
        user: Any = request.user
        scene = self.scene(boundary)
        return edited(
            edits.use_bridge(actor=user, scene=scene, bridge=bridge, expected_version=version)
        )


class DropBridge(BoundaryView):
    """The plain join."""

    required_scope = ApiScope.Code.SPEND  # an edit: what it joins anew is measured

    @extend_schema(
        operation_id="boundaries_drop_bridge",
        request=VersionedBody,
        responses={200: EditedSerializer},
    )
    def post(self, request: Request, code: UUID) -> Response:
        """Show the boundary as it was measured; the bridge stays at hand."""
        boundary = self.boundary(code)
        _found, version = self.values(request)
        user: Any = request.user
        scene = self.scene(boundary)
        return edited(
            edits.drop_bridge(actor=user, scene=scene, boundary=boundary, expected_version=version)
        )
