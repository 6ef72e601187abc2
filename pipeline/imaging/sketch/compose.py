"""From a spec to pixels."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from pipeline.imaging.sketch.canvas import Canvas
from pipeline.imaging.sketch.directing import choose_scene
from pipeline.imaging.sketch.finish import add_grain, apply_grade, quantised
from pipeline.imaging.sketch.pens.choosing import choose_manner
from pipeline.imaging.sketch.pens.common import Desk
from pipeline.imaging.sketch.reading import read_prompt
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
    paint, lights = choose_scene(reading)
    script = build_script(reading, root.child("script"), spec.guidance, lights)
    canvas = Canvas(spec.width_px, spec.height_px)
    stage = Stage(canvas, reading, script, root, report, spec.guidance, 1.0)
    paint(stage)
    manner = choose_manner(spec.prompt, spec.style_words)
    rgb = canvas.rgb
    if manner.pen is not None:
        if manner.before is not None:
            apply_grade(rgb, dataclasses.replace(manner.before, contrast=script.contrast))
        desk = Desk(root.child("pen"), canvas.unit, stage.detail, script.accents, script.light.night)
        rgb = manner.pen(rgb, desk)
    grade = dataclasses.replace(manner.grade, contrast=manner.grade.contrast * (script.contrast if manner.pen is None else 1.0))
    apply_grade(rgb, grade)
    add_grain(rgb, root.child("grain"), grade.grain, canvas.unit / 900)
    return quantised(rgb, root.child("dither"))
