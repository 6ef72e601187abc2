"""The API of projects and members, and of the lookups."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from studio.core import services
from studio.core.api import serializers as bodies
from studio.core.api.people import checked
from studio.core.errors import Invalid, NotFound
from studio.core.lookups import lookup_models
from studio.core.models import Membership, Project, User
from studio.core.queries import members_of

DONE = OpenApiResponse(description="Done")


class ProjectView(generics.GenericAPIView[Any]):
    """Common to all below a project: it must be visible to the caller."""

    def project(self, code: uuid.UUID) -> Project:
        """The project, loaded with its owner.

        Raises:
            NotFound: there is none, or it is not for this person.
        """
        seen = Project.objects.select_related("owner__profile")
        return seen.get_visible(self.request.user, code=code)


class Projects(generics.ListAPIView[Project]):
    """Projects."""

    serializer_class = bodies.ProjectSerializer
    queryset = Project.objects.none()

    def get_queryset(self) -> QuerySet[Project]:
        """Those that the caller sees, newest first."""
        seen = Project.objects.visible_to(self.request.user).select_related("owner__profile")
        archived = self.request.query_params.get("archived", "false").lower()
        if archived not in ("true", "false"):
            raise Invalid(fields={"archived": ["true or false"]})
        return seen.filter(archived_at__isnull=archived == "false")

    @extend_schema(
        operation_id="projects_list",
        parameters=[OpenApiParameter("archived", bool, description="those put away instead")],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Projects that these credentials see, newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="projects_create",
        request=bodies.NewProjectSerializer,
        responses={201: bodies.ProjectSerializer},
    )
    def post(self, request: Request) -> Response:
        """Make a shared project."""
        values = checked(self, bodies.NewProjectSerializer, request.data)
        actor: Any = request.user
        project = services.create_project(actor=actor, **values)
        return Response(self.get_serializer(project).data, status=201)


class OneProject(ProjectView):
    """One project."""

    serializer_class = bodies.ProjectSerializer

    @extend_schema(operation_id="projects_retrieve")
    def get(self, request: Request, code: uuid.UUID) -> Response:
        """One project."""
        return Response(self.get_serializer(self.project(code)).data)

    @extend_schema(operation_id="projects_update", request=bodies.ChangeProjectSerializer)
    def patch(self, request: Request, code: uuid.UUID) -> Response:
        """Rename it, put it away, or bring it back."""
        project = self.project(code)
        actor: Any = request.user
        services.require_manage(actor=actor, project=project)
        change = checked(self, bodies.ChangeProjectSerializer, request.data)
        with transaction.atomic():
            if "name" in change:
                services.rename_project(actor=actor, project=project, name=change["name"])
            if "archived" in change:
                services.set_project_archived(
                    actor=actor, project=project, archived=change["archived"]
                )
        return Response(self.get_serializer(project).data)


class Members(ProjectView, generics.ListAPIView[Membership]):
    """Members of a project."""

    serializer_class = bodies.MemberSerializer
    queryset = Membership.objects.none()
    keyset_order = ("id",)

    def get_queryset(self) -> QuerySet[Membership]:
        """By the time of joining."""
        return members_of(self.project(self.kwargs["code"]))

    @extend_schema(
        operation_id="members_create",
        request=bodies.NewMemberSerializer,
        responses={201: bodies.MemberSerializer},
    )
    def post(self, request: Request, code: uuid.UUID) -> Response:
        """Add a person by user name."""
        project = self.project(code)
        actor: Any = request.user
        services.require_manage(actor=actor, project=project)
        values = checked(self, bodies.NewMemberSerializer, request.data)
        membership = services.add_member(
            actor=actor, project=project, username=values["username"], role=values["role"]
        )
        found = members_of(project).get(pk=membership.pk)
        return Response(self.get_serializer(found).data, status=201)


class Member(ProjectView):
    """One member of a project."""

    serializer_class = bodies.MemberSerializer

    def member(self, project: Project, user_code: uuid.UUID) -> User:
        """The person, who must be a member."""
        found = members_of(project).filter(user__code=user_code).first()
        if found is None:
            raise NotFound("There is no such member.")
        return found.user

    @extend_schema(operation_id="members_update", request=bodies.ChangeMemberSerializer)
    def patch(self, request: Request, code: uuid.UUID, user_code: uuid.UUID) -> Response:
        """Give a member another role."""
        project = self.project(code)
        actor: Any = request.user
        services.require_manage(actor=actor, project=project)
        values = checked(self, bodies.ChangeMemberSerializer, request.data)
        user = self.member(project, user_code)
        membership = services.set_member(
            actor=actor, project=project, user=user, role=values["role"]
        )
        return Response(self.get_serializer(members_of(project).get(pk=membership.pk)).data)

    @extend_schema(operation_id="members_remove", responses={204: DONE})
    def delete(self, request: Request, code: uuid.UUID, user_code: uuid.UUID) -> Response:
        """Take a person out, or leave."""
        project = self.project(code)
        actor: Any = request.user
        services.remove_member(actor=actor, project=project, user=self.member(project, user_code))
        return Response(status=204)


class Lookups(generics.GenericAPIView[Any]):
    """The words of the studio."""

    serializer_class = bodies.LookupSerializer
    pagination_class = None

    @extend_schema(operation_id="lookups_list", responses=bodies.LookupSerializer(many=True))
    def get(self, request: Request) -> Response:
        """All states, kinds and roles, with their codes and labels."""
        found = [
            {
                "name": re.sub(r"(?<!^)(?=[A-Z])", "-", model.__name__).lower(),
                "rows": [{"code": m.code, "label": m.label} for m in model.members()],
            }
            for model in sorted(lookup_models(), key=lambda model: model.__name__)
        ]
        return Response(found)
