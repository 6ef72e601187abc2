"""Tokens for scripts that sign in as a person: get, renew, revoke."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework_simplejwt.exceptions import TokenError

from studio.core.authentication import RefreshToken, stamp_matches
from studio.core.errors import DomainError, Forbidden, Invalid, NotSignedIn
from studio.core.models import User
from studio.core.services import sign_in
from studio.core.web import client_address


class CredentialsSerializer(serializers.Serializer[Any]):
    """User name and password."""

    username = serializers.CharField(max_length=60)
    password = serializers.CharField(max_length=200, trim_whitespace=False, write_only=True)


class RefreshSerializer(serializers.Serializer[Any]):
    """A refresh token."""

    refresh = serializers.CharField(max_length=4000)


class TokensSerializer(serializers.Serializer[Any]):
    """A short-lived token for requests and a longer one to renew it."""

    access = serializers.CharField(help_text="send as `Authorization: Bearer …`; 15 minutes")
    refresh = serializers.CharField(help_text="7 days; each use replaces it")


class TokenView(generics.GenericAPIView[Any]):
    """Common to the three: no credentials needed, throttled."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "login"


class ObtainToken(TokenView):
    """Sign in for tokens."""

    serializer_class = CredentialsSerializer

    @extend_schema(operation_id="token_create", responses={200: TokensSerializer})
    def post(self, request: Request) -> Response:
        """Sign in with name and password."""
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            user = sign_in(
                request=None,
                username=body.validated_data["username"],
                password=body.validated_data["password"],
                address=client_address(request._request),
            )
        except Invalid as error:
            raise NotSignedIn(error.detail) from error
        if user.must_change_password:
            raise Forbidden("Replace the one-time password first, on the page /me/password/.")
        return Response(_tokens(RefreshToken.for_user(user)))


class RenewToken(TokenView):
    """Renew."""

    serializer_class = RefreshSerializer

    @extend_schema(operation_id="token_refresh", responses={200: TokensSerializer})
    def post(self, request: Request) -> Response:
        """Exchange a refresh token for new tokens; the old one is of no use afterwards."""
        old = _refresh_token(self.get_serializer(data=request.data))
        user = User.objects.filter(code=old["sub"], is_active=True).first()
        if user is None or not stamp_matches(old, user) or not old.spend():
            raise _refused()
        return Response(_tokens(RefreshToken.for_user(user)))


class RevokeToken(TokenView):
    """Revoke."""

    serializer_class = RefreshSerializer

    @extend_schema(
        operation_id="token_revoke", responses={204: OpenApiResponse(description="Done")}
    )
    def post(self, request: Request) -> Response:
        """End a refresh token; its access token ends within 15 minutes by itself."""
        _refresh_token(self.get_serializer(data=request.data)).spend()
        return Response(status=204)


def _tokens(refresh: Any) -> dict[str, str]:
    return {"access": str(refresh.access_token), "refresh": str(refresh)}


def _refresh_token(body: Any) -> Any:
    body.is_valid(raise_exception=True)
    try:
        return RefreshToken(body.validated_data["refresh"])
    except TokenError as error:
        raise _refused() from error


def _refused() -> DomainError:
    return NotSignedIn(
        "This token has ended, was revoked or was not made here.", remedy="Sign in again."
    )
