"""What can be done to renditions."""

from __future__ import annotations

from django.db import transaction

from assets.library.models import Version
from assets.library.services import RENDITIONS_TASK
from assets.renditions.models import RenditionFailure
from studio.core.access import CapabilityCode, require
from studio.core.models import User
from studio.core.tasks import enqueue


def request_renditions(*, actor: User, version: Version) -> None:
    """Ask for a version's thumbnails again, after a failure.

    Raises:
        NotFound, Forbidden: by the access rule (create).
    """
    require(actor, CapabilityCode.CREATE, version.asset.project)
    with transaction.atomic():
        RenditionFailure.objects.filter(source_id=version.blob_id).delete()
        enqueue(RENDITIONS_TASK, version.blob_id, cluster="media")
