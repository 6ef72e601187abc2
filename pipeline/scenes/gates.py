"""Judging takes: what was measured on one, against the gates of the recipe."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.scenes.models import GateLevel, Measure, Take
from pipeline.scenes.recipe import GateRule
from pipeline.seeds.models import CheckVerdict

PASS, WARN, FAIL = CheckVerdict.Code.PASS, CheckVerdict.Code.WARN, CheckVerdict.Code.FAIL


@dataclass(frozen=True)
class Finding:
    """What a gate says of a take.

    `score` is None when the take has no such figure; `sentence` says all of it to people.
    """

    measure: Measure.Code
    verdict: CheckVerdict.Code
    score: float | None
    rule: GateRule
    sentence: str


def findings(take: Take, gates: Iterable[GateRule]) -> list[Finding]:
    """What the gates say of a take. One query, none when its measures are prefetched."""
    return judge({row.measure_id: row.score for row in take.measures.all()}, gates)


def judge(scores: Mapping[int, float], gates: Iterable[GateRule]) -> list[Finding]:
    """What the gates say of figures by measure."""
    return [_finding(rule, scores.get(rule.measure_id)) for rule in gates]


def worst(found: Iterable[Finding]) -> CheckVerdict.Code:
    """The gravest verdict; pass when there are no gates."""
    return max((finding.verdict for finding in found), default=PASS)


def failures(found: Iterable[Finding]) -> list[Finding]:
    """The findings that stop a scene."""
    return [finding for finding in found if finding.verdict == FAIL]


def figure(measure: Measure.Code, score: float) -> str:
    """A figure as people read it, with its unit."""
    unit = str(Measure.extras.get(measure, {}).get("unit_label", ""))
    text = f"{score:.0f}" if unit == "frames" else f"{score:.3g}"
    return f"{text} {unit}".strip()


def _finding(rule: GateRule, score: float | None) -> Finding:
    measure = Measure.Code(rule.measure_id)
    name = measure.label
    if score is None:
        sentence = f"{name} could not be measured."
        return Finding(measure, WARN, None, rule, sentence)
    limit = _crossed(measure, rule, score)
    if not limit:
        sentence = f"{name} is {figure(measure, score)}, within its limits."
        return Finding(measure, PASS, score, rule, sentence)
    verdict = FAIL if rule.level_id == GateLevel.Code.FAIL else WARN
    return Finding(measure, verdict, score, rule, f"{name} is {figure(measure, score)}{limit}.")


def _crossed(measure: Measure.Code, rule: GateRule, score: float) -> str:
    """Which limit a figure crosses, in words; empty when none."""
    if rule.most_score is not None and score > rule.most_score:
        return f", above the limit of {figure(measure, rule.most_score)}"
    if rule.least_score is not None and score < rule.least_score:
        return f", below the limit of {figure(measure, rule.least_score)}"
    return ""
