"""Run inside a studio's shell: makes a small “First light” and prints where its things are.

Needs the studio's task processes. Where the demo is there already, it only prints.
"""

from __future__ import annotations

import json

from pipeline.delivery.demo import PROJECT_NAME, Sizes, build
from pipeline.delivery.models import Delivery
from pipeline.scenes.models import Bridge, Scene
from pipeline.seeds.models import Variation

build(Sizes(width_px=256, height_px=144, segment_frames=12, segments=4, foundation_px=(480, 270)))
scene = Scene.objects.get(character__project__name=PROJECT_NAME)
variations = Variation.objects.filter(seed_image__character=scene.character).order_by("pk")
segment = scene.segments.order_by("number")[2]
cut = scene.cuts.order_by("pk")[0]
first, *others = variations
bridge = Bridge.objects.filter(boundary__left_take__segment__scene=scene).order_by("pk").first()
take = segment.takes.order_by("-number")[0]
boundary = bridge.boundary if bridge else take.boundaries_after.order_by("pk")[0]
print(
    json.dumps(
        {
            "line": str(scene.character.project.code),
            "character": str(scene.character.code),
            "seed_image": str(others[0].seed_image.code),
            "portrait": str(first.code),
            "variation": str(others[0].code),
            "variation_2": str(others[-1].code),
            "scene_type": str(scene.type_version.scene_type.code),
            "scene": str(scene.code),
            "segment": str(segment.code),
            "take": str(take.code),
            "take_1": str(segment.takes.order_by("number")[0].code),
            "boundary": str(boundary.code),
            "cut": str(cut.code),
            "delivery": str(Delivery.objects.get(project=scene.character.project).code),
        }
    )
)
