"""Ready-made light, cameras and compositions for structured prompts."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.imaging.lighting_rig import STANDARD_RIG, Lamp, Rig


@dataclass(frozen=True)
class RigPreset:
    """A named lighting rig."""

    code: str
    title: str
    rig: Rig


@dataclass(frozen=True)
class FieldPreset:
    """Words for some paths of the document."""

    code: str
    title: str
    fields: dict[str, str] = field(default_factory=dict)


_OFF = Lamp(150, 40, 0, 5600, 30)
RIGS = (
    RigPreset("three-point", "Three-point", STANDARD_RIG),
    RigPreset(
        "rembrandt", "Rembrandt", Rig(Lamp(-45, 45, 85, 4300, 35), Lamp(50, 5, 12, 4300, 80), _OFF)
    ),
    RigPreset(
        "butterfly",
        "Butterfly",
        Rig(Lamp(0, 55, 85, 5600, 55), Lamp(0, -30, 40, 5600, 90), Lamp(165, 45, 30, 5600, 30)),
    ),
    RigPreset("split", "Split", Rig(Lamp(-90, 10, 90, 5200, 20), Lamp(90, 10, 0, 5200, 60), _OFF)),
    RigPreset(
        "clamshell", "Clamshell", Rig(Lamp(0, 40, 75, 5600, 85), Lamp(0, -35, 60, 5600, 95), _OFF)
    ),
    RigPreset(
        "rim",
        "Silhouette rim",
        Rig(Lamp(-45, 30, 0, 5600, 50), Lamp(45, 10, 8, 5600, 90), Lamp(175, 25, 95, 6500, 15)),
    ),
    RigPreset(
        "golden-hour",
        "Golden hour",
        Rig(Lamp(-75, 8, 85, 3200, 45), Lamp(90, 30, 30, 8000, 95), Lamp(140, 10, 40, 3000, 40)),
    ),
    RigPreset(
        "neon",
        "Teal and orange",
        Rig(Lamp(-70, 15, 75, 2700, 40), Lamp(70, 15, 55, 10000, 40), Lamp(170, 35, 40, 9000, 25)),
    ),
    RigPreset(
        "overcast", "Overcast", Rig(Lamp(0, 80, 70, 6800, 100), Lamp(0, 20, 60, 6800, 100), _OFF)
    ),
)


def _camera(code: str, title: str, depth: str, focus: str, angle: str, lens: str) -> FieldPreset:
    group = "photographic_characteristics"
    return FieldPreset(
        code,
        title,
        {
            f"{group}.depth_of_field": depth,
            f"{group}.focus": focus,
            f"{group}.camera_angle": angle,
            f"{group}.lens_focal_length": lens,
        },
    )


CAMERAS = (
    _camera(
        "portrait-85",
        "Portrait 85 mm",
        "shallow, creamy background blur",
        "sharp on the eyes",
        "eye level",
        "85 mm portrait lens, f/1.8",
    ),
    _camera(
        "reportage-35",
        "Reportage 35 mm",
        "moderate",
        "sharp on the main subject",
        "eye level",
        "35 mm lens, f/4",
    ),
    _camera(
        "landscape-24",
        "Landscape 24 mm",
        "deep, sharp from front to back",
        "hyperfocal",
        "slightly elevated",
        "24 mm wide-angle lens, f/11",
    ),
    _camera(
        "macro-100",
        "Macro 100 mm",
        "extremely shallow",
        "sharp on the nearest detail",
        "close-up, level with the subject",
        "100 mm macro lens, f/5.6",
    ),
    _camera(
        "tele-200",
        "Telephoto 200 mm",
        "shallow, compressed perspective",
        "sharp on the main subject",
        "eye level, from far away",
        "200 mm telephoto lens, f/2.8",
    ),
    _camera(
        "hero-low",
        "Hero, low angle",
        "moderate",
        "sharp on the main subject",
        "low angle, looking up",
        "28 mm wide-angle lens",
    ),
    _camera(
        "flat-lay",
        "Flat lay",
        "deep, everything sharp",
        "evenly sharp",
        "directly overhead",
        "50 mm lens, f/8",
    ),
    _camera(
        "drone",
        "Drone",
        "deep, everything sharp",
        "at infinity",
        "high aerial view, looking down",
        "24 mm equivalent",
    ),
)


def _composed(code: str, title: str, words: str) -> FieldPreset:
    return FieldPreset(code, title, {"aesthetics.composition": words})


COMPOSITIONS = (
    _composed(
        "thirds",
        "Rule of thirds",
        "rule of thirds, the subject on a third line, room in its direction",
    ),
    _composed("centred", "Centred symmetry", "centred and symmetrical, strong vertical axis"),
    _composed(
        "leading", "Leading lines", "leading lines from the foreground draw the eye to the subject"
    ),
    _composed("negative", "Negative space", "minimal, the subject small in large negative space"),
    _composed(
        "frame", "Frame in the frame", "the subject framed by foreground elements on both sides"
    ),
    _composed("diagonal", "Diagonal", "dynamic diagonal, tension from corner to corner"),
)

FIELD_PRESETS = {item.code: item for item in (*CAMERAS, *COMPOSITIONS)}
