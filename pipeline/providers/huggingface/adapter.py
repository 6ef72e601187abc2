"""Hugging Face: FLUX models by the router, through whoever serves them at the moment."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings

from pipeline.imaging.seeds import variant_seed
from pipeline.imaging.sizes import plan_size
from pipeline.providers.answers import Answer, field_of
from pipeline.providers.base import Access, Ambiguous, ErrorClass, Produced, ProviderError
from pipeline.providers.base import RunContext as Context
from pipeline.providers.base import RunRequest as Request
from pipeline.providers.facts import FLUX_SIZES
from pipeline.providers.http import ProviderClient
from pipeline.providers.huggingface.mapping import Served, served_by
from pipeline.providers.huggingface.refusals import NAME, explain, failed
from pipeline.providers.huggingface.routes import ROUTES, Ask, Result
from pipeline.providers.patience import submit_patiently
from pipeline.providers.pictures import (
    PictureRule,
    finish_picture,
    inputs_of,
    prepare_picture,
)
from pipeline.providers.waiting import Forgotten, collect, unanswered
from studio.core import outbound

POLL_S = 2.0
PICTURE = PictureRule(max_bytes=8_000_000)
#: Random seeds are whole numbers of 31 bits, which all of those behind the router take.
MOST_SEED = 2**31 - 1
#: States of fal's queue before the end.
_IN_QUEUE = frozenset({"IN_QUEUE", "IN_PROGRESS"})


@dataclass(frozen=True)
class Wish:
    """What is asked for, but its seed; and the exact size of the picture, pixels."""

    ask: Ask
    wanted: tuple[int, int]


class HuggingFaceAdapter:
    """Runs requests at whoever the hub says serves the model.

    Some answer with the picture, others with an id that a crash finds again. There is no
    idempotency key, so a submission whose answer was lost is never repeated; nothing that was taken
    can be stopped.

    Args:
        poll_s: pause between two rounds of questions, seconds.
    """

    provider = "huggingface"
    version = "1"
    can_cancel = False

    def __init__(self, *, poll_s: float = POLL_S) -> None:
        self._poll_s = poll_s

    def run(self, request: Request, context: Context) -> Iterator[Produced]:
        """Yield each missing output as soon as it is finished.

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
        wish = wish_for(request, model)
        with ProviderClient(
            access,
            context,
            name=NAME,
            headers={"authorization": f"Bearer {access.secret}"},
            explain=explain,
            hosts={outbound.host_of(settings.HUGGINGFACE_HUB_URL)},
        ) as http:
            yield from _Work(request, context, wish, http, access).outputs(self._poll_s)


def wish_for(request: Request, model: str) -> Wish:
    """What a request asks for.

    Raises:
        ProviderError: this is no operation of Hugging Face's, or a picture breaks a limit.
    """
    given, repository = request.parameters, model.partition(":")[0]
    names = ("guidance", "steps") if "schnell" not in repository.lower() else ()
    settled = {name: given[name] for name in names if given.get(name) is not None}
    if request.operation == "create.image":
        wanted = (given["width_px"], given["height_px"])
        plan = plan_size(FLUX_SIZES, *wanted)
        words = (given.get("prompt"), given.get("style_prompt"))
        prompt = ", ".join(str(part) for part in words if part)
        size = (plan.request_width_px, plan.request_height_px)
        return Wish(Ask(repository, prompt, size, 0, settled), wanted)
    pictures = inputs_of(request.inputs, "base")
    if request.operation != "edit.prompt" or not pictures:
        raise ProviderError(
            f"{NAME} can't run this operation. Choose another provider.",
            error_class=ErrorClass.INPUT,
        )
    base = prepare_picture(pictures[0], PICTURE)
    wanted = (base.width_px, base.height_px)
    plan = plan_size(FLUX_SIZES, *wanted)
    size = (plan.request_width_px, plan.request_height_px)
    return Wish(Ask(repository, given["instruction"], size, 0, {}, base), wanted)


class _Work:
    """One run: its outputs, asked for one after another or all at first."""

    def __init__(
        self, request: Request, context: Context, wish: Wish, http: ProviderClient, access: Access
    ) -> None:
        self.request, self.context, self.wish = request, context, wish
        self.http, self.access = http, access
        self._served: Served | None = None
        self._ready: dict[str, Result] = {}
        self._started: dict[int, float] = {}
        self._finished = 0

    def outputs(self, poll_s: float) -> Iterator[Produced]:
        """Bring in what an earlier attempt had asked for, then the rest in the way of its server.

        Raises:
            Ambiguous: an earlier attempt was cut off in a call; nothing is sent.
            ProviderError: it can't be made.
        """
        missing = set(self.request.positions)
        known = {e.position for e in self.request.earlier if e.position in missing and e.request_id}
        for item in self.request.earlier:
            if item.position in missing - known:
                raise unanswered(NAME, item.position)
        if known:
            yield from self._later([p for p in self.request.positions if p in known], poll_s)
        rest = [position for position in self.request.positions if position not in known]
        if not rest:
            return
        if self._is_queued():
            yield from self._later(rest, poll_s)
        else:
            yield from self._at_once(rest)

    def _later(self, positions: list[int], poll_s: float) -> Iterator[Produced]:
        earlier = [item for item in self.request.earlier if item.position in positions]
        return collect(
            replace(self.request, positions=positions, earlier=earlier),
            self.context,
            self.http,
            begin=self._begin,
            look=self._look,
            every_s=poll_s,
        )

    def _at_once(self, positions: list[int]) -> Iterator[Produced]:
        """Each call answers with its picture; one that moderation declines stops no other."""
        declined: ProviderError | None = None
        for position in positions:
            answer = self._submit(position)
            try:
                result = ROUTES[self._who().route].read(answer)
            except Ambiguous:
                raise
            except ProviderError as error:
                self.context.not_submitted(position)  # it was answered, and nothing is kept
                if error.error_class != ErrorClass.POLICY:
                    raise
                declined = error
            else:
                yield self._delivered(position, answer.request_id, answer, result)
        if declined is not None:
            raise declined

    def _begin(self, position: int) -> str:
        """Submit to a queue, and remember the id that came."""
        if not self._is_queued():  # an earlier request is gone, and its server no queue any more
            raise unanswered(NAME, position)
        served = self._who()
        route = ROUTES[served.route]
        answer = self._submit(position)
        code = f"{served.route}:{route.code(answer)}"
        self.context.submitted(position, code)
        if served.route == "replicate":  # it may have waited until the end
            self._ready[code] = route.read(replace(answer, billable=False))
        return code

    def _submit(self, position: int) -> Answer:
        served = self._who()
        self._started[position] = time.monotonic()
        self._report(f"Asking {served.route} at {NAME}")
        ask = replace(self.wish.ask, seed=provider_seed(self._seed(position)))
        message = ROUTES[served.route].write(ask, served.provider_id)
        return submit_patiently(
            self.http,
            self.context,
            position,
            message.path,
            json=message.body,
            headers=dict(message.headers),
            params=dict(message.params),
        )

    def _look(self, position: int, code: str) -> Produced | None:
        """Ask once what became of a request; None while it runs.

        Raises:
            Forgotten: they do not know it.
            ProviderError: it failed there, or its state makes no sense.
        """
        self._started.setdefault(position, time.monotonic())
        name, _, identifier = code.partition(":")
        route = ROUTES.get(name)
        if route is None or not re.fullmatch(r"[\w./-]+", identifier) or ".." in identifier:
            raise Forgotten(f"no id of ours: {code[:100]}")
        result, answer = self._ready.pop(code, None), None
        if result is None:
            *states, last = route.look(identifier)
            for path, params in states:
                if not _is_through(self._asked(path, params)):
                    self._report(f"Waiting for {name} at {NAME}")
                    return None
            answer = self._asked(*last)
            result = route.read(answer)
        if result is None:
            self._report(f"Waiting for {name} at {NAME}")
            return None
        return self._delivered(position, code, answer, result)

    def _asked(self, path: str, params: Any) -> Answer:
        answer = self.http.get(path, params=params, accept=(404,))
        if answer.status == 404:
            raise Forgotten(answer.told())
        return answer

    def _delivered(
        self, position: int, code: str, answer: Answer | None, result: Result
    ) -> Produced:
        """The picture of a finished request, from its bytes or its address."""
        seed = self._seed(position)
        content = result if isinstance(result, bytes) else self._fetched(str(result))
        try:
            picture, size = finish_picture(
                content,
                wanted=self.wish.wanted,
                embed=self.request.embed,
                random_seed=seed,
                provider=NAME,
            )
        except ProviderError as error:
            if isinstance(result, bytes) and answer is not None:
                raise answer.unreadable(error.detail) from error
            raise
        notes = {
            "request_id": code,
            "model": self.wish.ask.repository,
            "provider": NAME,
            "provider_seed": str(provider_seed(seed)),
            "size": size,
        }
        route = self._served.route if self._served else code.partition(":")[0]
        self._finished += 1
        self._report(f"{self._finished} of {len(self.request.positions)} finished")
        return Produced(
            position=position,
            content=picture,
            media_type="image/png",
            random_seed=seed,
            quantity_milli=1000,
            elapsed_ms=round((time.monotonic() - self._started[position]) * 1000),
            notes=notes | {"served_by": route},
        )

    def _fetched(self, url: str) -> bytes:
        """Fetch a result, at once: how long it is kept is not told."""
        file = self.http.download(url)
        if not file.media_type.startswith(("image/", "application/octet-stream", "binary/")):
            raise ProviderError(
                f"What {NAME} gave as its result is no picture.",
                detail=f"{file.media_type} from {url[:200]}",
            )
        return file.content

    def _is_queued(self) -> bool:
        return self.wish.ask.task in ROUTES[self._who().route].queued

    def _who(self) -> Served:
        """Who serves the model; asked for once."""
        if self._served is None:
            self._report(f"Asking {NAME} who serves the model")
            model = self.access.model or self.request.model
            self._served = served_by(self.http, model, self.wish.ask.task, self.access.secret)
        return self._served

    def _seed(self, position: int) -> int:
        return variant_seed(self.request.random_seed, position)

    def _report(self, stage: str) -> None:
        self.context.progress(self._finished / max(1, len(self.request.positions)), stage)


def provider_seed(random_seed: int) -> int:
    """A seed of ours in the range that is sent, 0 … 2147483647."""
    return random_seed % (MOST_SEED + 1)


def _is_through(answer: Answer) -> bool:
    """Whether fal's queue has finished a request.

    Raises:
        ProviderError: it failed, or its state makes no sense.
    """
    document = answer.json()
    status = field_of(document, "status")
    if status in _IN_QUEUE:
        return False
    if error := field_of(document, "error"):
        raise failed(answer, str(error))
    if status == "COMPLETED":
        return True
    if status in ("FAILED", "ERROR", "CANCELLED"):
        raise failed(answer, str(status).lower())
    raise answer.unreadable(f"status {str(status)[:40]!r}")
