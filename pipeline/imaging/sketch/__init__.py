"""The local sketch engine: a prompt in, a procedural illustration out.

It is drawing by rules, not a model: words choose subjects, palette, light and manner;
the random seed composes them. Equal specs give equal bits on one machine.
"""

from pipeline.imaging.sketch.compose import compose
from pipeline.imaging.sketch.spec import (
    MAX_SIDE_PX,
    MIN_SIDE_PX,
    SIDE_MULTIPLE_PX,
    Cancelled,
    SketchSpec,
)

__all__ = ["MAX_SIDE_PX", "MIN_SIDE_PX", "SIDE_MULTIPLE_PX", "Cancelled", "SketchSpec", "compose"]
