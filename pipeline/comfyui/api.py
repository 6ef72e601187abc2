"""Endpoints of workers."""

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

from pipeline.comfyui import queries, services
from pipeline.comfyui.charts import STEPS, steps_of
from pipeline.comfyui.models import InstanceCatalogue
from pipeline.comfyui.serializers import (
    ClearSerializer,
    HasSerializer,
    RegisterSerializer,
    VitalsQuerySerializer,
    VitalsSerializer,
    WorkerSerializer,
)
from pipeline.jobs.models import Worker
from studio.core.access import require_admin
from studio.core.errors import NotFound
from studio.core.models import ApiScope


def _shown(request: Request, code: UUID) -> Any:
    (row,) = queries.rows_of([queries.get_worker(code)])
    return WorkerSerializer(row, context={"request": request}).data


@extend_schema_view(
    get=extend_schema(
        summary="Workers, newest first",
        parameters=[OpenApiParameter("retired", bool, description="The retired ones instead.")],
    )
)
class WorkerListView(ListAPIView[Worker]):
    """All workers, and registering a ComfyUI server."""

    required_scope = ApiScope.Code.ADMIN
    serializer_class: Any = WorkerSerializer  # of rows, which hold the figures besides
    keyset_order = ("-id",)
    queryset = Worker.objects.none()

    def get_queryset(self) -> QuerySet[Worker]:
        """Those in use, or with `retired=true` those that are not any more."""
        retired = self.request.query_params.get("retired", "").lower() in ("1", "true")
        return queries.all_workers(retired=retired)

    def paginate_queryset(self, queryset: Any) -> Any:
        """A page with figures."""
        found = super().paginate_queryset(queryset)
        return queries.rows_of(found or [])

    @extend_schema(
        summary="Register a ComfyUI server",
        request=RegisterSerializer,
        responses={201: WorkerSerializer},
    )
    def post(self, request: Request) -> Response:
        """For Admins."""
        user: Any = request.user
        require_admin(user)
        body = RegisterSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        made = services.register_instance(actor=user, **body.validated_data)
        return Response(_shown(request, made.worker.code), status=status.HTTP_201_CREATED)


class WorkerView(APIView):
    """One worker."""

    required_scope = ApiScope.Code.ADMIN

    @extend_schema(summary="A worker", responses={200: WorkerSerializer})
    def get(self, request: Request, code: UUID) -> Response:
        """With its figures."""
        return Response(_shown(request, code))

    @extend_schema(
        summary="Change an instance", request=RegisterSerializer, responses={200: WorkerSerializer}
    )
    def patch(self, request: Request, code: UUID) -> Response:
        """What is not named stays. For Admins."""
        user: Any = request.user
        require_admin(user)
        instance = queries.get_instance(code)
        body = RegisterSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        services.change_instance(actor=user, instance=instance, **body.validated_data)
        return Response(_shown(request, code))

    @extend_schema(summary="Remove an instance, or retire it", responses={204: None})
    def delete(self, request: Request, code: UUID) -> Response:
        """One on which jobs have run is retired and keeps its history. For Admins."""
        user: Any = request.user
        require_admin(user)
        services.remove_instance(actor=user, instance=queries.get_instance(code))
        return Response(status=status.HTTP_204_NO_CONTENT)


class VitalsView(APIView):
    """Figures of an instance over time."""

    required_scope = ApiScope.Code.READ

    @extend_schema(
        summary="Memory, queue and latency over time",
        parameters=[VitalsQuerySerializer],
        responses={200: VitalsSerializer},
    )
    def get(self, request: Request, code: UUID) -> Response:
        """In 120 steps."""
        query = VitalsQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        hours = int(query.validated_data["hours"])
        steps = steps_of(queries.get_instance(code), hours)
        document = {"hours": hours, "step_seconds": STEPS[hours], "steps": steps}
        return Response(VitalsSerializer(document).data)


class HasView(APIView):
    """What an instance has."""

    required_scope = ApiScope.Code.READ

    @extend_schema(summary="Node classes and models", responses={200: HasSerializer})
    def get(self, request: Request, code: UUID) -> Response:
        """As it last told."""
        found = InstanceCatalogue.objects.filter(instance=queries.get_instance(code)).first()
        if found is None:
            raise NotFound("It has not told yet what it has.")
        found.node_classes = sorted(found.object_info)  # type: ignore[attr-defined]
        return Response(HasSerializer(found).data)


class _Order(APIView):
    """An order to an instance. For Admins."""

    required_scope = ApiScope.Code.ADMIN

    def give(self, request: Request, code: UUID, order: Callable[..., Any], **more: Any) -> Any:
        """Call a service on the instance, and show the worker afterwards."""
        user: Any = request.user
        require_admin(user)
        order(actor=user, instance=queries.get_instance(code), **more)
        return Response(_shown(request, code))


def _order(summary: str, service: Callable[..., Any], **more: Any) -> type[APIView]:
    """An endpoint that takes no body and calls one service."""

    class View(_Order):
        @extend_schema(summary=summary, request=None, responses={200: WorkerSerializer})
        def post(self, request: Request, code: UUID) -> Response:
            return self.give(request, code, service, **more)  # type: ignore[no-any-return]

    View.__name__ = f"{service.__name__.title().replace('_', '')}View"
    View.__doc__ = summary + "."
    return View


DrainView = _order("Finish, take nothing new", services.drain_instance, draining=True)
ResumeView = _order("Take work again", services.drain_instance, draining=False)
InterruptView = _order("Stop what of ours runs there", services.interrupt_instance)
FreeView = _order("Free its memory", services.free_memory)
RefreshView = _order("Ask it at once", services.refresh_instance)
RestartView = _order("Run its restart command", services.restart_instance)
RestoreView = _order("Bring it back from retirement", services.restore_instance)


class ClearView(_Order):
    """Taking prompts out of an instance's queue."""

    @extend_schema(
        summary="Clear its queue", request=ClearSerializer, responses={200: WorkerSerializer}
    )
    def post(self, request: Request, code: UUID) -> Response:
        """Ours, or everything."""
        require_admin(request.user)
        body = ClearSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return self.give(  # type: ignore[no-any-return]
            request, code, services.clear_queue, everything=body.validated_data["everything"]
        )
