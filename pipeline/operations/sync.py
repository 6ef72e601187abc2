"""Keeps the rows of the catalogue in step with its declarations (after `migrate`)."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from billing.models import Sku
from pipeline.operations.catalogue import CATALOGUE
from pipeline.operations.declaration import OfferSpec
from pipeline.operations.models import Offer, Operation
from pipeline.providers.models import Provider, ProviderModel

#: Models that serve several operations under one name.
_MODEL_TITLES = {"stable-image": "Stable Image services", "fibo": "FIBO"}


def model_title(offer: OfferSpec) -> str:
    """The model's name; the title of its offer may name the operation."""
    return _MODEL_TITLES.get(offer.model, offer.title)


@transaction.atomic
def sync_catalogue(**_: Any) -> None:
    """Write operations, models and offers; retire what the catalogue no longer has.

    Rows are never removed, for jobs refer to them. How a provider names a model, when it takes it
    away and what comes instead is written once: afterwards an Admin's word counts.
    """
    made_models: list[tuple[ProviderModel, OfferSpec]] = []
    for spec in CATALOGUE.values():
        operation, _made = Operation.objects.update_or_create(
            code=spec.code,
            defaults={"title": spec.title, "group_id": spec.group.value, "is_retired": False},
        )
        for offer in spec.offers:
            provider_id = Provider.Code.by_code(offer.provider).value
            model, made = ProviderModel.objects.get_or_create(
                provider_id=provider_id,
                code=offer.model,
                defaults={
                    "title": model_title(offer),
                    "identifier": offer.identifier,
                    "retires_on": offer.retires_on,
                },
            )
            if made:
                made_models.append((model, offer))
            sku, _made = Sku.objects.get_or_create(
                code=offer.sku, defaults={"title": f"{spec.title}: {offer.title}"}
            )
            Offer.objects.get_or_create(operation=operation, model=model, defaults={"sku": sku})
    for model, offer in made_models:
        if offer.successor:
            model.successor = ProviderModel.objects.get(
                provider=model.provider_id, code=offer.successor
            )
            model.save(update_fields=["successor"])
    Operation.objects.exclude(code__in=CATALOGUE).update(is_retired=True)
