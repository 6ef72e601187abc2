"""Who can make takes: the offers of operations that make video from a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assets.models import LineageRole
from pipeline.operations.catalogue import CATALOGUE
from pipeline.operations.declaration import OfferSpec, OperationSpec
from pipeline.operations.offers import all_offers
from pipeline.scenes.requests import DECIDED


@dataclass(frozen=True)
class OfferChoice:
    """One way to make takes, as a choice of the form."""

    spec: OperationSpec
    offer: OfferSpec

    @property
    def code(self) -> str:
        """Value of the choice: operation/provider/model."""
        return f"{self.spec.code}/{self.offer.provider}/{self.offer.model}"

    @property
    def title(self) -> str:
        """What people call it."""
        return f"{self.spec.title} · {self.offer.title} ({self.offer.provider})"

    def as_value(self) -> dict[str, str]:
        """As the service takes it."""
        return {
            "operation": self.spec.code,
            "provider": self.offer.provider,
            "model": self.offer.model,
        }


def offer_choices() -> dict[str, OfferChoice]:
    """The offers of every operation that makes a video from a start frame: models, workflows."""
    found = [
        OfferChoice(spec, offer)
        for spec in CATALOGUE.values()
        if spec.output_kind == "video" and _starts_from_a_picture(spec)
        for offer in all_offers(spec)
    ]
    return {choice.code: choice for choice in found}


def _starts_from_a_picture(spec: OperationSpec) -> bool:
    return any(
        item.role == LineageRole.Code.START_FRAME and "image" in item.kinds and item.at_least >= 1
        for item in spec.inputs
    )


def extra_schema(choice: OfferChoice | None) -> Mapping[str, Any]:
    """JSON Schema of the further parameters of an offer's operation, by name."""
    return extra_schema_of(choice.spec) if choice is not None else {}


def extra_schema_of(spec: OperationSpec) -> dict[str, Any]:
    """JSON Schema of the parameters that neither recipe nor scene nor segment decides, by name."""
    properties = spec.parameters.model_json_schema()["properties"]
    return {name: item for name, item in properties.items() if name not in DECIDED}
