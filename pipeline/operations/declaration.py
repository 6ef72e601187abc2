"""What an operation declares, once; form, API, validation, estimate and docs come from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assets.models import LineageRole
from pipeline.imaging.sizes import SizeSupport
from pipeline.operations.limits import NO_LIMITS, InputFacts, InputLimits
from pipeline.operations.messages import people_say
from pipeline.operations.models import OperationGroup
from studio.core.errors import Invalid

#: Largest random seed a person or script may give: what every JSON reader keeps exact.
MAX_RANDOM_SEED = 2**53 - 1


class Parameters(BaseModel):
    """Base of every operation's parameters; unknown names are refused, values are not coerced."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    random_seed: int | None = Field(
        None,
        ge=0,
        le=MAX_RANDOM_SEED,
        title="Random seed",
        description="The same seed and parameters make the same result; empty: drawn for you.",
        json_schema_extra={"advanced": True},
    )

    def outputs_expected(self) -> int:
        """How many files a full success has."""
        return 1


@dataclass(frozen=True)
class InputSpec:
    """A role that takes files: how many, of which kinds of asset, within which limits."""

    role: LineageRole.Code
    kinds: tuple[str, ...] = ("image",)
    at_least: int = 0
    at_most: int = 1
    help: str = ""
    limits: InputLimits = NO_LIMITS


def never_refuses(parameters: Any, inputs: Sequence[InputFacts]) -> str:
    """What most models say to every request."""
    return ""


@dataclass(frozen=True)
class OfferSpec:
    """One way to run the operation: provider, model, version, what sizes it takes, its SKU.

    `most_milli` is the most that one output can use, in thousandths of the price's unit: it makes
    the estimate an upper bound where the price is metered, and exact where it is not.

    `ignores` names parameters and roles of inputs that this model makes no use of; they are not
    sent. `input_limits` are its rules for the files, by role; `refuses` says in a sentence why it
    can't do what these parameters ask with these files (empty: it can). Both count before anything
    is paid. `quality_rank` compares models of one operation, larger is better.

    `identifier` is what the provider calls the model (empty: as we do). From `retires_on` on it is
    retired, and `successor` the model of the same provider to use instead. These three are what a
    new studio starts with; afterwards the model's row counts.
    """

    provider: str
    model: str
    title: str
    version: str
    sku: str
    sizes: SizeSupport | None = None
    most_milli: Callable[[Any], int] = lambda parameters: 1000
    note: str = ""
    ignores: frozenset[str] = frozenset()
    input_limits: Mapping[LineageRole.Code, InputLimits] = field(default_factory=dict)
    refuses: Callable[[Any, Sequence[InputFacts]], str] = never_refuses
    quality_rank: int = 0
    identifier: str = ""
    retires_on: date | None = None
    successor: str = ""


@dataclass(frozen=True)
class OperationSpec:
    """An entry of the catalogue.

    `resolve` turns what a person gave (a template's name, say) into plain parameters before they
    are checked: it fills in the parameters `filled_in`, and takes `extra_parameters` (JSON Schema
    by name) besides them. `title_of` names the job and its outputs. What a step (`is_step`) makes
    is of use to the studio only: the library shows it when asked.
    """

    code: str
    title: str
    group: OperationGroup.Code
    summary: str
    parameters: type[Parameters]
    offers: tuple[OfferSpec, ...]
    output_kind: str
    version: str = "1"
    inputs: tuple[InputSpec, ...] = ()
    is_seeded: bool = True
    is_listed: bool = True
    is_step: bool = False
    resolve: Callable[[dict[str, Any]], dict[str, Any]] = lambda values: values
    filled_in: frozenset[str] = frozenset()
    extra_parameters: Mapping[str, Any] = field(default_factory=dict)
    title_of: Callable[[Any], str] = lambda parameters: ""

    def clean(self, values: Mapping[str, Any]) -> Parameters:
        """Checked parameters with defaults filled in.

        Raises:
            Invalid: with messages by field.
        """
        try:
            return self.parameters.model_validate(self.resolve(dict(values)))
        except ValidationError as error:
            raise invalid_from(error) from error

    def offer(self, provider: str = "", model: str = "") -> OfferSpec:
        """The offer asked for, or the first one that fits.

        Raises:
            Invalid: nobody offers that.
        """
        from pipeline.operations.offers import find_offer  # it builds on these declarations

        return find_offer(self, provider, model)


def invalid_from(error: ValidationError) -> Invalid:
    """Pydantic's findings as a domain error, by field."""
    fields: dict[str, list[str]] = {}
    for item in error.errors(include_url=False, include_input=False):
        name = ".".join(str(part) for part in item["loc"]) or "parameters"
        fields.setdefault(name, []).append(people_say(item))
    named = "; ".join(f"{name}: {messages[0]}" for name, messages in fields.items())
    return Invalid(f"Some parameters are not right. {named}", fields=fields)
