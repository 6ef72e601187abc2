"""Who sends an API request: keys for scripts (hashed, limited by scopes) and tokens for people."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken
from rest_framework_simplejwt.tokens import RefreshToken as Refresh

from studio.core.models import ApiKey, ApiScope, User

_SEEN_EVERY_S = 60


class ApiKeyAuthentication(BaseAuthentication):
    """Reads `Authorization: Api-Key sf_…`."""

    keyword = "Api-Key"

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        """The key's person and the key, or None when the request carries no key.

        Raises:
            AuthenticationFailed: the key is unknown, revoked, expired, or its person is inactive.
        """
        parts = get_authorization_header(request).decode("latin-1").split()
        if not parts or parts[0].lower() != self.keyword.lower():
            return None
        if len(parts) != 2:
            raise AuthenticationFailed("Send the key as “Authorization: Api-Key sf_…”.")
        digest = hashlib.sha256(parts[1].encode()).hexdigest()
        now = timezone.now()
        key = (
            ApiKey.objects.select_related("user")
            .prefetch_related("grants")
            .filter(Q(expires_at=None) | Q(expires_at__gt=now), digest=digest, revoked_at=None)
            .filter(user__is_active=True)
            .first()
        )
        if key is None:
            raise AuthenticationFailed("This API key is unknown, revoked or expired.")
        if key.last_used_at is None or (now - key.last_used_at).total_seconds() > _SEEN_EVERY_S:
            ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        """What a 401 tells the script to send."""
        return f'{self.keyword} realm="api", Bearer realm="api"'


class RefreshToken(Refresh):
    """A refresh token that ends with the password it was made with; not kept in clear."""

    @classmethod
    def for_user(cls, user: Any) -> RefreshToken:
        """A new token for `user`, listed as outstanding without its text."""
        token = cls()
        token[api_settings.USER_ID_CLAIM] = str(user.code)
        token[_STAMP] = stamp(user)
        OutstandingToken.objects.create(
            user=user,
            jti=token["jti"],
            token="",
            created_at=token.current_time,
            expires_at=datetime.fromtimestamp(token["exp"], tz=UTC),
        )
        return token

    def spend(self) -> bool:
        """End the token; whether it was still good. Of two at the same time, one is told so."""
        made: Any = self.blacklist()  # (row, whether it was made now)
        return bool(made[1])


#: Claim that ties a token to the person's present password.
_STAMP = "stamp"


def stamp(user: User) -> str:
    """A keyed digest of the password's hash: another one after each change of password."""
    return user.get_session_auth_hash()[:32]


def stamp_matches(token: Any, user: User) -> bool:
    """Whether the token was made with the person's present password."""
    return constant_time_compare(str(token.get(_STAMP)), stamp(user))


class TokenAuthentication(JWTAuthentication):
    """Reads `Authorization: Bearer …`; the person's row decides, so changes hold at once."""

    def get_user(self, validated_token: Any) -> Any:
        """The active person of the token.

        Raises:
            AuthenticationFailed: no such active person, or the password has changed since.
        """
        user: Any = super().get_user(validated_token)
        if not stamp_matches(validated_token, user):
            raise AuthenticationFailed("The password has changed; sign in again.")
        return user


class HasScope(BasePermission):
    """A key must include the scope that the view asks for; people and tokens have them all.

    A view may name `read_scope` and `required_scope` (for changes); else they are read and write.
    """

    message = "This API key does not include the scope that the request needs."

    def has_permission(self, request: Request, view: Any) -> bool:
        """People and tokens pass; keys need the scope."""
        if not isinstance(request.auth, ApiKey):
            return True
        granted = {grant.scope_id for grant in request.auth.grants.all()}
        if request.method in SAFE_METHODS:
            return getattr(view, "read_scope", ApiScope.Code.READ) in granted
        return getattr(view, "required_scope", ApiScope.Code.WRITE) in granted


class HasOwnPassword(BasePermission):
    """A one-time password opens nothing but the page where it is replaced."""

    message = "Choose a password of your own first, on the page /me/password/."

    def has_permission(self, request: Request, view: Any) -> bool:
        """Everybody passes who has replaced the one-time password."""
        return not getattr(request.user, "must_change_password", False)


class NotByKey(BasePermission):
    """For what a person must do: a key can neither make keys nor change its person."""

    message = "This can't be done with an API key; sign in or use a token."

    def has_permission(self, request: Request, view: Any) -> bool:
        """Sessions and tokens pass."""
        return not isinstance(request.auth, ApiKey)


class IsStudioAdmin(BasePermission):
    """For Admins of the studio."""

    message = "This is for Admins of the studio."

    def has_permission(self, request: Request, view: Any) -> bool:
        """Admins pass."""
        return bool(getattr(request.user, "is_admin", False))


#: What every view of the API asks for; views that ask for more add to it.
BASE_PERMISSIONS: list[type[BasePermission]] = [IsAuthenticated, HasScope, HasOwnPassword]
