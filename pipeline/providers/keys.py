"""Keys of paid providers: the studio's and people's own; encrypted, never shown again."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from pipeline.providers.base import Access, ErrorClass, ProviderError
from pipeline.providers.events import ProviderEvents
from pipeline.providers.models import KeyState, Provider, ProviderKey, ProviderModel
from studio.core.access import require_admin
from studio.core.errors import Conflict, Invalid, NotFound
from studio.core.models import User
from studio.core.secrets import Undecipherable, decrypt, encrypt
from studio.core.tasks import MEDIA, enqueue
from studio.live.services import publish, record_event, studio_group, user_group

#: Providers that want a key.
PAID = (
    Provider.Code.STABILITY,
    Provider.Code.WAVESPEED,
    Provider.Code.HUGGINGFACE,
    Provider.Code.GEMINI,
    Provider.Code.BRIA,
)
#: Shortest and longest key that is taken, characters.
KEY_LENGTHS = range(8, 401)


def keys_of(user: User) -> QuerySet[ProviderKey]:
    """The keys that a person may manage: own ones, and for Admins the studio's."""
    mine = Q(owner=user) | Q(owner=None) if user.is_admin else Q(owner=user)
    return ProviderKey.objects.filter(mine).select_related("provider", "state", "owner__profile")


def get_key(user: User, code: uuid.UUID) -> ProviderKey:
    """One of them.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    found = keys_of(user).filter(code=code).first()
    if found is None:
        raise NotFound("There is no such key.")
    return found


def put_key(
    *,
    actor: User,
    provider: Provider.Code,
    secret: str,
    for_studio: bool = False,
    webhook_secret: str = "",
) -> ProviderKey:
    """Add a key, or put it in the place of the one that was there; then it is checked.

    Args:
        for_studio: for everybody who has none of their own; else for the actor alone.
        webhook_secret: what the provider signs its webhooks with, where that is not the key.

    Raises:
        Invalid: the provider takes no key, or this can't be one.
        Forbidden: the studio's keys are an Admin's to manage.
        Conflict: somebody else has just added one.
    """
    if for_studio:
        require_admin(actor)
    secret, webhook_secret = _clean(provider, secret), webhook_secret.strip()
    values = {
        "secret": encrypt(secret),
        "hint": secret[-4:],
        "webhook_secret": encrypt(webhook_secret) if webhook_secret else b"",
        "state_id": KeyState.Code.CHECKING.value,
        "message": "",
        "checked_at": timezone.now(),
        "created_by": actor,
    }
    owner = None if for_studio else actor
    try:
        with transaction.atomic():
            found = ProviderKey.objects.select_for_update().filter(
                provider_id=provider.value, owner=owner
            )
            key = found.first()
            kind = ProviderEvents.KEY_REPLACED if key else ProviderEvents.KEY_ADDED
            if key is None:
                key = ProviderKey(provider_id=provider.value, owner=owner)
            for name, value in values.items():
                setattr(key, name, value)
            key.save()
            _record(kind, actor, key)
            _begin_check(key)
    except IntegrityError as error:
        raise Conflict("Somebody else has just added this key.") from error
    return key


def remove_key(*, actor: User, code: uuid.UUID) -> None:
    """Forget a key at once; jobs that are running keep what they were given.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    with transaction.atomic():
        key = keys_of(actor).select_for_update(of=("self",)).filter(code=code).first()
        if key is None:
            raise NotFound("There is no such key.")
        _record(ProviderEvents.KEY_REMOVED, actor, key)
        publish(groups_of(key), {"kind": "provider-key.changed", "code": str(key.code)})
        key.delete()


def check_key(*, actor: User, code: uuid.UUID) -> ProviderKey:
    """Ask the provider about a key, beside the request; the state shows what came of it.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    with transaction.atomic():
        key = keys_of(actor).select_for_update(of=("self",)).filter(code=code).first()
        if key is None:
            raise NotFound("There is no such key.")
        key.state_id = KeyState.Code.CHECKING.value
        key.message, key.checked_at = "", timezone.now()
        key.save(update_fields=["state", "message", "checked_at"])
        _begin_check(key)
    return get_key(actor, code)


def note_check(
    key: ProviderKey, state: KeyState.Code, message: str, *, webhook_secret: str = ""
) -> bool:
    """Write down what a provider said of the key that was sent to it.

    Returns:
        Whether it is still the same key; another one that took its place keeps its own state.
    """
    changed: dict[str, Any] = {
        "state_id": state.value,
        "message": message[:300],
        "checked_at": timezone.now(),
    }
    if webhook_secret:
        changed["webhook_secret"] = encrypt(webhook_secret)
    with transaction.atomic():
        same = ProviderKey.objects.filter(pk=key.pk, secret=bytes(key.secret))
        if not same.update(**changed):
            return False
        if state == KeyState.Code.REFUSED:
            record_event(
                ProviderEvents.KEY_REFUSED,
                subject_code=key.code,
                label=label_of(key),
                notify=[key.owner or key.created_by],
            )
        publish(
            groups_of(key),
            {"kind": "provider-key.changed", "code": str(key.code), "state": state.code},
        )
    return True


def access_for(provider_code: str, model: ProviderModel, user: User) -> Access:
    """How a person's job reaches a paid provider: by the own key, else by the studio's.

    Raises:
        ProviderError: of class POLICY: nobody has given a key; of class PROVIDER: the provider has
            taken the model away.
    """
    provider = Provider.Code.by_code(provider_code)
    if model.is_retired:
        instead = f" Use {model.successor.title} instead." if model.successor else ""
        raise ProviderError(f"{provider.label} has taken {model.title} away.{instead}")
    key = _key_for(provider, user)
    if key is None:
        raise ProviderError(
            f"No key for {provider.label}. Add one under Providers.", error_class=ErrorClass.POLICY
        )
    try:
        secret = decrypt(key.secret)
    except Undecipherable as error:
        raise ProviderError(
            f"The key for {provider.label} can't be read any more. Add it again under Providers.",
            detail=str(error),
            error_class=ErrorClass.POLICY,
        ) from error
    return Access(
        base_url=settings.PROVIDER_URLS[provider.code],
        secret=secret,
        model=model.identifier or model.code,
        webhook_url=webhook_url(key),
    )


def webhook_url(key: ProviderKey) -> str:
    """Where a provider may call back about requests made with a key; empty: nowhere.

    Only an https address of the studio, and only where the signature can be checked.
    """
    provider = Provider.Code(key.provider_id)
    signed = provider == Provider.Code.BRIA or bool(key.webhook_secret)
    if not signed or not settings.PUBLIC_URL.startswith("https://"):
        return ""
    return f"{settings.PUBLIC_URL}/hooks/{provider.code}/?key={key.code}"


def missing_key(provider_code: str, user: User | None) -> str:
    """Why a person's jobs can't run at a provider, in a sentence; empty: nothing is missing.

    One query for a paid provider.
    """
    provider = Provider.Code.by_code(provider_code)
    if provider not in PAID or (user is not None and _key_for(provider, user) is not None):
        return ""
    return f"There is no key for {provider.label} yet; add one under Providers."


def keyed_providers(user: User) -> dict[int, ProviderKey]:
    """The key that a person's jobs use, by provider. One query."""
    return {key.provider_id: key for key in reversed(_usable(user))}


def label_of(key: ProviderKey) -> str:
    """The key as feeds name it."""
    return f"{Provider.Code(key.provider_id).label}, {'own' if key.owner_id else 'studio'}"


def groups_of(key: ProviderKey) -> Iterable[str]:
    """Who hears of changes: the owner; of the studio's keys everybody, since all use them."""
    return [user_group(key.owner_id) if key.owner_id else studio_group()]


def _key_for(provider: Provider.Code, user: User) -> ProviderKey | None:
    return next((key for key in _usable(user) if key.provider_id == provider), None)


def _usable(user: User) -> list[ProviderKey]:
    """What a person's jobs may use, own ones first."""
    found = ProviderKey.objects.filter(Q(owner=user) | Q(owner=None)).select_related("state")
    return list(found.order_by("provider", F("owner").asc(nulls_last=True)))


def _clean(provider: Provider.Code, secret: str) -> str:
    secret = secret.strip()
    if provider not in PAID:
        raise Invalid(
            f"{provider.label} needs no key.", fields={"provider": ["This one needs no key."]}
        )
    visible = secret.isascii() and secret.isprintable() and " " not in secret
    if not visible or len(secret) not in KEY_LENGTHS:
        message = "Paste the whole key as the provider shows it: 8 to 400 characters, no spaces."
        raise Invalid(message, fields={"secret": [message]})
    return secret


def _record(kind: ProviderEvents, actor: User, key: ProviderKey) -> None:
    record_event(kind, actor=actor, subject_code=key.code, label=label_of(key))


def _begin_check(key: ProviderKey) -> None:
    enqueue("pipeline.providers.checks.run_check", key.pk, cluster=MEDIA)
    publish(
        groups_of(key),
        {"kind": "provider-key.changed", "code": str(key.code), "state": "checking"},
    )
