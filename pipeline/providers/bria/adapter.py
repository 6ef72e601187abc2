"""Bria: pictures from FIBO, edits, enlargements and structured prompts of the v2 API."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

from pipeline.imaging.seeds import variant_seed
from pipeline.providers.answers import Answer
from pipeline.providers.base import (
    Access,
    Ambiguous,
    Cancelled,
    ErrorClass,
    Produced,
    ProviderError,
)
from pipeline.providers.base import RunContext as Context
from pipeline.providers.base import RunRequest as Request
from pipeline.providers.bria.endpoints import Call, call_for, provider_seed
from pipeline.providers.bria.refusals import explain, failed
from pipeline.providers.http import ProviderClient
from pipeline.providers.patience import submit_patiently
from pipeline.providers.pictures import finish_picture

NAME = "Bria"

#: Questions count against the rate (10 a minute for free accounts), seconds between two rounds.
POLL_S = 5.0
#: With a webhook the answer is told; asking is only for the case that it gets lost.
POLL_WITH_WEBHOOK_S = 30.0
#: The largest body: a picture of 12 MB as text, a mask, and some words.
MOST_BODY_BYTES = 24 * 10**6
#: How often UNKNOWN, or an id that is not known yet, is borne before it counts as lost.
MOST_UNKNOWN = 5


class BriaAdapter:
    """Runs requests at Bria, all asynchronously, so that a crash finds them again.

    There is no idempotency key, so a submission whose answer was lost is never repeated; nothing
    that was taken can be stopped.

    Args:
        poll_s: pause between two rounds of questions, seconds; None: by whether a webhook is set.
    """

    provider = "bria"
    version = "1"
    can_cancel = False

    def __init__(self, *, poll_s: float | None = None) -> None:
        self._poll_s = poll_s

    def run(self, request: Request, context: Context) -> Iterator[Produced]:
        """Yield each missing output as soon as it is finished.

        An output that moderation declines does not stop the others; the job fails after them.

        Raises:
            ProviderError: it can't be made, and why.
            Cancelled: the context said so.
        """
        access = request.target
        if not isinstance(access, Access):
            raise ProviderError(
                f"There is no key for {NAME}. Add one under Providers.",
                error_class=ErrorClass.POLICY,
            )
        call = call_for(request, access.model or request.model)
        poll_s = self._poll_s or (POLL_WITH_WEBHOOK_S if access.webhook_url else POLL_S)
        with ProviderClient(
            access,
            context,
            name=NAME,
            headers={"api_token": access.secret},
            explain=explain,
            largest_request_bytes=MOST_BODY_BYTES,
        ) as http:
            yield from _Work(request, context, call, http, access).outputs(poll_s)


class _Work:
    """One run: everything is submitted, then asked for until all is there."""

    def __init__(
        self, request: Request, context: Context, call: Call, http: ProviderClient, access: Access
    ) -> None:
        self.request, self.context, self.call = request, context, call
        self.http, self.access = http, access
        self._earlier = {item.position: item.request_id for item in request.earlier}
        self._started: dict[int, float] = {}
        self._unknown: dict[int, int] = {}
        self._finished = 0
        self._blocked: ProviderError | None = None
        for position in request.positions:
            if self._earlier.get(position) == "":
                raise Ambiguous(
                    f"An earlier attempt had asked {NAME} for this; whether it ran, and is billed,"
                    " is not known. Look at your account there, then send it again by hand.",
                    detail=f"position {position}, no id",
                )

    def outputs(self, poll_s: float) -> Iterator[Produced]:
        """Submit, wait, deliver.

        Raises:
            ProviderError: it can't be made, and why.
            Cancelled: the context said so.
        """
        waiting: dict[int, str] = {}
        for position in self.request.positions:
            self._report(f"Asking {NAME}")
            waiting[position] = self._adopted(position) or self._begin(position)
        for _ in self.http.rounds(poll_s):
            for position, code in list(waiting.items()):
                status = self._status(position, code)
                if status is None:
                    continue
                if status == {}:  # of an earlier attempt, and forgotten there
                    waiting[position] = self._begin(position)
                    continue
                del waiting[position]
                yield from self._delivered(position, code, status)
            if not waiting:
                break
            self._report(f"Waiting for {NAME}")
        if self._blocked is not None:
            raise self._blocked

    def _adopted(self, position: int) -> str:
        """The id that an earlier attempt got, taken over; empty when there is none."""
        code = self._earlier.get(position, "")
        if code:
            self._started[position] = time.monotonic()
            self.context.submitting(position, code)
        return code

    def _begin(self, position: int) -> str:
        """Submit, and remember the id that came."""
        self._earlier.pop(position, None)
        self._started[position] = time.monotonic()
        body: dict[str, Any] = {**self.call.body, "sync": False}
        if self.call.is_seeded:
            body["seed"] = provider_seed(self._seed(position))
        if self.access.webhook_url:
            body["webhook_url"] = self.access.webhook_url
        answer = submit_patiently(self.http, self.context, position, self.call.path, json=body)
        told = answer.json()
        code = told.get("request_id") if isinstance(told, dict) else None
        if not isinstance(code, str) or not code or "/" in code:
            raise answer.unreadable("no request_id")
        self.context.submitted(position, code)
        return code

    def _status(self, position: int, code: str) -> dict[str, Any] | None:
        """What became of a request: None while it runs, empty when it is to be sent anew.

        Raises:
            ProviderError: it failed there, or its state makes no sense.
        """
        if self.context.cancelled():
            raise Cancelled
        answer = self.http.get(f"/v2/status/{code}", accept=(404,))
        if answer.status == 404:
            if position in self._earlier:
                return {}
            return self._not_known(position, answer)
        told = answer.json()
        status = told.get("status") if isinstance(told, dict) else None
        if status == "IN_PROGRESS":
            self._unknown.pop(position, None)
            return None
        if status == "UNKNOWN":
            return self._not_known(position, answer)
        if status == "COMPLETED":
            if not isinstance(told.get("result"), dict):
                raise answer.unreadable("COMPLETED without result")
            return dict(told)
        if status == "ERROR":
            error = failed(told.get("error"), answer)
            if error.error_class != ErrorClass.POLICY:
                raise error
            self._blocked = error
            return {"blocked": True}
        raise answer.unreadable(f"status {str(status)[:40]!r}")

    def _not_known(self, position: int, answer: Answer) -> None:
        """Bear a few answers that say nothing; then it is lost.

        Raises:
            ProviderError: there were too many.
        """
        self._unknown[position] = self._unknown.get(position, 0) + 1
        if self._unknown[position] > MOST_UNKNOWN:
            raise ProviderError(
                f"{NAME} does not know what became of the request. It may be billed; look at your"
                " account there.",
                detail=answer.told(),
            )

    def _delivered(self, position: int, code: str, told: dict[str, Any]) -> Iterator[Produced]:
        """The output of a finished request; nothing when moderation declined it."""
        if told.get("blocked"):
            return
        result: dict[str, Any] = told["result"]
        seed = self._seed(position)
        notes: dict[str, Any] = {
            "request_id": code,
            "model": self.access.model or self.request.model,
            "provider": NAME,
        }
        notes |= {key: result[key] for key in ("refined_prompt",) if result.get(key)}
        if result.get("seed") is not None:
            notes["provider_seed"] = str(result["seed"])
        if told.get("warning"):
            notes["warning"] = str(told["warning"])[:300]
        if self.call.result == "structured_prompt":
            content, media_type = document_of(result), "application/json"
        else:
            content, media_type = self._picture(result, seed, notes), "image/png"
        self._finished += 1
        self._report(f"{self._finished} of {len(self.request.positions)} finished")
        yield Produced(
            position=position,
            content=content,
            media_type=media_type,
            random_seed=seed,
            quantity_milli=1000,
            elapsed_ms=round((time.monotonic() - self._started[position]) * 1000),
            notes=notes,
        )

    def _picture(self, result: dict[str, Any], seed: int, notes: dict[str, Any]) -> bytes:
        """Fetch the picture of a result and bring it to its size."""
        url = result.get("image_url")
        if not isinstance(url, str) or not url:
            raise ProviderError(
                f"{NAME} has finished without a picture.", detail=json.dumps(result)[:600]
            )
        for key in ("structured_prompt", "structured_instruction"):
            if isinstance(result.get(key), str):
                notes[key] = result[key][:20_000]
        file = self.http.download(url)
        if not file.media_type.startswith(("image/", "application/octet-stream", "binary/")):
            raise ProviderError(
                f"What {NAME} gave as its result is no picture.",
                detail=f"{file.media_type} from {url[:200]}",
            )
        content, notes["size"] = finish_picture(
            file.content,
            wanted=self.call.wanted,
            embed=self.request.embed,
            random_seed=seed,
            provider=NAME,
        )
        return content

    def _seed(self, position: int) -> int:
        return variant_seed(self.request.random_seed, position)

    def _report(self, stage: str) -> None:
        self.context.progress(self._finished / max(1, len(self.request.positions)), stage)


def document_of(result: dict[str, Any]) -> bytes:
    """The structured prompt of a result as a readable JSON document.

    Raises:
        ProviderError: there is none, or it is no JSON object.
    """
    text = result.get("structured_prompt")
    try:
        document = json.loads(text) if isinstance(text, str) else text
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise ProviderError(
            f"{NAME} has finished without a structured prompt.", detail=json.dumps(result)[:600]
        )
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
