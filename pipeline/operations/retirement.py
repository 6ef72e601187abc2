"""Models that their provider has taken away: shown as such, never chosen, refused in words."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import formats, timezone

from pipeline.operations.declaration import OfferSpec
from pipeline.providers.models import Provider, ProviderModel
from studio.core.errors import Invalid

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
    text = f"retired on {formats.date_format(model.retires_on, 'j M Y')}"
    return f"{text}; use {model.successor.title}" if model.successor else text


def check_not_retired(offer: OfferSpec) -> None:
    """Pass when the provider still has the model. One query; none for this machine's own.

    Raises:
        Invalid: it is retired, since when, and what to use instead.
    """
    if offer.provider in ("local", "comfyui"):
        return
    model = (
        ProviderModel.objects.filter(
            provider_id=Provider.Code.by_code(offer.provider).value, code=offer.model
        )
        .select_related("successor")
        .first()
    )
    if model is not None and model.is_retired:
        said = retired_text(model)
        raise Invalid(f"{offer.title} is {said}.", fields={"model": [f"{said.capitalize()}."]})


def not_retired(offers: Iterable[OfferSpec]) -> list[OfferSpec]:
    """The offers whose models their providers still have. One query."""
    gone = retired_models()
    return [offer for offer in offers if (offer.provider, offer.model) not in gone]
