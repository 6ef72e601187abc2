"""What people and scripts say about a recipe, made into columns; each error names its field."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from pipeline.operations.models import Offer
from pipeline.scenes.models import GateLevel, Measure, RandomSeedStrategy, StitchMode
from pipeline.scenes.models.types import INHERITABLE
from pipeline.scenes.recipe import GateRule
from pipeline.scenes.requests import GENERATE
from pipeline.video.boundary import THRESHOLD
from studio.core.errors import Invalid
from studio.core.lookups import Codes

#: What a recipe without a parent says where nothing else is said.
DEFAULTS: dict[str, Any] = {
    "offer": {"operation": GENERATE, "provider": "", "model": ""},
    "width_px": 1280,
    "height_px": 720,
    "fps_num": 24,
    "fps_den": 1,
    "target_frames": 360,
    "tolerance_frames": 12,
    "segment_min_frames": 48,
    "segment_max_frames": 72,
    "is_elastic": True,
    "stitch_mode": "strict",
    "window_frames": 8,
    "boundary_threshold_permille": round(1000 * THRESHOLD),
    "anchor_weight_permille": 200,
    "texture_sync": True,
    "seed_strategy": "derived",
}
OTHERS = frozenset({"prompt", "negative_prompt", "gates", "extra", "note"})

MOST_FRAMES = 100_000
#: Ranges of whole numbers, both ends included.
_RANGES: dict[str, tuple[int, int]] = {
    "width_px": (64, 8192),
    "height_px": (64, 8192),
    "fps_num": (1, 1_000_000),
    "fps_den": (1, 100_000),
    "target_frames": (2, MOST_FRAMES),
    "tolerance_frames": (0, MOST_FRAMES),
    "segment_min_frames": (2, MOST_FRAMES),
    "segment_max_frames": (2, MOST_FRAMES),
    "window_frames": (1, 48),
    "boundary_threshold_permille": (0, 1000),
    "anchor_weight_permille": (0, 1000),
}
_YES_NO = frozenset({"is_elastic", "texture_sync"})
_CODES: dict[str, type[Codes]] = {
    "stitch_mode": StitchMode.Code,
    "seed_strategy": RandomSeedStrategy.Code,
}
MOST_PROMPT = 4000


class Problems:
    """Messages by field, gathered so that a person sees all of them at once."""

    def __init__(self) -> None:
        self.fields: dict[str, list[str]] = {}

    def add(self, name: str, message: str) -> None:
        """Note what is wrong with a field."""
        self.fields.setdefault(name, []).append(message)

    def merge(self, error: Invalid, name: str = "", prefix: str = "") -> None:
        """Note what another check has found; without fields of its own it is about `name`."""
        for key, messages in (error.fields or {name: [error.detail]}).items():
            self.fields.setdefault(f"{prefix}{key}", []).extend(messages)

    def raise_if_any(self) -> None:
        """Pass when nothing is wrong.

        Raises:
            Invalid: with all messages, the first ones in words.
        """
        if self.fields:
            said = [messages[0] for messages in self.fields.values()]
            raise Invalid(" ".join(said[:3]), fields=self.fields)


def read_values(values: Mapping[str, Any], *, has_parent: bool) -> dict[str, Any]:
    """A level of a recipe, as `pipeline.scenes.recipe.merge` takes it.

    Args:
        values: names of `INHERITABLE`, `prompt`, `negative_prompt`, `gates`, `extra`, `note`.
            None or absent: inherited, or the default where there is no parent.

    Raises:
        Invalid: with messages by field.
    """
    problems = Problems()
    for name in sorted(set(values) - set(INHERITABLE) - OTHERS):
        problems.add(name, f"A scene type has no “{name[:60]}”.")
    given = {name: value for name, value in values.items() if value is not None}
    if not has_parent:
        given = {**DEFAULTS, **given}
    level: dict[str, Any] = dict.fromkeys(INHERITABLE)
    for name in INHERITABLE:
        if name in given:
            level[name] = _read(name, given[name], problems)
    if (level["fps_num"] is None) != (level["fps_den"] is None):
        level["fps_den"] = level["fps_den"] or 1
        if level["fps_num"] is None:
            problems.add("fps_num", "Say the frame rate above the line, too.")
    level["prompt"] = _prompts(given, problems)
    level["gates"] = _gates(given.get("gates") or (), problems)
    level["extra"] = _extra(given.get("extra") or {}, problems)
    problems.raise_if_any()
    return level


def _read(name: str, value: Any, problems: Problems) -> Any:
    if name == "offer":
        return _offer(value, problems)
    if name in _YES_NO:
        if not isinstance(value, bool):
            problems.add(name, "Must be true or false.")
        return value
    if name in _CODES:
        return _code(_CODES[name], name, value, problems)
    return _whole(name, value, problems)


def _whole(name: str, value: Any, problems: Problems) -> int | None:
    least, most = _RANGES[name]
    if isinstance(value, bool) or not isinstance(value, int):
        problems.add(name, "Must be a whole number.")
        return None
    if not least <= value <= most:
        if name in ("fps_num", "fps_den") and value <= 0:
            problems.add(name, "A frame rate is more than 0 frames a second.")
        else:
            problems.add(name, f"Must be {least:,} to {most:,}.")
        return None
    if name in ("width_px", "height_px") and value % 2:
        problems.add(name, f"Must be an even number of pixels, such as {value + 1}.")
    return int(value)


def _code(codes: type[Codes], name: str, value: Any, problems: Problems) -> Codes | None:
    find: Callable[[Any], Codes] = codes.by_code if isinstance(value, str) else codes
    try:
        return find(value)
    except (KeyError, ValueError):
        known = ", ".join(member.code for member in codes)
        problems.add(name, f"Choose one of: {known}.")
        return None


def _offer(value: Any, problems: Problems) -> Offer | None:
    if isinstance(value, Offer):
        return value
    if not isinstance(value, Mapping):
        problems.add("offer", "Name operation, provider and model.")
        return None
    found = Offer.objects.select_related("operation", "model__provider").filter(
        operation__code=str(value.get("operation") or GENERATE), operation__is_retired=False
    )
    if provider := value.get("provider"):
        found = found.filter(model__provider__code=provider)
    if model := value.get("model"):
        found = found.filter(model__code=model)
    offer = found.order_by("pk").first()
    if offer is None:
        said = "/".join(
            str(value.get(part) or "any") for part in ("operation", "provider", "model")
        )
        problems.add("offer", f"Nobody offers {said[:120]}.")
    return offer


def _prompts(given: Mapping[str, Any], problems: Problems) -> tuple[str | None, str | None]:
    """Both prompts; None for one that is not stated."""
    found: list[str | None] = []
    for name in ("prompt", "negative_prompt"):
        if name not in given:
            found.append(None)
            continue
        text = given[name]
        if not isinstance(text, str):
            problems.add(name, "Must be text.")
            text = ""
        if len(text) > MOST_PROMPT:
            problems.add(name, f"At most {MOST_PROMPT:,} characters.")
        found.append(text.strip())
    return found[0], found[1]


def _gates(given: Any, problems: Problems) -> list[GateRule]:
    found: dict[int, GateRule] = {}
    if not isinstance(given, list | tuple):
        problems.add("gates", "Must be a list of gates.")
        return []
    for gate in given:
        if (rule := _gate(gate, problems)) is None:
            continue
        if rule.measure_id in found:
            problems.add("gates", f"{Measure.Code(rule.measure_id).label}: only one gate.")
        found[rule.measure_id] = rule
    return list(found.values())


def _gate(gate: Any, problems: Problems) -> GateRule | None:
    if not isinstance(gate, Mapping):
        problems.add("gates", "A gate has measure, level, and least or most.")
        return None
    inner = Problems()
    measure = _code(Measure.Code, "measure", gate.get("measure"), inner)
    level = _code(GateLevel.Code, "level", gate.get("level"), inner)
    limits = [_limit(gate.get(name), name, inner) for name in ("least", "most")]
    name = Measure.Code(measure).label if measure is not None else str(gate.get("measure"))[:40]
    least, most = limits
    if least is None and most is None and not inner.fields:
        inner.add("least", "give a limit, at least or at most.")
    if least is not None and most is not None and least > most:
        inner.add("most", "“at most” lies below “at least”.")
    for messages in inner.fields.values():
        for message in messages:
            problems.add("gates", f"Gate on {name}: {message}")
    if inner.fields or measure is None or level is None:
        return None
    return GateRule(Measure.Code(measure), GateLevel.Code(level), least, most)


def _limit(value: Any, name: str, problems: Problems) -> float | None:
    if value is None:
        return None
    try:
        limit = float(value) if isinstance(value, int | float) else math.nan
    except OverflowError:  # a whole number of hundreds of digits
        limit = math.inf
    if isinstance(value, bool) or not math.isfinite(limit):
        problems.add(name, "a limit is a number.")
        return None
    return limit


def _extra(given: Any, problems: Problems) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        problems.add("extra", "Must be parameters by name.")
        return {}
    return dict(given)
