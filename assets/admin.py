"""Admin pages of this package, slice by slice."""

from assets.library import admin as library
from assets.renditions import admin as renditions
from assets.storage import admin as storage
from studio.core.back_office import register_lookups

register_lookups("assets")

__all__ = ["library", "renditions", "storage"]
