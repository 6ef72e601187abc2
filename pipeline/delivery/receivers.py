"""What deliveries do when a job has ended: note the package that it made."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from pipeline.delivery.services import note_package
from pipeline.jobs.models import Job
from pipeline.jobs.signals import job_ended


@receiver(job_ended, dispatch_uid="pipeline.delivery.job_ended")
def look_at_delivery(job: Job, **_: Any) -> None:
    """Rows only, in the transaction that ends the job."""
    note_package(job)
