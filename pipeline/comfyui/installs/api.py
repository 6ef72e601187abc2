"""Endpoints of installations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from pipeline.comfyui.installs import queries, services
from pipeline.comfyui.installs.serializers import (
    InstallDetailSerializer,
    InstallPlanSerializer,
    PlanSerializer,
)
from pipeline.comfyui.models import InstallPlan
from pipeline.comfyui.queries import get_instance
from studio.core.models import ApiScope


def _shown(request: Request, code: UUID) -> Any:
    plan = queries.get_plan(code)
    return InstallDetailSerializer(plan, context={"request": request}).data


@extend_schema_view(get=extend_schema(summary="Installations of nodes, newest first"))
class InstallListView(ListAPIView[InstallPlan]):
    """All installations, and planning one."""

    required_scope = ApiScope.Code.ADMIN
    serializer_class = InstallPlanSerializer
    keyset_order = ("-id",)
    queryset = InstallPlan.objects.none()

    def get_queryset(self) -> QuerySet[InstallPlan]:
        """Without their logs."""
        return queries.all_plans()

    @extend_schema(
        summary="Plan an installation of missing nodes",
        request=PlanSerializer,
        responses={201: InstallDetailSerializer},
    )
    def post(self, request: Request) -> Response:
        """For people who make things; an Admin approves it."""
        user: Any = request.user
        services.require_planner(user)
        body = PlanSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        plan = services.plan_nodes(
            actor=user,
            instance=get_instance(body.validated_data["worker"]),
            node_classes=body.validated_data["node_classes"],
        )
        return Response(_shown(request, plan.code), status=status.HTTP_201_CREATED)


class InstallView(APIView):
    """One installation."""

    required_scope = ApiScope.Code.READ

    @extend_schema(summary="An installation of nodes", responses={200: InstallDetailSerializer})
    def get(self, request: Request, code: UUID) -> Response:
        """With its log, for Admins."""
        return Response(_shown(request, code))


class _Decision(APIView):
    """A decision about an installation."""

    required_scope = ApiScope.Code.ADMIN

    def decide(self, request: Request, code: UUID, service: Callable[..., None]) -> Response:
        """Call a service on the plan, and show it afterwards."""
        service(actor=request.user, plan=queries.get_plan(code))
        return Response(_shown(request, code))


class ApproveView(_Decision):
    """Approving an installation."""

    @extend_schema(
        summary="Let it be carried out", request=None, responses={200: InstallDetailSerializer}
    )
    def post(self, request: Request, code: UUID) -> Response:
        """For Admins."""
        return self.decide(request, code, services.approve_plan)


class DiscardView(_Decision):
    """Discarding an installation."""

    @extend_schema(summary="Give it up", request=None, responses={200: InstallDetailSerializer})
    def post(self, request: Request, code: UUID) -> Response:
        """For Admins and for whoever asked for it."""
        return self.decide(request, code, services.discard_plan)


class StopView(_Decision):
    """Stopping an installation."""

    @extend_schema(
        summary="Stop it and undo what it has done",
        request=None,
        responses={200: InstallDetailSerializer},
    )
    def post(self, request: Request, code: UUID) -> Response:
        """For Admins."""
        return self.decide(request, code, services.stop_plan)
