"""Bria: pictures from FIBO, edits, enlargements and structured prompts of the v2 API."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

from pipeline.imaging.seeds import variant_seed
from pipeline.providers.answers import Answer, is_identifier
from pipeline.providers.base import (
    Access,
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
from pipeline.providers.waiting import Forgotten, collect

NAME = "Bria"

#: Questions count against the rate, 10 a minute for free accounts: seconds for each question.
POLL_S = 6.0
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
        poll_s: pause between two rounds of questions, seconds; None: by the number of outputs, and
            by whether a webhook is set.
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
        usual_s = POLL_WITH_WEBHOOK_S if access.webhook_url else POLL_S * len(request.positions)
        with ProviderClient(
            access,
            context,
            name=NAME,
            headers={"api_token": access.secret},
            explain=explain,
            largest_request_bytes=MOST_BODY_BYTES,
        ) as http:
            yield from _Work(request, context, call, http, access).outputs(self._poll_s or usual_s)


class _Work:
    """One run: everything is submitted, then asked for until all is there."""

    def __init__(
        self, request: Request, context: Context, call: Call, http: ProviderClient, access: Access
    ) -> None:
        self.request, self.context, self.call = request, context, call
        self.http, self.access = http, access
        self._earlier = {item.position for item in request.earlier}
        self._started: dict[int, float] = {}
        self._unknown: dict[int, int] = {}
        self._finished = 0

    def outputs(self, poll_s: float) -> Iterator[Produced]:
        """Submit, wait, deliver."""
        self._report(f"Asking {NAME}")
        return collect(
            self.request,
            self.context,
            self.http,
            begin=self._begin,
            look=self._look,
            every_s=poll_s,
        )

    def _begin(self, position: int) -> str:
        """Submit, and remember the id that came; the address that comes with it is not called."""
        self._started[position] = time.monotonic()
        body: dict[str, Any] = {**self.call.body, "sync": False}
        if self.call.is_seeded:
            body["seed"] = provider_seed(self._seed(position))
        if self.access.webhook_url:
            body["webhook_url"] = self.access.webhook_url
        answer = submit_patiently(self.http, self.context, position, self.call.path, json=body)
        told = answer.json()
        code = told.get("request_id") if isinstance(told, dict) else None
        if not is_identifier(code):
            raise answer.unreadable("no request_id")
        self.context.submitted(position, code)
        return code

    def _look(self, position: int, code: str) -> Produced | None:
        """Ask once what became of a request; None while it runs.

        Raises:
            Forgotten: Bria does not know it.
            ProviderError: it failed there, or its state makes no sense.
        """
        self._started.setdefault(position, time.monotonic())
        answer = self.http.get(f"/v2/status/{code}", accept=(404,))
        told = answer.json() if answer.status != 404 else {"status": "UNKNOWN"}
        status = told.get("status") if isinstance(told, dict) else None
        if status == "UNKNOWN":
            self._bear(position, answer)
            return None
        if status == "IN_PROGRESS":
            self._unknown.pop(position, None)
            self._report(f"Waiting for {NAME}")
            return None
        if status == "ERROR":
            raise failed(told.get("error"), answer)
        if status != "COMPLETED" or not isinstance(told.get("result"), dict):
            raise answer.unreadable(f"status {str(status)[:40]!r}, or no result")
        return self._delivered(position, code, told)

    def _bear(self, position: int, answer: Answer) -> None:
        """Bear a few answers that say nothing: a request just taken may not be known yet.

        Raises:
            Forgotten: there were too many, or it is of an earlier attempt.
        """
        self._unknown[position] = self._unknown.get(position, 0) + 1
        old = answer.status == 404 and position in self._earlier
        if old or self._unknown[position] > MOST_UNKNOWN:
            self._unknown.pop(position)
            self._earlier.discard(position)
            raise Forgotten(answer.told())

    def _delivered(self, position: int, code: str, told: dict[str, Any]) -> Produced:
        """The output of a finished request."""
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
        return Produced(
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
