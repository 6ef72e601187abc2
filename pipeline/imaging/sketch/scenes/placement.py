"""Setting the named things into a landscape: depth, size, side, order."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from pipeline.imaging.sketch.cast import PARTS, put
from pipeline.imaging.sketch.painters.ground import paint_cross_road
from pipeline.imaging.sketch.placing import Setting
from pipeline.imaging.sketch.reading import Mention
from pipeline.imaging.sketch.scenes.terms import Terms
from pipeline.imaging.sketch.stage import Stage
from pipeline.imaging.sketch.vocabulary.subjects import KINDS

_AIRBORNE = frozenset(
    {"balloon", "birds", "plane", "kite", "ufo", "eagle", "dragon", "butterfly", "bee",
    "sky_lantern",
     "spaceship", "satellite", "heart", "rocket"}
)  # fmt: skip
_AFLOAT = frozenset(
    {"boat", "rowboat", "ship", "swan", "duck", "lotus", "iceberg", "island", "submarine"}
)
_LEAPING = frozenset({"whale", "dolphin", "shark", "fish", "turtle", "octopus", "jellyfish"})
_DRIVEN = frozenset({"car", "bus", "truck", "bicycle"})
_FIELDED = frozenset({"flower", "tulip", "sunflower"})


@dataclass(frozen=True)
class Stand:
    """One thing with its place: drawn in order of ``foot``."""

    mention: Mention
    index: int
    x: float
    foot: float
    size: float
    setting: Setting
    hero: bool
    tilt_deg: float = 0.0


def paint_things(stage: Stage, terms: Terms) -> None:
    """Place and draw every mention that has a painter of its own."""
    things = [
        m
        for m in stage.reading.mentions
        if (m.kind in PARTS or m.kind == "village") and _belongs(m, terms)
    ]
    things = _spelled_out(things)
    ground = [
        m
        for m in things
        if m.kind not in _AIRBORNE and not (m.kind == "bird" and "flying" in stage.reading.flags)
    ]
    air = [m for m in things if m not in ground]
    stands: list[Stand] = []
    for order, mention in enumerate(air):
        stands.extend(_hang(stage, mention, order, len(things) == 1))
    for order, mention in enumerate(ground):
        stands.extend(_stand(stage, terms, mention, order, len(ground)))
    if terms.cross_road:
        rolling = [stand.foot for stand in stands if stand.mention.kind in _DRIVEN]
        if rolling:
            road = stage.reading.get("road")
            paint_cross_road(
                stage, max(rolling), road.colours[0] if road and road.colours else None
            )
    for stand in sorted(
        stands,
        key=lambda item: (
            item.mention.kind not in _AIRBORNE,
            item.mention.kind != "cliff",
            item.foot,
        ),
    ):
        put(
            stage,
            stand.mention,
            stand.index,
            stand.x,
            stand.foot,
            stand.size,
            stand.setting,
            stand.hero,
            stand.tilt_deg,
        )


def _spelled_out(things: list[Mention]) -> list[Mention]:
    """Spell a village out as its houses and church, and a portrait as a standing person."""
    result: list[Mention] = []
    for mention in things:
        if mention.kind == "portrait":
            result.append(dataclasses.replace(mention, kind="person"))
        elif mention.kind == "umbrella" and any(m.family == "person" for m in things):
            continue  # carried, not standing
        elif mention.kind == "village":
            depth = mention.depth if mention.depth is not None else 1
            result.append(Mention("house", "house", 8, mention.colours, 0.62, mention.side, depth))
            result.append(Mention("church", "church", 1, (), 0.8, mention.side, depth))
        else:
            result.append(mention)
    return result


def _belongs(mention: Mention, terms: Terms) -> bool:
    # A field of flowers is painted as ground, not as single stems.
    return not (mention.kind in _FIELDED and terms.flowers and mention.count > 2)


def _hang(stage: Stage, mention: Mention, order: int, alone: bool) -> list[Stand]:
    canvas = stage.canvas
    stream = stage.stream.child(f"hang/{mention.kind}")
    kind = KINDS[mention.kind]
    count = mention.count
    hero = alone and count <= 2
    base = (
        kind.hero if hero else kind.height if count > 1 or not alone else kind.hero * 0.8
    ) * mention.size
    if mention.kind == "balloon" and not hero:
        base = 0.19 * mention.size
    half = PARTS[mention.kind].half
    stands = []
    flock_x, flock_y = stream.uniform(0.3, 0.7), stream.uniform(0.2, 0.5)
    for index in range(count):
        near = 1.0 if index == 0 else stream.uniform(0.35, 0.9)
        size = canvas.unit * base * near
        size = min(size, canvas.width * 0.8 / (2 * half), stage.horizon * 0.92)
        if mention.kind in ("birds", "bird", "sky_lantern") and count > 2:
            x = canvas.width * min(0.94, max(0.06, flock_x + stream.normal(0.17)))
            y = stage.horizon * min(0.88, max(0.1, flock_y + stream.normal(0.13)))
        else:
            x = canvas.width * (
                (index + stream.uniform(0.25, 0.75)) / count
                if count > 1
                else stream.uniform(0.34, 0.66)
            )
            y = stage.horizon * stream.uniform(0.3, 0.72)
        if mention.side is not None:
            x = canvas.width * (0.5 + 0.26 * mention.side) + (x - canvas.width / 2) * 0.3
        foot = (
            max(y + size * 0.5, size * 1.06)
            if mention.kind != "rocket"
            else max(y + size * 0.4, size)
        )
        tilt = (
            stream.normal(5.0)
            if mention.kind in ("kite", "butterfly", "bee", "plane", "birds")
            else 0.0
        )
        if mention.kind == "rocket":
            tilt = stream.uniform(-14, 14)
        setting = Setting(
            distance=0.6 * (1 - near) + (0.0 if hero else 0.1),
            volume=PARTS[mention.kind].volume,
            rim=0.5,
        )
        stands.append(Stand(mention, index, x, foot, size, setting, hero and index == 0, tilt))
    return stands


def _depth_of(stage: Stage, mention: Mention, order: int, total: int) -> float:
    """Return 0 at the horizon … 1 at the viewer."""
    stream = stage.stream.child(f"depth/{mention.kind}")
    if mention.depth == 1:
        return stream.uniform(0.08, 0.2)
    if mention.depth == -1:
        return stream.uniform(0.8, 0.95)
    if (
        mention.family == "built"
        and total > 1
        and mention.kind not in ("lamp_post", "bench", "fence", "pier")
    ):
        return stream.uniform(0.22, 0.42)
    if total == 1:
        return stream.uniform(0.55, 0.7)
    return stream.uniform(0.45, 0.75) - 0.08 * order


def _share(stage: Stage, mention: Mention, total: int) -> float:
    """Return 0 for a thing in the view … 1 for what the picture is about."""
    reading = stage.reading
    if "wide" in reading.flags or mention.depth == 1:
        return 0.0
    if "close" in reading.flags:
        return 1.0
    around = len(reading.of("land", "water")) + int(reading.has("city", "forest"))
    if total == 1 and mention.count <= 2:
        share = 0.8 if around == 0 else 0.34
    elif total == 1:
        share = 0.5 if around == 0 else 0.25
    else:
        share = 0.4 if around == 0 else 0.22
    return min(1.0, share * (0.75 + stage.guidance * 0.036))


def _stand(stage: Stage, terms: Terms, mention: Mention, order: int, total: int) -> list[Stand]:
    canvas = stage.canvas
    stream = stage.stream.child(f"stand/{mention.kind}")
    kind = KINDS[mention.kind]
    part = PARTS[mention.kind]
    share = _share(stage, mention, total)
    depth = _depth_of(stage, mention, order, total)
    hero = share > 0.6 and order == 0
    floor = canvas.height - stage.horizon
    stands: list[Stand] = []
    count = mention.count
    centre = _column(stage, mention, order, total)
    for index in range(count):
        near = depth if index == 0 else max(0.06, min(0.97, depth + stream.normal(0.14)))
        base = kind.height + (kind.hero - kind.height) * share
        grow = 0.45 + 0.95 * near if share < 0.6 else 0.9 + 0.1 * near
        size = (
            canvas.unit
            * base
            * mention.size
            * grow
            * (1 if index == 0 else stream.uniform(0.78, 1.0))
        )
        size = min(
            size,
            canvas.height * 0.86,
            canvas.width * 0.92 / (2 * part.half) * (1.0 if count == 1 else 0.8),
        )
        foot = stage.horizon + floor * (0.06 + 0.86 * near)
        if hero:
            foot = max(foot, min(canvas.height * 0.94, canvas.height * 0.12 + size))
        x = centre
        if count > 1:
            span = min(0.84, 0.24 + 0.11 * count)
            slot = (index + 0.5 + stream.uniform(-0.3, 0.3)) / count - 0.5
            x = centre + slot * span * canvas.width
            x += (canvas.width / 2 - centre) * 0.35
        stands.append(
            _settled(stage, terms, mention, index, x, foot, size, near, hero and index == 0)
        )
    return stands


def _column(stage: Stage, mention: Mention, order: int, total: int) -> float:
    stream = stage.stream.child(f"column/{mention.kind}")
    width = stage.canvas.width
    if mention.side is not None:
        return width * (0.5 + 0.26 * mention.side + stream.uniform(-0.03, 0.03))
    if "symmetric" in stage.reading.flags:
        return width * 0.5
    if total == 1:
        side = -1 if stage.sun[0] > width / 2 else 1
        return width * (0.5 + side * stream.uniform(0.02, 0.17))
    slots = [0.3, 0.68, 0.5, 0.86, 0.14, 0.4, 0.6]
    if stage.stream.child("mirror").chance(0.5):
        slots = [1 - slot for slot in slots]
    taken = {m.side for m in stage.reading.mentions if m.side is not None}
    if order == 0 and taken:
        return width * (0.32 if 1 in taken else 0.68)
    return width * (slots[order % len(slots)] + stream.uniform(-0.04, 0.04))


def _headland(stage: Stage, mention: Mention) -> tuple[float, float, float]:
    """Return (x, foot, height) px of the cliff that reaches in from one side."""
    canvas = stage.canvas
    side = mention.side if mention.side else stage.stream.child("cliff").sign()
    tall = canvas.unit * 0.34 * mention.size
    foot = stage.horizon + (canvas.height - stage.horizon) * 0.34
    return canvas.width * (0.5 + 0.12 * side), foot, tall


def _settled(
    stage: Stage, terms: Terms, mention: Mention, index: int, x: float, foot: float, size: float,
    near: float, hero: bool,
) -> Stand:  # fmt: skip
    canvas = stage.canvas
    part = PARTS[mention.kind]
    distance = max(0.0, 0.85 - near * 1.15)
    shadow, mirror, tilt = part.shadow, 0.0, 0.0
    if terms.water in ("sea", "lake", "waterfront"):
        low = 0.6 if terms.beach else 0.97
        if mention.kind in _AFLOAT:
            foot = stage.horizon + (canvas.height - stage.horizon) * min(
                low * 0.75, 0.05 + 0.6 * near
            )
            shadow, mirror = 0.0, 0.55
        elif mention.kind in _LEAPING:
            foot = stage.horizon + (canvas.height - stage.horizon) * 0.4 - size * 0.1
            shadow, mirror, tilt = 0.0, 0.35, 20.0
        elif mention.kind in ("lighthouse", "torii", "cliff") and not terms.beach:
            foot = stage.horizon + (canvas.height - stage.horizon) * (0.08 + 0.3 * near)
            mirror, shadow = 0.4, 0.0
            if mention.kind == "cliff":
                x, foot, size = _headland(stage, mention)
                mirror = 0.0
        elif mention.kind == "wave":
            foot = min(canvas.height * 0.97, stage.horizon + size * 0.55)
            shadow = 0.0
        elif mention.kind == "pier":
            foot = canvas.height * 0.99 - size * 0.1
            shadow = 0.0
        elif mention.kind == "bridge":
            foot, x = stage.horizon + (canvas.height - stage.horizon) * 0.16, canvas.width * 0.5
            mirror, shadow = 0.5, 0.0
        elif stage.shore is not None:
            column = max(0, min(canvas.width - 1, int(x)))
            dry = float(stage.shore[column]) + size * 0.05 + canvas.unit * 0.012
            foot = min(max(foot, dry), max(dry, canvas.height * 0.99))
        else:
            foot = min(foot, canvas.height * 0.9)
        cliff = stage.reading.get("cliff")
        perches = mention.kind not in ("cliff", *_AFLOAT, *_LEAPING)
        if cliff is not None and perches and index == 0:
            edge, base, tall = _headland(stage, cliff)
            side = 1 if edge > canvas.width / 2 else -1
            x, foot = edge + side * tall * 0.28, base - tall * 0.95
            size, mirror, shadow, distance = min(size, tall * 0.9), 0.0, 0.3, 0.15
    setting = Setting(
        distance=distance,
        volume=part.volume,
        rim=0.55,
        shadow=shadow * (1 - 0.6 * distance),
        mirror=mirror,
    )
    return Stand(mention, index, x, foot, size, setting, hero, tilt)
