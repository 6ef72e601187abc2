"""Who runs an operation: the offers of its declaration and those that the studio's rows add."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from assets.models import LineageRole, Version
from billing.models import Sku
from pipeline.operations.declaration import OfferSpec, OperationSpec
from pipeline.operations.models import Offer, Operation
from pipeline.operations.retirement import retired_reason
from pipeline.providers.models import Provider, ProviderModel
from studio.core.errors import Invalid

#: Offers besides the declared ones, such as workflows that are bound to operations: by the code of
#: the operation, for as many at once as are asked for, in as few queries as for one.
SOURCES: list[Callable[[Sequence[OperationSpec]], Mapping[str, Sequence[OfferSpec]]]] = []

#: Why a person can't use an offer now, in a sentence; empty: as far as this one knows, they can.
#: Asked when a request is planned, for every offer that is not of this machine: few queries.
USABLE: list[Callable[[OfferSpec, Any], str]] = []


@dataclass(frozen=True)
class Request:
    """What somebody is about to ask of an offer: checked parameters, and files by role."""

    actor: Any
    project: Any
    spec: OperationSpec
    offer: OfferSpec
    parameters: Any
    inputs: Sequence[tuple[LineageRole.Code, Version]]


#: Asked of every request before it is priced; each raises a domain error where it must not be made.
CHECKS: list[Callable[[Request], None]] = []


def check_request(request: Request) -> None:
    """Pass where nobody objects to a request.

    Raises:
        DomainError: why it must not be made.
    """
    for objects in CHECKS:
        objects(request)


def all_offers(spec: OperationSpec) -> list[OfferSpec]:
    """The declared offers first, then those of the sources, each provider's model once."""
    return offers_of([spec])[spec.code]


def offers_of(specs: Sequence[OperationSpec]) -> dict[str, list[OfferSpec]]:
    """`all_offers` of several operations, by code; for pages that show many of them."""
    added = [source(specs) for source in SOURCES]
    offers: dict[str, list[OfferSpec]] = {}
    for spec in specs:
        found = {(offer.provider, offer.model): offer for offer in spec.offers}
        for more in added:
            for offer in more.get(spec.code, ()):
                found.setdefault((offer.provider, offer.model), offer)
        offers[spec.code] = list(found.values())
    return offers


def find_offer(spec: OperationSpec, provider: str = "", model: str = "") -> OfferSpec:
    """The offer asked for, or the first one that fits; declared ones need no query.

    Raises:
        Invalid: nobody offers that.
    """
    for offers in (lambda: spec.offers, lambda: all_offers(spec)):
        for offer in offers():
            if provider in ("", offer.provider) and model in ("", offer.model):
                return offer
    known = ", ".join(f"{o.provider}/{o.model}" for o in all_offers(spec)) or "none yet"
    raise Invalid(
        f"“{spec.title}” can't be run by {provider or 'any provider'} {model}".strip() + ".",
        remedy=f"Choose one of: {known}.",
        fields={"provider": [f"Choose one of: {known}."]},
    )


def why_unusable(offer: OfferSpec, user: Any) -> str:
    """Why this person can't use an offer at all now, in a sentence; empty when they can."""
    if offer.provider == Provider.Code.LOCAL.code:
        return ""
    if said := retired_reason(offer):
        return said
    for ask in USABLE:
        if reason := ask(offer, user):
            return reason
    return ""


@transaction.atomic
def ensure_offer(spec: OperationSpec, offer: OfferSpec) -> Offer:
    """The row of an offer, made with its model and its SKU when they are new; safe to repeat.

    What an Admin may change of a model (its name at the provider, its retirement) is written once
    and kept. A new SKU has no price: whoever adds the offer sets one.
    """
    operation, _ = Operation.objects.get_or_create(
        code=spec.code, defaults={"title": spec.title, "group_id": spec.group.value}
    )
    provider_id = Provider.Code.by_code(offer.provider).value
    model, _ = ProviderModel.objects.update_or_create(
        provider_id=provider_id,
        code=offer.model,
        defaults={"title": offer.title[:120]},
        create_defaults={
            "title": offer.title[:120],
            "identifier": offer.identifier,
            "retires_on": offer.retires_on,
        },
    )
    sku, _ = Sku.objects.get_or_create(
        code=offer.sku, defaults={"title": f"{spec.title}: {offer.title}"[:120]}
    )
    row, _ = Offer.objects.get_or_create(operation=operation, model=model, defaults={"sku": sku})
    return row
