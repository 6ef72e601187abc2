"""The adapters of the studio, one line each; removing a provider is removing its line."""

from __future__ import annotations

from django.conf import settings

from pipeline.providers.base import Adapter
from pipeline.providers.bria.adapter import BriaAdapter
from pipeline.providers.comfyui.adapter import ComfyAdapter
from pipeline.providers.comfyui.limits import Limits
from pipeline.providers.gemini.adapter import GeminiAdapter
from pipeline.providers.huggingface.adapter import HuggingFaceAdapter
from pipeline.providers.local.adapter import LocalAdapter
from pipeline.providers.stability.adapter import StabilityAdapter
from pipeline.providers.wavespeed.adapter import WaveSpeedAdapter

ADAPTERS: dict[str, Adapter] = {
    adapter.provider: adapter
    for adapter in (
        LocalAdapter(),
        ComfyAdapter(Limits(running_s=settings.COMFYUI_MOST_SECONDS)),
        StabilityAdapter(),
        BriaAdapter(),
        WaveSpeedAdapter(),
        HuggingFaceAdapter(),
        GeminiAdapter(),
    )
}


def adapter_for(provider: str) -> Adapter:
    """The adapter that runs requests for this provider.

    Raises:
        KeyError: the studio has no adapter for it.
    """
    return ADAPTERS[provider]
