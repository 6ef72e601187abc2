"""Secrets that the studio must be able to read again, such as keys of paid services.

They are stored encrypted (Fernet: AES-128-CBC with HMAC-SHA256), with the first of
`SEEDFRAME_ENCRYPTION_KEYS`; every key of that list opens what was closed before. The key made from
the signing key closes what is stored while the list is empty, and opens it ever after, so that a
studio may get keys of its own at any time. Passwords don't belong here: they are hashed.
"""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.crypto import salted_hmac


class Undecipherable(ValueError):
    """A stored secret that none of the studio's keys opens: the key was changed or lost."""


def encrypt(text: str) -> bytes:
    """Close a secret; the same text gives other bytes each time."""
    return _box(settings.ENCRYPTION_KEYS, settings.SECRET_KEY).encrypt(text.encode())


def decrypt(stored: bytes | memoryview) -> str:
    """Open a secret.

    Raises:
        Undecipherable: it was closed with a key that the studio no longer has, or was damaged.
    """
    try:
        return _box(settings.ENCRYPTION_KEYS, settings.SECRET_KEY).decrypt(bytes(stored)).decode()
    except InvalidToken as error:
        raise Undecipherable(
            "A stored secret can't be read: its encryption key is missing."
        ) from error


def renew(stored: bytes | memoryview) -> bytes:
    """Close a secret again, with the first key.

    Raises:
        Undecipherable: see `decrypt`.
    """
    return encrypt(decrypt(stored))


def digest(text: str) -> str:
    """64 characters that tell a secret from others without telling it; of nothing, nothing.

    They change with the signing key.
    """
    if not text:
        return ""
    return salted_hmac("seedframe: which secret", text, algorithm="sha256").hexdigest()


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...], signing_key: str) -> MultiFernet:
    """The first key closes; all of them open."""
    derived = HKDF(
        algorithm=SHA256(), length=32, salt=None, info=b"seedframe: stored secrets, 1"
    ).derive(signing_key.encode())
    return MultiFernet([Fernet(key) for key in keys] + [Fernet(base64.urlsafe_b64encode(derived))])
