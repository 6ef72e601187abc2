"""Who runs operations, and with which models."""

from __future__ import annotations

from django.db import models

from studio.core.lookups import Codes, Lookup

__all__ = ["Provider", "ProviderModel"]


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
    """A row states that a provider has a model under this code."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="models")
    code = models.CharField(max_length=80)
    title = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "code"], name="provider_model_once")
        ]

    def __str__(self) -> str:
        return f"{self.provider} · {self.title}"
