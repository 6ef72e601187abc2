"""Keeps the rows of the catalogue in step with its declarations (after `migrate`)."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from billing.models import Sku
from pipeline.operations.catalogue import CATALOGUE
from pipeline.operations.models import Offer, Operation
from pipeline.providers.models import Provider, ProviderModel


@transaction.atomic
def sync_catalogue(**_: Any) -> None:
    """Write operations, models and offers; retire what the catalogue no longer has.

    Rows are never removed, for jobs refer to them.
    """
    for spec in CATALOGUE.values():
        operation, _made = Operation.objects.update_or_create(
            code=spec.code,
            defaults={"title": spec.title, "group_id": spec.group.value, "is_retired": False},
        )
        for offer in spec.offers:
            provider_id = Provider.Code.by_code(offer.provider).value
            model, _made = ProviderModel.objects.update_or_create(
                provider_id=provider_id, code=offer.model, defaults={"title": offer.title}
            )
            sku, _made = Sku.objects.get_or_create(
                code=offer.sku, defaults={"title": f"{spec.title}: {offer.title}"}
            )
            Offer.objects.get_or_create(operation=operation, model=model, defaults={"sku": sku})
    Operation.objects.exclude(code__in=CATALOGUE).update(is_retired=True)
