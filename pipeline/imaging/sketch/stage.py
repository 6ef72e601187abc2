"""What every painter needs to know about the picture being painted."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from pipeline.imaging.sketch.canvas import Canvas
from pipeline.imaging.sketch.reading import Reading
from pipeline.imaging.sketch.script import ColourScript
from pipeline.imaging.sketch.spec import Reporter
from pipeline.imaging.sketch.stream import Plane, Stream


@dataclass
class Stage:
    """The picture's canvas, colours, light and randomness, passed to every painter.

    Attributes:
        canvas: what is painted on.
        reading: the prompt understood.
        script: the colours.
        stream: the root of all randomness; painters take children by name.
        report: progress and cancellation.
        guidance: 0 … 20.
        detail: about 0.4 … 1.7; how much small work to do.
        horizon: y of the horizon in px.
        sun: (x, y) of the main light in px; may lie outside the picture.
        sun_hidden: something far stands before the sun's or moon's disc.
        shore: y in px per column where dry ground begins, where water lies behind it.
        frontal: the subject is lit from the front whatever the sky does.
        focus: (x, y, weight) of things the eye should find, in px.
    """

    canvas: Canvas
    reading: Reading
    script: ColourScript
    stream: Stream
    report: Reporter
    guidance: float
    detail: float
    horizon: float = 0.0
    sun: tuple[float, float] = (0.0, 0.0)
    frontal: bool = False
    sun_hidden: bool = False
    shore: Plane | None = None
    focus: list[tuple[float, float, float]] = field(default_factory=list)

    @property
    def unit(self) -> float:
        """The picture's shorter side in px."""
        return self.canvas.unit

    def octaves(self, usual: int) -> int:
        """Return how many octaves of noise to use where ``usual`` is the norm."""
        return max(2, usual + round((self.detail - 1.0) * 2.5))

    def many(self, usual: float) -> int:
        """Return how many small things to draw where ``usual`` is the norm."""
        return max(1, round(usual * self.detail))

    def toward_light(self, x: float, y: float) -> tuple[float, float]:
        """Return the unit vector in px (y down) from a place to the main light."""
        across, down = self.sun[0] - x, self.sun[1] - y
        length = math.hypot(across, down) or 1.0
        return across / length, down / length

    def attend(self, x: float, y: float, weight: float = 1.0) -> None:
        """Note that something at (x, y) px matters."""
        self.focus.append((x, y, weight))
