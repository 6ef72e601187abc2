"""Which offer makes a job when nobody names one, and why: by price, time or quality."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import connection

from assets.models import LineageRole, Version
from billing.credits import credits_text
from billing.plans.preflight import check
from billing.prices.quotes import Quote, quote
from pipeline.jobs.models import AttemptOutcome, SelectionRule
from pipeline.operations.declaration import OfferSpec, OperationSpec, Parameters
from pipeline.operations.fitting import check_fits
from pipeline.operations.offers import all_offers, why_unusable
from studio.core.errors import Invalid, NotFound
from studio.core.models import Project, User

Inputs = Sequence[tuple[LineageRole.Code, Version]]
#: Provider and model.
Key = tuple[str, str]

# Seconds of a whole run by output, of what has lately succeeded here.
_MEDIANS = """
SELECT p.code, m.code, count(*), percentile_cont(0.5) WITHIN GROUP (
    ORDER BY extract(epoch FROM r.ended_at - r.started_at) / greatest(r.outputs, 1)
)
FROM (
    SELECT j.offer_id, j.outputs_expected AS outputs, a.started_at, a.ended_at,
           row_number() OVER (PARTITION BY j.offer_id ORDER BY a.id DESC) AS place
    FROM pipeline_attempt a
    JOIN pipeline_job j ON j.id = a.job_id
    JOIN pipeline_offer o ON o.id = j.offer_id
    JOIN pipeline_operation op ON op.id = o.operation_id
    WHERE a.outcome_id = %s AND op.code = %s AND a.ended_at > now() - interval '30 days'
) r
JOIN pipeline_offer o ON o.id = r.offer_id
JOIN pipeline_providermodel m ON m.id = o.model_id
JOIN pipeline_provider p ON p.id = m.provider_id
WHERE r.place <= 200
GROUP BY 1, 2
"""


@dataclass(frozen=True)
class Candidate:
    """An offer that can make what is asked for, and what is known of it."""

    offer: OfferSpec
    quote: Quote
    allowed: bool
    seconds: float | None = None
    runs: int = 0


@dataclass(frozen=True)
class Choice:
    """The offer that was chosen, by which rule, and the reason in a sentence."""

    offer: OfferSpec
    rule: SelectionRule.Code
    reason: str


def quote_offer(offer: OfferSpec, parameters: Parameters) -> Quote:
    """What a request costs with an offer, at most.

    Raises:
        NotFound: the price book has no price for it.
    """
    return quote(
        sku_code=offer.sku,
        quantity_milli=offer.most_milli(parameters) * parameters.outputs_expected(),
        parameters=parameters.model_dump(mode="json"),
    )


def find_candidates(
    *,
    actor: User,
    project: Project,
    spec: OperationSpec,
    parameters: Parameters,
    inputs: Inputs,
    without: Collection[str] = (),
) -> list[Candidate]:
    """The offers that a person can use for just this, in the order of the declaration.

    Left out are the providers `without`, and what is retired, has no key, no machine or no price,
    or can't do what is asked.
    """
    times = median_times(spec.code)
    found: list[Candidate] = []
    for offer in all_offers(spec):
        if offer.provider in without or why_unusable(offer, actor):
            continue
        try:
            check_fits(spec, offer, parameters, inputs)
            price = quote_offer(offer, parameters)
        except (Invalid, NotFound):
            continue
        preflight = check(
            user=actor,
            project=project,
            quotes=[price],
            provider_code=offer.provider,
            operation_group=spec.group.code,
        )
        runs, seconds = times.get((offer.provider, offer.model), (0, None))
        found.append(Candidate(offer, price, preflight.allowed, seconds, runs))
    return found


def choose_offer(
    *,
    actor: User,
    project: Project,
    spec: OperationSpec,
    parameters: Parameters,
    inputs: Inputs,
    rule: SelectionRule.Code,
    without: Collection[str] = (),
) -> Choice:
    """The best offer by a rule; of equals, the one declared first.

    What the person's plan or wallet does not allow is chosen only when nothing else is left, so
    that the refusal says why.

    Raises:
        Invalid: nobody can make this.
    """
    candidates = find_candidates(
        actor=actor,
        project=project,
        spec=spec,
        parameters=parameters,
        inputs=inputs,
        without=without,
    )
    candidates = [c for c in candidates if c.allowed] or candidates
    if not candidates:
        raise Invalid(
            f"Nobody can run “{spec.title}” for you now.",
            remedy="Add a provider's key, register a ComfyUI instance, or change the request.",
            fields={"provider": ["No offer fits this request and can be used."]},
        )
    best = min(candidates, key=_ORDER[rule])
    return Choice(best.offer, rule, _reason(rule, best, candidates))


def median_times(operation: str) -> dict[Key, tuple[int, float | None]]:
    """Number of runs, and the median seconds for an output, by offer: this studio's, of 30 days.

    One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MEDIANS, [int(AttemptOutcome.Code.SUCCEEDED), operation])
        rows = cursor.fetchall()
    return {(provider, model): (runs, float(median)) for provider, model, runs, median in rows}


def _price(candidate: Candidate) -> float:
    return candidate.quote.amount_microcredits


def _time(candidate: Candidate) -> float:
    return float("inf") if candidate.seconds is None else candidate.seconds


def _quality(candidate: Candidate) -> float:
    return -candidate.offer.quality_rank


_ORDER = {
    SelectionRule.Code.PRICE: _price,
    SelectionRule.Code.SPEED: _time,
    SelectionRule.Code.QUALITY: _quality,
}


def _reason(rule: SelectionRule.Code, best: Candidate, candidates: Sequence[Candidate]) -> str:
    others = sorted((c for c in candidates if c is not best), key=_ORDER[rule])
    if not others:
        return f"{best.offer.title}: no other offer can be used for this."
    text = f"{best.offer.title}: {rule.label.lower()} of {len(candidates)} that can be used"
    next_one = f"next {others[0].offer.title}: {_figure(rule, others[0])}"
    return f"{text} ({_figure(rule, best)}; {next_one})."[:300]


def _figure(rule: SelectionRule.Code, candidate: Candidate) -> str:
    if rule == SelectionRule.Code.PRICE:
        most = "at most " if candidate.quote.is_upper_bound else ""
        return f"{most}{credits_text(candidate.quote.amount_microcredits)} credits"
    if rule == SelectionRule.Code.SPEED:
        if candidate.seconds is None:
            return "no time known"
        return f"{candidate.seconds:.3g} s an output, median of {candidate.runs} jobs"
    return f"rank {candidate.offer.quality_rank}"
