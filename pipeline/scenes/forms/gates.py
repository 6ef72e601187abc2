"""The table of gates: for each measure, between which figures a take must lie, and what if not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms

from pipeline.scenes.models import GateLevel, Measure

MEASURES = tuple(Measure.Code)


@dataclass(frozen=True)
class GateRow:
    """One measure with its three fields."""

    measure: Measure.Code
    unit: str
    better: str
    level: forms.BoundField
    least: forms.BoundField
    most: forms.BoundField
    inherited: str


def gate_fields() -> dict[str, forms.Field]:
    """Level, at least and at most for each measure; all may stay empty."""
    fields: dict[str, forms.Field] = {}
    levels = [("", "–"), *((level.code, level.label) for level in GateLevel.Code)]
    for measure in MEASURES:
        name = measure.label
        fields[f"gate-{measure.code}-level"] = forms.ChoiceField(
            choices=levels, required=False, widget=forms.Select(attrs={"aria-label": name})
        )
        for side, words in (("least", "at least"), ("most", "at most")):
            widget = forms.NumberInput(
                attrs={"step": "any", "inputmode": "decimal", "aria-label": f"{name}, {words}"}
            )
            fields[f"gate-{measure.code}-{side}"] = forms.FloatField(required=False, widget=widget)
    return fields


def unit_of(measure: Measure.Code) -> str:
    """The unit of a measure."""
    return str(Measure.extras.get(measure, {}).get("unit_label", "")) or "0–1"


def limits_in_words(gate: Any) -> str:
    """The limits of a gate: “stop above 0.3”."""
    level = GateLevel.Code(gate.level_id).label.lower()
    sides = []
    if gate.least_score is not None:
        sides.append(f"below {gate.least_score:g}")
    if gate.most_score is not None:
        sides.append(f"above {gate.most_score:g}")
    return f"{level} {' or '.join(sides)}"


def gate_rows(form: forms.Form, inherited: Iterable[Any]) -> list[GateRow]:
    """The rows of the table, with what each measure would inherit."""
    said = {gate.measure_id: limits_in_words(gate) for gate in inherited}
    return [
        GateRow(
            measure=measure,
            unit=unit_of(measure),
            better="higher" if Measure.extras.get(measure, {}).get("is_higher_better") else "lower",
            level=form[f"gate-{measure.code}-level"],
            least=form[f"gate-{measure.code}-least"],
            most=form[f"gate-{measure.code}-most"],
            inherited=said.get(measure, ""),
        )
        for measure in MEASURES
    ]


def gate_values(form: forms.Form) -> list[dict[str, Any]]:
    """The gates that were given; a limit without a level, or the reverse, is an error."""
    gates = []
    for measure in MEASURES:
        level = form.cleaned_data.get(f"gate-{measure.code}-level") or ""
        least = form.cleaned_data.get(f"gate-{measure.code}-least")
        most = form.cleaned_data.get(f"gate-{measure.code}-most")
        if not level and least is None and most is None:
            continue
        if not level:
            form.add_error(f"gate-{measure.code}-level", "Say what happens: warn, or stop.")
        elif least is None and most is None:
            form.add_error(f"gate-{measure.code}-least", "Give a limit.")
        elif least is not None and most is not None and least > most:
            form.add_error(f"gate-{measure.code}-most", "This lies below “at least”.")
        gates.append({"measure": measure.code, "level": level, "least": least, "most": most})
    return gates


def gate_initial(gates: Iterable[Any]) -> dict[str, Any]:
    """Initial values for the gates that a version states itself."""
    initial: dict[str, Any] = {}
    for gate in gates:
        code = Measure.Code(gate.measure_id).code
        initial[f"gate-{code}-level"] = GateLevel.Code(gate.level_id).code
        initial[f"gate-{code}-least"] = gate.least_score
        initial[f"gate-{code}-most"] = gate.most_score
    return initial
