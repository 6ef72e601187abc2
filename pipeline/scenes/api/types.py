"""Endpoints for scene types."""

from __future__ import annotations

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
from pipeline.scenes.api.recipes import (
    NewTypeSerializer,
    NewTypeVersionSerializer,
    SceneTypeDetailSerializer,
    SceneTypeSerializer,
    TypeVersionDetailSerializer,
    TypeVersionSerializer,
)
from pipeline.scenes.models import SceneType, SceneTypeVersion
from pipeline.scenes.services.types import add_type_version, create_scene_type
from studio.core.models import Project


@extend_schema_view(
    get=extend_schema(parameters=[OpenApiParameter("project", UUID)]),
)
class SceneTypeListView(ListAPIView[SceneType]):
    """Scene types of one's projects, newest first."""

    serializer_class = SceneTypeSerializer

    def get_queryset(self) -> QuerySet[SceneType]:
        """Those of one project, if asked for."""
        found = loading.scene_types(self.request.user)
        if project := self.request.query_params.get("project"):
            found = found.filter(project__code=loading.uuid_of(project, "project"))
        return found

    @extend_schema(request=NewTypeSerializer, responses={201: SceneTypeDetailSerializer})
    def post(self, request: Request) -> Response:
        """Make a scene type with its first version."""
        body = NewTypeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        user: Any = request.user
        version = create_scene_type(
            actor=user,
            project=Project.objects.get_visible(user, code=given["project"]),
            name=given["name"],
            values=given["recipe"],
            parent=_parent(user, given["parent"]),
        )
        return _answer(user, version.scene_type.code, status.HTTP_201_CREATED)


class SceneTypeView(APIView):
    """One scene type."""

    @extend_schema(responses={200: SceneTypeDetailSerializer})
    def get(self, request: Request, code: UUID) -> Response:
        """A scene type with the whole recipe of its newest version."""
        return _answer(request.user, code, status.HTTP_200_OK)


class TypeVersionListView(ListAPIView[SceneTypeVersion]):
    """The versions of a scene type, newest first."""

    serializer_class = TypeVersionSerializer
    keyset_order = ("-number",)
    queryset = SceneTypeVersion.objects.none()

    def get_queryset(self) -> QuerySet[SceneTypeVersion]:
        """Those of one scene type."""
        found = loading.scene_type(self.request.user, self.kwargs["code"])
        return SceneTypeVersion.objects.filter(scene_type=found)

    @extend_schema(request=NewTypeVersionSerializer, responses={201: SceneTypeDetailSerializer})
    def post(self, request: Request, code: UUID) -> Response:
        """Add a version; scenes keep theirs until they are upgraded."""
        body = NewTypeVersionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        user: Any = request.user
        add_type_version(
            actor=user,
            scene_type=loading.scene_type(user, code),
            values=body.validated_data["recipe"],
            parent=_parent(user, body.validated_data["parent"]),
        )
        return _answer(user, code, status.HTTP_201_CREATED)


class TypeVersionView(APIView):
    """One version of a scene type."""

    @extend_schema(responses={200: TypeVersionDetailSerializer})
    def get(self, request: Request, code: UUID, number: int) -> Response:
        """A version with its whole recipe."""
        version = loading.type_version(request.user, code, number)
        return Response(TypeVersionDetailSerializer(version).data)


def _parent(user: Any, given: dict[str, Any] | None) -> SceneTypeVersion | None:
    if given is None:
        return None
    return loading.type_version(user, given["type"], given.get("version"))


def _answer(user: Any, code: UUID, code_status: int) -> Response:
    found = loading.scene_type(user, code)
    return Response(SceneTypeDetailSerializer(found).data, status=code_status)
