"""Variations as pages show them: every figure worked out, nothing left for a template to query."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pipeline.jobs.shown import ShownFile, show_file
from pipeline.seeds.models import CheckResult, CheckVerdict, SeedCheck, Variation, VariationMethod
from pipeline.seeds.queries import worst_verdict
from pipeline.seeds.services.heroes import hero_blockers

TONES = {
    CheckVerdict.Code.PASS: "success",
    CheckVerdict.Code.WARN: "warning",
    CheckVerdict.Code.FAIL: "danger",
}
ICONS = {
    CheckVerdict.Code.PASS: "check",
    CheckVerdict.Code.WARN: "triangle-alert",
    CheckVerdict.Code.FAIL: "circle-x",
}


@dataclass(frozen=True)
class ShownCheck:
    """One finding: what was measured, against what, and what that means."""

    result: CheckResult
    code: str
    label: str
    value: str
    limits: str
    verdict: CheckVerdict.Code
    tone: str
    icon: str
    waiver: Any

    @property
    def needs_word(self) -> bool:
        """Whether it waits for a person to take it upon themselves."""
        return self.verdict == CheckVerdict.Code.WARN and self.waiver is None


@dataclass(frozen=True)
class ShownVariation:
    """One variation with its picture and its checks."""

    variation: Variation
    file: ShownFile
    checks: list[ShownCheck]
    blockers: list[str]
    method: VariationMethod.Code

    @property
    def name(self) -> str:
        """What it is called among the variations of its seed image."""
        return f"#{self.variation.number}"

    @property
    def is_checked(self) -> bool:
        """Whether the checks are made."""
        return bool(self.checks)

    @property
    def worst(self) -> CheckVerdict.Code | None:
        """The worst verdict; None: not checked yet."""
        return worst_verdict(self.variation)

    @property
    def tone(self) -> str:
        """The colour word of the whole."""
        return TONES[self.worst] if self.worst else ""

    @property
    def findings(self) -> list[ShownCheck]:
        """What did not pass, the worst first."""
        found = [check for check in self.checks if check.verdict != CheckVerdict.Code.PASS]
        return sorted(found, key=lambda check: -check.verdict)

    @property
    def likeness_percent(self) -> int | None:
        """Likeness to the hero of Seed A in percent; None: not measured."""
        score = self.variation.likeness_score
        return None if score is None else round(100 * score)

    @property
    def may_be_made_again(self) -> bool:
        """Whether a job made it whose settings can be used once more for something else."""
        return self.method in (VariationMethod.Code.FORWARD, VariationMethod.Code.REVERSE)

    @property
    def quality(self) -> tuple[int, int, float]:
        """For sorting, best first: fails, warnings, softness."""
        verdicts = [check.verdict for check in self.checks]
        sharp = next(
            (
                c.result.measured_score
                for c in self.checks
                if c.result.check_kind_id == SeedCheck.Code.SHARPNESS
            ),
            None,
        )
        return (
            verdicts.count(CheckVerdict.Code.FAIL) if verdicts else 99,
            verdicts.count(CheckVerdict.Code.WARN),
            -(sharp or 0.0),
        )


#: Orders of the grid, by the value in the address.
SORTS: dict[str, tuple[str, Callable[[ShownVariation], Any]]] = {
    "time": ("Newest", lambda item: -item.variation.number),
    "likeness": ("Likeness", lambda item: -(item.variation.likeness_score or -1.0)),
    "quality": ("Quality", lambda item: item.quality),
}


def show_variations(variations: Iterable[Variation], sort: str = "time") -> list[ShownVariation]:
    """Variations loaded by `with_files`, in this order. No query."""
    found = [show_variation(variation) for variation in variations]
    return sorted(found, key=SORTS[sort if sort in SORTS else "time"][1])


def show_variation(variation: Variation) -> ShownVariation:
    """One variation loaded by `with_files`. No query."""
    return ShownVariation(
        variation=variation,
        file=show_file(variation.version),
        checks=[_show_check(check) for check in variation.checks.all()],
        blockers=[] if variation.is_hero else hero_blockers(variation),
        method=VariationMethod.Code(variation.method_id),
    )


def _show_check(result: CheckResult) -> ShownCheck:
    kind = SeedCheck.Code(result.check_kind_id)
    unit = str(SeedCheck.extras.get(kind, {}).get("unit_label", ""))
    verdict = CheckVerdict.Code(result.verdict_id)
    return ShownCheck(
        result=result,
        code=kind.code,
        label=kind.label,
        value=_figure(result.measured_score, unit) if result.measured_score is not None else "–",
        limits=_limits(result, unit),
        verdict=verdict,
        tone=TONES[verdict],
        icon=ICONS[verdict],
        waiver=getattr(result, "waiver", None),
    )


def _limits(result: CheckResult, unit: str) -> str:
    """The thresholds in words."""
    parts = []
    if result.warn_score is not None and result.warn_score != result.fail_score:
        parts.append(f"warns at {_figure(result.warn_score, unit)}")
    if result.fail_score is not None:
        parts.append(f"fails at {_figure(result.fail_score, unit)}")
    return ", ".join(parts)


def _figure(value: float, unit: str) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) < 100 else f"{value:,.0f}"
    return f"{text}{unit}" if unit == "°" else f"{text} {unit}".strip()
