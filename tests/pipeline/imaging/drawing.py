"""Draws one thing on an empty stage, to see that it covers something."""

from __future__ import annotations

from pipeline.imaging.sketch.canvas import Canvas
from pipeline.imaging.sketch.cast import PARTS, look_for
from pipeline.imaging.sketch.placing import Setting, place
from pipeline.imaging.sketch.reading import Mention, read_prompt
from pipeline.imaging.sketch.script import build_script
from pipeline.imaging.sketch.spec import Reporter, SketchSpec
from pipeline.imaging.sketch.sprite import Sprite
from pipeline.imaging.sketch.stage import Stage
from pipeline.imaging.sketch.stream import Stream


def drawn_share(kind: str) -> float:
    """Return which share of a 160 px square a thing 90 px high covers."""
    spec = SketchSpec(prompt="night", width_px=256, height_px=256, random_seed=1)
    reading, root = read_prompt(spec), Stream(1, "")
    script = build_script(reading, root, 7.0)
    stage = Stage(Canvas(160, 160), reading, script, root, Reporter(None, None), 7.0, 1.0)
    stage.horizon, stage.sun = 80.0, (20.0, 10.0)
    part = PARTS[kind]
    sprite = Sprite(stage, 80.0, 130.0, 90.0, box=part.box)
    part.paint(sprite, look_for(stage, Mention(kind, kind), 0, True))
    share = float((sprite.alpha > 0.5).sum()) / 160**2
    place(sprite, Setting(volume=part.volume, shadow=part.shadow, mirror=0.4, blur=1.0))
    return share
