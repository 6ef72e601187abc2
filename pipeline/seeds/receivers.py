"""What seed images do when something happens below them: rows and tasks, nothing else."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from pipeline.characters.models import Character
from pipeline.characters.signals import character_created
from pipeline.jobs.models import Job
from pipeline.jobs.signals import job_ended
from pipeline.seeds.models import SeedImage, SeedSlot
from pipeline.seeds.services.variations import collect_outputs


@receiver(character_created, dispatch_uid="pipeline.seeds.make_seed_images")
def make_seed_images(character: Character, **_: Any) -> None:
    """Every character has a Seed A and a Seed B, empty at first."""
    SeedImage.objects.bulk_create(
        [SeedImage(character=character, slot_id=int(slot)) for slot in SeedSlot.Code],
        ignore_conflicts=True,
    )


@receiver(job_ended, dispatch_uid="pipeline.seeds.collect")
def collect(job: Job, **_: Any) -> None:
    """What a job has made for a seed image becomes its variations."""
    collect_outputs(job)
