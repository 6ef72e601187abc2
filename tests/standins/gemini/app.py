"""The Gemini API: pictures by `generateContent`, films by interactions in the background.

Words in the prompt make it misbehave by hand: `[blocked]` is refused before (promptFeedback),
`[filtered]` after (a candidate without parts, a failed interaction), `[words]` is answered with
words, `[silent]` completes an interaction without output. Blocking is HTTP 200.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.standins import filming, painting
from tests.standins.faults import Faults, Recorder, scripted
from tests.standins.fields import decoded
from tests.standins.gemini.rules import (
    FILM_MODELS,
    PICTURE_MODELS,
    content_problems,
    interaction_problems,
)
from tests.standins.server import ASGIApp
from tests.standins.web import Reply, Request, Routes

KEY = "gemini-standin"
SIDES = {"512": 512, "1K": 1024, "2K": 2048, "4K": 4096}
HEIGHTS = {"360p": 360, "720p": 720, "1080p": 1080, "4k": 2160}
STATUSES = {400: "INVALID_ARGUMENT", 404: "NOT_FOUND", 401: "UNAUTHENTICATED"}
MESSAGE = "The model output could not be generated. Support code: 42876398."


class Rejected(Exception):
    """What the server answers with."""

    def __init__(self, status: int, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.status, self.message, self.reason = status, message, reason


@dataclass
class Interaction:
    """A film in the making."""

    waits: int
    steps: list[dict[str, Any]] = field(default_factory=list)
    ends: str = "completed"
    error: dict[str, Any] | None = None
    asked: int = 0

    def told(self, code: str) -> dict[str, Any]:
        """The interaction as it is now."""
        done = self.asked > self.waits or self.ends == "cancelled"
        status = self.ends if done else ("in_progress" if self.asked else "queued")
        told: dict[str, Any] = {"id": code, "status": status, "steps": []}
        if done:
            told |= {"steps": self.steps, "usage": {"total_tokens": 4321}}
            if self.error:
                told["error"] = self.error
        return told


@dataclass
class Gemini:
    """The server's state. `shrink` divides the sides of films, so that tests are quick."""

    keys: set[str] = field(default_factory=lambda: {KEY})
    waits: int = 1
    shrink: int = 1
    is_inline: bool = False  # films come inside the answer, whatever was asked
    interactions: dict[str, Interaction] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    retired: set[str] = field(default_factory=set)
    result_host: str = ""  # where addresses of films point; empty: this server

    def models(self, request: Request) -> Reply:
        """The models that there are."""
        self._admit(request)
        names = [*PICTURE_MODELS, *FILM_MODELS]
        return Reply(200, {"models": [{"name": f"models/{name}"} for name in names]})

    def generate(self, request: Request, model: str) -> Reply:
        """A picture, or why there is none; both are 200."""
        body = self._body(request)
        if model not in PICTURE_MODELS or model in self.retired:
            raise Rejected(404, f"models/{model} is not found for API version v1beta")
        if found := content_problems(model, body):
            raise Rejected(400, "; ".join(found))
        words = " ".join(
            part.get("text", "") for content in body["contents"] for part in content["parts"]
        )
        usage = {"promptTokenCount": 11, "totalTokenCount": 1301}
        told: dict[str, Any] = {
            "usageMetadata": usage,
            "modelVersion": model,
            "responseId": secrets.token_hex(8),
        }
        if "[blocked]" in words:
            return Reply(200, {**told, "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}})
        candidate: dict[str, Any] = {"index": 0, "finishReason": "STOP"}
        if "[filtered]" in words:
            candidate |= {
                "content": {"role": "model"},
                "finishReason": "IMAGE_SAFETY",
                "finishMessage": MESSAGE,
            }
        elif "[words]" in words:
            candidate["content"] = {"role": "model", "parts": [{"text": "I would rather not."}]}
        else:
            candidate["content"] = {"role": "model", "parts": self._parts(body)}
        return Reply(200, {**told, "candidates": [candidate]})

    def _parts(self, body: Mapping[str, Any]) -> list[dict[str, Any]]:
        """A thought with a draft, words, and the picture at last."""
        config = body.get("generationConfig", {})
        shape = config.get("imageConfig", {})
        size = size_of(shape.get("aspectRatio", "1:1"), SIDES[shape.get("imageSize", "1K")])
        given = [
            decoded(part["inlineData"]["data"])
            for content in body["contents"]
            for part in content["parts"]
            if "inlineData" in part
        ]
        seed = abs(config.get("seed", 1))
        made = painting.edit(given[0], size, seed) if given and given[0] else None
        picture = made or painting.paint(size, seed)
        return [
            {"thought": True, **inline(painting.encoded(painting.blurred(picture)), "image/png")},
            {"text": "Here it is."},
            inline(painting.encoded(picture), "image/png"),
        ]

    def interact(self, request: Request) -> Reply:
        """Begin a film."""
        body = self._body(request)
        if found := interaction_problems(body):
            raise Rejected(400, "; ".join(found))
        if body["model"] not in FILM_MODELS or body["model"] in self.retired:
            raise Rejected(404, f"Model {body['model']} is not found.")
        words = " ".join(str(block.get("text", "")) for block in body["input"])
        code = f"v1_{secrets.token_hex(12)}"
        going = Interaction(self.waits)
        self.interactions[code] = going
        if "[filtered]" in words:
            going.ends = "failed"
            going.error = {"code": "content_filtered", "message": "Blocked by safety filters."}
        elif "[silent]" not in words:
            step = {"type": "model_output", "content": [self._film(request, body)]}
            going.steps = [{"type": "thought", "content": []}, step]
        return Reply(200, going.told(code))

    def _film(self, request: Request, body: Mapping[str, Any]) -> dict[str, Any]:
        wanted = body["response_format"]
        image = next((b["data"] for b in body["input"] if b["type"] == "image"), None)
        short = HEIGHTS[wanted.get("resolution", "720p")] // self.shrink // 2 * 2
        long = round(short * 16 / 9 / 2) * 2
        size = (long, short) if wanted.get("aspect_ratio", "16:9") == "16:9" else (short, long)
        seconds = int(wanted.get("duration", "5s")[:-1])
        film = filming.film(decoded(image) if image else None, size, seconds, sound=True)
        if self.is_inline or wanted.get("delivery", "inline") == "inline":
            data = base64.b64encode(film).decode()
            return {"type": "video", "mime_type": "video/mp4", "data": data}
        name = secrets.token_hex(8)
        self.files[name] = film
        host = self.result_host or f"http://{request.headers['host']}"
        uri = f"{host}/v1beta/files/{name}:download?alt=media"
        return {"type": "video", "mime_type": "video/mp4", "uri": uri}

    def interaction(self, request: Request, code: str) -> Reply:
        """How far a film is."""
        self._admit(request)
        going = self._known(code)
        going.asked += 1
        return Reply(200, going.told(code))

    def cancel(self, request: Request, code: str) -> Reply:
        """Stop a film."""
        self._admit(request)
        self._known(code).ends = "cancelled"
        return Reply(200, self._known(code).told(code))

    def download(self, request: Request, name: str) -> Reply:
        """Send on to a film; needs the key, as everything here does."""
        self._admit(request)
        if name not in self.files:
            raise Rejected(404, "file not found")
        return Reply(302, None, {"Location": f"http://{request.headers['host']}/media/{name}"})

    def media(self, request: Request, name: str) -> Reply:
        """Hand out a film."""
        return Reply(200, self.files[name], {}, "video/mp4")

    def _known(self, code: str) -> Interaction:
        if code not in self.interactions:
            raise Rejected(404, "Interaction not found.")
        return self.interactions[code]

    def _admit(self, request: Request) -> None:
        given = request.headers.get("x-goog-api-key") or request.query.get("key")
        if given is None:
            raise Rejected(403, "Method doesn't allow unregistered callers.")
        if given not in self.keys:  # 400, not 401
            raise Rejected(
                400, "API key not valid. Please pass a valid API key.", "API_KEY_INVALID"
            )

    def _body(self, request: Request) -> Any:
        self._admit(request)
        if not request.content_type.startswith("application/json"):
            raise Rejected(400, f"unsupported content type {request.content_type}")
        try:
            return request.json()
        except ValueError:
            raise Rejected(400, "Invalid JSON payload received.") from None


def inline(content: bytes, kind: str) -> dict[str, Any]:
    """A part with a picture in it."""
    return {"inlineData": {"mimeType": kind, "data": base64.b64encode(content).decode()}}


def size_of(ratio: str, side: int) -> tuple[int, int]:
    """A size of about side² pixels in multiples of 16."""
    across, down = (int(part) for part in ratio.split(":"))
    scale = side / (across * down) ** 0.5
    return round(across * scale / 16) * 16, round(down * scale / 16) * 16


def answering(handler: Callable[..., Reply]) -> Callable[..., Reply]:
    """The handler, with what it rejects as an answer in the interface's own form."""

    def answer(request: Request, **pieces: str) -> Reply:
        try:
            return handler(request, **pieces)
        except Rejected as error:
            status = STATUSES.get(error.status, "PERMISSION_DENIED")
            if "/interactions" in request.path and not error.reason:
                code = status.lower()
                return Reply(error.status, {"error": {"code": code, "message": error.message}})
            told: dict[str, Any] = {
                "code": error.status,
                "message": error.message,
                "status": status,
            }
            if error.reason:
                kind = "type.googleapis.com/google.rpc.ErrorInfo"
                told["details"] = [
                    {"@type": kind, "reason": error.reason, "domain": "googleapis.com"}
                ]
            return Reply(error.status, {"error": told})

    return answer


def create_app(
    faults: Faults | None = None, recorder: Recorder | None = None, server: Gemini | None = None
) -> ASGIApp:
    """The application; the key that it knows is `gemini-standin`."""
    state = server or Gemini()
    routes = Routes()
    routes.on("GET", "/v1beta/models")(answering(state.models))
    routes.on("POST", "/v1beta/models/{model}:generateContent")(answering(state.generate))
    routes.on("POST", "/v1beta/interactions")(answering(state.interact))
    routes.on("GET", "/v1beta/interactions/{code}")(answering(state.interaction))
    routes.on("POST", "/v1beta/interactions/{code}/cancel")(answering(state.cancel))
    routes.on("GET", "/v1beta/files/{name}:download")(answering(state.download))
    routes.on("GET", "/media/{name}")(state.media)
    return scripted(routes, faults or Faults(), recorder)
