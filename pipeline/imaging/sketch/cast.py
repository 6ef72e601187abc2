"""Which painter draws which kind of thing, and how much room the drawing takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from pipeline.imaging.sketch.look import Look
from pipeline.imaging.sketch.painters import (
    beasts,
    birds,
    buildings,
    faces,
    flowers,
    gadgets,
    horse,
    landmarks,
    objects,
    people,
    portrait,
    sealife,
    structures,
    treats,
    trees,
    vehicles,
    vessels,
)
from pipeline.imaging.sketch.placing import Setting, place
from pipeline.imaging.sketch.reading import Mention
from pipeline.imaging.sketch.sprite import Sprite
from pipeline.imaging.sketch.stage import Stage

Painter = Callable[[Sprite, Look], None]
LocalBox = tuple[float, float, float, float]


@dataclass(frozen=True)
class Part:
    """How a kind is drawn.

    Attributes:
        paint: the painter.
        half: half its width in units of its height, for keeping things apart.
        box: (left, bottom, right, top) in local units that the drawing needs.
        volume: strength of rounded shading.
        shadow: strength of the thrown shadow.
    """

    paint: Painter
    half: float = 0.4
    box: LocalBox = (-0.75, -0.1, 0.75, 1.1)
    volume: float = 0.6
    shadow: float = 0.5


def _wide(
    paint: Painter, half: float, top: float = 1.15, volume: float = 0.6, bottom: float = -0.2
) -> Part:
    return Part(paint, half, (-half * 1.15, bottom, half * 1.15, top), volume)


def _sitter(name: str) -> Part:
    return Part(
        partial(faces.paint_sitter, sitter=faces.SITTERS[name]), 0.36, (-0.5, -0.08, 0.6, 1.12)
    )


def _beast(name: str, half: float) -> Part:
    return Part(
        partial(beasts.paint_beast, beast=beasts.BEASTS[name]), half, (-1.15, -0.08, 1.2, 1.35)
    )


_TREE_BOX = (-0.75, -0.08, 0.75, 1.12)

PARTS: dict[str, Part] = {
    "tree": Part(trees.paint_tree, 0.4, _TREE_BOX, 0.3),
    "blossom_tree": Part(trees.paint_blossom_tree, 0.45, _TREE_BOX, 0.3),
    "conifer": Part(trees.paint_conifer, 0.25, (-0.35, -0.06, 0.35, 1.04), 0.35),
    "palm": Part(trees.paint_palm, 0.4, (-0.6, -0.06, 0.7, 1.15), 0.5),
    "willow": Part(trees.paint_willow, 0.46, (-0.62, -0.06, 0.62, 1.05), 0.3),
    "birch": Part(trees.paint_birch, 0.2, (-0.42, -0.06, 0.42, 1.05), 0.4),
    "bamboo": Part(trees.paint_bamboo, 0.12, (-0.25, -0.04, 0.25, 1.05), 0.5),
    "cactus": Part(trees.paint_cactus, 0.33, (-0.42, -0.06, 0.42, 1.08), 0.8),
    "bush": Part(trees.paint_bush, 0.6, (-0.8, -0.06, 0.8, 1.0), 0.3),
    "grass": Part(trees.paint_grass_tuft, 0.5, (-0.9, -0.06, 0.9, 1.05), 0.3),
    "flower": Part(flowers.paint_flower, 0.28, (-0.4, -0.06, 0.4, 1.08), 0.55),
    "sunflower": Part(flowers.paint_sunflower, 0.3, (-0.42, -0.06, 0.42, 1.08), 0.55),
    "tulip": Part(flowers.paint_tulip, 0.2, (-0.32, -0.06, 0.32, 1.08), 0.6),
    "lotus": Part(flowers.paint_lotus, 0.8, (-0.95, -0.25, 0.95, 0.9), 0.5),
    "mushroom": Part(flowers.paint_mushroom, 0.5, (-0.6, -0.06, 0.6, 1.08), 0.7),
    "leaf": Part(flowers.paint_leaf, 0.4, (-0.45, -0.35, 0.45, 1.06), 0.5),
    "potted_plant": Part(flowers.paint_potted_plant, 0.45, (-0.65, -0.06, 0.65, 1.12), 0.5),
    "house": _wide(buildings.paint_house, 0.8), "cabin": _wide(buildings.paint_cabin, 0.7),
    "castle": _wide(buildings.paint_castle, 0.7), "lighthouse": Part(buildings.paint_lighthouse,
    0.34, (-2.7, -0.06, 2.7, 1.1), 0.6),
    "church": _wide(buildings.paint_church, 0.6), "windmill": _wide(buildings.paint_windmill, 0.5),
    "pagoda": _wide(buildings.paint_pagoda, 0.45), "torii": _wide(buildings.paint_torii, 0.8),
    "tower": Part(buildings.paint_tower, 0.2, (-0.3, -0.06, 0.3, 1.1), 0.4),
    "tent": Part(buildings.paint_tent, 0.95, (-0.85, -0.15, 1.6, 1.1), 0.6),
    "pyramid": _wide(buildings.paint_pyramid, 0.95,
    volume=0.2),
    "bridge": _wide(structures.paint_bridge, 3.2), "lamp_post": Part(structures.paint_lamp_post,
    0.1, (-0.35, -0.06, 0.35, 1.2), 0.5),
    "pier": _wide(structures.paint_pier, 0.9, bottom=-0.6), "fence": _wide(structures.paint_fence,
    3.1),
    "statue": _wide(structures.paint_statue, 0.4),
    "ferris_wheel": _wide(structures.paint_ferris_wheel, 0.55),
    "ruins": _wide(structures.paint_ruins, 0.9), "bench": _wide(structures.paint_bench, 1.0),
    "submarine": _wide(structures.paint_submarine, 1.1),
    "car": Part(vehicles.paint_car, 1.45, (-1.7, -0.1, 3.5, 1.15), 0.5),
    "bus": _wide(vehicles.paint_bus, 1.3),
    "truck": _wide(vehicles.paint_truck, 1.25), "boat": _wide(vehicles.paint_boat, 0.62),
    "rowboat": _wide(vehicles.paint_rowboat, 1.35), "ship": _wide(vehicles.paint_ship, 2.1),
    "train": Part(vehicles.paint_train, 2.6, (-3.3, -0.1, 2.3, 2.4), 0.5),
    "bicycle": _wide(vehicles.paint_bicycle, 1.0), "rocket": Part(vehicles.paint_rocket, 0.26,
    (-0.45, -0.12, 0.45, 1.1), 0.6),
    "plane": _wide(vehicles.paint_plane, 1.45), "spaceship": _wide(vehicles.paint_spaceship, 1.6),
    "ufo": Part(vehicles.paint_ufo, 0.9, (-1.1, -1.4, 1.1, 1.2), 0.6),
    "balloon": Part(vehicles.paint_balloon, 0.4, (-0.5, -0.08, 0.5, 1.08), 0.5),
    "cat": _sitter("cat"), "dog": _sitter("dog"), "fox": _sitter("fox"), "wolf": _sitter("wolf"),
    "bear": _sitter("bear"), "rabbit": _sitter("rabbit"), "lion": _sitter("lion"),
    "tiger": _sitter("tiger"),
    "horse": Part(horse.paint_horse, 0.55, (-0.95, -0.06, 0.85, 1.28)), "deer": _beast("deer",
    0.45), "elephant": _beast("elephant",
    0.75),
    "cow": _beast("cow", 0.7), "sheep": _beast("sheep", 0.6), "giraffe": _beast("giraffe", 0.4),
    "camel": _beast("camel", 0.6),
    "owl": Part(faces.paint_owl, 0.5, (-0.85, -0.08, 0.85, 1.12)),
    "penguin": Part(faces.paint_penguin, 0.34, (-0.45, -0.06, 0.45, 1.08)),
    "bird": Part(birds.paint_bird, 0.6, (-1.15, -0.3, 1.15, 1.5)), "birds": Part(birds.paint_flock,
    0.7, (-0.9, 0.1, 0.9, 1.2), 0.1, 0.0),
    "eagle": _wide(birds.paint_eagle, 1.2), "swan": _wide(birds.paint_swan, 0.75),
    "duck": _wide(birds.paint_swan, 0.8),
    "flamingo": _wide(birds.paint_flamingo, 0.4), "butterfly": _wide(birds.paint_butterfly, 0.6),
    "bee": _wide(birds.paint_bee, 0.5), "dragon": Part(birds.paint_dragon, 1.1, (-1.2, -0.1, 1.6,
    1.2)),
    "fish": _wide(sealife.paint_fish, 0.95), "whale": _wide(sealife.paint_whale, 1.75, 1.3),
    "dolphin": _wide(sealife.paint_dolphin, 1.4), "shark": _wide(sealife.paint_dolphin, 1.4),
    "jellyfish": _wide(sealife.paint_jellyfish, 0.4), "turtle": _wide(sealife.paint_turtle, 0.9),
    "octopus": _wide(sealife.paint_octopus, 0.8), "coral": _wide(sealife.paint_coral, 0.5),
    "person": Part(people.paint_person, 0.2, (-0.4, -0.06, 0.5, 1.34)),
    "child": Part(people.paint_child, 0.24, (-0.35, -0.06, 0.45, 1.2)),
    "couple": Part(people.paint_couple, 0.32, (-0.5, -0.06, 0.5, 1.08)),
    "crowd": Part(people.paint_crowd, 1.4, (-1.7, -0.06, 1.7, 1.1)),
    "astronaut": Part(people.paint_astronaut, 0.36, (-0.5, -0.06, 0.5, 1.1)),
    "samurai": Part(people.paint_samurai, 0.36, (-0.5, -0.06, 0.75, 1.18)),
    "dancer": Part(people.paint_dancer, 0.4, (-0.55, -0.06, 0.6, 1.15)),
    "wizard": Part(people.paint_wizard, 0.34, (-0.5, -0.06, 0.6, 1.3)),
    "portrait": Part(portrait.paint_portrait, 0.46, (-0.62, -0.14, 0.62, 1.14), 0.5, 0.0),
    "cup": Part(vessels.paint_cup, 0.65, (-0.8, -0.1, 0.8, 1.6), 0.4),
    "bowl": Part(vessels.paint_bowl, 0.9, (-1.0, -0.08, 1.15, 1.6), 0.4),
    "bottle": _wide(vessels.paint_bottle, 0.27, volume=0.4),
    "wine_glass": _wide(vessels.paint_wine_glass, 0.36, volume=0.3),
    "vase": _wide(vessels.paint_vase, 0.45, volume=0.45), "teapot": Part(vessels.paint_teapot, 0.8,
    (-0.95, -0.08, 1.1, 1.4), 0.4),
    "jar": _wide(vessels.paint_jar, 0.38, volume=0.4), "perfume": _wide(vessels.paint_perfume, 0.42,
    volume=0.3),
    "apple": _wide(objects.paint_apple, 0.5), "orange": _wide(objects.paint_orange, 0.6),
    "lemon": _wide(objects.paint_lemon, 1.0),
    "pear": _wide(objects.paint_pear, 0.5), "berry": _wide(objects.paint_berry, 0.48),
    "ball": _wide(objects.paint_ball, 0.55),
    "book": _wide(objects.paint_book, 2.4), "candle": Part(objects.paint_candle, 0.32, (-0.6, -0.08,
    0.6, 1.4), 0.4),
    "lantern": Part(objects.paint_lantern, 0.36, (-0.6, -0.1, 0.6, 1.25), 0.4),
    "sky_lantern": Part(objects.paint_lantern, 0.4, (-0.8, -0.3, 0.8, 1.4), 0.3, 0.0),
    "table_lamp": Part(objects.paint_table_lamp, 0.4, (-0.8, -0.06, 0.8, 1.2), 0.4),
    "box": _wide(objects.paint_box, 0.55, volume=0.15),
    "gift": _wide(objects.paint_gift, 0.5), "heart": _wide(objects.paint_heart, 0.58),
    "crystal": _wide(objects.paint_crystal, 0.6, volume=0.2),
    "umbrella": _wide(objects.paint_umbrella, 0.6), "plate": _wide(objects.paint_plate, 1.35),
    "phone": _wide(gadgets.paint_phone, 0.5, volume=0.2), "camera": _wide(gadgets.paint_camera,
    0.78), "clock": _wide(gadgets.paint_clock, 0.45),
    "chair": _wide(gadgets.paint_chair, 1.0), "shoe": _wide(gadgets.paint_shoe, 1.3),
    "guitar": _wide(gadgets.paint_guitar, 0.22),
    "robot": _wide(gadgets.paint_robot, 0.42), "cake": _wide(gadgets.paint_cake, 0.68),
    "treat": _wide(treats.paint_treat, 0.75),
    "headphones": _wide(gadgets.paint_headphones, 0.55),
    "mesa": Part(landmarks.paint_mesa, 1.05, (-1.2, -0.06, 1.2, 1.08), 0.5, 0.3),
    "iceberg": _wide(landmarks.paint_iceberg, 0.9),
    "island": Part(landmarks.paint_island, 1.0, (-1.15, -0.1, 1.15, 1.0), 0.4, 0.0),
    "cliff": Part(landmarks.paint_cliff, 1.0, (-1.1, -0.35, 3.3, 1.2), 0.5, 0.0),
    "wave": Part(landmarks.paint_wave, 1.6, (-2.3, -0.15, 2.3, 1.2), 0.5, 0.0),
    "kite": Part(landmarks.paint_kite, 0.4, (-0.5, -1.0, 0.5, 1.1), 0.3, 0.0),
    "satellite": Part(landmarks.paint_satellite, 1.2, (-1.3, -0.05, 1.3, 1.1), 0.5, 0.0),
}  # fmt: skip

# Small in a landscape an animal is seen from the side; large it sits and looks at you.
SIDE_VIEWS: dict[str, Part] = {
    name: _beast(name, 0.6)
    for name in ("cat", "dog", "fox", "wolf", "bear", "rabbit", "lion", "tiger")
}

_SINGLE_FLIP = frozenset({"phone", "clock", "box", "book", "ship", "portrait"})


def look_for(stage: Stage, mention: Mention, index: int, hero: bool) -> Look:
    """Return how the ``index``-th thing of a mention looks."""
    parts = stage.reading.parts
    return Look(
        stream=stage.stream.child(f"{mention.kind}/{index}"),
        word=mention.word,
        colours=mention.colours,
        parts=parts,
        flags=stage.reading.flags,
        tokens=stage.reading.tokens,
        season=stage.script.season,
        night=stage.script.light.night,
        hero=hero,
        accents=stage.script.accents,
    )


def part_for(mention: Mention, size_px: float, unit: float, moving: bool = False) -> Part:
    """Return how to draw a mention at a size: animals turn sideways when small or running."""
    if mention.kind in SIDE_VIEWS and (moving or size_px < unit * 0.2):
        return SIDE_VIEWS[mention.kind]
    return PARTS[mention.kind]


def put(
    stage: Stage,
    mention: Mention,
    index: int,
    x: float,
    foot: float,
    size: float,
    setting: Setting | None = None,
    hero: bool = False,
    tilt_deg: float = 0.0,
) -> None:
    """Draw the ``index``-th thing of a mention standing at (x, foot) px, ``size`` px high."""
    moving = bool(stage.reading.flags & {"running"})
    part = part_for(mention, size, stage.unit, moving)
    look = look_for(stage, mention, index, hero)
    flip = mention.kind not in _SINGLE_FLIP and look.stream.child("flip").chance(0.5)
    if mention.side:
        flip = mention.side > 0
    if mention.kind == "cliff":
        flip = x < stage.canvas.width / 2
    sprite = Sprite(stage, x, foot, size, box=part.box, flip=flip, tilt_deg=tilt_deg)
    part.paint(sprite, look)
    if setting is None:
        setting = Setting(volume=part.volume, shadow=part.shadow)
    place(sprite, setting)
    stage.attend(x, foot - size * 0.55, 1.5 if hero else 0.5)
