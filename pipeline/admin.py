"""Back office of the pipeline, slice by slice. History is read-only; actions call services."""

from pipeline.characters import admin as characters
from pipeline.comfyui import admin as comfyui
from pipeline.delivery import admin as delivery
from pipeline.jobs import admin as jobs
from pipeline.operations import admin as operations
from pipeline.presets import admin as presets
from pipeline.providers import admin as providers
from pipeline.review import admin as review
from pipeline.scenes import admin as scenes
from pipeline.seeds import admin as seeds
from pipeline.workflows import admin as workflows
from studio.core.back_office import register_lookups

register_lookups("pipeline")

__all__ = [
    "characters",
    "comfyui",
    "delivery",
    "jobs",
    "operations",
    "presets",
    "providers",
    "review",
    "scenes",
    "seeds",
    "workflows",
]
