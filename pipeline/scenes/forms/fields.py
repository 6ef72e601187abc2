"""What a recipe says, field by field: words, units, ranges, groups; and values as people read them.

Both the form of a scene type and the pages that show recipes are made from this one table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django import forms

from pipeline.operations.models import Offer
from pipeline.scenes.models import RandomSeedStrategy, StitchMode
from studio.core.lookups import Codes

#: Frame rates that editorial works with, as text for people and as a rational number.
RATES: dict[str, Fraction] = {
    "23.976": Fraction(24000, 1001),
    "24": Fraction(24),
    "25": Fraction(25),
    "29.97": Fraction(30000, 1001),
    "30": Fraction(30),
    "50": Fraction(50),
    "59.94": Fraction(60000, 1001),
    "60": Fraction(60),
}
MOST_FRAMES = 100_000


@dataclass(frozen=True)
class RecipeField:
    """One thing that a recipe says.

    Args:
        columns: the columns of a version of a scene type that hold it.
        permille: it is shown as 0–1 and stored in thousandths.
        field: makes the form field; its initial value is what a new recipe starts from.
    """

    name: str
    columns: tuple[str, ...]
    group: str
    unit: str
    field: forms.Field
    permille: bool = False

    @property
    def label(self) -> str:
        """What people call it."""
        return str(self.field.label)


def _frames(label: str, start: int, help_text: str, *, least: int = 0) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"data-frames": "", "inputmode": "numeric"})
    return forms.IntegerField(
        label=label,
        initial=start,
        min_value=least,
        max_value=MOST_FRAMES,
        help_text=help_text,
        widget=widget,
    )


def _pixels(label: str, start: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        initial=start,
        min_value=64,
        max_value=8192,
        help_text="An even number, 64–8192.",
        widget=forms.NumberInput(attrs={"step": 2, "inputmode": "numeric"}),
    )


def _share(label: str, start: float, help_text: str) -> forms.FloatField:
    return forms.FloatField(
        label=label,
        initial=start,
        min_value=0,
        max_value=1,
        help_text=help_text,
        widget=forms.NumberInput(attrs={"step": 0.01, "min": 0, "max": 1, "inputmode": "decimal"}),
    )


def _yes(label: str, help_text: str) -> forms.BooleanField:
    return forms.BooleanField(
        label=label,
        initial=True,
        required=False,
        help_text=help_text,
        widget=forms.CheckboxInput(attrs={"class": "toggle"}),
    )


def _one_of(label: str, codes: type[Codes], help_text: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=[(member.code, member.label) for member in codes],
        coerce=codes.by_code,
        initial=next(iter(codes)).code,
        help_text=help_text,
    )


PICTURE, LENGTH, JOINING, LIKENESS = "Picture", "Length", "Joining", "Likeness and grain"

RECIPE_FIELDS: tuple[RecipeField, ...] = (
    RecipeField("width_px", ("width_px",), PICTURE, "px", _pixels("Width", 1280)),
    RecipeField("height_px", ("height_px",), PICTURE, "px", _pixels("Height", 720)),
    RecipeField(
        "fps", ("fps_num", "fps_den"), PICTURE, "",
        forms.ChoiceField(
            label="Frame rate", choices=[(text, text) for text in RATES], initial="24",
            help_text="Frames a second; lengths are frames at this rate.",
        ),
    ),
    RecipeField(
        "target_frames", ("target_frames",), LENGTH, "frames",
        _frames("Length of the scene", 360, "What all segments together should reach.", least=2),
    ),
    RecipeField(
        "tolerance_frames", ("tolerance_frames",), LENGTH, "frames",
        _frames("Tolerance", 12, "How far from that the scene may end."),
    ),
    RecipeField(
        "segment_min_frames", ("segment_min_frames",), LENGTH, "frames",
        _frames("Shortest segment", 48, "A take may end from here on.", least=2),
    ),
    RecipeField(
        "segment_max_frames", ("segment_max_frames",), LENGTH, "frames",
        _frames("Longest segment", 72, "What is asked of the provider.", least=2),
    ),
    RecipeField(
        "is_elastic", ("is_elastic",), LENGTH, "",
        _yes("Elastic duration", "End each take at its most stable frame between the two."),
    ),
    RecipeField(
        "stitch_mode", ("stitch_mode",), JOINING, "",
        _one_of(
            "Stitching", StitchMode.Code,
            "Strict joins on the literal last frame; validated looks for the best pair of frames.",
        ),
    ),
    RecipeField(
        "window_frames", ("window_frames",), JOINING, "frames",
        _frames("Search window", 8, "How far validated continuity looks on either side.", least=1),
    ),
    RecipeField(
        "boundary_threshold", ("boundary_threshold_permille",), JOINING, "0–1",
        _share("Boundary passes from", 0.9, "A lower score is healed, or flagged for a person."),
        permille=True,
    ),
    RecipeField(
        "anchor_weight", ("anchor_weight_permille",), LIKENESS, "0–1",
        _share("Anchor weight", 0.2, "How strongly Seed A holds the likeness in each segment."),
        permille=True,
    ),
    RecipeField(
        "texture_sync", ("texture_sync",), LIKENESS, "",
        _yes("Texture sync", "Match grain across a boundary where it differs."),
    ),
    RecipeField(
        "seed_strategy", ("seed_strategy",), LIKENESS, "",
        _one_of(
            "Random seeds", RandomSeedStrategy.Code,
            "Derived seeds make a scene repeatable from one number.",
        ),
    ),
)  # fmt: skip

BY_COLUMN = {column: item for item in RECIPE_FIELDS for column in item.columns}


def rate_text(fps: Fraction) -> str:
    """A rate as people write it: 24, 23.976."""
    named = next((text for text, rate in RATES.items() if rate == fps), "")
    return named or f"{float(fps):.3f}".rstrip("0").rstrip(".")


def form_value(item: RecipeField, values: Mapping[str, Any]) -> Any:
    """What the form shows for what a recipe says; `values` are its columns."""
    value = values.get(item.columns[0])
    if value is None:
        return None
    if item.name == "fps":
        return rate_text(Fraction(value, values[item.columns[1]]))
    if item.permille:
        return value / 1000
    return getattr(value, "code", value)


def column_values(item: RecipeField, value: Any) -> dict[str, Any]:
    """The columns for a cleaned value of the form."""
    if item.name == "fps":
        rate = RATES[value]
        return {"fps_num": rate.numerator, "fps_den": rate.denominator}
    if item.permille:
        return {item.columns[0]: round(value * 1000)}
    return {item.columns[0]: getattr(value, "code", value)}


def in_words(item: RecipeField, values: Mapping[str, Any]) -> str:
    """What a recipe says of a field, with its unit, for people."""
    value = values.get(item.columns[0])
    if value is None:
        return "–"
    if item.name == "fps":
        return f"{form_value(item, values)} fps"
    if item.permille:
        return f"{value / 1000:g}"
    return plain_words(value, item.unit)


def plain_words(value: Any, unit: str = "") -> str:
    """A value of a recipe as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Offer):
        return value.model.title
    if label := getattr(value, "label", ""):
        return str(label)
    return f"{value} {unit}".strip()
