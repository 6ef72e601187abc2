"""Stability AI: pictures, edits, upscaling and meshes of the v2beta API."""

from __future__ import annotations

import time
from collections.abc import Iterator

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
from pipeline.providers.http import ProviderClient
from pipeline.providers.patience import submit_patiently
from pipeline.providers.pictures import finish_picture
from pipeline.providers.stability.endpoints import MAX_BODY_BYTES, endpoint_for
from pipeline.providers.stability.wire import Filtered, Prepared, explain, prepare, provider_seed
from pipeline.providers.waiting import Forgotten, collect, unanswered

NAME = "Stability AI"

#: Asking more often than this may be limited, seconds.
POLL_S = 10.0
#: A synchronous call says nothing until it is finished; 3–34 s were seen.
SYNC_TIMEOUT_S = 300.0


class StabilityAdapter:
    """Runs requests at Stability AI.

    There is no idempotency key, so a request whose answer was lost is never sent again by itself.
    Nothing that was taken can be stopped.

    Args:
        poll_s: pause between two questions for an unfinished result, seconds.
        timeout_s: longest silence of a synchronous call, seconds.
    """

    provider = "stability"
    version = "1"
    can_cancel = False

    def __init__(self, *, poll_s: float = POLL_S, timeout_s: float = SYNC_TIMEOUT_S) -> None:
        self._poll_s, self._timeout_s = poll_s, timeout_s

    def run(self, request: Request, context: Context) -> Iterator[Produced]:
        """Yield each missing output.

        A picture that moderation blurred is dropped; the others are made before the job fails.

        Raises:
            ProviderError: it can't be made, and why.
            Cancelled: the context said so.
        """
        access = access_of(request)
        model = access.model or request.model
        endpoint = endpoint_for(request.operation, model)
        prepared = prepare(request, endpoint, model)
        with ProviderClient(
            access,
            context,
            name=NAME,
            headers=headers_for(access),
            explain=explain,
            largest_request_bytes=MAX_BODY_BYTES,
            timeout_s=self._timeout_s,
        ) as http:
            work = _Work(request, context, prepared, http, model)
            yield from work.later(self._poll_s) if endpoint.is_async else work.at_once()


def access_of(request: Request) -> Access:
    """How the provider is reached.

    Raises:
        ProviderError: the request has no key.
    """
    if not isinstance(request.target, Access):
        raise ProviderError(
            f"There is no key for {NAME}. Add one under Providers.", error_class=ErrorClass.POLICY
        )
    return request.target


def headers_for(access: Access) -> dict[str, str]:
    """Headers of every call: the key, and who calls."""
    return {
        "authorization": f"Bearer {access.secret}",
        "stability-client-id": "seedframe",
        "stability-client-version": StabilityAdapter.version,
    }


class _Work:
    """One run: its outputs, asked for one after another or all at first."""

    def __init__(
        self,
        request: Request,
        context: Context,
        prepared: Prepared,
        http: ProviderClient,
        model: str,
    ) -> None:
        self.request, self.context, self.prepared = request, context, prepared
        self.http, self.model = http, model
        self._started: dict[int, float] = {}
        self._finished = 0

    def at_once(self) -> Iterator[Produced]:
        """Each call answers with its output.

        Raises:
            Ambiguous: an earlier attempt was cut off in a call; nothing is sent.
            ProviderError: it can't be made; moderation's word on an output comes after the others.
        """
        for item in self.request.earlier:
            if item.position in self.request.positions:
                raise unanswered(NAME, item.position)
        accept = self.prepared.endpoint.media_type
        blocked: ProviderError | None = None
        for position in self.request.positions:
            self._report(f"Asking {NAME}")
            answer = self._submit(position, "image/*" if accept == "image/png" else "*/*")
            try:
                yield self._delivered(position, answer)
            except Filtered as error:
                self.context.not_submitted(position)  # it was answered, and nothing is kept
                blocked = error
        if blocked is not None:
            raise blocked

    def later(self, poll_s: float) -> Iterator[Produced]:
        """Each call answers with an id, which is asked for until it is finished."""
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
        """Submit, and remember the id that came."""
        answer = self._submit(position, "application/json")
        body = answer.json()
        code = body.get("id") if isinstance(body, dict) else None
        if not is_identifier(code):
            raise answer.unreadable("no id")
        self.context.submitted(position, code)
        return code

    def _submit(self, position: int, accept: str) -> Answer:
        self._started[position] = time.monotonic()
        seed = variant_seed(self.request.random_seed, position)
        return submit_patiently(
            self.http,
            self.context,
            position,
            self.prepared.endpoint.path,
            files=self.prepared.form(seed),
            headers={"accept": accept},
        )

    def _look(self, position: int, code: str) -> Produced | None:
        """Ask once for a result; None while it is in the making."""
        self._started.setdefault(position, time.monotonic())
        answer = self.http.get(
            f"/v2beta/results/{code}", headers={"accept": "image/*"}, accept=(404,)
        )
        if answer.status == 404:  # of another key, older than a day, or never there
            raise Forgotten(answer.told())
        if answer.status == 202:
            self._report(f"Waiting for {NAME}")
            return None
        return self._delivered(position, answer, code)

    def _delivered(self, position: int, answer: Answer, code: str = "") -> Produced:
        """The output in an answer.

        Raises:
            ProviderError: it can't be read, or moderation blurred it.
        """
        if answer.headers.get("finish-reason", "SUCCESS") == "CONTENT_FILTERED":
            raise Filtered(f"finish-reason CONTENT_FILTERED, request {answer.request_id}")
        seed = variant_seed(self.request.random_seed, position)
        notes = {
            "request_id": code or answer.request_id,
            "model": self.model,
            "provider": NAME,
        }
        if self.prepared.endpoint.seeded:
            notes["provider_seed"] = answer.headers.get("seed", str(provider_seed(seed)))
        if self.prepared.endpoint.media_type == "model/gltf-binary":
            content, media_type = mesh_of(answer), "model/gltf-binary"
        else:
            picture = answer.image()
            try:
                content, notes["size"] = finish_picture(
                    picture,
                    wanted=self.prepared.wanted,
                    embed=self.request.embed,
                    random_seed=seed,
                    provider=NAME,
                )
            except ProviderError as error:
                raise answer.unreadable(error.detail) from error
            media_type = "image/png"
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

    def _report(self, stage: str) -> None:
        self.context.progress(self._finished / max(1, len(self.request.positions)), stage)


def mesh_of(answer: Answer) -> bytes:
    """The binary glTF file in an answer.

    Raises:
        ProviderError: it is none, or was cut short.
    """
    content = answer.content
    length = int.from_bytes(content[8:12], "little")
    if content[:4] != b"glTF" or length != len(content):
        raise answer.unreadable(f"no GLB of {length} bytes: {len(content)} bytes")
    return content
