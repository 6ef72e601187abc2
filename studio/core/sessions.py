"""Sessions that their person can list and end: Django's database sessions with an owner."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils.crypto import salted_hmac

if TYPE_CHECKING:
    from studio.core.models import Session


class SessionStore(DatabaseStore):
    """Writes the owner and the facts of the sign-in beside the session's data."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """The studio's own table."""
        from studio.core.models import Session  # Django loads the engine before the models

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row for `data`."""
        row: Session = _with_facts(super().create_model_instance(data), data)
        return row

    async def acreate_model_instance(self, data: dict[str, Any]) -> Session:
        """As `create_model_instance`."""
        row: Session = _with_facts(await super().acreate_model_instance(data), data)
        return row


def code_of(session_key: str) -> uuid.UUID:
    """The code by which a session is named in addresses, from which its key can't be found.

    Another key is another code: while a session changes its key, both rows exist for a moment.
    """
    digest = salted_hmac("studio.core.sessions", session_key, algorithm="sha256").digest()
    return uuid.UUID(bytes=digest[:16])


def _with_facts(row: Any, data: dict[str, Any]) -> Any:
    facts = data.get(row.FACTS)
    if facts and SESSION_KEY in data:
        row.user_id = int(data[SESSION_KEY])
        row.code = code_of(row.session_key)
        row.signed_in_at = datetime.fromisoformat(facts["at"])
        row.seen_at = datetime.fromisoformat(facts["seen"])
        row.address = facts["address"]
        row.agent = facts["agent"]
    return row


#: Django imports `<engine>.SessionStore` only; clearing of expired rows works through it too.
__all__ = ["SessionStore"]
