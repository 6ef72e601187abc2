"""WaveSpeed's v3 API: uploads, submit and poll in one envelope, real pictures and films.

Words in the prompt make it misbehave by hand: `[flagged]` ends completed with
`has_nsfw_contents`, `[filtered]` ends failed with words of moderation, `[failed]` ends failed.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.standins import filming, painting
from tests.standins.faults import Faults, Recorder, scripted
from tests.standins.fields import decoded, problems
from tests.standins.multipart import MultipartError
from tests.standins.server import ASGIApp
from tests.standins.wavespeed.rules import (
    MOST_PICTURE_BYTES,
    MOST_SOUND_BYTES,
    RULES,
    kind_of,
)
from tests.standins.web import Reply, Request, Routes

KEY = "wavespeed-standin"
CREATED = "2026-11-21T10:00:00.000Z"
HEIGHTS = {"480p": 480, "720p": 720, "1080p": 1080}
IDEOGRAM = {
    "1:1": (1024, 1024),
    "16:9": (1312, 736),
    "9:16": (736, 1312),
    "4:3": (1152, 864),
    "3:4": (864, 1152),
}


class Rejected(Exception):
    """What the server answers with."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@dataclass
class Job:
    """A prediction that was taken; it is created, then processing, for so many questions each."""

    key: str
    model: str
    waits: int
    outputs: list[str] = field(default_factory=list)
    ends: str = "completed"
    error: str = ""
    nsfw: bool = False
    asked: int = 0

    def data(self, code: str, home: str) -> dict[str, Any]:
        """The prediction as the envelope carries it."""
        done = self.asked > self.waits
        status = self.ends if done else ("processing" if self.asked else "created")
        completed = status == "completed"
        return {
            "id": code,
            "model": self.model,
            "status": status,
            "outputs": self.outputs if completed else [],
            "urls": {"get": f"{home}/api/v3/predictions/{code}/result"},
            "has_nsfw_contents": [self.nsfw] * len(self.outputs) if completed else [],
            "created_at": CREATED,
            "error": self.error if done else "",
            "timings": {"inference": 1234 if completed else 0},
        }


@dataclass
class WaveSpeed:
    """The server's state. `shrink` divides the sides of films, so that tests are quick."""

    keys: set[str] = field(default_factory=lambda: {KEY})
    waits: int = 1
    shrink: int = 1
    film_fps: int = 24
    balance_usd: float = 10.0
    jobs: dict[str, Job] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    retired: set[str] = field(default_factory=set)
    result_host: str = ""  # where result addresses point; empty: this server

    def upload(self, request: Request) -> Reply:
        """Take a file and tell its address."""
        key_of(self, request)
        try:
            part = request.part("file")
        except MultipartError as error:
            raise Rejected(400, str(error)) from None
        if part is None or not part.filename:
            raise Rejected(400, "file is required")
        kind = kind_of(part.filename)
        if not kind:
            raise Rejected(400, f"unsupported file type: {part.filename}")
        most = MOST_PICTURE_BYTES if kind == "image" else MOST_SOUND_BYTES
        if len(part.content) > most:
            raise Rejected(413, "file too large")
        name = f"{secrets.token_hex(8)}.{part.filename.rpartition('.')[2]}"
        self.files[name] = part.content
        told = {
            "type": kind,
            "download_url": f"{home_of(request)}/files/{name}",
            "filename": part.filename,
            "size": len(part.content),
        }
        return envelope(told)

    def submit(self, request: Request, model: str) -> Reply:
        """Take a request."""
        key = key_of(self, request)
        if model not in RULES or model in self.retired:
            raise Rejected(404, f"model not found: {model}")
        if not request.content_type.startswith("application/json"):
            raise Rejected(400, "content type must be application/json")
        webhook = request.query.get("webhook")
        if webhook is not None and not webhook.startswith("https://"):
            raise Rejected(400, "webhook must be an https URL")
        try:
            body = request.json()
        except ValueError:
            raise Rejected(400, "invalid JSON") from None
        if found := problems(RULES[model], body):
            raise Rejected(400, "; ".join(found))
        if self.balance_usd <= 0:
            raise Rejected(400, "insufficient balance, please top up")
        code = secrets.token_hex(16)
        job = Job(key, model, self.waits)
        self.jobs[code] = job
        words = str(body.get("prompt", ""))
        if "[filtered]" in words:
            job.ends, job.error = "failed", "content flagged as potentially sensitive"
        elif "[failed]" in words:
            job.ends, job.error = "failed", "the worker ran out of memory"
        else:
            self._make(request, job, body)
            job.nsfw = "[flagged]" in words
        return envelope(job.data(code, home_of(request)))

    def result(self, request: Request, code: str) -> Reply:
        """Tell what became of a request: 200, also of one that failed."""
        key = key_of(self, request)
        job = self.jobs.get(code)
        if job is None or job.key != key:
            raise Rejected(404, "prediction not found")
        job.asked += 1
        return envelope(job.data(code, home_of(request)))

    def balance(self, request: Request) -> Reply:
        """The account's money."""
        key_of(self, request)
        return envelope({"balance": self.balance_usd})

    def secret(self, request: Request) -> Reply:
        """What webhooks of this key are signed with."""
        return envelope({"secret": f"whsec_{key_of(self, request)}"})

    def file(self, request: Request, name: str) -> Reply:
        """Hand out an upload or a result; needs no key."""
        if name not in self.files:
            return Reply(404, "gone")
        ending = name.rpartition(".")[2]
        kind = {"mp4": "video/mp4", "jpg": "image/jpeg"}.get(ending, f"image/{ending}")
        return Reply(200, self.files[name], {}, kind)

    def _make(self, request: Request, job: Job, body: Mapping[str, Any]) -> None:
        pictures = [body["image"]] if "image" in body else body.get("images", [])
        given = [self._fetched(url, "image") for url in pictures]
        heard = self._fetched(body["audio"], "audio") if "audio" in body else None
        if "mask_image" in body:
            self._fetched(body["mask_image"], "image")
        seed = max(0, body.get("seed", 1))
        if "resolution" in body and "video" in kind_of_model(job.model):
            content, ending = self._film(job.model, body, given[0], heard, seed), "mp4"
        else:
            size = size_of(job.model, body, given)
            made = painting.edit(given[0], size, seed) if given else painting.paint(size, seed)
            ending = body.get("output_format", "jpeg")
            content = painting.encoded(made, ending)
        name = f"{secrets.token_hex(8)}.{ending}"
        self.files[name] = content
        job.outputs = [f"{self.result_host or home_of(request)}/files/{name}"]

    def _film(
        self, model: str, body: Mapping[str, Any], picture: bytes, heard: bytes | None, seed: int
    ) -> bytes:
        talks = model.endswith("infinitetalk")
        seconds = filming.seconds_of_sound(heard) if heard is not None else None
        if heard is not None and (seconds is None or (not talks and not 3 <= seconds <= 30.1)):
            raise Rejected(400, "audio: not a recording, or of a wrong length")
        width, height = painting.size_of(picture)
        side = HEIGHTS[body["resolution"]] / self.shrink
        scale = side / min(width, height)
        size = (round(width * scale / 2) * 2, round(height * scale / 2) * 2)
        lasts = seconds if talks and seconds else float(body.get("duration", 5))
        return filming.film(picture, size, lasts, fps=self.film_fps, seed=seed, sound=True)

    def _fetched(self, url: str, kind: str) -> bytes:
        """The bytes behind an address of ours, or of a data URI."""
        if url.startswith("data:"):
            content = decoded(url)
        else:
            content = self.files.get(url.rpartition("/")[2])
            kind = kind if kind_of(url) == kind else ""
        if content is None or not kind:
            raise Rejected(400, f"media could not be fetched: {url[:80]}")
        if kind == "image":
            try:
                painting.size_of(content)
            except OSError:
                raise Rejected(400, "media is not an image") from None
        return content


def kind_of_model(model: str) -> str:
    """What a model makes."""
    return "video" if model.endswith(("image-to-video", "infinitetalk")) else "image"


def size_of(model: str, body: Mapping[str, Any], given: list[bytes]) -> tuple[int, int]:
    """The size that a model's picture has."""
    if "size" in body:
        width, _, height = body["size"].partition("*")
        return int(width), int(height)
    if model.startswith("ideogram-ai/"):
        return IDEOGRAM[body.get("aspect_ratio", "1:1")]
    if not given:
        return 1024, 1024
    width, height = painting.size_of(given[0])
    return (width * 4, height * 4) if "ultra" in model else (width * 2, height * 2)


def home_of(request: Request) -> str:
    """The server's own address."""
    return f"http://{request.headers['host']}"


def key_of(server: WaveSpeed, request: Request) -> str:
    """The key of a request.

    Raises:
        Rejected: it is none that is known.
    """
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or key not in server.keys:
        raise Rejected(401, "Unauthorized: invalid API key")
    return key


def envelope(data: Mapping[str, Any]) -> Reply:
    """A good answer."""
    return Reply(200, {"code": 200, "message": "success", "data": dict(data)})


def answering(handler: Callable[..., Reply]) -> Callable[..., Reply]:
    """The handler, with what it rejects as an answer."""

    def answer(request: Request, **pieces: str) -> Reply:
        try:
            return handler(request, **pieces)
        except Rejected as error:
            return Reply(error.status, {"code": error.status, "message": error.message})

    return answer


def create_app(
    faults: Faults | None = None, recorder: Recorder | None = None, server: WaveSpeed | None = None
) -> ASGIApp:
    """The application; the key that it knows is `wavespeed-standin`."""
    state = server or WaveSpeed()
    routes = Routes()
    routes.on("POST", "/api/v3/media/upload/binary")(answering(state.upload))
    routes.on("GET", "/api/v3/balance")(answering(state.balance))
    routes.on("GET", "/api/v3/webhook/secret")(answering(state.secret))
    routes.on("GET", "/api/v3/predictions/{code}/result")(answering(state.result))
    routes.on("GET", "/api/v3/predictions/{code}")(answering(state.result))
    routes.on("GET", "/files/{name}")(state.file)
    routes.on("POST", "/api/v3/{model:path}")(answering(state.submit))
    return scripted(routes, faults or Faults(), recorder)
