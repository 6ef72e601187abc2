"""What the ground does when Django reports that somebody signed in or out."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from studio.core.services import note_sign_in
from studio.core.web import client_address
from studio.live.services import publish, user_group


@receiver(user_logged_in, dispatch_uid="studio.note_sign_in")
def keep_facts(sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:
    """Note when, from where and with what browser."""
    note_sign_in(request=request, address=client_address(request))


@receiver(user_logged_out, dispatch_uid="studio.tell_sockets")
def tell_sockets(sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:
    """Have the person's open pages look again whether they may still listen."""
    if user is not None:
        publish([user_group(user.pk)], {"kind": "access.changed"})
