"""What a version of a scene type says when all that it inherits is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db.models import prefetch_related_objects

from pipeline.operations.catalogue import get_operation
from pipeline.operations.declaration import OfferSpec, OperationSpec
from pipeline.operations.models import Offer
from pipeline.scenes.models import (
    Gate,
    GateLevel,
    Measure,
    RandomSeedStrategy,
    SceneTypeVersion,
    StitchMode,
)
from pipeline.scenes.models.types import INHERITABLE

#: Versions above one another, the one at hand included.
MOST_DEPTH = 6
PROMPT, GATES, EXTRA = "prompt", "gates", "extra"


@dataclass(frozen=True)
class GateRule:
    """Between which figures a measure must lie, what becomes of a take that does not, whose rule.

    The names of the figures are those of the row; `is_inherited` says that a parent states it.
    """

    measure_id: Measure.Code
    level_id: GateLevel.Code
    least_score: float | None
    most_score: float | None
    is_inherited: bool = False


@dataclass(frozen=True)
class Recipe:
    """A recipe without gaps; the columns of `SceneTypeVersion`, and what comes beside them.

    `inherited` names the columns, and `prompt`, `gates`, `extra`, that the version does not state
    itself (for `gates` and `extra`: nothing of them).
    """

    offer: Offer
    width_px: int
    height_px: int
    fps_num: int
    fps_den: int
    target_frames: int
    tolerance_frames: int
    segment_min_frames: int
    segment_max_frames: int
    is_elastic: bool
    stitch_mode: StitchMode.Code
    window_frames: int
    boundary_threshold_permille: int
    anchor_weight_permille: int
    texture_sync: bool
    seed_strategy: RandomSeedStrategy.Code
    prompt: str
    negative_prompt: str
    gates: tuple[GateRule, ...]
    extra: Mapping[str, Any]
    inherited: frozenset[str]

    @property
    def fps(self) -> Fraction:
        """Frames a second."""
        return Fraction(self.fps_num, self.fps_den)

    @property
    def operation(self) -> OperationSpec:
        """The declaration of the operation that makes the takes."""
        return get_operation(self.offer.operation.code)

    @property
    def offer_spec(self) -> OfferSpec:
        """The declaration of the offer.

        Raises:
            Invalid: the catalogue no longer has it.
        """
        return self.operation.offer(self.offer.model.provider.code, self.offer.model.code)

    def values(self) -> dict[str, Any]:
        """The columns by name."""
        return {name: getattr(self, name) for name in INHERITABLE}

    @property
    def seconds(self) -> float:
        """How long the scene is to be."""
        return float(self.target_frames / self.fps)


def resolve(version: SceneTypeVersion) -> Recipe:
    """The recipe of a version. Two queries, and three for each version that it inherits from."""
    return merge([_stated(level) for level in _levels(version)])


def merge(levels: list[dict[str, Any]]) -> Recipe:
    """A recipe from what its versions state, the nearest one first.

    Each level has columns (None: inherited), `prompt` (a pair or None), `gates`, `extra`.
    """
    own = levels[0]
    columns: dict[str, Any] = {
        name: next((level[name] for level in levels if level[name] is not None), None)
        for name in INHERITABLE
    }
    prompt = next((level[PROMPT] for level in levels if level[PROMPT] is not None), ("", ""))
    inherited = {name for name in INHERITABLE if own[name] is None}
    inherited |= {PROMPT} if own[PROMPT] is None else set()
    inherited |= {name for name in (GATES, EXTRA) if not own[name]}
    extra: dict[str, Any] = {}
    gates: dict[int, GateRule] = {}
    for depth, level in reversed(list(enumerate(levels))):
        extra |= level[EXTRA]
        gates |= {
            gate.measure_id: GateRule(
                gate.measure_id, gate.level_id, gate.least_score, gate.most_score, depth > 0
            )
            for gate in level[GATES]
        }
    return Recipe(
        **(
            columns
            | {
                "stitch_mode": StitchMode.Code(columns["stitch_mode"]),
                "seed_strategy": RandomSeedStrategy.Code(columns["seed_strategy"]),
            }
        ),
        prompt=prompt[0],
        negative_prompt=prompt[1],
        gates=tuple(gates[key] for key in sorted(gates)),
        extra=extra,
        inherited=frozenset(inherited if len(levels) > 1 else ()),
    )


def stated_levels(version: SceneTypeVersion | None) -> list[dict[str, Any]]:
    """What a version and those above it state, nearest first; nothing for None."""
    return [_stated(level) for level in _levels(version)] if version is not None else []


def _levels(version: SceneTypeVersion) -> list[SceneTypeVersion]:
    """The version and those it inherits from, with what they state."""
    prefetch_related_objects(
        [version], "offer__operation", "offer__model__provider", "prompt", "gates"
    )
    found = [version]
    while (parent_id := found[-1].parent_id) is not None and len(found) < MOST_DEPTH:
        parents = SceneTypeVersion.objects.select_related(
            "offer__operation", "offer__model__provider", "prompt"
        ).prefetch_related("gates")
        found.append(parents.get(pk=parent_id))
    return found


def _stated(version: SceneTypeVersion) -> dict[str, Any]:
    prompt = getattr(version, "prompt", None)
    return {
        **{name: getattr(version, name) for name in INHERITABLE},
        "stitch_mode": version.stitch_mode_id,
        "seed_strategy": version.seed_strategy_id,
        PROMPT: (prompt.template, prompt.negative_template) if prompt is not None else None,
        GATES: [_rule(gate) for gate in version.gates.all()],
        EXTRA: dict(version.extra),
    }


def _rule(gate: Gate) -> GateRule:
    return GateRule(
        Measure.Code(gate.measure_id),
        GateLevel.Code(gate.level_id),
        gate.least_score,
        gate.most_score,
    )
