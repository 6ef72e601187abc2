"""What is laid on the ground: rivers, roads, crop rows, waterfalls."""

from __future__ import annotations

import numpy as np

from pipeline.imaging.sketch.canvas import blend
from pipeline.imaging.sketch.colour import Colour, mix, ramp, shade
from pipeline.imaging.sketch.noise import blurred, curve, fbm, smoothstep
from pipeline.imaging.sketch.painters.water import foam, paint_water
from pipeline.imaging.sketch.stage import Stage
from pipeline.imaging.sketch.stream import Plane, Stream


def river_mask(stage: Stage, top: float, stream: Stream, width: float = 1.0) -> Plane:
    """Return the mask of a river winding from the horizon to the viewer, rows from ``top``."""
    canvas = stage.canvas
    start = max(1, round(top))
    count = canvas.height - start
    t = np.linspace(0, 1, count, dtype=np.float32)
    # Perspective packs the bends toward the horizon.
    swing = stream.sign() * stream.uniform(0.16, 0.28)
    bends = np.sin(
        np.float32(1.0) / (t + np.float32(0.16)) * np.float32(1.35)
        + np.float32(stream.uniform(0, 6))
    )
    centre = canvas.width * stream.uniform(0.38, 0.62) + bends * canvas.unit * swing * (
        0.25 + 0.75 * t
    )
    half = canvas.unit * (0.006 + 0.34 * t**1.6) * width
    edge = curve(stream.child("edge"), count, 18, 3) * canvas.unit * 0.05 * t
    offset = np.abs(canvas.columns[None, :] - (centre + edge)[:, None])
    mask = np.clip((half[:, None] - offset) * np.float32(0.6) + 0.5, 0, 1)
    return np.asarray(mask, np.float32)


def paint_river(stage: Stage, top: float, own: Colour | None) -> None:
    """Lay a river through the land."""
    stream = stage.stream.child("river")
    mask = river_mask(stage, top, stream)
    canvas = stage.canvas
    start = max(1, round(top))
    bank = blurred(mask, canvas.unit * 0.01)
    canvas.haze(
        shade(stage.script.land(1.0), -0.06),
        np.clip(bank * 1.5, 0, 1) * np.float32(0.55),
        slice(start, canvas.height),
    )
    paint_water(stage, start, 0.75, own, mask)


def paint_road(stage: Stage, top: float, paved: bool, own: Colour | None) -> None:
    """Lay a road or path from the viewer to the horizon."""
    canvas, script = stage.canvas, stage.script
    stream = stage.stream.child("road")
    start = max(1, round(top))
    count = canvas.height - start
    t = np.linspace(0, 1, count, dtype=np.float32)
    vanish = canvas.width * stream.uniform(0.4, 0.6)
    foot = canvas.width * stream.uniform(0.42, 0.58)
    bend = np.sin(t * np.float32(3.0)) * np.float32(canvas.unit * stream.uniform(-0.14, 0.14))
    centre = vanish + (foot - vanish) * t + bend * (1 - t)
    half = canvas.unit * (0.004 + (0.3 if paved else 0.16) * t**1.15)
    offset = canvas.columns[None, :] - centre[:, None]
    mask = np.clip((half[:, None] - np.abs(offset)) * np.float32(0.7) + 0.5, 0, 1)
    ground = (0.34, 0.34, 0.37) if paved else (0.72, 0.6, 0.44)
    ground = ground if own is None else own
    near, far = script.lit(ground), script.far(script.lit(ground), 0.7)
    grain = (
        fbm(stream.child("grain"), (count, canvas.width), (max(1, count / canvas.unit * 60), 40), 3)
        - 0.5
    )
    rgb = ramp(
        [(0.0, far), (0.35, mix(far, near, 0.6)), (1.0, near)],
        np.repeat(t[:, None], canvas.width, axis=1),
    )
    rgb *= 1 + grain * np.float32(0.16)
    rows = slice(start, canvas.height)
    blend(canvas.rgb[:, rows], rgb, mask)
    if paved:
        depth = np.float32(1) / (t + np.float32(0.05))
        dash = (np.sin(depth * np.float32(9.0)) > 0).astype(np.float32)[:, None]
        line = np.clip((half[:, None] * 0.025 - np.abs(offset)) + 0.5, 0, 1) * dash
        edges = np.clip(
            (half[:, None] * 0.02 - np.abs(np.abs(offset) - half[:, None] * 0.92)) + 0.5, 0, 1
        )
        blend(
            canvas.rgb[:, rows],
            script.lit((0.96, 0.93, 0.85)),
            np.maximum(line, edges) * np.float32(0.85) * mask,
        )


def paint_cross_road(stage: Stage, y: float, own: Colour | None) -> None:
    """Lay a road across the view at a height of ``y`` px, as under a car seen from the side."""
    canvas, script = stage.canvas, stage.script
    stream = stage.stream.child("crossroad")
    roll = curve(stream, canvas.width, 1.0, 2) * np.float32(canvas.unit * 0.02)
    near, far = y + canvas.unit * 0.055 + roll, y - canvas.unit * 0.045 + roll
    top, bottom = max(0, int(far.min()) - 2), min(canvas.height, int(near.max()) + 2)
    if bottom - top < 3:
        return
    rows = slice(top, bottom)
    mask = np.clip(canvas.rows[rows] - far + 0.5, 0, 1) * np.clip(
        near - canvas.rows[rows] + 0.5, 0, 1
    )
    asphalt = script.lit((0.36, 0.36, 0.39) if own is None else own)
    grain = (
        fbm(
            stream.child("grain"),
            (bottom - top, canvas.width),
            (8, canvas.width / canvas.unit * 70),
            3,
        )
        - 0.5
    )
    planes = np.stack([asphalt[c] * (1 + grain * np.float32(0.2)) for c in range(3)])
    blend(canvas.rgb[:, rows], planes.astype(np.float32), mask)
    middle = (near + far) / 2 + np.float32(canvas.unit * 0.012)
    dash = (np.mod(canvas.columns, canvas.unit * 0.12) < canvas.unit * 0.065).astype(np.float32)
    line = (
        np.clip(np.float32(canvas.unit * 0.003) - np.abs(canvas.rows[rows] - middle) + 0.5, 0, 1)
        * dash
    )
    for edge in (far + np.float32(canvas.unit * 0.007), near - np.float32(canvas.unit * 0.008)):
        line = np.maximum(
            line,
            np.clip(np.float32(canvas.unit * 0.002) - np.abs(canvas.rows[rows] - edge) + 0.5, 0, 1),
        )
    blend(canvas.rgb[:, rows], script.lit((0.96, 0.92, 0.82)), line * np.float32(0.8))


def paint_rows(stage: Stage, line: Plane, colours: list[Colour]) -> None:
    """Plough the ground under a line into rows that run to the horizon: lavender, vines."""
    canvas, script = stage.canvas, stage.script
    stream = stage.stream.child("rows")
    rows = canvas.rows_below(line)
    count = rows.stop - rows.start
    if count < 4:
        return
    top = float(line.mean())
    vanish = canvas.width * stream.uniform(0.3, 0.7)
    t = np.maximum(
        (canvas.rows[rows] - np.float32(top - canvas.unit * 0.03))
        / np.float32(canvas.height - top),
        0.004,
    )
    across = (canvas.columns - np.float32(vanish))[None, :] / np.float32(canvas.unit) / t
    ripple = (
        fbm(
            stream.child("plants"),
            (count, canvas.width),
            (count / canvas.unit * 90, canvas.width / canvas.unit * 60),
            3,
        )
        - 0.5
    )
    phase = across * np.float32(3.3) + ripple * np.float32(0.5)
    hill = np.abs(np.mod(phase, 1.0) - np.float32(0.5)) * 2
    bush = smoothstep(0.2, 0.62, 1 - hill)
    side = np.mod(phase, 1.0) - np.float32(0.5)
    sunny = np.float32(1.0 if stage.sun[0] > canvas.width / 2 else -1.0)
    level = np.clip(
        bush * 0.62 + side * sunny * bush * 0.7 + ripple * np.float32(1.3) * bush + 0.12, 0, 1
    )
    soil = script.lit((0.5, 0.38, 0.28))
    plant = colours[0]
    high = script.lit(shade(colours[-1], 0.1))
    stops = [
        (0.0, shade(soil, -0.1)),
        (0.22, mix(soil, script.shaded(plant), 0.5)),
        (0.5, script.lit(plant)),
        (1.0, mix(high, script.light.glow, 0.2)),
    ]
    rgb = ramp(stops, level.astype(np.float32))
    far = np.exp(-t * np.float32(6.0))
    for channel in range(3):
        mean = script.far(script.lit(plant), 0.5)[channel]
        rgb[channel] += (mean - rgb[channel]) * np.clip(far * 1.1, 0, 1)
    blend(canvas.rgb[:, rows], rgb, canvas.mask_below(line, rows))


def paint_falls(stage: Stage, x: float, top: float, bottom: float, width: float) -> None:
    """Let a waterfall drop from a lip at ``top`` into mist at ``bottom``."""
    canvas, script = stage.canvas, stage.script
    stream = stage.stream.child("falls")
    y0, y1 = max(0, int(top)), min(canvas.height, int(bottom))
    if y1 - y0 < 4:
        return
    shape = (y1 - y0, canvas.width)
    t = np.linspace(0, 1, y1 - y0, dtype=np.float32)[:, None]
    half = np.float32(width) * (0.42 + 0.16 * t)
    streaks = fbm(
        stream, shape, (max(1, shape[0] / canvas.unit * 3), canvas.width / canvas.unit * 70), 4
    )
    edge = (curve(stream.child("edge"), y1 - y0, 12, 4) * np.float32(width * 0.25))[:, None]
    offset = np.abs(canvas.columns - np.float32(x) - edge)
    mask = np.clip((half - offset) / np.float32(width * 0.12), 0, 1) * (
        0.5 + 0.7 * smoothstep(0.3, 0.7, streaks)
    )
    level = np.clip(smoothstep(0.25, 0.75, streaks) * 0.8 + t * 0.25, 0, 1)
    rgb = ramp(
        [(0.0, script.shaded((0.72, 0.82, 0.88))), (1.0, script.lit((0.98, 0.99, 1.0)))],
        level.astype(np.float32),
    )
    blend(canvas.rgb[:, y0:y1], rgb, np.clip(mask, 0, 1))
    spray = np.exp(-((canvas.distance(x, bottom, 1.7) / np.float32(width * 1.25)) ** 2))
    canvas.haze(mix(script.light.haze, (1, 1, 1), 0.45), spray * np.float32(0.72))
    foam(
        stage,
        stream.child("pool"),
        np.full(canvas.width, bottom, np.float32) + np.abs(canvas.columns - np.float32(x)) * 0.0,
        0.006,
        0.5,
    )
    stage.attend(x, (top + bottom) / 2)
