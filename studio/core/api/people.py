"""The API of oneself, of keys, and for Admins of people."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import generics
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from studio.core import services
from studio.core.api import serializers as bodies
from studio.core.authentication import BASE_PERMISSIONS, IsStudioAdmin, NotByKey
from studio.core.errors import NotFound
from studio.core.models import ApiKey, ApiScope, User
from studio.core.queries import own_keys, people

DONE = OpenApiResponse(description="Done")


def checked(view: generics.GenericAPIView[Any], serializer: type[Any], data: Any) -> dict[str, Any]:
    """The body's values, or a problem that names each wrong one."""
    body = serializer(data=data, context=view.get_serializer_context())
    body.is_valid(raise_exception=True)
    found: dict[str, Any] = body.validated_data
    return found


class Me(generics.GenericAPIView[User]):
    """Oneself; a key may look, and change nothing."""

    serializer_class = bodies.MeSerializer

    def get_permissions(self) -> Any:
        """Changes are for sessions and tokens."""
        found = super().get_permissions()
        return found if self.request.method in SAFE_METHODS else [*found, NotByKey()]

    @extend_schema(operation_id="me_retrieve")
    def get(self, request: Request) -> Response:
        """Who these credentials belong to."""
        return Response(self.get_serializer(request.user).data)

    @extend_schema(operation_id="me_update", request=bodies.ChangeMeSerializer)
    def patch(self, request: Request) -> Response:
        """Change one's own display name or address."""
        user: Any = request.user
        change = checked(self, bodies.ChangeMeSerializer, request.data)
        with transaction.atomic():
            if "display_name" in change:
                services.set_display_name(user=user, display_name=change["display_name"])
            if "email" in change:
                services.set_email(user=user, email=change["email"])
        return Response(self.get_serializer(people().get(pk=user.pk)).data)


class MyPassword(generics.GenericAPIView[User]):
    """One's own password."""

    serializer_class = bodies.PasswordSerializer
    permission_classes = [*BASE_PERMISSIONS, NotByKey]

    @extend_schema(operation_id="me_password", responses={204: DONE})
    def post(self, request: Request) -> Response:
        """Replace one's password; all sessions and tokens end."""
        values = checked(self, bodies.PasswordSerializer, request.data)
        user: Any = request.user
        services.change_password(user=user, old=values["old"], new=values["new"])
        return Response(status=204)


class MyKeys(generics.ListAPIView[ApiKey]):
    """One's own API keys."""

    serializer_class = bodies.ApiKeySerializer
    permission_classes = [*BASE_PERMISSIONS, NotByKey]
    queryset = ApiKey.objects.none()

    def get_queryset(self) -> QuerySet[ApiKey]:
        """Newest first, ended ones included."""
        user: Any = self.request.user
        return own_keys(user)

    @extend_schema(
        operation_id="me_api_keys_create",
        request=bodies.NewApiKeySerializer,
        responses={201: bodies.ApiKeyWithSecretSerializer},
    )
    def post(self, request: Request) -> Response:
        """Make a key; its secret is in this answer and nowhere else."""
        values = checked(self, bodies.NewApiKeySerializer, request.data)
        user: Any = request.user
        key, secret = services.create_api_key(actor=user, **values)
        body = bodies.ApiKeySerializer(own_keys(user).get(pk=key.pk)).data
        return Response({**body, "secret": secret}, status=201)


class MyKey(generics.GenericAPIView[ApiKey]):
    """One of one's own API keys."""

    permission_classes = [*BASE_PERMISSIONS, NotByKey]

    @extend_schema(operation_id="me_api_keys_revoke", request=None, responses={204: DONE})
    def delete(self, request: Request, code: uuid.UUID) -> Response:
        """Revoke a key at once; it stays in the list."""
        user: Any = request.user
        key = own_keys(user).filter(code=code).first()
        if key is None:
            raise NotFound("There is no such key.")
        services.revoke_api_key(actor=user, key=key)
        return Response(status=204)


class ForAdmins(generics.GenericAPIView[User]):
    """Common to the administration of people: Admins, and keys with the scope `admin`."""

    permission_classes = [*BASE_PERMISSIONS, IsStudioAdmin]
    read_scope = required_scope = ApiScope.Code.ADMIN
    serializer_class = bodies.UserSerializer
    queryset = User.objects.none()

    def person(self, code: uuid.UUID) -> User:
        """The person with this code."""
        found = people().filter(code=code).first()
        if found is None:
            raise NotFound("There is no such person.")
        return found


class Users(ForAdmins, generics.ListAPIView[User]):
    """Everybody in the studio."""

    def get_queryset(self) -> QuerySet[User]:
        """Newest first; `?q=` looks into user names."""
        found = people()
        if wanted := self.request.query_params.get("q", ""):
            found = found.filter(username__icontains=wanted)
        return found

    @extend_schema(
        operation_id="users_list",
        parameters=[OpenApiParameter("q", str, description="part of the user name")],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Everybody, newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="users_create",
        request=bodies.NewUserSerializer,
        responses={201: bodies.UserWithPasswordSerializer},
    )
    def post(self, request: Request) -> Response:
        """Add a person; the one-time password is in this answer and nowhere else."""
        values = checked(self, bodies.NewUserSerializer, request.data)
        actor: Any = request.user
        user, password = services.add_person(actor=actor, **values)
        return Response({**self.get_serializer(user).data, "password": password}, status=201)


class OneUser(ForAdmins):
    """One person."""

    @extend_schema(operation_id="users_retrieve")
    def get(self, request: Request, code: uuid.UUID) -> Response:
        """One person."""
        return Response(self.get_serializer(self.person(code)).data)

    @extend_schema(operation_id="users_update", request=bodies.ChangeUserSerializer)
    def patch(self, request: Request, code: uuid.UUID) -> Response:
        """Change the global role, or let the person in or keep them out."""
        change = checked(self, bodies.ChangeUserSerializer, request.data)
        user, actor = self.person(code), request.user
        with transaction.atomic():
            if "role" in change:
                services.set_user_role(actor=actor, user=user, role=change["role"])  # type: ignore[arg-type]
            if "is_active" in change:
                services.set_user_active(actor=actor, user=user, active=change["is_active"])  # type: ignore[arg-type]
        return Response(self.get_serializer(self.person(code)).data)


class UserPassword(ForAdmins):
    """A one-time password."""

    @extend_schema(
        operation_id="users_reset_password",
        request=None,
        responses={200: bodies.UserWithPasswordSerializer},
    )
    def post(self, request: Request, code: uuid.UUID) -> Response:
        """Give a one-time password; sessions and tokens of the person end."""
        user, actor = self.person(code), request.user
        password = services.reset_password(actor=actor, user=user)  # type: ignore[arg-type]
        return Response({**self.get_serializer(user).data, "password": password})
