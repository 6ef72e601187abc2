"""What the engine asks of operations: which parameters a recipe, a scene and a segment decide.

Operations name their parameters themselves; what an operation does not have is not sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from assets.models import LineageRole, Version
from pipeline.imaging.seeds import variant_seed
from pipeline.jobs.submit import JobRequest
from pipeline.operations.declaration import MAX_RANDOM_SEED, OperationSpec, Parameters
from pipeline.scenes.models import RandomSeedStrategy, Scene
from pipeline.scenes.planning import Range
from pipeline.scenes.recipe import Recipe

GENERATE, EXAMINE = "transform.image_to_video", "video.examine"

#: Parameters of a take that the recipe, the scene or the segment decides; no “further” ones.
FRAME_FIELDS = ("width_px", "height_px", "fps_num", "fps_den")
WEIGHTS = ("anchor_weight", "reference_weight")
DECIDED = frozenset({"prompt", "negative_prompt", "frames", "random_seed", *FRAME_FIELDS, *WEIGHTS})
#: What a redo may not change, for takes of a scene must be alike to be joined.
FIXED = frozenset({*FRAME_FIELDS, "random_seed"})


@dataclass(frozen=True)
class TakeOrder:
    """A take that is to be made: from which picture, how long, towards which end."""

    start: Version
    frames: int
    prompt: str
    negative_prompt: str
    end: Version | None = None
    random_seed: int | None = None
    changes: Mapping[str, Any] | None = None


def take_parameters(recipe: Recipe, order: TakeOrder) -> dict[str, Any]:
    """The parameters of a take, as the recipe's operation names them."""
    names = recipe.operation.parameters.model_fields
    decided: dict[str, Any] = {
        "prompt": order.prompt,
        "negative_prompt": order.negative_prompt,
        "frames": order.frames,
        **{name: getattr(recipe, name) for name in FRAME_FIELDS},
        **dict.fromkeys(WEIGHTS, recipe.anchor_weight_permille / 1000),
    }
    if recipe.texture_sync and "grain_sync" in names:
        decided["grain_sync"] = True
    found = {name: value for name, value in decided.items() if name in names}
    found |= recipe.extra
    found |= order.changes or {}
    if order.random_seed is not None:
        found["random_seed"] = order.random_seed
    return found


def take_request(recipe: Recipe, scene: Scene, order: TakeOrder) -> JobRequest:
    """The job that makes a take. A take has a file of its own, so no earlier result will do."""
    inputs: list[tuple[str, UUID]] = [(LineageRole.Code.START_FRAME.code, order.start.code)]
    if order.end is not None and takes_input(recipe.operation, LineageRole.Code.END_FRAME):
        inputs.append((LineageRole.Code.END_FRAME.code, order.end.code))
    if recipe.anchor_weight_permille and takes_input(recipe.operation, LineageRole.Code.REFERENCE):
        inputs.append((LineageRole.Code.REFERENCE.code, scene.seed_a.code))
    return JobRequest(
        operation=recipe.offer.operation.code,
        provider=recipe.offer.model.provider.code,
        model=recipe.offer.model.code,
        parameters=take_parameters(recipe, order),
        inputs=inputs,
        reuse=False,
    )


def examine_request(scene: Scene, clip: Version, ends: Range, *, is_elastic: bool) -> JobRequest:
    """The job that examines a take.

    Args:
        ends: of how many frames the take may be.
        is_elastic: it ends where it is most stable within that; else at the longest.
    """
    return JobRequest(
        operation=EXAMINE,
        parameters={
            "shortest": ends.least if is_elastic else 1,
            "longest": ends.most,
            "elastic": is_elastic,
            "random_seed": 0,  # nothing is drawn: equal takes have equal reports and pictures
        },
        inputs=[
            (LineageRole.Code.VIDEO.code, clip.code),
            (LineageRole.Code.REFERENCE.code, scene.seed_a.code),
        ],
        reuse=False,
    )


def takes_input(spec: OperationSpec, role: LineageRole.Code) -> bool:
    """Whether an operation can be given a file in this role."""
    return any(item.role == role and item.at_most > 0 for item in spec.inputs)


def seed_for(
    strategy: RandomSeedStrategy.Code, scene_seed: int, segment_number: int, take_number: int
) -> int | None:
    """The random seed of a take; None: one is drawn.

    The first take of a segment has the seed that derives from the scene's; further ones derive
    from that, so that they differ and can be made again.
    """
    if strategy == RandomSeedStrategy.Code.FRESH:
        return None
    seed = variant_seed(scene_seed, segment_number)
    if take_number > 1:
        seed = variant_seed(seed, take_number - 1)
    return seed & MAX_RANDOM_SEED


def clean_parameters(recipe: Recipe, frames: int) -> Parameters:
    """A take's parameters, checked by the operation, with the templates in place of prompts.

    Raises:
        Invalid: with messages by parameter.
    """
    order = TakeOrder(
        start=Version(), frames=frames, prompt=recipe.prompt, negative_prompt=recipe.negative_prompt
    )
    return recipe.operation.clean(take_parameters(recipe, order))
