"""Stored secrets: closed with the newest key, opened with any, never with a foreign one."""

from __future__ import annotations

import io
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from studio.conf.env import load
from studio.core.secrets import Undecipherable, decrypt, encrypt, renew

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_a_secret_comes_back_and_is_not_in_what_is_stored() -> None:
    stored = encrypt("sk-ünder-cover")

    assert decrypt(memoryview(stored)) == "sk-ünder-cover"
    assert b"under" not in stored and encrypt("sk-ünder-cover") != stored


def test_the_newest_key_closes_and_older_ones_still_open(settings: Any) -> None:
    derived = encrypt("first")
    settings.ENCRYPTION_KEYS = (OLD,)
    older = encrypt("second")
    settings.ENCRYPTION_KEYS = (NEW, OLD)

    assert decrypt(derived) == "first" and decrypt(older) == "second"
    newest = renew(older)
    settings.ENCRYPTION_KEYS = (NEW,)
    assert decrypt(newest) == "second"
    with pytest.raises(Undecipherable, match="encryption key is missing"):
        decrypt(older)


def test_another_signing_key_opens_nothing_and_damage_is_seen(settings: Any) -> None:
    stored = encrypt("text")
    damaged = stored[:-5] + b"AAAA="
    with pytest.raises(Undecipherable):
        decrypt(damaged)

    settings.SECRET_KEY = "another-key-of-more-than-thirty-two-characters"
    with pytest.raises(Undecipherable):
        decrypt(stored)


def test_a_key_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEEDFRAME_ENCRYPTION_KEYS", f"{NEW}, short")

    with pytest.raises(ImproperlyConfigured, match=r"SEEDFRAME_ENCRYPTION_KEYS.*44 characters"):
        load()


def test_the_command_makes_a_key_that_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    call_command("encryption_key", stdout=out)
    monkeypatch.setenv("SEEDFRAME_ENCRYPTION_KEYS", out.getvalue().strip())

    assert load().encryption_keys == out.getvalue().strip()
