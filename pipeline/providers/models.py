"""Who runs operations, and with which models."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from studio.core.lookups import Codes, Lookup

__all__ = ["KeyState", "Provider", "ProviderKey", "ProviderModel", "WebhookReceipt"]


class Provider(Lookup):
    """A row states that somebody can run operations: this machine, ComfyUI or a paid service."""

    class Code(Codes):
        """Codes equal those of `assets` origins, so that a file says who made it."""

        LOCAL = 1, "local", "Local"
        COMFYUI = 2, "comfyui", "ComfyUI"
        STABILITY = 3, "stability", "Stability AI"
        WAVESPEED = 4, "wavespeed", "WaveSpeed"
        HUGGINGFACE = 5, "huggingface", "Hugging Face"
        GEMINI = 6, "gemini", "Google Gemini"
        BRIA = 7, "bria", "Bria"


class ProviderModel(models.Model):
    """A row states that a provider has a model under this code, how it names it, and until when.

    `identifier` is what requests name the model by; an Admin may change it. Empty: the code.
    """

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="models")
    code = models.CharField(max_length=80)
    title = models.CharField(max_length=120)
    identifier = models.CharField(max_length=160, blank=True)
    retires_on = models.DateField(null=True, blank=True, help_text="the provider takes it away")
    successor = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="predecessors", null=True, blank=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "code"], name="provider_model_once"),
            models.CheckConstraint(
                condition=Q(successor=None) | ~Q(successor=F("id")),
                name="provider_model_succeeds_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} · {self.title}"

    @property
    def is_retired(self) -> bool:
        """Whether the provider has taken it away."""
        return self.retires_on is not None and self.retires_on <= timezone.localdate()


class KeyState(Lookup):
    """A row states what is known of a key."""

    class Code(Codes):
        """What the provider said when the key was last checked."""

        UNCHECKED = 1, "unchecked", "Not checked"
        VALID = 2, "valid", "Valid"
        REFUSED = 3, "refused", "Refused"
        UNREACHABLE = 4, "unreachable", "Provider not reached"
        CHECKING = 5, "checking", "Being checked"


class ProviderKey(models.Model):
    """A row states that the studio, or one person, has a key of a provider.

    `secret` is encrypted (`studio.core.secrets`); `hint` are its last characters. Without owner it
    is the studio's; a person's own key is used for the person's own jobs. `webhook_secret` is what
    the provider signs its webhooks with, encrypted; empty: the key itself, or nothing.
    """

    code = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="keys")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="provider_keys",
        null=True,
        blank=True,
    )
    secret = models.BinaryField()
    webhook_secret = models.BinaryField(default=b"", blank=True)
    hint = models.CharField(max_length=8)
    state = models.ForeignKey(
        KeyState, on_delete=models.PROTECT, related_name="+", default=KeyState.Code.UNCHECKED
    )
    message = models.CharField(max_length=300, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "owner"], nulls_distinct=False, name="provider_key_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider}: …{self.hint}"


class WebhookReceipt(models.Model):
    """A row states that a provider's delivery with this id was taken in; a repeat does nothing."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    delivery_id = models.CharField(max_length=200)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "delivery_id"], name="webhook_receipt_once")
        ]
        indexes = [
            # sweeper: receipts that are too old for a repeat
            models.Index(fields=["received_at"], name="webhook_receipt_age"),
        ]

    def __str__(self) -> str:
        return self.delivery_id
