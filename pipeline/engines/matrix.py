"""The capability matrix: every operation, who can run it, at which price, how well, and why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from billing.prices.models import Price
from pipeline.engines.queries import Health, health_by_offer
from pipeline.operations.catalogue import CATALOGUE
from pipeline.operations.declaration import OfferSpec, OperationSpec
from pipeline.operations.docs import price_text, sizes_text
from pipeline.operations.models import OperationGroup
from pipeline.operations.offers import offers_of
from pipeline.providers.keys import PAID, keyed_providers
from pipeline.providers.models import KeyState, Provider, ProviderKey, ProviderModel
from pipeline.providers.registry import ADAPTERS
from studio.core.errors import Invalid
from studio.core.models import User


@dataclass(frozen=True)
class Entry:
    """One way to run one operation, for one person.

    `can_cancel`: whether a request that was taken can be stopped; None: no adapter is installed.
    `unused` are the titles of parameters and roles that the model makes no use of.
    """

    operation: OperationSpec
    offer: OfferSpec
    provider: Provider.Code
    identifier: str
    price: str
    factors: tuple[str, ...]
    is_metered: bool
    sizes: str
    unused: tuple[str, ...]
    health: Health | None
    key: ProviderKey | None
    retires_on: date | None
    is_retired: bool
    successor: str
    can_cancel: bool | None

    @property
    def needs_key(self) -> bool:
        """Whether it is a paid provider for which this person has no key."""
        return self.provider in PAID and self.key is None

    @property
    def key_is_refused(self) -> bool:
        """Whether the provider refused the key when it was last checked."""
        return self.key is not None and self.key.state_id == KeyState.Code.REFUSED

    @property
    def is_usable(self) -> bool:
        """Whether this person can run it now, as far as keys and models go."""
        hindered = self.is_retired or self.needs_key or self.key_is_refused
        return not hindered and self.can_cancel is not None


@dataclass(frozen=True)
class Row:
    """One operation with its entries."""

    operation: OperationSpec
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True)
class ProviderState:
    """One provider as the head of the page shows it."""

    provider: Provider.Code
    key: ProviderKey | None
    models: int

    @property
    def is_paid(self) -> bool:
        """Whether it wants a key."""
        return self.provider in PAID


@dataclass(frozen=True)
class MatrixFilters:
    """What the page shows; each is a part of its address, empty for all."""

    group: str = ""
    provider: str = ""
    usable: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> MatrixFilters:
        """Read from an address.

        Raises:
            Invalid: a value that no link of ours has.
        """
        found = cls(*(query.get(name, "") for name in ("group", "provider", "usable")))
        groups = {"", *(group.code for group in OperationGroup.Code)}
        providers = {"", *(provider.code for provider in Provider.Code)}
        if found.group not in groups or found.provider not in providers:
            raise Invalid("There is no such group or provider.", remedy="Choose one of the lists.")
        return found

    def fits(self, entry: Entry) -> bool:
        """Whether an entry is to be shown."""
        return (
            self.group in ("", entry.operation.group.code)
            and self.provider in ("", entry.provider.code)
            and (not self.usable or entry.is_usable)
        )


def entries_for(user: User) -> list[Entry]:
    """Every way to run every listed operation, as far as declared or bound. Few queries."""
    specs = [spec for spec in CATALOGUE.values() if spec.is_listed]
    by_code = offers_of(specs)
    offers = [(spec, offer) for spec in specs for offer in by_code[spec.code]]
    prices = _prices({offer.sku for _, offer in offers})
    models = {
        (model.provider_id, model.code): model
        for model in ProviderModel.objects.select_related("successor")
    }
    health, keys = health_by_offer(), keyed_providers(user)
    found = []
    for spec, offer in offers:
        provider = Provider.Code.by_code(offer.provider)
        found.append(
            _entry(
                spec,
                offer,
                price=prices.get(offer.sku),
                model=models.get((provider.value, offer.model)),
                health=health.get((spec.code, offer.provider, offer.model)),
                key=keys.get(provider.value),
            )
        )
    return found


def rows_of(entries: list[Entry], filters: MatrixFilters) -> list[Row]:
    """The entries that fit, by operation."""
    rows: dict[str, Row] = {}
    for entry in filter(filters.fits, entries):
        rows.setdefault(entry.operation.code, Row(entry.operation)).entries.append(entry)
    return list(rows.values())


def states_of(entries: list[Entry]) -> list[ProviderState]:
    """The providers, and how many models each has on offer."""
    found = []
    for provider in Provider.Code:
        own = [entry for entry in entries if entry.provider == provider]
        key = next((entry.key for entry in own), None)
        found.append(ProviderState(provider, key, len({entry.offer.model for entry in own})))
    return found


def _entry(
    spec: OperationSpec,
    offer: OfferSpec,
    *,
    price: Price | None,
    model: ProviderModel | None,
    health: Health | None,
    key: ProviderKey | None,
) -> Entry:
    factors = sorted(price.factors.all(), key=lambda f: (f.parameter, f.value)) if price else []
    adapter = ADAPTERS.get(offer.provider)
    return Entry(
        operation=spec,
        offer=offer,
        provider=Provider.Code.by_code(offer.provider),
        identifier=(model.identifier if model else offer.identifier) or offer.model,
        price=price_text(price) if price else "no price yet",
        factors=tuple(
            f"× {f.multiplier_permille / 1000:g} for {f.parameter} {f.value}" for f in factors
        ),
        is_metered=bool(price and price.unit.is_metered),
        sizes=sizes_text(offer),
        unused=tuple(_titles(spec, offer)),
        health=health,
        key=key,
        retires_on=model.retires_on if model else offer.retires_on,
        is_retired=bool(model and model.is_retired),
        successor=model.successor.title if model and model.successor else "",
        can_cancel=adapter.can_cancel if adapter is not None else None,
    )


def _prices(skus: set[str]) -> dict[str, Price]:
    found: Any = Price.objects.current().with_details().filter(sku__code__in=skus)
    return {price.sku.code: price for price in found}


def _titles(spec: OperationSpec, offer: OfferSpec) -> list[str]:
    """What the model makes no use of, as the form calls it."""
    fields = spec.parameters.model_fields
    return sorted(
        str((fields[name].title if name in fields else None) or name.replace("_", " "))
        for name in offer.ignores
    )
