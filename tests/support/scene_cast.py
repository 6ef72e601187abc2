"""Run inside a studio's shell: makes two scenes that are alike and prints their codes as JSON.

Both have six segments, the same seed images and the same random seed, so they become the same
takes, whatever happens meanwhile.
"""

from __future__ import annotations

import json

from pipeline.scenes.models import Scene
from pipeline.scenes.services.scenes import create_scene
from studio.core.models import Project, User
from tests.pipeline.scenes.stage import cast_character, scene_type

creator = User.objects.get(username="cleo")
project = Project.objects.get(name="Lighthouse")
character = cast_character(creator, project)
version = scene_type(creator, project, "Six segments", target_frames=43)
codes = []
for _ in range(2):
    scene = create_scene(actor=creator, character=character, type_version=version)
    Scene.objects.filter(pk=scene.pk).update(random_seed=20260101)
    codes.append(str(scene.code))
print(json.dumps(codes))
