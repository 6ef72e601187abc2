"""Back office of the pipeline, slice by slice. History is read-only; actions call services."""

from pipeline.jobs import admin as jobs_admin
from pipeline.operations import admin as operations_admin
from pipeline.presets import admin as presets_admin

__all__ = ["jobs_admin", "operations_admin", "presets_admin"]
