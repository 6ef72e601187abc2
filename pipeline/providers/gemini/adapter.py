"""Google Gemini: pictures and edits by `generateContent`, takes by the Interactions API."""

from __future__ import annotations

import base64
import binascii
import contextlib
import time
from collections.abc import Iterator
from typing import Any

from pipeline.imaging.seeds import variant_seed
from pipeline.providers.answers import Answer, field_of, is_identifier
from pipeline.providers.base import (
    Access,
    Cancelled,
    ErrorClass,
    Produced,
    ProviderError,
)
from pipeline.providers.base import RunContext as Context
from pipeline.providers.base import RunRequest as Request
from pipeline.providers.films import finish_take
from pipeline.providers.gemini.calls import Call, call_for, provider_seed
from pipeline.providers.gemini.interactions import content_of, unfinished_or_failed
from pipeline.providers.gemini.refusals import (
    NAME,
    Unmade,
    blocked,
    explain,
    first_candidate,
    parts_of,
)
from pipeline.providers.http import ProviderClient
from pipeline.providers.patience import submit_patiently
from pipeline.providers.pictures import finish_picture
from pipeline.providers.waiting import Forgotten, collect, unanswered

POLL_S = 5.0
#: The largest body with pictures inside.
MOST_BODY_BYTES = 100 * 10**6


class GeminiAdapter:
    """Runs requests at Gemini: each picture in one call, takes in the background.

    There is no idempotency key, so a submission whose answer was lost is never repeated. A picture
    can't be stopped; a take is asked to stop, whatever that saves.

    Args:
        poll_s: pause between two rounds of questions about takes, seconds.
    """

    provider = "gemini"
    version = "1"
    can_cancel = False

    def __init__(self, *, poll_s: float = POLL_S) -> None:
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
        model = access.model or request.model
        call = call_for(request, model)
        with ProviderClient(
            access,
            context,
            name=NAME,
            headers={"x-goog-api-key": access.secret},
            explain=explain,
            largest_request_bytes=MOST_BODY_BYTES,
        ) as http:
            work = _Work(request, context, call, http, model)
            yield from work.at_once() if call.take is None else work.later(self._poll_s)


class _Work:
    """One run: its pictures one after another, or its takes all at first."""

    def __init__(
        self, request: Request, context: Context, call: Call, http: ProviderClient, model: str
    ) -> None:
        self.request, self.context, self.call = request, context, call
        self.http, self.model = http, model
        self._started: dict[int, float] = {}
        self._running: set[str] = set()
        self._finished = 0

    def at_once(self) -> Iterator[Produced]:
        """Each call answers with its picture.

        Raises:
            Ambiguous: an earlier attempt was cut off in a call; nothing is sent.
            ProviderError: it can't be made; moderation's word on an output comes after the others.
        """
        for item in self.request.earlier:
            if item.position in self.request.positions:
                raise unanswered(NAME, item.position)
        unmade: ProviderError | None = None
        for position in self.request.positions:
            self._report(f"Asking {NAME}")
            answer = self._submit(position)
            try:
                yield self._picture(position, answer)
            except Unmade as error:
                self.context.not_submitted(position)  # it was answered, and nothing is kept
                unmade = error
        if unmade is not None:
            raise unmade

    def later(self, poll_s: float) -> Iterator[Produced]:
        """Each call answers with an id, which is asked for until it is finished."""
        self._report(f"Asking {NAME}")
        try:
            yield from collect(
                self.request,
                self.context,
                self.http,
                begin=self._begin,
                look=self._look,
                every_s=poll_s,
            )
        except Cancelled:
            for code in self._running:
                with contextlib.suppress(ProviderError):  # it is dropped in any case
                    self.http.post(f"/v1beta/interactions/{code}/cancel")
            raise

    def _submit(self, position: int) -> Answer:
        self._started[position] = time.monotonic()
        body = self.call.seeded(provider_seed(self._seed(position)))
        return submit_patiently(self.http, self.context, position, self.call.path, json=body)

    def _picture(self, position: int, answer: Answer) -> Produced:
        """The picture in an answer: the last one, because those before it are drafts.

        Raises:
            Unmade: there is none, and the answer says why.
            Ambiguous: it can't be read.
        """
        document = answer.json()
        if isinstance(document, list) and len(document) == 1:
            document = document[0]
        if not isinstance(document, dict):
            raise answer.unreadable("no object")
        given = [field_of(part, "inlineData") for part in parts_of(first_candidate(document))]
        pictures = [one for one in given if isinstance(one, dict)]
        if not pictures:
            raise blocked(document, answer)
        notes = self._notes(position, str(document.get("responseId") or answer.request_id))
        if isinstance(version := document.get("modelVersion"), str):
            notes["model"] = version[:100]
        if isinstance(used := field_of(document, "usageMetadata", "totalTokenCount"), int):
            notes["provider_cost"] = {"amount": used, "unit": "tokens"}
        try:
            raw = base64.b64decode(str(pictures[-1].get("data", "")), validate=True)
            content, notes["size"] = finish_picture(
                raw,
                wanted=self.call.wanted,
                embed=self.request.embed,
                random_seed=self._seed(position),
                provider=NAME,
            )
        except (binascii.Error, ProviderError) as error:
            raise answer.unreadable(f"inlineData: {error}") from error
        return self._produced(position, content, "image/png", notes)

    def _begin(self, position: int) -> str:
        """Submit a take, and remember the id that came."""
        answer = self._submit(position)
        code = field_of(answer.json(), "id")
        if not is_identifier(code):
            raise answer.unreadable("no id")
        self.context.submitted(position, code)
        self._running.add(code)
        return code

    def _look(self, position: int, code: str) -> Produced | None:
        """Ask once what became of a take; None while it is in the making.

        Raises:
            Forgotten: Gemini does not know it.
            ProviderError: it failed there, or its state makes no sense.
        """
        self._started.setdefault(position, time.monotonic())
        self._running.add(code)
        answer = self.http.get(f"/v1beta/interactions/{code}", accept=(404,))
        if answer.status == 404:
            self._running.discard(code)
            raise Forgotten(answer.told())
        document = answer.json()
        if unfinished_or_failed(document, answer):
            self._report(f"Waiting for {NAME}")
            return None
        self._running.discard(code)
        film = content_of(document, answer)
        content = self._fetched(film) if isinstance(film, str) else film
        notes = self._notes(position, code)
        if isinstance(used := field_of(document, "usage", "total_tokens"), int):
            notes["provider_cost"] = {"amount": used, "unit": "tokens"}
        assert self.call.take is not None
        self._report("Bringing the film to its frames")
        take, told = finish_take(
            content, self.call.take, provider=NAME, cancelled=self.context.cancelled
        )
        return self._produced(position, take, "video/mp4", notes | told)

    def _fetched(self, url: str) -> bytes:
        """Fetch a film; the key goes along where the address is Gemini's own."""
        file = self.http.download(url)
        if not file.media_type.startswith(("video/", "application/octet-stream", "binary/")):
            raise ProviderError(
                f"What {NAME} gave as its result is no film.",
                detail=f"{file.media_type} from {url[:200]}",
            )
        return file.content

    def _notes(self, position: int, code: str) -> dict[str, Any]:
        return {
            "request_id": code,
            "model": self.model,
            "provider": NAME,
            "provider_seed": str(provider_seed(self._seed(position))),
        }

    def _produced(
        self, position: int, content: bytes, media_type: str, notes: dict[str, Any]
    ) -> Produced:
        self._finished += 1
        self._report(f"{self._finished} of {len(self.request.positions)} finished")
        return Produced(
            position=position,
            content=content,
            media_type=media_type,
            random_seed=self._seed(position),
            quantity_milli=self.call.quantity_milli,
            elapsed_ms=round((time.monotonic() - self._started[position]) * 1000),
            notes=notes,
        )

    def _seed(self, position: int) -> int:
        return variant_seed(self.request.random_seed, position)

    def _report(self, stage: str) -> None:
        self.context.progress(self._finished / max(1, len(self.request.positions)), stage)
