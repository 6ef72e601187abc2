"""Keys of providers for scripts; a key of the studio's API can't change them."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from pipeline.providers import keys as services
from pipeline.providers.keys import PAID, get_key, keys_of
from pipeline.providers.models import Provider, ProviderKey
from studio.core.authentication import BASE_PERMISSIONS, NotByKey


class ProviderKeySerializer(serializers.ModelSerializer[ProviderKey]):
    """A key without the key."""

    provider = serializers.CharField(source="provider.code", read_only=True)
    state = serializers.CharField(source="state.code", read_only=True)
    is_studio = serializers.SerializerMethodField(help_text="everybody's, not the person's own")

    class Meta:
        model = ProviderKey
        fields = [
            *("code", "provider", "is_studio", "hint", "state", "message", "checked_at"),
            "created_at",
        ]

    def get_is_studio(self, key: ProviderKey) -> bool:
        """Whether the key is everybody's."""
        return key.owner_id is None


class NewProviderKeySerializer(serializers.Serializer[Any]):
    """What to keep; it is never given out again."""

    provider = serializers.ChoiceField(choices=[provider.code for provider in PAID])
    secret = serializers.CharField(max_length=400, write_only=True)
    webhook_secret = serializers.CharField(
        max_length=200, write_only=True, required=False, allow_blank=True, default=""
    )
    for_studio = serializers.BooleanField(required=False, default=False)


class ProviderKeyListView(generics.ListAPIView[ProviderKey]):
    """One's own keys and, for Admins, the studio's."""

    serializer_class = ProviderKeySerializer
    permission_classes = [*BASE_PERMISSIONS, NotByKey]
    queryset = ProviderKey.objects.none()

    def get_queryset(self) -> QuerySet[ProviderKey]:
        """Newest first."""
        user: Any = self.request.user
        return keys_of(user)

    @extend_schema(
        operation_id="provider_keys_put",
        request=NewProviderKeySerializer,
        responses={201: ProviderKeySerializer},
    )
    def post(self, request: Request) -> Response:
        """Add a key, or put it in the place of the one that was there; it is then checked."""
        body = NewProviderKeySerializer(data=request.data)
        body.is_valid(raise_exception=True)
        user: Any = request.user
        values = {**body.validated_data}
        values["provider"] = Provider.Code.by_code(values["provider"])
        key = services.put_key(actor=user, **values)
        return Response(ProviderKeySerializer(get_key(user, key.code)).data, status=201)


class ProviderKeyView(generics.GenericAPIView[ProviderKey]):
    """One of them."""

    serializer_class = ProviderKeySerializer
    permission_classes = [*BASE_PERMISSIONS, NotByKey]

    @extend_schema(operation_id="provider_keys_retrieve")
    def get(self, request: Request, code: uuid.UUID) -> Response:
        """Its state: unchecked, checking, valid, refused or unreachable."""
        user: Any = request.user
        return Response(self.get_serializer(get_key(user, code)).data)

    @extend_schema(
        operation_id="provider_keys_remove",
        request=None,
        responses={204: OpenApiResponse(description="Removed")},
    )
    def delete(self, request: Request, code: uuid.UUID) -> Response:
        """Forget it at once."""
        user: Any = request.user
        services.remove_key(actor=user, code=code)
        return Response(status=204)


class ProviderKeyCheckView(generics.GenericAPIView[ProviderKey]):
    """Asking the provider."""

    serializer_class = ProviderKeySerializer
    permission_classes = [*BASE_PERMISSIONS, NotByKey]

    @extend_schema(
        operation_id="provider_keys_check", request=None, responses={202: ProviderKeySerializer}
    )
    def post(self, request: Request, code: uuid.UUID) -> Response:
        """Ask the provider whether the key is good; the state tells, a moment later."""
        user: Any = request.user
        key = services.check_key(actor=user, code=code)
        return Response(self.get_serializer(key).data, status=202)
