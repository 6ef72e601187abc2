"""Models of the studio app, slice by slice."""

from studio.core.models import *  # noqa: F403
from studio.live.models import *  # noqa: F403
