"""Models that their provider has taken away: shown as such, never chosen, refused in words."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import formats, timezone

from pipeline.operations.declaration import OfferSpec
from pipeline.providers.models import Provider, ProviderModel

Key = tuple[str, str]


def retired_models() -> dict[Key, str]:
    """What is said of each retired model, by codes of provider and model. One query."""
    found = ProviderModel.objects.filter(retires_on__lte=timezone.localdate())
    return {
        (Provider.Code(model.provider_id).code, model.code): retired_text(model)
        for model in found.select_related("successor")
    }


def retired_text(model: ProviderModel) -> str:
    """`retired on 17 Aug 2026; use Gemini Nano Banana 2.1`."""
    day = formats.date_format(model.retires_on, "j M Y") if model.retires_on else "an unknown day"
    text = f"retired on {day}"
    return f"{text}; use {model.successor.title}" if model.successor else text


def retired_reason(offer: OfferSpec) -> str:
    """Since when a model is retired and what to use instead, in a sentence; empty: it is not.

    One query; none for this machine's own and for workflows.
    """
    if offer.provider in ("local", "comfyui"):
        return ""
    model = (
        ProviderModel.objects.filter(
            provider_id=Provider.Code.by_code(offer.provider).value, code=offer.model
        )
        .select_related("successor")
        .first()
    )
    if model is None or not model.is_retired:
        return ""
    return f"{offer.title} is {retired_text(model)}."


def not_retired(offers: Iterable[OfferSpec]) -> list[OfferSpec]:
    """The offers whose models their providers still have. One query."""
    gone = retired_models()
    return [offer for offer in offers if (offer.provider, offer.model) not in gone]
