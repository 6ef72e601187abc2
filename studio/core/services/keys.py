"""What can be done to keys."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from studio.core.access import require_admin
from studio.core.errors import Invalid, NotFound
from studio.core.models import ApiKey, ApiKeyScope, ApiScope, User
from studio.live.kinds import StudioEvents
from studio.live.services import record_event


def create_api_key(
    *,
    actor: User,
    name: str,
    scopes: Iterable[ApiScope.Code],
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key for scripts that act as `actor`.

    Returns:
        The key's row and its secret; the secret is shown once and kept nowhere.

    Raises:
        Invalid: no name, no scope, or an expiry in the past.
        Forbidden: the admin scope for somebody who is no Admin.
    """
    wanted = set(scopes)
    if not name.strip() or not wanted:
        fields = {} if name.strip() else {"name": ["Give the key a name."]}
        if not wanted:
            fields["scopes"] = ["Choose what the key may do."]
        raise Invalid("A key needs a name and at least one scope.", fields=fields)
    if expires_at is not None and expires_at <= timezone.now():
        raise Invalid("The expiry is in the past.", fields={"expires_at": ["Choose a later time."]})
    if ApiScope.Code.ADMIN in wanted:
        require_admin(actor)
    prefix = secrets.token_hex(6)
    secret = f"sf_{prefix}_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        key = ApiKey.objects.create(
            user=actor,
            name=name.strip()[:80],
            prefix=prefix,
            digest=hashlib.sha256(secret.encode()).hexdigest(),
            expires_at=expires_at,
        )
        ApiKeyScope.objects.bulk_create(ApiKeyScope(api_key=key, scope_id=s) for s in wanted)
        record_event(
            StudioEvents.API_KEY_CREATED, actor=actor, subject_code=key.code, label=key.name
        )
    return key, secret


def revoke_api_key(*, actor: User, key: ApiKey) -> None:
    """End a key at once.

    Raises:
        NotFound: it is neither the actor's own nor is the actor an Admin.
    """
    if key.user_id != actor.pk and not actor.is_admin:
        raise NotFound("There is no such key.")
    with transaction.atomic():
        if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now()):
            record_event(
                StudioEvents.API_KEY_REVOKED, actor=actor, subject_code=key.code, label=key.name
            )
