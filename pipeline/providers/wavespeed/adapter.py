"""WaveSpeed: pictures, edits, takes and talking portraits of many makers' models, by the v3 API."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

from pipeline.imaging.seeds import variant_seed
from pipeline.providers.answers import Answer, field_of
from pipeline.providers.base import Access, ErrorClass, Produced, ProviderError
from pipeline.providers.base import RunContext as Context
from pipeline.providers.base import RunRequest as Request
from pipeline.providers.films import check_film, finish_take
from pipeline.providers.http import ProviderClient
from pipeline.providers.patience import patiently, submit_patiently
from pipeline.providers.pictures import finish_picture
from pipeline.providers.predictions import Prediction, prediction_in, result_of
from pipeline.providers.waiting import Forgotten, collect
from pipeline.providers.wavespeed.endpoints import Call, Upload, call_for, provider_seed

NAME = "WaveSpeed"

#: Pause between two rounds of questions, seconds, as the documentation advises.
POLL_S = {"image": 2.0, "video": 5.0}
#: With a webhook the answer is told; asking is only for the case that it gets lost.
POLL_WITH_WEBHOOK_S = 30.0

#: How the documentation's status of an empty account reads is not certain; its words tell.
_NO_CREDIT = re.compile(r"insufficient|balance|top.?up|credit", re.I)


class WaveSpeedAdapter:
    """Runs requests at WaveSpeed, all asynchronously, so that a crash finds them again.

    There is no idempotency key, so a submission whose answer was lost is never repeated; how to
    stop what was taken is not documented.

    Args:
        poll_s: pause between two rounds of questions, seconds; None: by the kind of output, and by
            whether a webhook is set.
    """

    provider = "wavespeed"
    version = "1"
    can_cancel = False

    def __init__(self, *, poll_s: float | None = None) -> None:
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
        call = call_for(request)
        usual_s = POLL_WITH_WEBHOOK_S if access.webhook_url else POLL_S[call.media]
        with ProviderClient(
            access,
            context,
            name=NAME,
            headers={"authorization": f"Bearer {access.secret}"},
            explain=explain,
        ) as http:
            yield from _Work(request, context, call, http, access).outputs(self._poll_s or usual_s)


def explain(answer: Answer) -> ProviderError | None:
    """What an error answer means; None where its status says it all."""
    if answer.status in (400, 403) and _NO_CREDIT.search(answer.words()):
        return ProviderError(
            f"The account at {NAME} has no credit left: {answer.words().rstrip('.')}. Top it up"
            " there.",
            detail=answer.told(),
            error_class=ErrorClass.POLICY,
        )
    return None


class _Work:
    """One run: everything is submitted, then asked for until all is there."""

    def __init__(
        self, request: Request, context: Context, call: Call, http: ProviderClient, access: Access
    ) -> None:
        self.request, self.context, self.call = request, context, call
        self.http, self.access = http, access
        self._addresses: dict[str, str | list[str]] | None = None
        self._started: dict[int, float] = {}
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
            limit_s=self.call.limit_s,
        )

    def _begin(self, position: int) -> str:
        """Submit, and remember the id that came."""
        self._started[position] = time.monotonic()
        if self._addresses is None:
            self._addresses = self._uploaded()
        body: dict[str, Any] = {**self.call.body, **self._addresses}
        if self.call.is_seeded:
            body["seed"] = provider_seed(self._seed(position))
        hook = {"webhook": self.access.webhook_url} if self.access.webhook_url else None
        path = f"/api/v3/{self.access.model or self.request.model}"
        answer = submit_patiently(self.http, self.context, position, path, json=body, params=hook)
        if _refused(answer):
            self.context.not_submitted(position)
        code = prediction_in(answer).code
        self.context.submitted(position, code)
        return code

    def _uploaded(self) -> dict[str, str | list[str]]:
        """Send the files, each once, and give the addresses that the request names."""
        self._report(f"Sending files to {NAME}")
        return {
            name: self._upload(files)
            if isinstance(files, Upload)
            else [self._upload(file) for file in files]
            for name, files in self.call.files.items()
        }

    def _upload(self, file: Upload) -> str:
        part = {"file": (file.file_name, file.content, file.media_type)}
        answer = patiently(
            self.context, lambda: self.http.post("/api/v3/media/upload/binary", files=part)
        )
        url = field_of(answer.json(), "data", "download_url")
        if not isinstance(url, str) or not url.startswith(("https://", "http://")):
            raise answer.unreadable("no download_url")
        return url

    def _look(self, position: int, code: str) -> Produced | None:
        """Ask once what became of a request; None while it runs.

        Raises:
            Forgotten: WaveSpeed does not know it.
            ProviderError: it failed there, or its state makes no sense.
        """
        self._started.setdefault(position, time.monotonic())
        answer = self.http.get(f"/api/v3/predictions/{code}/result", accept=(404,))
        if answer.status == 404:
            raise Forgotten(answer.told())
        found = prediction_in(answer)
        url = result_of(found, answer)
        if url is None:
            self._report(f"Waiting for {NAME}")
            return None
        return self._delivered(position, found, url)

    def _delivered(self, position: int, found: Prediction, url: str) -> Produced:
        """The output of a finished request."""
        seed = self._seed(position)
        notes: dict[str, Any] = {
            "request_id": found.code,
            "model": self.access.model or self.request.model,
            "provider": NAME,
        }
        if self.call.is_seeded:
            notes["provider_seed"] = str(provider_seed(seed))
        if found.inference_ms is not None:
            notes["inference_ms"] = found.inference_ms
        content, media_type = self._fetched(url, seed, notes)
        self._finished += 1
        self._report(f"{self._finished} of {len(self.request.positions)} finished")
        return Produced(
            position=position,
            content=content,
            media_type=media_type,
            random_seed=seed,
            quantity_milli=self.call.quantity_milli,
            elapsed_ms=round((time.monotonic() - self._started[position]) * 1000),
            notes=notes,
        )

    def _fetched(self, url: str, seed: int, notes: dict[str, Any]) -> tuple[bytes, str]:
        """Fetch a result and bring it to its size, or to its frames."""
        file = self.http.download(url)
        kinds = (f"{self.call.media}/", "application/octet-stream", "binary/")
        if not file.media_type.startswith(kinds):
            what = "picture" if self.call.media == "image" else "film"
            raise ProviderError(
                f"What {NAME} gave as its result is no {what}.",
                detail=f"{file.media_type} from {url[:200]}",
            )
        if self.call.take is not None:
            self._report("Bringing the film to its frames")
            content, told = finish_take(
                file.content, self.call.take, provider=NAME, cancelled=self.context.cancelled
            )
            notes.update(told)
            return content, "video/mp4"
        if self.call.media == "video":
            media_type, notes["film"] = check_film(file.content, provider=NAME)
            return file.content, media_type
        content, notes["size"] = finish_picture(
            file.content,
            wanted=self.call.wanted,
            embed=self.request.embed,
            random_seed=seed,
            provider=NAME,
        )
        return content, "image/png"

    def _seed(self, position: int) -> int:
        return variant_seed(self.request.random_seed, position)

    def _report(self, stage: str) -> None:
        self.context.progress(self._finished / max(1, len(self.request.positions)), stage)


def _refused(answer: Answer) -> bool:
    """Whether an envelope under a good status says that nothing was taken."""
    code = field_of(answer.document(), "code")
    return isinstance(code, int) and code >= 400
