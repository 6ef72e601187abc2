"""From a spec to pixels."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.imaging.sketch.canvas import Canvas
from pipeline.imaging.sketch.finish import Grade, add_grain, apply_grade, quantised
from pipeline.imaging.sketch.reading import read_prompt
from pipeline.imaging.sketch.scenes.landscape import paint_landscape
from pipeline.imaging.sketch.script import build_script
from pipeline.imaging.sketch.spec import Progress, Reporter, SketchSpec, Stopper
from pipeline.imaging.sketch.stage import Stage
from pipeline.imaging.sketch.stream import Stream


def compose(
    spec: SketchSpec, progress: Progress | None = None, cancelled: Stopper | None = None
) -> npt.NDArray[np.uint8]:
    """Paint."""
    report = Reporter(progress, cancelled)
    reading = read_prompt(spec)
    root = Stream(spec.random_seed, "|".join(reading.unknown))
    script = build_script(reading, root.child("script"), spec.guidance)
    canvas = Canvas(spec.width_px, spec.height_px)
    stage = Stage(canvas, reading, script, root, report, spec.guidance, 1.0)
    paint_landscape(stage)
    grade = Grade(contrast=script.contrast)
    apply_grade(canvas.rgb, grade)
    add_grain(canvas.rgb, root.child("grain"), grade.grain, canvas.unit / 900)
    return quantised(canvas.rgb, root.child("dither"))
