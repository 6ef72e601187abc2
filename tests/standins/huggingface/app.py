"""Hugging Face's hub (mapping, whoami) and router, with those behind it, each in its own format.

Words in the prompt make it misbehave by hand: `[flagged]` is refused by a content checker (422),
`[empty]` answers `{"images": []}` and the like, `[slow]` lets Replicate not finish in a minute.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.standins import painting
from tests.standins.faults import Faults, Recorder, scripted
from tests.standins.fields import Is, decoded, problems
from tests.standins.huggingface import rules
from tests.standins.server import ASGIApp
from tests.standins.web import Reply, Request, Routes

KEY = "hf_standin_token"
CHECKER = "The content could not be processed because it was flagged by a content checker."


class Rejected(Exception):
    """What the server answers with: one of the forms of an error that occur."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(str(body))
        self.status, self.body = status, body


@dataclass
class Job:
    """A queued request: what it ends with, and how often it still says that it runs."""

    waits: int
    urls: list[str]
    home: str = ""
    asked: int = 0

    @property
    def is_done(self) -> bool:
        """Whether it has been asked for often enough."""
        return self.asked > self.waits


@dataclass
class HuggingFace:
    """The server's state."""

    keys: set[str] = field(default_factory=lambda: {KEY})
    waits: int = 1
    mapping: dict[str, Any] = field(default_factory=rules.documented)
    jobs: dict[str, Job] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    result_host: str = ""  # where result addresses point; empty: this server

    # -- the hub --------------------------------------------------------------------------------

    def whoami(self, request: Request) -> Reply:
        """Whose token this is."""
        self._admit(request)
        return Reply(200, {"type": "user", "name": "stand-in"})

    def model(self, request: Request, owner: str, name: str) -> Reply:
        """Who serves a model."""
        table = self.mapping.get(f"{owner}/{name}")
        if table is None:
            raise Rejected(404, {"error": "Repository not found"})
        told: dict[str, Any] = {"id": f"{owner}/{name}"}
        if request.query.get("expand") == "inferenceProviderMapping":
            told["inferenceProviderMapping"] = table
        return Reply(200, told)

    # -- those that answer at once --------------------------------------------------------------

    def inference(self, request: Request, model: str) -> Reply:
        """hf-inference: the picture itself."""
        body = self._body(request, rules.INFERENCE)
        if not self._serves("hf-inference", model):
            raise Rejected(404, {"error": f"Model {model} is not deployed"})
        given = body.get("parameters", {})
        picture = decoded(body["inputs"]) if "target_size" in given else None
        check(given, rules.INFERENCE_TEXT if picture is None else rules.INFERENCE_IMAGE)
        size = given.get("target_size", given)
        wanted = (size.get("width", 1024), size.get("height", 1024))
        return Reply(200, made(picture, wanted, given.get("seed", 1)), {}, "image/jpeg")

    def fal(self, request: Request, model: str) -> Reply:
        """fal.ai: addresses at once, or the queue."""
        is_queued = request.query.get("_subdomain") == "queue"
        has_picture = b'"image_url"' in request.body
        body = self._body(request, rules.FAL_IMAGE if has_picture else rules.FAL_TEXT)
        if not self._serves("fal-ai", model):
            raise Rejected(404, {"detail": f"Application '{model}' not found"})
        size = body.get("image_size", {})
        picture = decoded(body["image_url"]) if has_picture else None
        wanted = painting.size_of(picture) if picture else (size["width"], size["height"])
        urls = [] if "[empty]" in body["prompt"] else [self._kept(request, picture, wanted, body)]
        if not is_queued:
            return Reply(200, {"images": [{"url": url} for url in urls], "seed": body.get("seed")})
        code = secrets.token_hex(16)
        short = "/".join(model.split("/")[:2])  # the queue forgets the rest of the path
        path = f"/{short}/requests/{code}"
        self.jobs[code] = Job(self.waits, urls, path)
        url = f"https://queue.fal.run{path}"
        return Reply(200, {"request_id": code, "status": "IN_QUEUE", "response_url": url})

    def fal_status(self, request: Request, model: str, code: str) -> Reply:
        """How far a queued request is."""
        job = self._queued(request, model, code)
        job.asked += 1
        return Reply(200, {"status": "COMPLETED" if job.is_done else "IN_PROGRESS"})

    def fal_result(self, request: Request, model: str, code: str) -> Reply:
        """What a queued request has made."""
        job = self._queued(request, model, code)
        if not job.is_done:
            raise Rejected(400, {"detail": "Request is still in progress"})
        return Reply(200, {"images": [{"url": url} for url in job.urls]})

    def together(self, request: Request) -> Reply:
        """Together: base64."""
        return self._encoded(request, rules.TOGETHER, "together")

    def nscale(self, request: Request) -> Reply:
        """nscale: base64."""
        return self._encoded(request, rules.NSCALE, "nscale")

    # -- those with ids -------------------------------------------------------------------------

    def replicate(self, request: Request, model: str) -> Reply:
        """Replicate: waits for a minute, where that is asked for."""
        document = self._body(request, {"input": Is("object", required=True)})
        body = document["input"]
        check(body, rules.REPLICATE_IMAGE if "image" in body else rules.REPLICATE_TEXT)
        if not self._serves("replicate", model):
            raise Rejected(404, {"detail": "The requested resource could not be found."})
        picture = decoded(body["image"]) if "image" in body else None
        wanted = painting.size_of(picture) if picture else (body["width"], body["height"])
        code = secrets.token_hex(12)
        job = Job(self.waits, [self._kept(request, picture, wanted, body)])
        waits = request.headers.get("prefer") == "wait" and "[slow]" not in body["prompt"]
        job.asked = self.waits + 1 if waits else 0
        self.jobs[code] = job
        return Reply(201, prediction(code, job))

    def replicate_poll(self, request: Request, code: str) -> Reply:
        """How far a prediction is."""
        self._admit(request)
        job = self._known(code)
        job.asked += 1
        return Reply(200, prediction(code, job))

    def wavespeed(self, request: Request, model: str) -> Reply:
        """WaveSpeed: its envelope."""
        has_picture = b'"image"' in request.body
        body = self._body(request, rules.WAVESPEED_IMAGE if has_picture else rules.WAVESPEED_TEXT)
        if not self._serves("wavespeed", model):
            raise Rejected(404, {"code": 404, "message": "model not found"})
        picture = decoded(body["image"]) if has_picture else None
        sides = [int(side) for side in body.get("size", "64*64").split("*")]
        wanted = painting.size_of(picture) if picture else (sides[0], sides[1])
        code = secrets.token_hex(12)
        self.jobs[code] = Job(self.waits, [self._kept(request, picture, wanted, body)])
        return Reply(200, envelope(code, self.jobs[code]))

    def wavespeed_poll(self, request: Request, code: str) -> Reply:
        """How far a prediction is."""
        self._admit(request)
        job = self._known(code)
        job.asked += 1
        return Reply(200, envelope(code, job))

    def file(self, request: Request, name: str) -> Reply:
        """Hand out a result; belongs to the provider and needs no token."""
        if name not in self.files:
            return Reply(404, "gone")
        return Reply(200, self.files[name], {}, "image/jpeg")

    # -- parts ----------------------------------------------------------------------------------

    def _admit(self, request: Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or key not in self.keys:
            raise Rejected(401, {"error": "Invalid username or password."})

    def _body(self, request: Request, wanted: Mapping[str, Is]) -> dict[str, Any]:
        self._admit(request)
        if not request.content_type.startswith("application/json"):
            raise Rejected(415, {"error": "content type must be application/json"})
        try:
            body = request.json()
        except ValueError:
            raise Rejected(422, {"message": "invalid JSON"}) from None
        check(body, wanted)
        if "[flagged]" in str(body.get("prompt", body.get("inputs", body.get("input")))):
            raise Rejected(422, {"detail": [{"msg": CHECKER, "type": "content_policy_violation"}]})
        return dict(body)

    def _encoded(self, request: Request, wanted: Mapping[str, Is], name: str) -> Reply:
        body = self._body(request, wanted)
        if not self._serves(name, body["model"]):
            raise Rejected(404, {"error": {"message": "model not found", "type": "not_found"}})
        sides = [int(side) for side in body.get("size", "0x0").split("x")]
        size = (body.get("width", sides[0]), body.get("height", sides[1]))
        picture = decoded(body["image_url"]) if "image_url" in body else None
        text = base64.b64encode(made(picture, size, body.get("seed", 1))).decode()
        return Reply(200, {"data": [] if "[empty]" in body["prompt"] else [{"b64_json": text}]})

    def _serves(self, provider: str, name: str) -> bool:
        entries = (table.get(provider, {}) for table in self.mapping.values())
        return any(entry.get("providerId") == name for entry in entries)

    def _kept(
        self, request: Request, picture: bytes | None, size: tuple[int, int], body: Any
    ) -> str:
        name = secrets.token_hex(10)
        self.files[name] = made(picture, size, body.get("seed", 1))
        return f"{self.result_host or 'http://' + request.headers['host']}/files/{name}"

    def _queued(self, request: Request, model: str, code: str) -> Job:
        self._admit(request)
        job = self._known(code)
        if request.query.get("_subdomain") != "queue" or job.home != f"/{model}/requests/{code}":
            raise Rejected(404, {"detail": "Request not found"})
        return job

    def _known(self, code: str) -> Job:
        if code not in self.jobs:
            raise Rejected(404, {"detail": "Request not found"})
        return self.jobs[code]


def check(body: Any, wanted: Mapping[str, Is]) -> None:
    """Refuse what is not taken.

    Raises:
        Rejected: 422.
    """
    if found := problems(wanted, body):
        raise Rejected(422, {"message": "; ".join(found)})


def made(picture: bytes | None, size: tuple[int, int], seed: int) -> bytes:
    """A picture, or an edit of one."""
    image = painting.edit(picture, size, seed) if picture else painting.paint(size, seed)
    return painting.encoded(image, "jpeg")


def prediction(code: str, job: Job) -> dict[str, Any]:
    """As Replicate tells of it."""
    status = "succeeded" if job.is_done else "processing"
    return {"id": code, "status": status, "output": job.urls if job.is_done else None}


def envelope(code: str, job: Job) -> dict[str, Any]:
    """As WaveSpeed tells of it."""
    status = "completed" if job.is_done else "processing"
    data = {"id": code, "status": status, "outputs": job.urls if job.is_done else [], "error": ""}
    return {"code": 200, "message": "success", "data": data}


def answering(handler: Callable[..., Reply]) -> Callable[..., Reply]:
    """The handler, with what it rejects as an answer."""

    def answer(request: Request, **pieces: str) -> Reply:
        try:
            reply = handler(request, **pieces)
        except Rejected as error:
            reply = Reply(error.status, error.body)
        identifier = {"x-request-id": f"Root=1-{secrets.token_hex(4)}"}
        return Reply(reply.status, reply.body, {**reply.headers, **identifier}, reply.content_type)

    return answer


def create_app(
    faults: Faults | None = None,
    recorder: Recorder | None = None,
    server: HuggingFace | None = None,
) -> ASGIApp:
    """The application; the token that it knows is `hf_standin_token`."""
    state = server or HuggingFace()
    routes = Routes()
    for method, path, handler in (
        ("GET", "/api/whoami-v2", state.whoami),
        ("GET", "/api/models/{owner}/{name}", state.model),
        ("POST", "/hf-inference/models/{model:path}", state.inference),
        ("GET", "/fal-ai/{model:path}/requests/{code}/status", state.fal_status),
        ("GET", "/fal-ai/{model:path}/requests/{code}", state.fal_result),
        ("POST", "/fal-ai/{model:path}", state.fal),
        ("POST", "/replicate/v1/models/{model:path}/predictions", state.replicate),
        ("GET", "/replicate/v1/predictions/{code}", state.replicate_poll),
        ("POST", "/together/v1/images/generations", state.together),
        ("POST", "/nscale/v1/images/generations", state.nscale),
        ("GET", "/wavespeed/api/v3/predictions/{code}/result", state.wavespeed_poll),
        ("POST", "/wavespeed/api/v3/{model:path}", state.wavespeed),
        ("GET", "/files/{name}", state.file),
    ):
        routes.on(method, path)(answering(handler))
    return scripted(routes, faults or Faults(), recorder)
