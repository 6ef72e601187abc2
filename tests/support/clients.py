"""Signed-in clients for tests."""

from __future__ import annotations

from typing import Any

from django.test import Client

from studio.core.models import ApiScope, User
from studio.core.services import create_api_key


def signed_in(user: User, **options: Any) -> Client:
    """A browser in which the person is signed in."""
    client = Client(**options)
    client.force_login(user)
    return client


def with_key(user: User, *scopes: ApiScope.Code) -> Client:
    """A script with an API key of the person's."""
    _, secret = create_api_key(actor=user, name="test", scopes=scopes or [ApiScope.Code.READ])
    return Client(headers={"Authorization": f"Api-Key {secret}"})
