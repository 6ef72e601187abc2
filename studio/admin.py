"""Admin pages of the studio app, slice by slice."""

from studio.core import admin as core
from studio.live import admin as live
from studio.queue import admin as queue

__all__ = ["core", "live", "queue"]
