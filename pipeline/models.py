"""Models of the pipeline app, slice by slice."""

from pipeline.characters.models import *  # noqa: F403
from pipeline.comfyui.models import *  # noqa: F403
from pipeline.delivery.models import *  # noqa: F403
from pipeline.jobs.models import *  # noqa: F403
from pipeline.operations.models import *  # noqa: F403
from pipeline.presets.models import *  # noqa: F403
from pipeline.providers.models import *  # noqa: F403
from pipeline.review.models import *  # noqa: F403
from pipeline.scenes.models import *  # noqa: F403
from pipeline.seeds.models import *  # noqa: F403
from pipeline.workflows.models import *  # noqa: F403
