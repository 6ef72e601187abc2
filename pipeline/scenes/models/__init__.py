"""Scene types, scenes with their segments and takes, boundaries, the history of a scene, cuts."""

from pipeline.scenes.models.boundaries import *  # noqa: F403
from pipeline.scenes.models.cuts import *  # noqa: F403
from pipeline.scenes.models.history import *  # noqa: F403
from pipeline.scenes.models.runs import *  # noqa: F403
from pipeline.scenes.models.scenes import *  # noqa: F403
from pipeline.scenes.models.takes import *  # noqa: F403
from pipeline.scenes.models.types import *  # noqa: F403
