"""The worker's side: claim a job, run its adapter, store what comes, end the attempt truly."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Sequence
from dataclasses import replace

from django.conf import settings
from django.db import (
    InterfaceError,
    OperationalError,
    connection,
    transaction,
)
from django.db.models.functions import Now

from assets.storage.store import ingest_bytes, local_copy
from pipeline.jobs.claim import claim_job, this_worker
from pipeline.jobs.context import AttemptContext, patiently, release_connection
from pipeline.jobs.finish import (
    CANCELLED,
    SUCCEEDED,
    AttemptOver,
    Ending,
    end_attempt,
    record_output,
)
from pipeline.jobs.models import (
    Attempt,
    AttemptOutcome,
    ErrorClass,
    Job,
    JobState,
    ProviderRequest,
)
from pipeline.jobs.moves import lock_job, move, publish_job
from pipeline.jobs.recipes import canonical, save_environment
from pipeline.jobs.targets import TARGETS
from pipeline.providers.base import (
    Access,
    Cancelled,
    Earlier,
    InputFile,
    Produced,
    ProviderError,
    RunRequest,
)
from pipeline.providers.registry import adapter_for
from studio.core.access import CapabilityCode, can
from studio.core.errors import DomainError
from studio.core.secrets import digest

__all__ = ["TARGETS", "AttemptRun", "earlier_requests", "ending_of", "run_ready"]

log = logging.getLogger(__name__)

PROGRESS_EVERY_S = 0.12  # what a screen can show


def run_ready(_hint: int | None = None) -> None:
    """Claim the next ready job of this machine's own and run it; the task that hints start.

    One job a task, so that the cluster stays in charge of its processes; when more is ready, the
    next hint is sent before the work begins.
    """
    attempt = patiently(lambda: claim_job(this_worker()))
    if attempt is None:
        return
    AttemptRun(attempt).run()


def earlier_requests(attempt: Attempt, missing: Sequence[int]) -> list[Earlier]:
    """What was asked of the provider before and may still run: of the attempts lost just before.

    An attempt that ended otherwise knew how its requests ended; what a person sends again after
    that is new. Where several attempts asked for a position, the last one counts. Two queries.
    """
    before = attempt.job.attempts.filter(number__lt=attempt.number).order_by("-number")
    lost: list[int] = []
    for pk, outcome_id in before.values_list("pk", "outcome_id"):
        if outcome_id not in (AttemptOutcome.Code.LOST, AttemptOutcome.Code.HANDED_OVER):
            break
        lost.append(pk)
    rows = ProviderRequest.objects.filter(attempt_id__in=lost, position__in=missing)
    found = dict(rows.order_by("attempt__number").values_list("position", "request_id"))
    return [Earlier(position, request_id) for position, request_id in sorted(found.items())]


def keys_of_requests(attempt: Attempt, earlier: Sequence[Earlier]) -> dict[str, str]:
    """Digests of the keys that earlier requests of a job were made with, by id. One query."""
    ids = [item.request_id for item in earlier if item.request_id]
    if not ids:
        return {}
    rows = ProviderRequest.objects.filter(attempt__job_id=attempt.job_id, request_id__in=ids)
    return dict(rows.values_list("request_id", "key_digest"))


class AttemptRun(AttemptContext):
    """One attempt in this process: the context of the adapter, and the heartbeat beside it."""

    def __init__(self, attempt: Attempt) -> None:
        super().__init__(attempt)
        self._done = threading.Event()  # the heartbeat is to stop
        self._last: dict[str, object] = {}

    # --- the run ------------------------------------------------------------------------------

    def run(self) -> None:
        """Run to an end, whatever happens; only a lost database or process leaves it open."""
        beat = threading.Thread(target=self._heartbeat, name="heartbeat", daemon=True)
        beat.start()
        try:
            ending = self._run_adapter()
        finally:
            self._done.set()
            beat.join()
        if ending is not None:
            patiently(lambda: end_attempt(self.attempt, ending))

    def _run_adapter(self) -> Ending | None:
        """How it ended; None when the attempt was taken away meanwhile."""
        try:
            if (refusal := patiently(self._begin)) is not None:
                return refusal
            request = patiently(self._request)
            if request.positions or not self.job.outputs_expected:
                provider = self.job.offer.model.provider.code
                adapter = adapter_for(provider)
                if (find := TARGETS.get(provider)) is not None:
                    plain = request
                    target = patiently(lambda: find(self.attempt, plain))
                    request = self._reached(replace(request, target=target))
                release_connection()
                for produced in adapter.run(request, self):
                    self._store(produced)
        except Cancelled:
            return CANCELLED
        except AttemptOver:
            log.warning("%s was ended elsewhere; its work is dropped.", self.attempt)
            return None
        except ProviderError as error:
            return ending_of(error)
        except DomainError as error:  # the project was archived, the person has left, …
            return Ending(
                AttemptOutcome.Code.FAILED, ErrorClass.Code.POLICY, error.detail, error.remedy
            )
        except (OperationalError, InterfaceError):
            log.exception("%s lost the database for too long.", self.attempt)
            return None
        except Exception:  # the boundary: whatever an adapter does, the attempt has a true end
            log.exception("%s failed", self.attempt)
            return Ending(
                AttemptOutcome.Code.FAILED,
                ErrorClass.Code.INTERNAL,
                "Something went wrong inside the studio; an Admin finds details on the attempt.",
                traceback.format_exc(),
            )
        missing = self.job.outputs_expected - patiently(self.job.outputs.count)
        if missing > 0:
            return Ending(
                AttemptOutcome.Code.FAILED,
                ErrorClass.Code.PROVIDER,
                f"The provider delivered {missing} fewer outputs than asked for.",
            )
        return SUCCEEDED

    def _begin(self) -> Ending | None:
        """Check again who asks and whether it is still wanted, then say that it runs."""
        with transaction.atomic():
            job = lock_job(self.job)
            if job.cancel_requested_at is not None:
                return CANCELLED
            allowed = can(job.creator, CapabilityCode.CREATE, job.project)
            if not allowed or job.project.archived_at is not None:
                return Ending(
                    AttemptOutcome.Code.FAILED,
                    ErrorClass.Code.POLICY,
                    "The person who asked for it may no longer make things in this project.",
                )
            Attempt.objects.filter(pk=self.attempt.pk).update(environment=save_environment())
            repeated = job.state_id == JobState.Code.RUNNING  # after a lost connection
            if not repeated and not move(
                job, JobState.Code.RUNNING, f"Attempt {self.attempt.number} runs"
            ):
                raise AttemptOver
            self.job = Job.objects.select_related(
                "project", "creator", "recipe", "offer__operation", "offer__model__provider"
            ).get(pk=job.pk)
            self.attempt.job = self.job
            return None

    def _request(self) -> RunRequest:
        job = self.job
        delivered = set(job.outputs.values_list("position", flat=True))
        inputs = job.inputs.select_related("role", "version__blob__media_type").order_by(
            "role", "position"
        )
        missing = [p for p in range(job.outputs_expected) if p not in delivered]
        return RunRequest(
            operation=job.offer.operation.code,
            model=job.offer.model.code,
            parameters=job.parameters,
            random_seed=job.random_seed,
            positions=missing,
            earlier=earlier_requests(self.attempt, missing),
            inputs=[
                InputFile(
                    item.role.code,
                    local_copy(item.version.blob),
                    item.version.blob.media_type.code,
                    item.version.blob.sha256,
                )
                for item in inputs
            ],
            embed={
                "seedframe:recipe": canonical(job.recipe.document),
                "seedframe:recipe-sha256": job.recipe.sha256,
            },
        )

    def _reached(self, request: RunRequest) -> RunRequest:
        """The request with a word on which of the earlier ones were made with another key."""
        made_with = patiently(lambda: keys_of_requests(self.attempt, request.earlier))
        key = digest(request.target.secret) if isinstance(request.target, Access) else ""
        self.known_by(key, made_with)
        earlier = [
            replace(item, is_same_key=made_with.get(item.request_id, "") in ("", key))
            for item in request.earlier
        ]
        return replace(request, earlier=earlier)

    def _store(self, produced: Produced) -> None:
        """Bytes first (outside any transaction), then the rows."""
        blob = patiently(lambda: ingest_bytes(produced.content, media_type=produced.media_type))
        patiently(lambda: record_output(self.attempt, produced, blob))
        self._forget(produced.position)
        self._send_progress()
        release_connection()

    # --- beside the run -----------------------------------------------------------------------

    def _heartbeat(self) -> None:
        """Say that the attempt lives, pass progress on, and hear whether it is to stop."""
        next_beat = 0.0
        try:
            while not self._done.wait(PROGRESS_EVERY_S):
                try:
                    self._send_progress()
                    if time.monotonic() >= next_beat:
                        self._beat()
                        next_beat = time.monotonic() + settings.JOB_HEARTBEAT_SECONDS
                        release_connection()
                except (OperationalError, InterfaceError) as error:
                    log.warning("Heartbeat without database: %s", str(error).strip())
                    connection.close()
        finally:
            connection.close()

    def _beat(self) -> None:
        with self._lock:
            permille, stage = self._permille, self._stage
        lives = Attempt.objects.filter(pk=self.attempt.pk, ended_at=None).update(
            heartbeat_at=Now(), progress_permille=permille, stage=stage
        )
        asked = Job.objects.filter(pk=self.job.pk, cancel_requested_at__isnull=False).exists()
        if not lives:
            self.let_go()
        elif asked:
            self.stop()

    def _send_progress(self) -> None:
        with self._lock:
            figures: dict[str, object] = {"permille": self._permille, "stage": self._stage}
            fresh = figures != self._last
            self._last = figures
        if fresh:
            publish_job(self.job, "job.progress", **figures)


def ending_of(error: ProviderError) -> Ending:
    """What a provider's failure says on the attempt."""
    message = error.message
    if error.retry_after_s is not None:
        message += f" The provider asks to wait {error.retry_after_s:,.0f} s before trying again."
    return Ending(
        AttemptOutcome.Code.FAILED,
        ErrorClass.Code.by_code(error.error_class.value),
        message,
        error.detail,
        is_certain=not error.may_run,
    )
