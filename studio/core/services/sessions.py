"""Signing in, and what can be done to sessions."""

from __future__ import annotations

import ipaddress
import uuid
from datetime import timedelta
from typing import Any

from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from studio.core.errors import Invalid, LimitReached, NotFound
from studio.core.models import FailedSignIn, Session, User
from studio.live.services import publish, user_group

#: Wrong passwords within the window, for one name from one address and for one address in all.
WINDOW = timedelta(minutes=15)
MOST_PER_NAME = 8
MOST_PER_ADDRESS = 60
KEPT = timedelta(days=7)


def sign_in(*, request: HttpRequest | None, username: str, password: str, address: str) -> User:
    """The active person with this name and password; guessing is slowed down.

    Every try is recorded before its password is looked at, so that tries sent at the same time
    count too; a right password takes its record back.

    Raises:
        LimitReached: too many wrong tries for this name or from this address.
        Invalid: no active person has this name and password.
    """
    # Letter by letter, as the database does: else “SİMON” would be “simon” with tries of its own.
    name = "".join(letter.lower()[0] for letter in username.strip())[:60]
    address = _place(address)
    attempt = FailedSignIn.objects.create(username=name, address=address)
    _check_limits(attempt)
    user: Any = authenticate(request, username=username.strip(), password=password)
    if user is None:
        raise Invalid(
            "This user name and password do not belong together.",
            remedy="Check both; an Admin can give you a new one-time password.",
        )
    FailedSignIn.objects.filter(username=name, address=address).delete()
    FailedSignIn.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    return user  # type: ignore[no-any-return]


def _place(address: str) -> str:
    """What tries are counted by: the address, of IPv6 the network.

    Everybody who has one IPv6 address has 2⁶⁴ of them, a fresh one for every try.
    """
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv4Address):
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found), 64), strict=False).network_address)


def _check_limits(attempt: FailedSignIn) -> None:
    since = timezone.now() - WINDOW
    recent = FailedSignIn.objects.filter(
        address=attempt.address, created_at__gt=since, pk__lte=attempt.pk
    )
    tries = list(recent.order_by("-pk").values_list("username", "created_at"))
    same_name = [when for name, when in tries if name == attempt.username]
    for found, most in (
        (same_name, MOST_PER_NAME),
        ([when for _, when in tries], MOST_PER_ADDRESS),
    ):
        if len(found) > most:
            attempt.delete()  # a refused try must not make the wait longer
            wait = found[most - 1] + WINDOW - timezone.now()
            minutes = max(1, -(-int(wait.total_seconds()) // 60))
            raise LimitReached(
                "Too many wrong passwords. For the safety of the account, signing in is paused"
                f" for {minutes} minute{'s' if minutes > 1 else ''}.",
                remedy="Wait, or ask an Admin for a new one-time password.",
                retry_after_s=max(1, int(wait.total_seconds())),
            )


def note_sign_in(*, request: HttpRequest, address: str) -> None:
    """Write into the session what its person later recognises it by."""
    now = timezone.now().isoformat()
    request.session[Session.FACTS] = {
        "at": now,
        "seen": now,
        "address": address,
        "agent": request.META.get("HTTP_USER_AGENT", "")[:200],
    }


def end_sessions(*, user: User, keep: str = "") -> int:
    """End all sessions of a person but the one with the key `keep`; returns how many."""
    with transaction.atomic():
        ended, _ = Session.objects.filter(user=user).exclude(session_key=keep).delete()
        publish([user_group(user.pk)], {"kind": "access.changed"})
    return ended


def revoke_session(*, actor: User, code: uuid.UUID) -> None:
    """End one of one's own sessions at once.

    Raises:
        NotFound: there is no such session of this person.
    """
    with transaction.atomic():
        ended, _ = Session.objects.filter(user=actor, code=code).delete()
        if not ended:
            raise NotFound("This session has ended already.")
        publish([user_group(actor.pk)], {"kind": "access.changed"})
