"""API keys for scripts: hashed at rest, limited by scopes."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db.models import Q
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

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
        if len(parts) != 2 or parts[0].lower() != self.keyword.lower():
            return None
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
        return self.keyword


class HasScope(BasePermission):
    """A key must include the scope that the view names (`required_scope`), else read or write."""

    message = "This API key does not include the scope that the request needs."

    def has_permission(self, request: Request, view: Any) -> bool:
        """People and tokens pass; keys need the scope."""
        if not isinstance(request.auth, ApiKey):
            return True
        granted = {grant.scope_id for grant in request.auth.grants.all()}
        if request.method in SAFE_METHODS:
            return ApiScope.Code.READ in granted
        wanted = getattr(view, "required_scope", ApiScope.Code.WRITE)
        return wanted in granted
