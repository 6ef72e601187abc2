"""Who may use the addresses of the ground."""

from __future__ import annotations

from typing import Any

from studio.core.models import ApiKey, ApiScope, Session
from studio.core.services import create_api_key
from studio.live.models import Notification
from tests.support.access import Cast, Rule, declare, provide

PUBLIC, SIGNED_IN, MAKERS, OWN = Rule.PUBLIC, Rule.SIGNED_IN, Rule.MAKERS, Rule.OWN
VIEW, MANAGE, ADMIN = Rule.VIEW, Rule.MANAGE, Rule.ADMIN


@provide
def api_key(cast: Cast) -> ApiKey:
    """A key of the creator's."""
    key, _ = create_api_key(actor=cast.creator, name="walk", scopes=[ApiScope.Code.READ])
    return key


@provide
def notification(cast: Cast) -> Notification:
    """The creator is told of something."""
    event = cast.project.events.order_by("pk").first()
    return Notification.objects.create(user=cast.creator, event=event)


@provide
def session(cast: Cast) -> Session:
    """A session of the creator's."""
    from django.test import Client

    Client().force_login(cast.creator)
    found = Session.objects.filter(user=cast.creator).first()
    assert found is not None
    return found


def project(cast: Cast) -> dict[str, Any]:
    return {"code": cast.project.code}


def member(cast: Cast) -> dict[str, Any]:
    return {"code": cast.project.code, "user_code": cast.reviewer.code}


def person(cast: Cast) -> dict[str, Any]:
    return {"code": cast.reviewer.code}


def key(cast: Cast) -> dict[str, Any]:
    return {"code": cast.make(api_key).code}


# --- pages --------------------------------------------------------------------------------------
declare("studio:home", GET=SIGNED_IN)
declare("studio:styleguide", GET=SIGNED_IN)
declare("studio:healthz", GET=PUBLIC)
declare("studio:readyz", GET=PUBLIC)
declare("studio:login", GET=PUBLIC, POST=PUBLIC)
declare("studio:logout", POST=PUBLIC)
declare("studio:me", GET=SIGNED_IN, POST=SIGNED_IN)
declare("studio:appearance", POST=SIGNED_IN)
declare("studio:password", GET=SIGNED_IN, POST=SIGNED_IN)
declare("studio:sessions", GET=SIGNED_IN)
declare("studio:sessions-revoke", POST=SIGNED_IN)
declare("studio:session-revoke", lambda cast: {"code": cast.make(session).code}, POST=OWN)
declare("studio:api-keys", GET=SIGNED_IN, POST=SIGNED_IN)
declare("studio:api-key-revoke", key, POST=OWN)
declare("studio:notifications", GET=SIGNED_IN)
declare("studio:notifications-unread", GET=SIGNED_IN)
declare("studio:notifications-read", POST=SIGNED_IN)
declare("studio:notification-open", lambda cast: {"number": cast.make(notification).pk}, POST=OWN)
declare(
    "studio:projects", GET=SIGNED_IN, POST=MAKERS, bodies={"POST": lambda cast: {"name": "New"}}
)
declare("studio:project", project, GET=VIEW)
declare("studio:project-settings", project, GET=MANAGE, POST=MANAGE)
declare("studio:project-archive", project, POST=MANAGE)
declare("studio:project-members", project, GET=VIEW, POST=MANAGE)
declare("studio:member-role", member, POST=MANAGE)
declare(
    "studio:member-remove",
    lambda cast: {"code": cast.project.code, "user_code": cast.creator.code},
    POST=MANAGE,
)
declare("studio:people", GET=ADMIN, POST=ADMIN)
declare("studio:person-role", person, POST=ADMIN)
declare("studio:person-active", person, POST=ADMIN)
declare("studio:person-password", person, POST=ADMIN)

# --- API ----------------------------------------------------------------------------------------
declare("api-schema", GET=SIGNED_IN)
declare("api-docs", GET=SIGNED_IN)
declare("core-api:token", POST=PUBLIC)
declare("core-api:token-refresh", POST=PUBLIC)
declare("core-api:token-revoke", POST=PUBLIC)
declare("core-api:me", GET=SIGNED_IN, PATCH=SIGNED_IN)
declare("core-api:me-password", POST=SIGNED_IN)
declare("core-api:me-api-keys", GET=SIGNED_IN, POST=SIGNED_IN)
declare("core-api:me-api-key", key, DELETE=OWN)
declare("core-api:users", GET=ADMIN, POST=ADMIN)
declare("core-api:user", person, GET=ADMIN, PATCH=ADMIN)
declare("core-api:user-password", person, POST=ADMIN)
declare(
    "core-api:projects", GET=SIGNED_IN, POST=MAKERS, bodies={"POST": lambda cast: {"name": "New"}}
)
declare("core-api:project", project, GET=VIEW, PATCH=MANAGE)
declare("core-api:members", project, GET=VIEW, POST=MANAGE)
declare(
    "core-api:member",
    lambda cast: {"code": cast.project.code, "user_code": cast.creator.code},
    PATCH=MANAGE,
    DELETE=MANAGE,
)
declare("core-api:lookups", GET=SIGNED_IN)
declare("live-api:project-events", project, GET=VIEW)
declare("live-api:notifications", GET=SIGNED_IN)
declare("live-api:notifications-read", POST=SIGNED_IN)
declare("live-api:notification-read", lambda cast: {"number": cast.make(notification).pk}, POST=OWN)
