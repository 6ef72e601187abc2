"""The way from the feed to workflows; what they show on the page of an instance."""

from pipeline.comfyui.links import register_panel
from studio.live.links import register

register("workflow.", "pipeline:workflow", icon="workflow")
register_panel("Workflows", "pipeline:worker-workflows", order=10)
