"""Abstracts built from pieces: a grid of shapes, spheres, petals, triangles."""

from __future__ import annotations

import math

import numpy as np

from pipeline.imaging.sketch.canvas import blend
from pipeline.imaging.sketch.colour import Colour, luminance, mix, ramp, shade
from pipeline.imaging.sketch.geometry import outline
from pipeline.imaging.sketch.noise import blurred, fbm
from pipeline.imaging.sketch.painters.abstracts import along, wash
from pipeline.imaging.sketch.stage import Stage
from pipeline.imaging.sketch.stream import Stream


def paint_geometry(stage: Stage, colours: list[Colour]) -> None:
    """Compose discs, quarters, bars and arcs on a quiet grid."""
    canvas = stage.canvas
    stream = stage.stream.child("geometry")
    ground = (
        colours[-1] if luminance(colours[-1]) > 0.7 else mix(colours[-1], (0.95, 0.92, 0.86), 0.7)
    )
    canvas.rgb[:] = np.array(ground, np.float32)[:, None, None]
    across = max(2, round(4 * canvas.width / canvas.unit))
    cell = canvas.width / across
    down = math.ceil(canvas.height / cell)
    top = (canvas.height - down * cell) / 2
    inks = [c for c in colours if abs(luminance(c) - luminance(ground)) > 0.08] or colours
    for row in range(down):
        for column in range(across):
            own = stream.child(f"{row}/{column}")
            x, y = column * cell, top + row * cell
            if own.chance(0.16):
                continue
            back = own.pick([*inks, ground, ground])
            canvas.fill(
                [outline([(x, y), (x + cell, y), (x + cell, y + cell), (x, y + cell)])], back
            )
            front = own.pick([c for c in [*inks, ground] if c != back])
            _motif(
                stage,
                own,
                x,
                y,
                cell,
                front,
                own.pick([c for c in [*inks, ground] if c not in (back, front)] or [ground]),
            )
    span = canvas.unit * stream.uniform(0.24, 0.34)
    cx, cy = canvas.width * stream.uniform(0.3, 0.7), canvas.height * stream.uniform(0.3, 0.7)
    accent = inks[stream.integer(0, len(inks) - 1)]
    disc = np.clip(np.float32(span) - canvas.distance(cx, cy) + 0.5, 0, 1)
    shadow = np.clip(
        np.float32(span)
        - canvas.distance(cx + canvas.unit * 0.012, cy + canvas.unit * 0.016)
        + 0.5,
        0,
        1,
    )
    canvas.haze(shade(colours[0], -0.1), blurred(shadow, canvas.unit * 0.014) * np.float32(0.3))
    slope = np.clip((canvas.rows - np.float32(cy - span)) / np.float32(2 * span), 0, 1)
    blend(
        canvas.rgb,
        ramp(
            [(0.0, shade(accent, 0.07)), (1.0, shade(accent, -0.06))],
            np.repeat(slope, canvas.width, axis=1),
        ),
        disc,
    )
    paper = fbm(stream.child("paper"), (canvas.height, canvas.width), canvas.cells(90), 3) - 0.5
    canvas.rgb *= 1 + paper * np.float32(0.12)


def _motif(
    stage: Stage, stream: Stream, x: float, y: float, cell: float, front: Colour, third: Colour
) -> None:
    canvas = stage.canvas
    choice = stream.integer(0, 7)
    corner = stream.integer(0, 3)
    cx, cy = x + cell * (corner % 2), y + cell * (corner // 2)

    def disc(px: float, py: float, radius: float, colour: Colour, clip: bool = True) -> None:
        angle = np.linspace(0, 2 * math.pi, 96)
        shape = np.stack([px + radius * np.cos(angle), py + radius * np.sin(angle)], axis=1)
        if clip:
            shape = np.clip(shape, [x, y], [x + cell, y + cell])
        canvas.fill([shape], colour)

    if choice == 0:
        disc(cx, cy, cell, front)
        disc(cx, cy, cell * 0.62, third)
        disc(cx, cy, cell * 0.3, front)
    elif choice == 1:
        disc(cx, cy, cell, front)
    elif choice == 2:
        disc(x + cell / 2, y + cell / 2, cell * 0.38, front)
    elif choice == 3:
        points = [(x, y), (x + cell, y), (x + cell, y + cell), (x, y + cell)]
        del points[corner]
        canvas.fill([outline(points)], front)
    elif choice == 4:
        for index in range(4):
            left = x + cell * (index + 0.25) / 4
            canvas.fill(
                [
                    outline(
                        [
                            (left, y),
                            (left + cell / 8, y),
                            (left + cell / 8, y + cell),
                            (left, y + cell),
                        ]
                    )
                ],
                front,
            )
    elif choice == 5:
        disc(x + cell / 2, y + cell * (corner % 2), cell / 2, front)
        disc(x + cell / 2, y + cell * (corner % 2), cell / 4, third)
    elif choice == 6:
        for index in range(3):
            for inner in range(3):
                disc(
                    x + cell * (index + 0.5) / 3, y + cell * (inner + 0.5) / 3, cell * 0.075, front
                )


def paint_spheres(stage: Stage, colours: list[Colour]) -> None:
    """Float glossy spheres in a soft room."""
    canvas = stage.canvas
    stream = stage.stream.child("spheres")
    canvas.rgb[:] = wash(
        stage, [colours[-1], colours[-2], mix(colours[-1], colours[-3], 0.5)], stream
    )
    stage.sun = (canvas.width * 0.2, -canvas.height * 0.2)
    items = sorted(
        (stream.uniform(0, 1) ** 1.6, stream.uniform(0.06, 0.94), stream.uniform(0.06, 0.94))
        for _ in range(stream.integer(9, 16))
    )
    for index, (size, across, down) in enumerate(items):
        radius = canvas.unit * (0.025 + 0.2 * size)
        _sphere(
            stage,
            across * canvas.width,
            down * canvas.height,
            radius,
            colours[index % (len(colours) - 1)],
            size,
        )


def _sphere(stage: Stage, x: float, y: float, radius: float, colour: Colour, near: float) -> None:
    canvas = stage.canvas
    shade_x, shade_y = x + radius * 0.35, y + radius * 0.6
    fall = np.exp(
        -((canvas.distance(shade_x, shade_y) / np.float32(radius * 1.15)) ** 2)
    ) * np.float32(0.3 * near + 0.08)
    canvas.haze(shade(colour, -0.35), fall)
    reach = math.ceil(radius) + 2
    x0, x1 = max(0, int(x) - reach), min(canvas.width, int(x) + reach)
    y0, y1 = max(0, int(y) - reach), min(canvas.height, int(y) + reach)
    if x1 <= x0 or y1 <= y0:
        return
    u = ((np.arange(x0, x1, dtype=np.float32) - np.float32(x)) / np.float32(radius))[None, :]
    v = ((np.arange(y0, y1, dtype=np.float32) - np.float32(y)) / np.float32(radius))[:, None]
    square = u * u + v * v
    depth = np.sqrt(np.maximum(0, 1 - square))
    lambert = -u * np.float32(0.5) - v * np.float32(0.62) + depth * np.float32(0.6)
    bounce = np.clip(v * 0.8 + u * 0.3, 0, 1) * (1 - depth) * np.float32(0.4)
    level = np.clip(lambert * 0.62 + 0.3 + bounce, 0, 1).astype(np.float32)
    rgb = ramp(
        [
            (0.0, shade(colour, -0.24)),
            (0.5, colour),
            (1.0, mix(shade(colour, 0.14), (1, 0.97, 0.92), 0.3)),
        ],
        level,
    )
    shine = np.exp(-((u + 0.36) ** 2 + (v + 0.42) ** 2) * 26) * np.float32(0.8)
    for channel in range(3):
        rgb[channel] += np.maximum(0, 1 - rgb[channel]) * shine
    mask = np.clip((1 - np.sqrt(square)) * np.float32(radius) + 0.5, 0, 1)
    blend(canvas.rgb[:, y0:y1, x0:x1], rgb, mask.astype(np.float32))


def paint_mandala(stage: Stage, colours: list[Colour]) -> None:
    """Turn rings of petals around the centre."""
    canvas = stage.canvas
    stream = stage.stream.child("mandala")
    canvas.rgb[:] = wash(
        stage, [shade(colours[0], -0.02), mix(colours[0], colours[1], 0.5)], stream
    )
    x, y = canvas.width / 2, canvas.height / 2
    radius = canvas.unit * 0.47
    order = stream.pick((8, 10, 12, 16))
    for ring in range(9):
        own = stream.child(str(ring))
        outer = radius * (1 - ring * 0.105)
        inner = outer * own.uniform(0.62, 0.8)
        petals = order * (2 if ring < 2 else 1)
        colour = colours[1 + (ring * 2 + own.integer(0, 1)) % (len(colours) - 1)]
        form = own.integer(0, 2)
        for step in range(petals):
            angle = 2 * math.pi * (step + 0.5 * (ring % 2)) / petals
            half = math.pi / petals * own.child("w").uniform(0.7, 0.98)
            shape = _petal(x, y, inner, outer, angle, half, form)
            canvas.fill([shape], shade(colour, -0.09))
            canvas.fill(
                [_petal(x, y, inner * 1.03, outer * 0.97, angle, half * 0.78, form)],
                shade(colour, 0.04),
            )
        edge = np.exp(
            -np.abs(canvas.distance(x, y) - np.float32(inner)) * np.float32(300 / canvas.unit)
        )
        canvas.shine(colours[-1], edge * np.float32(0.5))
    core = np.exp(-((canvas.distance(x, y) / np.float32(radius * 0.55)) ** 2)) * np.float32(0.3)
    canvas.shine(colours[-1], core)


def _petal(
    x: float, y: float, inner: float, outer: float, angle: float, half: float, form: int
) -> np.ndarray:
    t = np.linspace(0, 1, 15)
    width = (
        np.sin(np.pi * t),
        np.sin(np.pi * t**0.6),
        np.minimum(1, 2.2 * (1 - t)) * np.minimum(1, t * 6 + 0.2),
    )[form]
    reach = inner + (outer - inner) * t
    left = np.stack(
        [x + reach * np.cos(angle - half * width), y + reach * np.sin(angle - half * width)], axis=1
    )
    right = np.stack(
        [x + reach * np.cos(angle + half * width), y + reach * np.sin(angle + half * width)], axis=1
    )
    return np.concatenate([left, right[::-1]])


def paint_terrazzo(stage: Stage, colours: list[Colour]) -> None:
    """Scatter chips of stone, or tile the plane with soft triangles."""
    canvas = stage.canvas
    stream = stage.stream.child("terrazzo")
    cell = canvas.unit / 7
    rows, columns = math.ceil(canvas.height / cell) + 1, math.ceil(canvas.width / cell) + 1
    tone = fbm(stream.child("tone"), (rows * 2, columns * 2), (2.4, 2.4 * columns / rows), 3)
    for row in range(rows):
        for column in range(columns):
            x, y = column * cell, row * cell
            pairs = (
                ([(x, y), (x + cell, y), (x, y + cell)]),
                ([(x + cell, y), (x + cell, y + cell), (x, y + cell)]),
            )
            for half, points in enumerate(pairs):
                level = float(
                    tone[min(row * 2 + half, rows * 2 - 1), min(column * 2 + half, columns * 2 - 1)]
                )
                colour = along(colours, (level - 0.25) / 0.5 + stream.normal(0.05))
                canvas.fill([outline(points)], shade(colour, 0.03 if half else -0.03))
