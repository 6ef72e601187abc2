"""Whether a model can do what a request asks, before anything is paid."""

from __future__ import annotations

from collections.abc import Sequence

from assets.models import LineageRole, Version
from pipeline.operations.declaration import (
    OfferSpec,
    OperationSpec,
    Parameters,
    never_refuses,
)
from pipeline.operations.limits import NO_LIMITS, InputFacts, InputLimits, facts_of
from studio.core.errors import Invalid

Inputs = Sequence[tuple[LineageRole.Code, Version]]


def check_fits(
    spec: OperationSpec, offer: OfferSpec, parameters: Parameters, inputs: Inputs
) -> None:
    """Pass when the model takes these files, and can do what the parameters ask.

    That it is there, and not retired, is `offers.why_unusable`.

    Raises:
        Invalid: with what to do about it, by field.
    """
    problems = input_problems(spec, offer, inputs)
    if problems:
        raise Invalid(
            f"{offer.title} does not take these files. {problems[0]}",
            remedy="Change the file, or choose another model.",
            fields={"inputs": problems},
        )
    if offer.refuses is never_refuses:
        return
    if said := offer.refuses(parameters, _facts(offer, inputs)):
        raise Invalid(f"{offer.title}: {said}", fields={"model": [said]})


def input_problems(spec: OperationSpec, offer: OfferSpec, inputs: Inputs) -> list[str]:
    """What is wrong with the files, for the operation and for this model of it."""
    found: list[str] = []
    declared = {item.role: item.limits for item in spec.inputs}
    for role in dict.fromkeys(role for role, _ in inputs):
        versions = [version for other, version in inputs if other == role]
        limits = [declared.get(role, NO_LIMITS), offer.input_limits.get(role, NO_LIMITS)]
        for limit in limits:
            found += _count_problems(offer, role, limit, len(versions))
        if found or role.code in offer.ignores:
            continue
        for version in versions:
            if any(_looks_at_files(limit) for limit in limits):
                facts = facts_of(role.code, version)
                found += [problem for limit in limits for problem in limit.problems(facts)]
    return found


def _count_problems(
    offer: OfferSpec, role: LineageRole.Code, limit: InputLimits, count: int
) -> list[str]:
    if limit.at_most is None or count <= limit.at_most:
        return []
    if limit.at_most == 0:
        return [f"{offer.title} takes no {role.label.lower()}: remove it, or choose another model."]
    return [f"{offer.title} takes at most {limit.at_most} as {role.label.lower()}, not {count}."]


def _looks_at_files(limit: InputLimits) -> bool:
    return limit not in (NO_LIMITS, InputLimits(at_most=limit.at_most))


def _facts(offer: OfferSpec, inputs: Inputs) -> list[InputFacts]:
    """The files that the model makes use of."""
    return [facts_of(role.code, v) for role, v in inputs if role.code not in offer.ignores]
