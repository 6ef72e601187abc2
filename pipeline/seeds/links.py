"""Ways to seed images from the feed, from characters and from the catalogue of panels."""

from pipeline.characters import panels
from studio.live.links import Argument, register

register("seed-image.", "pipeline:seed-image", icon="image")
register("quality.", "pipeline:quality", argument=Argument.PROJECT, icon="gauge")
panels.register(
    "Seed images",
    "pipeline:character-seeds",
    icon="images",
    order=10,
    events=("seed-image-changed", "job-changed"),
)
