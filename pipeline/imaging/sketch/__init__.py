"""The local sketch engine: a prompt in, a procedural illustration out.

It is drawing by rules, not a model: words choose subjects, palette, light and manner;
the random seed composes them. Equal specs give equal bits on one machine.
"""

from pipeline.imaging.sketch.compose import Sketch, compose, compose_sketch
from pipeline.imaging.sketch.pens.choosing import MANNER_NAMES
from pipeline.imaging.sketch.spec import (
    MAX_SIDE_PX,
    MIN_SIDE_PX,
    SIDE_MULTIPLE_PX,
    Cancelled,
    Quality,
    SketchSpec,
)

__all__ = [
    "MANNER_NAMES",
    "MAX_SIDE_PX",
    "MIN_SIDE_PX",
    "SIDE_MULTIPLE_PX",
    "Cancelled",
    "Quality",
    "Sketch",
    "SketchSpec",
    "compose",
    "compose_sketch",
]
