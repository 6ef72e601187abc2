"""The way to installations: from the feed, and from the page of a worker."""

from pipeline.comfyui.links import register_panel
from studio.live.links import register

register("install.", "pipeline:install", icon="download")
register_panel("Installed nodes", "pipeline:worker-installs", order=200)
