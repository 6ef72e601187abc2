"""Jobs of a paid provider through the whole engine: submit, claim, run, settle."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assets.library.services import add_asset
from assets.models import Asset, Origin, RetentionClass, Version
from assets.storage.store import ingest_bytes
from billing.ledger.queries import balance_of
from pipeline.jobs.bridge import bridge_worker
from pipeline.jobs.claim import claim_remote_job
from pipeline.jobs.models import Attempt, Job
from pipeline.jobs.run import AttemptRun
from pipeline.jobs.submit import JobRequest, submit_job
from pipeline.operations.catalogue import CATALOGUE
from pipeline.operations.declaration import OfferSpec
from pipeline.providers.keys import put_key
from pipeline.providers.models import Provider
from studio.core.models import Project, User
from tests.standins.painting import paint


@dataclass(frozen=True)
class Engine:
    """The studio with a key of the provider, which is a stand-in."""

    provider: Provider.Code
    creator: User
    project: Project

    def add_picture(self, size: tuple[int, int] = (96, 80), *, grey: bool = False) -> Version:
        """A picture in the library."""
        buffer = io.BytesIO()
        paint(size, 3).convert("L" if grey else "RGB").save(buffer, "PNG")
        return add_asset(
            actor=self.creator,
            project=self.project,
            blob=ingest_bytes(buffer.getvalue(), "image/png"),
            title="Picture",
            origin=Origin.Code.UPLOAD,
            retention_class=RetentionClass.Code.SOURCE,
            file_name="picture.png",
        )

    def submit(
        self,
        operation: str,
        parameters: Mapping[str, Any],
        inputs: Mapping[str, Version] | None = None,
        model: str = "",
    ) -> Job:
        """Submit a job for the provider as the creator."""
        request = JobRequest(
            operation=operation,
            parameters=parameters,
            provider=self.provider.code,
            model=model,
            inputs=[(role, version.code) for role, version in (inputs or {}).items()],
            reuse=False,
        )
        return submit_job(actor=self.creator, project=self.project, request=request)

    def run(self) -> tuple[Job, Attempt]:
        """Claim and run the next job: as it ended, with its attempt."""
        attempt = claim_remote_job(bridge_worker()).attempt
        assert attempt is not None, "nothing was ready"
        AttemptRun(attempt).run()
        attempt.refresh_from_db()
        return Job.objects.get(pk=attempt.job_id), attempt

    def balance(self) -> int:
        """What the creator has, microcredits."""
        return balance_of(self.creator)

    def offers(self) -> Sequence[tuple[str, OfferSpec]]:
        """Every operation that the provider offers, with the offer."""
        return [
            (code, offer)
            for code, spec in CATALOGUE.items()
            for offer in spec.offers
            if offer.provider == self.provider.code
        ]


def prepare_engine(
    provider: Provider.Code,
    url: str,
    key: str,
    *,
    settings: Any,
    folder: Path,
    admin: User,
    creator: User,
    project: Project,
) -> Engine:
    """The engine with its files in a folder, the provider at an address, and the studio's key."""
    settings.DATA_DIR = folder
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": folder / "files"},
        },
    }
    settings.PROVIDER_URLS = {**settings.PROVIDER_URLS, provider.code: url}
    put_key(actor=admin, provider=provider, secret=key, for_studio=True)
    return Engine(provider, creator, project)


def files_of(job: Job) -> list[Asset]:
    """What the job has put into the library."""
    return [item.version.asset for item in job.outputs.select_related("version__asset")]
