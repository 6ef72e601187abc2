"""Endpoints of workflows, their versions, and readiness."""

from __future__ import annotations

import json
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

from pipeline.comfyui.queries import get_instance
from pipeline.operations.catalogue import get_operation
from pipeline.workflows import queries, serializers, services
from pipeline.workflows.binding import bind_workflow, unbind_workflow
from pipeline.workflows.dryrun import dry_run
from pipeline.workflows.mapping import Parameter
from pipeline.workflows.models import Workflow, WorkflowState, WorkflowVersion
from pipeline.workflows.parameters import parameter_from
from pipeline.workflows.policy import instances_in_use, require_change
from pipeline.workflows.readiness import check_instance, check_version
from studio.core.access import require_admin
from studio.core.models import ApiScope, Project


def _workflow(user: Any, code: UUID) -> Any:
    (row,) = queries.rows_of([queries.get_workflow(user, code)])
    return serializers.WorkflowSerializer(row).data


def _version(user: Any, code: UUID) -> Any:
    return serializers.WorkflowVersionSerializer(queries.get_version(user, code)).data


def _parameters(body: Any) -> list[Parameter] | None:
    documents = body.pop("parameters")
    return None if documents is None else [parameter_from(item) for item in documents]


@extend_schema_view(
    get=extend_schema(
        summary="Workflows, newest first",
        parameters=[OpenApiParameter("archived", bool, description="The archived ones instead.")],
    )
)
class WorkflowListView(ListAPIView[Workflow]):
    """Workflows of the studio and of one's projects, and importing one."""

    required_scope = ApiScope.Code.WRITE
    serializer_class: Any = serializers.WorkflowSerializer  # of rows, which hold more besides
    keyset_order = ("-id",)
    queryset = Workflow.objects.none()

    def get_queryset(self) -> QuerySet[Workflow]:
        """Those in use, or with `archived=true` those that are not any more."""
        archived = self.request.query_params.get("archived", "").lower() in ("1", "true")
        return queries.listed(self.request.user, archived=archived)

    def paginate_queryset(self, queryset: Any) -> Any:
        """A page with versions and readiness."""
        return queries.rows_of(super().paginate_queryset(queryset) or [])

    @extend_schema(
        summary="Import a workflow",
        request=serializers.WorkflowImportSerializer,
        responses={201: serializers.WorkflowImportedSerializer},
    )
    def post(self, request: Request) -> Response:
        """Its first version is a draft. Those of the studio are for Admins to import."""
        user: Any = request.user
        body = serializers.WorkflowImportSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        values = dict(body.validated_data)
        code, document = values.pop("project"), values.pop("document")
        project = Project.objects.get_visible(user, code=code) if code is not None else None
        require_change(user, project)
        imported = services.read_workflow(json.dumps(document).encode())
        made = services.import_workflow(
            actor=user,
            project=project,
            imported=imported,
            parameters=_parameters(values),
            **values,
        )
        document = {
            "workflow": _workflow(user, made.workflow.code),
            "version": _version(user, made.code),
            "problems": imported.problems,
        }
        return Response(document, status=status.HTTP_201_CREATED)


class WorkflowView(APIView):
    """One workflow."""

    required_scope = ApiScope.Code.WRITE

    @extend_schema(summary="A workflow", responses={200: serializers.WorkflowSerializer})
    def get(self, request: Request, code: UUID) -> Response:
        """With the version that a list speaks of."""
        return Response(_workflow(request.user, code))

    @extend_schema(
        summary="Rename a workflow",
        request=serializers.WorkflowChangeSerializer,
        responses={200: serializers.WorkflowSerializer},
    )
    def patch(self, request: Request, code: UUID) -> Response:
        """What is not named stays; the slug always does."""
        user: Any = request.user
        workflow = queries.get_workflow(user, code)
        require_change(user, workflow.project)
        body = serializers.WorkflowChangeSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        values = {"name": workflow.name, "description": workflow.description}
        services.rename_workflow(actor=user, workflow=workflow, **values | body.validated_data)
        return Response(_workflow(user, code))


class WorkflowOrder(APIView):
    """Something that is done to a workflow."""

    required_scope = ApiScope.Code.WRITE

    def give(self, request: Request, code: UUID, order: Callable[..., Any], **more: Any) -> Any:
        """Call a service on the workflow, and show it afterwards."""
        user: Any = request.user
        workflow = queries.get_workflow(user, code)
        require_change(user, workflow.project)
        order(actor=user, workflow=workflow, **more)
        return Response(_workflow(user, code))


class ArchiveView(WorkflowOrder):
    """Out of use."""

    @extend_schema(
        summary="Archive a workflow", request=None, responses={200: serializers.WorkflowSerializer}
    )
    def post(self, request: Request, code: UUID) -> Response:
        """It runs and serves nothing until it is restored."""
        found: Response = self.give(request, code, services.set_archived, archived=True)
        return found


class RestoreView(WorkflowOrder):
    """Back into use."""

    @extend_schema(
        summary="Restore a workflow", request=None, responses={200: serializers.WorkflowSerializer}
    )
    def post(self, request: Request, code: UUID) -> Response:
        """It can be run again."""
        found: Response = self.give(request, code, services.set_archived, archived=False)
        return found


class _Binding(WorkflowOrder):
    """Serving operations."""

    def change(self, request: Request, code: UUID, order: Callable[..., Any]) -> Response:
        """Bind or unbind the operation that the body names."""
        require_change(request.user, queries.get_workflow(request.user, code).project)  # type: ignore[arg-type]
        body = serializers.WorkflowBindSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        operation = get_operation(body.validated_data["operation"])
        found: Response = self.give(request, code, order, operation=operation.code)
        return found


class BindView(_Binding):
    """Serving an operation."""

    @extend_schema(
        summary="Let a workflow serve an operation",
        request=serializers.WorkflowBindSerializer,
        responses={200: serializers.WorkflowSerializer},
    )
    def post(self, request: Request, code: UUID) -> Response:
        """By its version in production; for Admins, and workflows of the studio."""
        return self.change(request, code, bind_workflow)


class UnbindView(_Binding):
    """Serving an operation no longer."""

    @extend_schema(
        summary="Let a workflow serve an operation no longer",
        request=serializers.WorkflowBindSerializer,
        responses={200: serializers.WorkflowSerializer},
    )
    def post(self, request: Request, code: UUID) -> Response:
        """Jobs that name it keep it."""
        return self.change(request, code, unbind_workflow)


@extend_schema_view(
    get=extend_schema(
        summary="Versions, newest first",
        parameters=[OpenApiParameter("workflow", UUID, description="Of this workflow only.")],
    )
)
class VersionListView(ListAPIView[WorkflowVersion]):
    """Versions of workflows, without their graphs, and adding one."""

    required_scope = ApiScope.Code.WRITE
    serializer_class = serializers.WorkflowVersionBriefSerializer
    keyset_order = ("-id",)
    queryset = WorkflowVersion.objects.none()

    def get_queryset(self) -> QuerySet[WorkflowVersion]:
        """Of all workflows that one sees, or of one."""
        user: Any = self.request.user
        found = WorkflowVersion.objects.filter(workflow__in=Workflow.objects.visible_to(user))
        found = found.select_related("state").defer("graph", "editor")
        if wanted := self.request.query_params.get("workflow"):
            code = _uuid(wanted)
            return found.filter(workflow__code=code) if code is not None else found.none()
        return found

    @extend_schema(
        summary="Add a version",
        request=serializers.NewWorkflowVersionSerializer,
        responses={201: serializers.WorkflowVersionSerializer},
    )
    def post(self, request: Request) -> Response:
        """A draft: with a new graph, or the newest one mapped anew."""
        user: Any = request.user
        body = serializers.NewWorkflowVersionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        values = dict(body.validated_data)
        workflow = queries.get_workflow(user, values.pop("workflow"))
        require_change(user, workflow.project)
        editor = None
        if values["graph"] is None:
            newest = workflow.versions.order_by("-number")[0]
            values["graph"], editor = newest.graph, newest.editor
        parameters = _parameters(values)
        if parameters is None:
            parameters = services.suggested(values["graph"])
        made = services.add_version(
            actor=user, workflow=workflow, parameters=parameters, editor=editor, **values
        )
        return Response(_version(user, made.code), status=status.HTTP_201_CREATED)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


class VersionView(APIView):
    """One version."""

    required_scope = ApiScope.Code.READ

    @extend_schema(summary="A version", responses={200: serializers.WorkflowVersionSerializer})
    def get(self, request: Request, code: UUID) -> Response:
        """With its graph and what can be set of it."""
        return Response(_version(request.user, code))


class VersionStateView(APIView):
    """The state of a version."""

    required_scope = ApiScope.Code.WRITE

    @extend_schema(
        summary="Change a version's state",
        request=serializers.WorkflowStateSerializer,
        responses={200: serializers.WorkflowVersionSerializer},
    )
    def post(self, request: Request, code: UUID) -> Response:
        """Tested, production, back, or retired; 409 says why not."""
        user: Any = request.user
        version = queries.get_version(user, code)
        require_change(user, version.workflow.project)
        body = serializers.WorkflowStateSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        state = WorkflowState.Code.by_code(body.validated_data["state"])
        services.set_state(actor=user, version=version, state=state)
        return Response(_version(user, code))


class DryRunView(APIView):
    """Trying a version out."""

    required_scope = ApiScope.Code.WRITE

    @extend_schema(
        summary="Try a version out",
        request=serializers.WorkflowTryOutSerializer,
        responses={200: serializers.WorkflowDryRunSerializer},
    )
    def post(self, request: Request, code: UUID) -> Response:
        """What would be sent to an instance, and whether it would take it; nothing is sent."""
        user: Any = request.user
        version = queries.get_version(user, code)
        require_change(user, version.workflow.project)
        body = serializers.WorkflowTryOutSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        values = dict(body.validated_data)
        instance = get_instance(values.pop("worker"))
        report = dry_run(actor=user, version=version, instance=instance, **values)
        return Response(serializers.WorkflowDryRunSerializer(report).data)


@extend_schema_view(get=extend_schema(summary="Which version would run where"))
class ReadinessListView(ListAPIView[WorkflowVersion]):
    """Tested versions and those in production, on every instance in use."""

    required_scope = ApiScope.Code.READ
    serializer_class: Any = serializers.ReadinessSerializer
    keyset_order = ("-id",)
    queryset = WorkflowVersion.objects.none()

    def get_queryset(self) -> QuerySet[WorkflowVersion]:
        """Of the workflows that one sees."""
        return queries.checked_versions(self.request.user)

    def paginate_queryset(self, queryset: Any) -> Any:
        """A page with what was found."""
        return queries.readiness_rows(super().paginate_queryset(queryset) or [])


class ReadinessCheckView(APIView):
    """Checking everything now."""

    required_scope = ApiScope.Code.ADMIN

    @extend_schema(
        summary="Check every version on every instance", request=None, responses={204: None}
    )
    def post(self, request: Request) -> Response:
        """By what the instances last said they have. For Admins."""
        require_admin(request.user)
        for instance in instances_in_use():
            check_instance(instance)
        return Response(status=status.HTTP_204_NO_CONTENT)


class VersionCheckView(APIView):
    """Checking one version now."""

    required_scope = ApiScope.Code.WRITE

    @extend_schema(
        summary="Check a version on every instance",
        request=None,
        responses={200: serializers.ReadinessSerializer},
    )
    def post(self, request: Request, code: UUID) -> Response:
        """By what the instances last said they have."""
        user: Any = request.user
        version = queries.get_version(user, code)
        require_change(user, version.workflow.project)
        check_version(version)
        (row,) = queries.readiness_rows([version])
        return Response(serializers.ReadinessSerializer(row).data)
