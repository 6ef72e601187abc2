"""From a spec to pixels."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.imaging.sketch.canvas import Canvas, Planes
from pipeline.imaging.sketch.directing import choose_scene
from pipeline.imaging.sketch.finish import add_grain, apply_grade, quantised
from pipeline.imaging.sketch.lettering import letter
from pipeline.imaging.sketch.pens.choosing import Manner, choose_manner
from pipeline.imaging.sketch.pens.common import Desk
from pipeline.imaging.sketch.reading import Reading, read_prompt
from pipeline.imaging.sketch.script import build_script
from pipeline.imaging.sketch.spec import Progress, Reporter, SketchSpec, Stopper
from pipeline.imaging.sketch.stage import Stage
from pipeline.imaging.sketch.stream import Stream

NEUTRAL_STEPS = 30

# quality → (scale drawn at, factor on detail)
_QUALITIES = {"draft": (0.625, 0.8), "standard": (1.0, 1.0), "premium": (2.0, 1.2)}
_MAX_DRAWN_PIXELS = 2048 * 2048 * 1.3
_MIN_DRAWN_SIDE_PX = 192


@dataclass(frozen=True)
class Sketch:
    """A finished sketch and what there is to say about it.

    Attributes:
        pixels: uint8 RGB, shape (height, width, 3).
        focal_point: (x, y) fractions of the picture where its subject is.
        subjects: kinds of things that were recognised, in the order of the prompt.
        manner: name of the rendering, such as "watercolour"; "plain" for none.
    """

    pixels: npt.NDArray[np.uint8]
    focal_point: tuple[float, float]
    subjects: tuple[str, ...]
    manner: str


def compose(
    spec: SketchSpec, progress: Progress | None = None, cancelled: Stopper | None = None
) -> npt.NDArray[np.uint8]:
    """Paint a sketch and return its pixels.

    Args:
        spec: decides every pixel; equal specs give equal bits.
        progress: called with (fraction done 0 … 1, what is being done), never backward,
            last with 1.0.
        cancelled: asked between the parts of the work.

    Returns:
        uint8 RGB array of shape (height_px, width_px, 3).

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    return compose_sketch(spec, progress, cancelled).pixels


def compose_sketch(
    spec: SketchSpec, progress: Progress | None = None, cancelled: Stopper | None = None
) -> Sketch:
    """Paint a sketch and return it with its focal point and what was understood.

    Arguments and errors as for ``compose``.
    """
    report = Reporter(progress, cancelled)
    report.reach(0.0, "reading the prompt")
    reading = read_prompt(spec)
    # Words that mean nothing to us still tell two prompts apart.
    root = Stream(spec.random_seed, " ".join(reading.unknown))
    stage = _set_stage(spec, reading, root, report)
    scene, _ = choose_scene(reading)
    scene(stage)
    manner = choose_manner(spec.prompt, spec.style_words)
    report.reach(0.72, f"rendering: {manner.name}")
    rgb = _rendered(stage, manner)
    report.reach(0.88, "finishing")
    rgb = _sized(rgb, spec.width_px, spec.height_px)
    letter(rgb, reading.texts)
    add_grain(
        rgb, root.child("grain"), manner.grade.grain, min(spec.width_px, spec.height_px) / 900
    )
    pixels = quantised(rgb, root.child("dither"))
    report.reach(1.0, "done")
    subjects = tuple(mention.kind for mention in stage.reading.mentions)
    return Sketch(pixels, _focal_point(stage), subjects, manner.name)


def _set_stage(spec: SketchSpec, reading: Reading, root: Stream, report: Reporter) -> Stage:
    scale, factor = _QUALITIES[spec.quality]
    pixels = spec.width_px * spec.height_px
    scale = max(min(scale, (_MAX_DRAWN_PIXELS / pixels) ** 0.5), scale if scale <= 1 else 1.0)
    scale = max(scale, min(1.0, _MIN_DRAWN_SIDE_PX / min(spec.width_px, spec.height_px)))
    canvas = Canvas(round(spec.width_px * scale), round(spec.height_px * scale))
    _, lights = choose_scene(reading)
    script = build_script(reading, root.child("script"), spec.guidance, lights)
    detail = (0.5 + 0.5 * (spec.steps / NEUTRAL_STEPS) ** 0.5) * factor
    return Stage(canvas, reading, script, root, report, spec.guidance, detail)


def _rendered(stage: Stage, manner: Manner) -> Planes:
    """Apply the manner's pen between its two finishes."""
    rgb = stage.canvas.rgb
    contrast = stage.script.contrast
    grade = manner.grade
    if manner.pen is None:
        grade = dataclasses.replace(grade, contrast=grade.contrast * contrast)
    else:
        if manner.before is not None:
            apply_grade(rgb, dataclasses.replace(manner.before, contrast=contrast))
        light = stage.script.light
        desk = Desk(
            stage.stream.child("pen"), stage.unit, stage.detail, stage.script.accents, light.night
        )
        rgb = manner.pen(rgb, desk)
    apply_grade(rgb, grade)
    return rgb


def _sized(rgb: Planes, width: int, height: int) -> Planes:
    """Bring what was drawn larger or smaller to the wanted size."""
    if rgb.shape[1:] == (height, width):
        return rgb
    enlarges = rgb.shape[2] < width
    how = cv2.INTER_LANCZOS4 if enlarges else cv2.INTER_AREA
    result = np.empty((3, height, width), np.float32)
    for channel in range(3):
        result[channel] = cv2.resize(rgb[channel], (width, height), interpolation=how)
    if enlarges:
        for channel in range(3):
            soft = cv2.GaussianBlur(result[channel], (0, 0), 1.1)
            result[channel] += (result[channel] - soft) * np.float32(0.35)
    return np.clip(result, 0, 1)


def _focal_point(stage: Stage) -> tuple[float, float]:
    """Return the middle of what matters, as fractions of the picture."""
    total = sum(weight for _, _, weight in stage.focus)
    if total <= 0:
        return 0.5, 0.5
    x = sum(px * weight for px, _, weight in stage.focus) / total / stage.canvas.width
    y = sum(py * weight for _, py, weight in stage.focus) / total / stage.canvas.height
    return min(1.0, max(0.0, x)), min(1.0, max(0.0, y))
