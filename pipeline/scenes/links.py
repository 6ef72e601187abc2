"""Ways to scenes from the feed and from characters."""

from __future__ import annotations

from pipeline.characters import panels
from pipeline.scenes import badges  # noqa: F401  (registers the sign on characters)
from studio.live.links import register

register("scene.", "pipeline:scene", icon="film")
register("scene-type.", "pipeline:scene-type", icon="clapperboard")
panels.register(
    "Scenes", "pipeline:character-scenes", icon="film", order=20, events=("scene-changed",)
)
