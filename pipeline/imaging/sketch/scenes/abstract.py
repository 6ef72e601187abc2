"""Pictures without things: from colour words, moods, unknown words, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.imaging.sketch.colour import Colour
from pipeline.imaging.sketch.painters.abstracts import (
    paint_contours,
    paint_marble,
    paint_mesh,
    paint_waves,
    palette,
)
from pipeline.imaging.sketch.painters.patterns import (
    paint_geometry,
    paint_mandala,
    paint_spheres,
    paint_terrazzo,
)
from pipeline.imaging.sketch.stage import Stage

_FORMS: dict[str, Callable[[Stage, list[Colour]], None]] = {
    "waves": paint_waves, "ribbons": paint_waves, "geometry": paint_geometry,
    "square": paint_geometry,
    "circle": paint_geometry, "triangle": paint_terrazzo, "gradient": paint_mesh,
    "marble": paint_marble,
    "spheres": paint_spheres, "lines": paint_contours, "mandala": paint_mandala,
    "mosaic_field": paint_terrazzo,
}  # fmt: skip


def paint_abstract(stage: Stage) -> None:
    """Paint an abstract; the forms come from the words or, failing that, from their hash."""
    stage.report.reach(0.15, "colours")
    colours = palette(stage)
    mention = stage.reading.get(*_FORMS)
    if mention is not None:
        form = _FORMS[mention.kind]
    else:
        form = stage.stream.child("form").pick(
            (
                paint_waves,
                paint_mesh,
                paint_marble,
                paint_geometry,
                paint_spheres,
                paint_contours,
                paint_waves,
            )
        )
    form(stage, colours)
    stage.horizon = stage.canvas.height * 0.6
    stage.report.reach(0.65, "texture")
