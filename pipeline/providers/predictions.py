"""Predictions: how WaveSpeed tells of requests, at its own address and through Hugging Face's.

Every answer is an envelope `{code, message, data}`. A request that failed is still HTTP 200 with
code 200; only its status says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pipeline.providers.answers import SHOWN, Answer, error_for
from pipeline.providers.base import ErrorClass, ProviderError

UNFINISHED = frozenset({"created", "processing"})

_MODERATION = re.compile(
    r"moderat|nsfw|sensitive|inappropriate|unsafe|safety|content policy|flagged|prohibited|violat",
    re.I,
)


@dataclass(frozen=True)
class Prediction:
    """One request as the provider tells of it; `outputs` are addresses."""

    code: str
    status: str
    outputs: tuple[str, ...]
    error: str
    is_flagged: bool
    inference_ms: int | None


def prediction_in(answer: Answer) -> Prediction:
    """The request that an answer tells of.

    Raises:
        ProviderError: the envelope says that it was refused, or it can't be read.
    """
    told = answer.json()
    status = told.get("code", 200) if isinstance(told, dict) else None
    if isinstance(status, int) and status >= 400:
        refusal = error_for(replace(answer, status=status))
        refusal.status, refusal.is_no_word = status, True
        raise refusal
    data = told.get("data") if isinstance(told, dict) else None
    code = data.get("id") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(code, str):
        raise answer.unreadable("no prediction")
    if not re.fullmatch(r"[\w-]{1,100}", code):
        raise answer.unreadable("an id that is none")
    outputs, flags = data.get("outputs") or [], data.get("has_nsfw_contents") or []
    timings = data.get("timings")
    inference = timings.get("inference") if isinstance(timings, dict) else None
    return Prediction(
        code=code,
        status=str(data.get("status", "")),
        outputs=tuple(one for one in outputs if isinstance(one, str)),
        error=" ".join(str(data.get("error") or "").split())[:SHOWN],
        is_flagged=isinstance(flags, list) and any(flag is True for flag in flags),
        inference_ms=round(inference) if isinstance(inference, int | float) else None,
    )


def result_of(found: Prediction, answer: Answer) -> str | None:
    """The address of a request's output; None while it is being made.

    Raises:
        ProviderError: it has failed, was declined, stopped or deleted, or makes no sense.
    """
    if found.status in UNFINISHED:
        return None
    if found.status == "completed":
        if found.is_flagged:
            raise declined(answer, "the result was found not safe for work")
        if not found.outputs or not found.outputs[0].startswith(("https://", "http://")):
            raise ProviderError(
                f"{answer.name} has finished without a result.", detail=answer.told()
            )
        return found.outputs[0]
    said = f": {found.error.rstrip('.')}." if found.error else "."
    if found.status == "failed":
        if _MODERATION.search(found.error) or found.is_flagged:
            raise declined(answer, found.error or "no reason given")
        raise ProviderError(f"{answer.name} could not make it{said}", detail=answer.told())
    if found.status == "timeout":
        raise ProviderError(
            f"{answer.name} took too long and gave up{said}",
            detail=answer.told(),
            error_class=ErrorClass.TIMEOUT,
        )
    if found.status in ("cancelled", "deleted"):
        raise ProviderError(
            f"The request was {found.status} at {answer.name}{said}", detail=answer.told()
        )
    raise answer.unreadable(f"status {found.status[:40]!r}")


def declined(answer: Answer, words: str) -> ProviderError:
    """The error of a request that moderation stopped."""
    return ProviderError(
        f"The moderation of {answer.name} declined the request: {words.rstrip('.')}. Change the"
        " prompt or the picture.",
        detail=answer.told(),
        error_class=ErrorClass.POLICY,
    )
