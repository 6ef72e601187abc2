"""How the providers are reached, by their code; asked just before an adapter runs."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.jobs.models import Attempt
from pipeline.providers.base import (
    Access,
    Ambiguous,
    ComfyTarget,
    ProviderError,
    RunRequest,
)
from pipeline.providers.keys import PAID, access_for

Target = Access | ComfyTarget


def paid_target(attempt: Attempt, request: RunRequest) -> Target:
    """The address and key of a paid provider for the person who asked.

    Raises:
        Ambiguous: there is no key any more by which to ask for what an earlier attempt had sent.
        ProviderError: there is no key.
    """
    model = attempt.job.offer.model
    try:
        return access_for(model.provider.code, model, attempt.job.creator)
    except ProviderError as error:
        if not request.earlier:
            raise
        raise Ambiguous(
            f"{error.message} An earlier attempt had asked for this already; it may have run, and"
            " may be billed.",
            detail=error.detail,
            error_class=error.error_class,
        ) from error


#: Each may raise a `ProviderError`, which ends the attempt. Slices above add theirs.
TARGETS: dict[str, Callable[[Attempt, RunRequest], Target]] = {
    provider.code: paid_target for provider in PAID
}
