"""Finding pictures and videos whose thumbnails were never made: the process had died over them."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from assets.library.services import RENDITIONS_TASK
from assets.renditions.models import RenditionFailure
from assets.storage.models import Blob
from assets.storage.videos import VIDEOS
from studio.core.tasks import MEDIA, backlog, enqueue
from studio.ops.sweeper import every

#: With nothing waiting in the queue, a picture this old should long have its thumbnails.
LOST_AFTER = timedelta(minutes=3)
AT_ONCE = 50
REASON = "The process that made the thumbnails died over this picture."


@every(60)
def sweep_renditions() -> None:
    """Try each lost picture once more; if that dies too, what is left is a failure to be seen.

    The failure is written first and removed by success, so that a picture which kills its process
    is not tried for ever.
    """
    if backlog(MEDIA):
        return
    lost = Blob.objects.filter(
        Q(image__isnull=False, image__thumbhash__isnull=True)
        # also those that were stored before the studio knew videos
        | Q(media_type__in=VIDEOS, video__thumbhash__isnull=True),
        created_at__lt=timezone.now() - LOST_AFTER,
        rendition_failure__isnull=True,
        versions__isnull=False,
    ).distinct()[:AT_ONCE]
    for blob in lost:
        with transaction.atomic():
            RenditionFailure.objects.get_or_create(source=blob, defaults={"reason": REASON})
            enqueue(RENDITIONS_TASK, blob.pk, cluster=MEDIA)
