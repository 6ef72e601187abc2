"""Models of the pipeline app, slice by slice."""

from pipeline.jobs.models import *  # noqa: F403
from pipeline.operations.models import *  # noqa: F403
from pipeline.presets.models import *  # noqa: F403
from pipeline.providers.models import *  # noqa: F403
