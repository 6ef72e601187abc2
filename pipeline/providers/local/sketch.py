"""`create.image` on this machine: a picture composed from the words of the prompt."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.imaging.sizes import SizeRange, fit_to, plan_size
from pipeline.providers.base import Cancelled, Produced, RunRequest
from pipeline.providers.local.making import Effort
from pipeline.providers.local.pictures import to_png

#: Sizes the sketch is drawn at; anything else is fitted from the nearest of them.
SKETCH_SIZES = SizeRange(min_side_px=256, max_side_px=1536, multiple_px=8, max_pixels=1_600_000)


def draw_sketch(
    request: RunRequest,
    position: int,
    random_seed: int,
    report: Callable[[float], None],
    cancelled: Callable[[], bool],
) -> Produced:
    """Compose one picture and bring it to exactly the wanted size, as PNG.

    The quantity is the CPU time this thread spent, in milliseconds.
    """
    # Loaded by the processes that draw; the others start without it.
    from pipeline.imaging.sketch import Cancelled as SketchCancelled
    from pipeline.imaging.sketch import SketchSpec, compose

    effort = Effort()
    wanted = request.parameters
    plan = plan_size(SKETCH_SIZES, wanted["width_px"], wanted["height_px"])
    spec = SketchSpec(
        prompt=wanted["prompt"],
        negative_prompt=wanted["negative_prompt"],
        style_words=wanted["style_prompt"],
        width_px=plan.request_width_px,
        height_px=plan.request_height_px,
        random_seed=random_seed,
        quality=wanted["quality"],
        guidance=wanted["guidance"],
        steps=wanted["steps"],
    )
    try:
        drawn = compose(
            spec, progress=lambda fraction, _stage: report(fraction * 0.9), cancelled=cancelled
        )
    except SketchCancelled as stop:
        raise Cancelled from stop
    content = to_png(fit_to(drawn, plan), request.embed, random_seed)
    return effort.produced(
        position=position,
        content=content,
        media_type="image/png",
        random_seed=random_seed,
        notes={"size": plan.sentence},
    )
