"""Endpoints of cuts: rendering a scene, and what came of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from pipeline.jobs.models import JobState
from pipeline.scenes import curves
from pipeline.scenes.api.common import SceneView
from pipeline.scenes.models import CodecProfile, Cut, CutPiece
from pipeline.scenes.queries import for_cut_list
from pipeline.scenes.recipe import resolve
from pipeline.scenes.services import cuts
from pipeline.seeds.models import CheckVerdict
from studio.core.api.fields import CodeField
from studio.core.api.people import checked
from studio.core.api.serializers import PersonSerializer
from studio.core.errors import Conflict
from studio.core.models import ApiScope


class RenderBody(serializers.Serializer[Any]):
    """By which profile."""

    profile = CodeField(
        CodecProfile.Code,
        required=False,
        allow_null=True,
        default=None,
        help_text="none: the project's",
    )


class PosterBody(serializers.Serializer[Any]):
    """Which frame."""

    frame = serializers.IntegerField(min_value=0)


class FindingSerializer(serializers.Serializer[Any]):
    """One check of the compliance report."""

    name = serializers.CharField()
    wanted = serializers.CharField()
    found = serializers.CharField()
    verdict = CodeField(CheckVerdict.Code, source="verdict_id")


class CutSerializer(serializers.ModelSerializer[Cut]):
    """A cut. The queryset is loaded by `for_cut_list` with the scene."""

    scene = serializers.UUIDField(source="scene.code", read_only=True)
    edit = serializers.IntegerField(source="edit.number", read_only=True)
    profile = CodeField(CodecProfile.Code, source="profile_id", read_only=True)
    job = serializers.UUIDField(source="job.code", read_only=True)
    state = CodeField(JobState.Code, source="job.state_id", read_only=True)
    version = serializers.UUIDField(source="version.code", read_only=True, default=None)
    poster_frame = serializers.IntegerField(source="poster.frame", read_only=True, default=None)
    findings = FindingSerializer(many=True, read_only=True)
    created_by = PersonSerializer(read_only=True)

    class Meta:
        model = Cut
        fields = [
            "code",
            "scene",
            "number",
            "edit",
            "profile",
            "job",
            "state",
            "version",
            "frames",
            "poster_frame",
            "findings",
            "created_by",
            "created_at",
        ]
        read_only_fields = fields


class PieceSerializer(serializers.ModelSerializer[CutPiece]):
    """What the cut shows from a frame on: frames of a take, or of a bridge."""

    take = serializers.UUIDField(source="take.code", read_only=True, default=None)
    bridge = serializers.UUIDField(source="bridge.code", read_only=True, default=None)

    class Meta:
        model = CutPiece
        fields = ["start_frame", "take", "bridge", "in_frame", "out_frame"]
        read_only_fields = fields


class CutDetailSerializer(CutSerializer):
    """A cut with its pieces."""

    pieces = PieceSerializer(many=True, read_only=True)

    class Meta(CutSerializer.Meta):
        fields = [*CutSerializer.Meta.fields, "pieces"]
        read_only_fields = fields


class PointSerializer(serializers.Serializer[Any]):
    """A figure at a frame of the cut."""

    frame = serializers.IntegerField()
    take_frame = serializers.IntegerField()
    score = serializers.FloatField()


class LimitSerializer(serializers.Serializer[Any]):
    """A gate that looks at the curve."""

    measure = serializers.CharField(source="measure_id.code")
    level = serializers.CharField(source="level_id.code")
    least_score = serializers.FloatField(allow_null=True)
    most_score = serializers.FloatField(allow_null=True)


class CurveSerializer(serializers.Serializer[Any]):
    """One measure over the scene."""

    measure = serializers.CharField(source="measure.code")
    points = PointSerializer(many=True)
    gates = LimitSerializer(many=True)


def get_cut(user: Any, code: UUID) -> Cut:
    """A cut that this person may see, with what the API shows of it.

    Raises:
        NotFound: there is none for this person.
    """
    rows: Any = for_cut_list(Cut.objects.select_related("scene__character__project"))
    found: Cut = rows.prefetch_related("pieces__take", "pieces__bridge").get_visible(
        user, code=code
    )
    return found


class Cuts(generics.ListAPIView[Cut], SceneView):
    """Cuts of a scene."""

    required_scope = ApiScope.Code.SPEND  # of the post; looking is reading
    serializer_class = CutSerializer
    queryset = Cut.objects.none()
    keyset_order = ("-number",)

    def get_queryset(self) -> QuerySet[Cut]:
        """Newest first."""
        found: QuerySet[Cut] = for_cut_list(
            Cut.objects.filter(scene=self.scene(self.kwargs["code"])).select_related("scene")
        )
        return found

    @extend_schema(operation_id="scenes_cuts")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Cuts of a scene, newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="scenes_render", request=RenderBody, responses={201: CutDetailSerializer}
    )
    def post(self, request: Request, code: UUID) -> Response:
        """Render the scene as it stands; a cut that shows just this is not rendered twice."""
        scene = self.scene(code)
        found = checked(self, RenderBody, request.data)
        user: Any = request.user
        cut = cuts.render_cut(actor=user, scene=scene, profile=found["profile"])
        body = CutDetailSerializer(get_cut(user, cut.code)).data
        return Response(body, status=201)


class OneCut(generics.GenericAPIView[Cut]):
    """One cut."""

    serializer_class = CutDetailSerializer
    queryset = Cut.objects.none()

    @extend_schema(operation_id="cuts_retrieve", responses={200: CutDetailSerializer})
    def get(self, request: Request, code: UUID) -> Response:
        """A cut with its pieces and its compliance report."""
        return Response(CutDetailSerializer(get_cut(request.user, code)).data)


class Poster(generics.GenericAPIView[Cut]):
    """Poster frame."""

    required_scope = ApiScope.Code.WRITE
    serializer_class = PosterBody
    queryset = Cut.objects.none()

    @extend_schema(operation_id="cuts_poster", responses={200: CutDetailSerializer})
    def post(self, request: Request, code: UUID) -> Response:
        """Choose the frame that stands for the cut."""
        cut = get_cut(request.user, code)
        found = checked(self, PosterBody, request.data)
        user: Any = request.user
        cuts.set_poster(actor=user, cut=cut, frame=found["frame"])
        return Response(CutDetailSerializer(get_cut(user, code)).data)


class Curves(SceneView):
    """Drift and flicker."""

    serializer_class = CurveSerializer

    @extend_schema(operation_id="scenes_curves", responses={200: CurveSerializer(many=True)})
    def get(self, request: Request, code: UUID) -> Response:
        """What was measured over the scene as it stands, at the frames of its cut."""
        scene = self.scene(code)
        if scene.edit is None:
            raise Conflict("Nothing of this scene is finished yet.")
        pieces = cuts.plan_pieces(scene.edit)
        recipe = resolve(scene.type_version)
        found = curves.scene_curves(pieces, curves.samples_of(pieces), recipe.gates)
        return Response(CurveSerializer(found, many=True).data)
