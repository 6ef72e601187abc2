"""Admin pages of the studio app, slice by slice."""

from studio.core import admin as core
from studio.live import admin as live

__all__ = ["core", "live"]
