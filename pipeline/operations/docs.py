"""The pages of the catalogue, worked out from the declarations and the price book."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from billing.credits import credits_text
from billing.prices.models import Price
from pipeline.imaging.sizes import SizeRange
from pipeline.operations.catalogue import CATALOGUE
from pipeline.operations.declaration import InputSpec, OfferSpec, OperationSpec
from pipeline.operations.limits import NO_LIMITS
from pipeline.operations.models import OperationGroup
from pipeline.operations.offers import all_offers
from pipeline.operations.retirement import retired_models
from pipeline.operations.schema import parameter_schema
from pipeline.providers.models import Provider


@dataclass(frozen=True)
class ParameterDoc:
    """One line of the table of parameters."""

    name: str
    title: str
    type: str
    limits: str
    default: str
    help: str
    is_required: bool
    is_advanced: bool


@dataclass(frozen=True)
class OfferDoc:
    """One way to run the operation, with sizes and price."""

    offer: OfferSpec
    provider: str
    sizes: str
    price: str
    factors: list[str]
    is_metered: bool
    unused: list[str]
    limits: list[str]
    retired: str


@dataclass(frozen=True)
class OperationDoc:
    """One operation as the catalogue shows it."""

    spec: OperationSpec
    offers: list[OfferDoc]
    parameters: list[ParameterDoc] = field(default_factory=list)

    @property
    def inputs(self) -> tuple[InputSpec, ...]:
        """The roles that take files."""
        return self.spec.inputs

    @property
    def cheapest(self) -> str:
        """The first offer's price, in words."""
        return self.offers[0].price if self.offers else ""


@dataclass(frozen=True)
class GroupDoc:
    """One group of the catalogue."""

    label: str
    operations: list[OperationDoc]


def catalogue_docs() -> list[GroupDoc]:
    """Every listed operation by group, with prices. Three queries.

    The offers are the declared ones; an operation's own page also has those of workflows.
    """
    listed = [spec for spec in CATALOGUE.values() if spec.is_listed]
    prices = _prices(offer.sku for spec in listed for offer in spec.offers)
    retired = retired_models()
    found = []
    for group in OperationGroup.Code:
        operations = [
            OperationDoc(spec, _offers(spec, spec.offers, prices, retired))
            for spec in listed
            if spec.group == group
        ]
        if operations:
            found.append(GroupDoc(group.label, operations))
    return found


def operation_doc(spec: OperationSpec) -> OperationDoc:
    """Everything that the declaration of an operation tells, and who else offers it."""
    offers = all_offers(spec)
    prices = _prices(offer.sku for offer in offers)
    docs = _offers(spec, offers, prices, retired_models())
    return OperationDoc(spec, docs, parameter_docs(spec))


def parameter_docs(spec: OperationSpec) -> list[ParameterDoc]:
    """The parameters a request may carry, those that are needed first."""
    schema = parameter_schema(spec)
    fields = spec.parameters.model_fields
    needed = set(schema["required"])
    found = []
    for name, item in schema["properties"].items():
        extra: Any = fields[name].json_schema_extra if name in fields else None
        found.append(
            ParameterDoc(
                name=name,
                title=item.get("title", name),
                type=_type(item),
                limits=_limits(item),
                default=_default(item),
                help=item.get("description", ""),
                is_required=name in needed,
                is_advanced=bool((extra or {}).get("advanced")),
            )
        )
    return sorted(found, key=lambda doc: (not doc.is_required, doc.is_advanced))


def example_call(spec: OperationSpec, address: str) -> str:
    """A request for the shell that runs the operation over the API."""
    parameters = {
        doc.name: _example(spec, doc.name) for doc in parameter_docs(spec) if doc.is_required
    }
    if "aspect" in spec.extra_parameters:
        parameters["aspect"] = spec.extra_parameters["aspect"]["enum"][0]
    body: dict[str, Any] = {"project": "<project code>", "parameters": parameters}
    needed = [item for item in spec.inputs if item.at_least]
    if needed:
        body["inputs"] = [{"role": i.role.code, "version": "<version code>"} for i in needed]
    text = json.dumps(body, indent=2, ensure_ascii=False)
    return (
        f"curl {address}/api/v1/jobs/{spec.code}/ \\\n"
        '  -H "Authorization: Api-Key $SEEDFRAME_KEY" \\\n'
        '  -H "Idempotency-Key: $(uuidgen)" \\\n'
        "  -H 'Content-Type: application/json' \\\n"
        f"  -d {shlex.quote(text)}"
    )


def price_text(price: Price) -> str:
    """A price in words: `3 credits per image`."""
    return f"{credits_text(price.amount_microcredits)} credits per {price.unit.label}"


def _prices(skus: Iterable[str]) -> dict[str, Price]:
    found = Price.objects.current().with_details().filter(sku__code__in=set(skus))
    return {price.sku.code: price for price in found}


def _offers(
    spec: OperationSpec,
    offers: Iterable[OfferSpec],
    prices: Mapping[str, Price],
    retired: Mapping[tuple[str, str], str],
) -> list[OfferDoc]:
    return [
        _offer(spec, offer, prices.get(offer.sku), retired.get((offer.provider, offer.model), ""))
        for offer in offers
    ]


def _offer(spec: OperationSpec, offer: OfferSpec, price: Price | None, retired: str) -> OfferDoc:
    factors = sorted(price.factors.all(), key=lambda f: (f.parameter, f.value)) if price else []
    return OfferDoc(
        offer=offer,
        provider=Provider.Code.by_code(offer.provider).label,
        sizes=sizes_text(offer),
        price=price_text(price) if price else "no price yet",
        factors=[
            f"× {f.multiplier_permille / 1000:g} for {f.parameter} {f.value}" for f in factors
        ],
        is_metered=bool(price and price.unit.is_metered),
        unused=unused_titles(spec, offer),
        limits=limits_text(spec, offer),
        retired=retired,
    )


def unused_titles(spec: OperationSpec, offer: OfferSpec) -> list[str]:
    """Titles of the parameters and inputs that a model makes no use of, in alphabetical order."""
    titles = {name: item.title or name for name, item in spec.parameters.model_fields.items()}
    titles |= {item.role.code: item.role.label for item in spec.inputs}
    return sorted(titles[name] for name in offer.ignores if name in titles)


def limits_text(spec: OperationSpec, offer: OfferSpec) -> list[str]:
    """What the files of each role must be like for a model, in words."""
    found = []
    for item in spec.inputs:
        limits = (item.limits, offer.input_limits.get(item.role, NO_LIMITS))
        if text := "; ".join(limit.sentence for limit in limits if limit.sentence):
            found.append(f"{item.role.label}: {text}")
    return found


def sizes_text(offer: OfferSpec) -> str:
    """Which sizes the model takes; any other is made from the nearest of them."""
    sizes = offer.sizes
    if sizes is None:
        return ""
    if isinstance(sizes, SizeRange):
        text = f"{sizes.min_side_px}–{sizes.max_side_px} px a side"
        if sizes.multiple_px > 1:
            text += f", in steps of {sizes.multiple_px}"
        if sizes.max_pixels:
            text += f", at most {sizes.max_pixels / 1_000_000:g} megapixels"
        return text
    return ", ".join(f"{width} × {height}" for width, height in sizes)


def _type(item: Mapping[str, Any]) -> str:
    kinds = [item, *item.get("anyOf", ())]
    if any("enum" in kind for kind in kinds):
        return "choice"
    names = {
        "integer": "whole number",
        "number": "number",
        "string": "text",
        "boolean": "yes or no",
        "array": "list",
        "object": "document",
    }
    return next((names[k["type"]] for k in kinds if k.get("type") in names), "any")


def _limits(item: Mapping[str, Any]) -> str:
    found = {**item}
    for kind in item.get("anyOf", ()):
        found |= {name: value for name, value in kind.items() if name != "type"}
    if "enum" in found:
        return ", ".join(str(value) for value in found["enum"])
    low, high = found.get("minimum"), found.get("maximum")
    if low is not None and high is not None:
        return f"{low:,} – {high:,}".replace(",", "\u202f")
    if low is not None:
        return f"{low:,} or more"
    if "maxLength" in found:
        return f"up to {found['maxLength']:,} characters".replace(",", "\u202f")
    return ""


def _default(item: Mapping[str, Any]) -> str:
    value = item.get("default")
    if value in (None, ""):
        return ""
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _example(spec: OperationSpec, name: str) -> Any:
    kind = spec.parameters.model_json_schema()["properties"].get(name, {})
    examples = {"prompt": "a lighthouse on a cliff at dusk"}
    plain = {"integer": kind.get("minimum", 1), "number": kind.get("minimum", 1), "boolean": True}
    return examples.get(name, plain.get(kind.get("type", ""), "…"))
