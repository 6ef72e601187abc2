"""Endpoints for scenes, their takes, and the matrix of characters and scene types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from pipeline.scenes.api import loading
from pipeline.scenes.api.serializers import (
    DifferenceSerializer,
    ExpectedSerializer,
    MatrixSerializer,
    NewSceneSerializer,
    PlannedSerializer,
    RedoSerializer,
    SceneDetailSerializer,
    SceneSerializer,
    TakeSerializer,
    UpgradeSerializer,
)
from pipeline.scenes.models import Scene, SceneState, Take
from pipeline.scenes.services import scenes as services
from pipeline.scenes.services.redo import redo_segments
from pipeline.scenes.services.types import type_differences
from studio.core.errors import Invalid
from studio.core.models import ApiScope, Project
from studio.core.web import whole_number

_SPEND = ApiScope.Code.SPEND


@extend_schema_view(
    get=extend_schema(
        parameters=[
            OpenApiParameter("project", UUID),
            OpenApiParameter("character", UUID),
            OpenApiParameter("state", str, enum=[member.code for member in SceneState.Code]),
        ]
    ),
)
class SceneListView(ListAPIView[Scene]):
    """Scenes of one's projects, newest first."""

    serializer_class = SceneSerializer

    def get_queryset(self) -> QuerySet[Scene]:
        """Filtered by the query."""
        query = self.request.query_params
        found = loading.scenes(self.request.user)
        if project := query.get("project"):
            found = found.filter(character__project__code=loading.uuid_of(project, "project"))
        if character := query.get("character"):
            found = found.filter(character__code=loading.uuid_of(character, "character"))
        if state := query.get("state"):
            try:
                found = found.filter(state_id=SceneState.Code.by_code(state))
            except KeyError:
                raise Invalid(
                    "There is no such state.", fields={"state": ["No such state."]}
                ) from None
        return found

    @extend_schema(request=NewSceneSerializer, responses={201: SceneDetailSerializer})
    def post(self, request: Request) -> Response:
        """Make a scene of a character by a scene type; `start/` sets it going."""
        body = NewSceneSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        user: Any = request.user
        made = services.create_scene(
            actor=user,
            character=loading.characters(user, [given["character"]])[0],
            type_version=loading.type_version(user, given["scene_type"], given.get("type_version")),
            title=given["title"],
        )
        return _answer(user, made.code, status.HTTP_201_CREATED)


class SceneView(APIView):
    """One scene."""

    @extend_schema(responses={200: SceneDetailSerializer})
    def get(self, request: Request, code: UUID) -> Response:
        """A scene with its segments and what it shows."""
        return _answer(request.user, code)


@extend_schema_view(
    get=extend_schema(parameters=[OpenApiParameter("segment", int, description="its number")])
)
class SceneTakesView(ListAPIView[Take]):
    """The takes of a scene, newest first."""

    serializer_class = TakeSerializer
    queryset = Take.objects.none()

    def get_queryset(self) -> QuerySet[Take]:
        """Those of one scene, or of one of its segments."""
        found = loading.scene(self.request.user, self.kwargs["code"])
        takes = loading.takes(self.request.user).filter(segment__scene=found)
        if text := self.request.query_params.get("segment"):
            number = whole_number(text)
            if number is None:
                message = "A segment has a number."
                raise Invalid(message, fields={"segment": [message]})
            takes = takes.filter(segment__number=number)
        return takes


class TakeView(APIView):
    """One take."""

    @extend_schema(responses={200: TakeSerializer})
    def get(self, request: Request, code: UUID) -> Response:
        """A take with its measures and what the gates say."""
        take = loading.takes(request.user).filter(code=code).first()
        if take is None:  # says it as everywhere
            take = Take.objects.get_visible(request.user, code=code)
        return Response(TakeSerializer(take).data)


class SceneAction(APIView):
    """One action on one scene: act, then answer the scene as it is now."""

    service: Callable[..., Scene]

    def act_on(self, request: Request, code: UUID) -> Response:
        """Fetch through the access rule, act."""
        body = ExpectedSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        user: Any = request.user
        expected = body.validated_data["expected_version"]
        type(self).service(actor=user, scene=loading.scene(user, code), expected_version=expected)
        return _answer(user, code)


class StartView(SceneAction):
    """Start."""

    required_scope = _SPEND
    service = staticmethod(services.start_scene)

    @extend_schema(request=ExpectedSerializer, responses={200: SceneDetailSerializer})
    def post(self, request: Request, code: UUID) -> Response:
        """Begin to generate a scene."""
        return self.act_on(request, code)


class PauseView(SceneAction):
    """Pause."""

    service = staticmethod(services.pause_scene)

    @extend_schema(request=ExpectedSerializer, responses={200: SceneDetailSerializer})
    def post(self, request: Request, code: UUID) -> Response:
        """Ask for nothing more; what is being made may end, and is kept."""
        return self.act_on(request, code)


class ResumeView(SceneAction):
    """Resume."""

    required_scope = _SPEND
    service = staticmethod(services.resume_scene)

    @extend_schema(request=ExpectedSerializer, responses={200: SceneDetailSerializer})
    def post(self, request: Request, code: UUID) -> Response:
        """Let a scene go on where it paused, stopped or was cancelled."""
        return self.act_on(request, code)


class CancelView(SceneAction):
    """Cancel."""

    service = staticmethod(services.cancel_scene)

    @extend_schema(request=ExpectedSerializer, responses={200: SceneDetailSerializer})
    def post(self, request: Request, code: UUID) -> Response:
        """Give a scene up; what is finished stays."""
        return self.act_on(request, code)


class UpgradeView(APIView):
    """Another version of the scene's type."""

    @extend_schema(
        parameters=[OpenApiParameter("type_version", int, required=True)],
        responses={200: DifferenceSerializer(many=True)},
    )
    def get(self, request: Request, code: UUID) -> Response:
        """What another version of its type says differently from the scene's."""
        body = UpgradeSerializer(data={"type_version": request.query_params.get("type_version")})
        body.is_valid(raise_exception=True)
        scene = loading.scene(request.user, code)
        after = _version_for(request.user, scene, body.validated_data["type_version"])
        found = type_differences(scene.type_version, after)
        return Response(DifferenceSerializer(found, many=True).data)

    @extend_schema(request=UpgradeSerializer, responses={200: SceneDetailSerializer})
    def post(self, request: Request, code: UUID) -> Response:
        """Let the scene take up another version of its type."""
        body = UpgradeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        user: Any = request.user
        scene = loading.scene(user, code)
        services.upgrade_scene(
            actor=user,
            scene=scene,
            type_version=_version_for(user, scene, body.validated_data["type_version"]),
            expected_version=body.validated_data["expected_version"],
        )
        return _answer(user, code)


class RedoView(APIView):
    """New takes of segments."""

    required_scope = _SPEND

    @extend_schema(request=RedoSerializer, responses={201: TakeSerializer(many=True)})
    def post(self, request: Request, code: UUID) -> Response:
        """Ask for new takes of segments; what is there stays."""
        body = RedoSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        user: Any = request.user
        scene = loading.scene(user, code)
        made = redo_segments(
            actor=user,
            scene=scene,
            segments=loading.segments(scene, given["segments"]),
            changes=given["changes"],
            same_seed=given["same_seed"],
            count=given["count"],
            select=given["select"],
            expected_version=given["expected_version"],
        )
        takes = loading.takes(user).filter(pk__in=[take.pk for take in made]).order_by("pk")
        return Response(TakeSerializer(takes, many=True).data, status=status.HTTP_201_CREATED)


class MatrixPreviewView(APIView):
    """Characters × scene types, before anything is made."""

    required_scope = ApiScope.Code.READ

    @extend_schema(request=MatrixSerializer, responses={200: PlannedSerializer})
    def post(self, request: Request) -> Response:
        """What making these scenes would mean: how many, price, time."""
        user, project, people, versions = _matrix(request)
        found = services.plan_matrix(
            actor=user, project=project, characters=people, type_versions=versions
        )
        return Response(PlannedSerializer(found).data)


class MatrixCreateView(APIView):
    """Characters × scene types, made."""

    @extend_schema(request=MatrixSerializer, responses={201: SceneSerializer(many=True)})
    def post(self, request: Request) -> Response:
        """Make a scene of each character by each scene type where there is none."""
        user, project, people, versions = _matrix(request)
        made = services.create_scenes(
            actor=user,
            project=project,
            pairs=[(character, version) for character in people for version in versions],
        )
        rows = loading.scenes(user).filter(pk__in=[scene.pk for scene in made]).order_by("pk")
        return Response(SceneSerializer(rows, many=True).data, status=status.HTTP_201_CREATED)


def _matrix(request: Request) -> tuple[Any, Project, Any, Any]:
    body = MatrixSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    given = body.validated_data
    user: Any = request.user
    return (
        user,
        Project.objects.get_visible(user, code=given["project"]),
        loading.characters(user, given["characters"]),
        loading.newest_versions(user, given["scene_types"]),
    )


def _version_for(user: Any, scene: Scene, number: int) -> Any:
    return loading.type_version(user, scene.type_version.scene_type.code, number)


def _answer(user: Any, code: UUID, code_status: int = status.HTTP_200_OK) -> Response:
    found = loading.scene(user, code)
    return Response(SceneDetailSerializer(found).data, status=code_status)
