"""What redoing segments would cost, before it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assets.models import Version
from billing.prices.quotes import quote
from pipeline.operations.catalogue import get_operation
from pipeline.operations.declaration import OfferSpec, Parameters
from pipeline.scenes.forms.redo import RedoForm
from pipeline.scenes.models import Segment
from pipeline.scenes.recipe import Recipe
from pipeline.scenes.requests import EXAMINE, TakeOrder, take_parameters
from studio.core.errors import Invalid


@dataclass(frozen=True)
class RedoPrice:
    """How many takes a redo makes and the most they can be charged; or what is wrong."""

    takes: int
    amount_microcredits: int
    problem: str = ""


def price_of_redo(form: RedoForm, segments: Sequence[Segment]) -> RedoPrice:
    """The price of the form as it stands; two queries for each length of segment."""
    if form.is_bound and not form.is_valid():
        return RedoPrice(0, 0, "Some fields are not right yet.")
    changes = form.changes() if form.is_bound else {}
    count = form.cleaned_data["count"] if form.is_bound else 1
    lengths = [segment.frames_wanted for segment in segments]
    try:
        prices = {frames: _price(form.recipe, frames, changes) for frames in set(lengths)}
    except Invalid as error:
        return RedoPrice(0, 0, error.detail)
    return RedoPrice(len(lengths) * count, sum(prices[frames] for frames in lengths) * count)


def _price(recipe: Recipe, frames: int, changes: Mapping[str, Any]) -> int:
    """The most that a take and its examination can be charged.

    Raises:
        Invalid: the operation refuses the changed parameters.
    """
    order = TakeOrder(
        start=Version(),
        frames=frames,
        prompt=recipe.prompt,
        negative_prompt=recipe.negative_prompt,
        changes=changes,
    )
    making = recipe.operation.clean(take_parameters(recipe, order))
    examine = get_operation(EXAMINE)
    return _most(recipe.offer_spec, making) + _most(
        examine.offer(), examine.clean({"longest": frames})
    )


def _most(offer: OfferSpec, parameters: Parameters) -> int:
    return quote(
        sku_code=offer.sku,
        quantity_milli=offer.most_milli(parameters) * parameters.outputs_expected(),
        parameters=parameters.model_dump(mode="json"),
    ).amount_microcredits
