"""Recipes as pages show them: what each field says, where it comes from, what a change changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.operations.models import Offer
from pipeline.scenes.forms.fields import BY_COLUMN, RECIPE_FIELDS, in_words, plain_words
from pipeline.scenes.forms.gates import limits_in_words
from pipeline.scenes.forms.types import Inherited, initial_of
from pipeline.scenes.models import Measure, SceneTypeVersion
from pipeline.scenes.models.types import INHERITABLE
from pipeline.scenes.recipe import Recipe, resolve
from pipeline.scenes.services.types import Difference, type_differences

_WORDS = {
    "offer": "Made by",
    "prompt": "Prompt",
    "negative_prompt": "Not in the picture",
    "gates": "Gates",
    "extra": "Further parameters",
    "parent": "Inherits from",
}
#: How differences name a gate or a further parameter.
_PREFIXES = ("gate: ", "extra: ")


@dataclass(frozen=True)
class Line:
    """One line of a recipe; `origin` names the version it is inherited from, or is empty."""

    label: str
    value: str
    is_inherited: bool


@dataclass(frozen=True)
class ShownChange:
    """One difference between two versions."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class VersionLine:
    """One version in the history of a scene type, and what it changed."""

    version: SceneTypeVersion
    changes: list[ShownChange]


def offer_code(offer: Any) -> str:
    """The value that the form has for an offer."""
    if offer is None:
        return ""
    if isinstance(offer, Offer):
        return f"{offer.operation.code}/{offer.model.provider.code}/{offer.model.code}"
    return str(offer)


def recipe_lines(recipe: Recipe) -> dict[str, list[Line]]:
    """A resolved recipe by group."""
    values = recipe.values()
    groups: dict[str, list[Line]] = {}
    for item in RECIPE_FIELDS:
        inherited = any(column in recipe.inherited for column in item.columns)
        line = Line(item.label, in_words(item, values), inherited)
        groups.setdefault(item.group, []).append(line)
    return groups


def inherited_from(version: SceneTypeVersion) -> Inherited:
    """What a recipe with this parent inherits."""
    recipe = resolve(version)
    return Inherited(
        label=str(version),
        code=str(version.scene_type.code),
        values=recipe.values(),
        prompt=recipe.prompt,
        negative_prompt=recipe.negative_prompt,
        gates=list(recipe.gates),
        extra=dict(recipe.extra),
        offer=offer_code(recipe.offer),
    )


def form_initial(version: SceneTypeVersion) -> dict[str, Any]:
    """Initial values of the form for the next version of a scene type."""
    recipe = resolve(version)
    prompt = getattr(version, "prompt", None)
    own = {name: getattr(version, f"{name}_id", getattr(version, name)) for name in INHERITABLE}
    initial = initial_of(own, recipe.values())
    initial |= {"offer": offer_code(recipe.offer), "own-offer": version.offer_id is not None}
    initial |= {"prompt": recipe.prompt, "negative_prompt": recipe.negative_prompt}
    initial |= {"own-prompt": prompt is not None, "own-extra": bool(version.extra)}
    initial |= {f"extra-{name}": value for name, value in recipe.extra.items()}
    initial["parent"] = str(version.parent.scene_type.code) if version.parent else ""
    return initial


def shown_changes(differences: Iterable[Difference]) -> list[ShownChange]:
    """Differences in words; the parts of one thing (a rate's two columns) as one line."""
    found: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
    lines: list[ShownChange] = []
    for change in differences:
        item = BY_COLUMN.get(change.field)
        if item is None or len(item.columns) == 1:
            before, after = _words(change.field, change.before), _words(change.field, change.after)
            lines.append(ShownChange(_label(change.field), before, after))
            continue
        sides = found.setdefault(item.name, ({}, {}))
        sides[0][change.field], sides[1][change.field] = change.before, change.after
    return lines + [_rate_change(*sides) for sides in found.values()]


def _rate_change(before: Mapping[str, Any], after: Mapping[str, Any]) -> ShownChange:
    item = BY_COLUMN["fps_num"]

    def said(side: Mapping[str, Any]) -> str:
        return in_words(item, {"fps_num": side.get("fps_num"), "fps_den": side.get("fps_den") or 1})

    return ShownChange(item.label, said(before), said(after))


def _label(field: str) -> str:
    item = BY_COLUMN.get(field)
    if item is not None:
        return item.label
    for prefix in _PREFIXES:
        field = field.removeprefix(prefix)
    return _WORDS.get(field, field.replace("_", " ").capitalize())


def _words(field: str, value: Any) -> str:
    if value is None or value == "":
        return "–"
    item = BY_COLUMN.get(field)
    if item is None or isinstance(value, str):
        return plain_words(value)
    return in_words(item, {field: value})


def version_history(versions: list[SceneTypeVersion]) -> list[VersionLine]:
    """The versions, newest first, each with what it changed. Queries grow with the versions."""
    lines = []
    for newer, older in zip(versions, [*versions[1:], None], strict=True):
        changes = shown_changes(type_differences(older, newer)) if older else []
        lines.append(VersionLine(newer, changes))
    return lines


def gate_lines(recipe: Recipe) -> list[tuple[str, str]]:
    """The gates of a recipe: measure, and limits in words."""
    return [(Measure.Code(g.measure_id).label, limits_in_words(g)) for g in recipe.gates]


def extra_lines(recipe: Recipe) -> list[tuple[str, str]]:
    """The operation's further parameters that a recipe states."""
    return [(name.replace("_", " "), plain_words(value)) for name, value in recipe.extra.items()]


def offer_words(recipe: Recipe) -> str:
    """Who makes the takes."""
    return plain_words(recipe.offer)
