"""Back office of the pipeline, slice by slice. History is read-only; actions call services."""

from pipeline.jobs import admin as jobs
from pipeline.operations import admin as operations
from pipeline.presets import admin as presets
from studio.core.back_office import register_lookups

register_lookups("pipeline")

__all__ = ["jobs", "operations", "presets"]
