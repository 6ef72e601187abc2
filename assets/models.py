"""Models of this package, slice by slice."""

from assets.library.models import *  # noqa: F403
from assets.renditions.models import *  # noqa: F403
from assets.storage.models import *  # noqa: F403
