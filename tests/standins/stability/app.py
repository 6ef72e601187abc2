"""Stability's v2beta API: strict forms, real pictures, results that are asked for later.

Words in the prompt make it misbehave by hand: `[flagged]` (403), `[filtered]` (blurred picture with
CONTENT_FILTERED), `[public figure]` (422); text that is mostly not Latin is another language (422).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from tests.standins import painting
from tests.standins.faults import Faults, Recorder, scripted
from tests.standins.multipart import MultipartError, Part
from tests.standins.server import ASGIApp
from tests.standins.stability.rules import RULES, SD3_MODELS, Rules, faults_of
from tests.standins.web import Reply, Request, Routes

KEY = "sk-standin"
MOST_BYTES = 10 * 2**20
SIZES = {
    "21:9": (1536, 640),
    "16:9": (1344, 768),
    "3:2": (1216, 832),
    "5:4": (1088, 896),
    "1:1": (1024, 1024),
    "4:5": (896, 1088),
    "2:3": (832, 1216),
    "9:16": (768, 1344),
    "9:21": (640, 1536),
}


@dataclass
class Result:
    """What was made under an id, for whom, and how often it still says "in progress"."""

    key: str
    content: bytes
    media_type: str
    finish_reason: str
    seed: int
    waits: int


@dataclass
class Stability:
    """The server's state: who may come in, what credits are left, what was made."""

    keys: set[str] = field(default_factory=lambda: {KEY})
    credits: float = 1000.0
    waits: int = 1
    results: dict[str, Result] = field(default_factory=dict)
    retired: set[str] = field(default_factory=set)

    def submit(self, request: Request) -> Reply:
        """Answer a POST of any endpoint of the table."""
        rules = RULES[request.path]
        if request.path in self.retired:
            return refusal(404, "not_found", "this endpoint is no longer available")
        if len(request.body) > MOST_BYTES:
            return refusal(413, "payload_too_large", "the request body is larger than 10MiB")
        try:
            parts = {part.name: part for part in request.parts}
            if len(parts) != len(request.parts):
                raise MultipartError("a part was given twice")
        except MultipartError as error:
            return refusal(400, "bad_request", f"content-type: {error}")
        if faults := faults_of(rules, parts):  # before the key is looked at, as seen live
            return refusal(400, "bad_request", *faults)
        if (key := self._key(request)) is None:
            return refusal(401, "unauthorized", "authorization: missing or invalid API key")
        words = " ".join(part.text for part in parts.values() if part.filename is None)
        if (refused := moderated(words)) is not None:
            return refused
        cost = SD3_MODELS.get(_text(parts, "model"), rules.credits)
        if self.credits < cost:
            return refusal(402, "payment_required", "you lack sufficient credits for this request")
        self.credits -= cost
        return self._made(request, rules, parts, key, "[filtered]" in words)

    def result(self, request: Request, code: str) -> Reply:
        """Answer a question for an id; another key's ids are unknown."""
        if (key := self._key(request)) is None:
            return refusal(401, "unauthorized", "authorization: missing or invalid API key")
        result = self.results.get(code)
        if result is None or result.key != key:
            return refusal(404, "generation_not_found", "the generation was not found")
        if result.waits > 0:
            result.waits -= 1
            return Reply(202, {"id": code, "status": "in-progress"})
        return delivery(request, result)

    def balance(self, request: Request) -> Reply:
        """Answer how many credits are left."""
        if self._key(request) is None:
            return refusal(401, "unauthorized", "authorization: missing or invalid API key")
        return Reply(200, {"credits": self.credits})

    def account(self, request: Request) -> Reply:
        """Answer who the key belongs to."""
        if self._key(request) is None:
            return refusal(401, "unauthorized", "authorization: missing or invalid API key")
        organization = {"id": "org-1", "name": "Studio", "role": "ADMIN", "is_default": True}
        return Reply(
            200,
            {
                "id": "user-1",
                "email": "studio@frames.example",
                "organizations": [organization],
                "profile_picture": "",
            },
        )

    def _key(self, request: Request) -> str | None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        return key if scheme == "Bearer" and key in self.keys else None

    def _made(
        self, request: Request, rules: Rules, parts: Mapping[str, Part], key: str, filtered: bool
    ) -> Reply:
        seed = int(_text(parts, "seed") or 0) or secrets.randbelow(4_294_967_294) + 1
        if rules.output == "glb":
            result = Result(key, painting.cube(), "model/gltf-binary", "SUCCESS", seed, 0)
        else:
            picture = make_picture(rules, parts, seed)
            kind = _text(parts, "output_format") or "png"
            result = Result(
                key,
                painting.encoded(painting.blurred(picture) if filtered else picture, kind),
                f"image/{kind}",
                "CONTENT_FILTERED" if filtered else "SUCCESS",
                seed,
                self.waits,
            )
        if not rules.is_async:
            return delivery(request, result)
        code = secrets.token_hex(32)
        self.results[code] = result
        return Reply(200, {"id": code})


def make_picture(rules: Rules, parts: Mapping[str, Part], seed: int) -> Image.Image:
    """The picture that the endpoint's answer has."""
    files = [part for part in parts.values() if part.filename and part.name not in ("mask", "none")]
    if rules.output.startswith("ratio"):
        width, height = SIZES[_text(parts, "aspect_ratio") or "1:1"]
        if rules.output == "ratio-1.5":
            width, height = width * 3 // 2, height * 3 // 2
        if files:
            return painting.edit(files[0].content, (width, height), seed)
        return painting.paint((width, height), seed)
    image = files[0].content
    width, height = painting.size_of(image)
    if rules.output == "cut-out":
        return painting.cut_out(image)
    if rules.output == "outpaint":
        left, top, right, bottom = (
            int(_text(parts, name) or 0) for name in ("left", "up", "right", "down")
        )
        return painting.extend(image, left, top, right, bottom, seed)
    if rules.output == "times-4":
        return painting.edit(image, (width * 4, height * 4), seed)
    if rules.output == "4mp":
        scale = (4_000_000 / (width * height)) ** 0.5
        return painting.edit(image, (round(width * scale), round(height * scale)), seed)
    mask = parts["mask"].content if "mask" in parts else None
    return painting.edit(image, (width, height), seed, mask)


def moderated(words: str) -> Reply | None:
    """What the server says to words that it does not take."""
    if "[flagged]" in words:
        return refusal(
            403,
            "content_moderation",
            "Your request was flagged by our content moderation system, as a result your request"
            " was denied and you were not charged.",
        )
    if "[public figure]" in words:
        return refusal(422, "public_figure", "prompt: our system detected a public figure")
    letters = [letter for letter in words if letter.isalpha()]
    other = [letter for letter in letters if "LATIN" not in unicodedata.name(letter, "")]
    if len(other) * 2 > len(letters):
        return refusal(422, "invalid_language", "prompt: English is the only supported language")
    return None


def delivery(request: Request, result: Result) -> Reply:
    """A finished result in the form that was asked for."""
    accept = request.headers.get("accept", "*/*")
    request_id = hashlib.sha256(result.content).hexdigest()[:32]
    if "application/json" in accept and result.media_type != "model/gltf-binary":
        body: dict[str, Any] = {
            "image": base64.b64encode(result.content).decode(),
            "finish_reason": result.finish_reason,
            "seed": result.seed,
        }
        kind = f"application/json; type={result.media_type}"
        return Reply(200, body, {"X-Request-Id": request_id}, kind)
    wanted = [part.partition(";")[0].strip() for part in accept.split(",")]
    if not {"*/*", "image/*", result.media_type} & set(wanted):
        return refusal(400, "bad_request", "accept: must be image/* or application/json")
    headers = {"X-Request-Id": request_id}
    if result.media_type != "model/gltf-binary":
        headers |= {"Finish-Reason": result.finish_reason, "Seed": str(result.seed)}
    return Reply(200, result.content, headers, result.media_type)


def refusal(status: int, name: str, *errors: str) -> Reply:
    """An error as the real server words it."""
    return Reply(status, {"id": secrets.token_hex(32), "name": name, "errors": list(errors)})


def _text(parts: Mapping[str, Part], name: str) -> str:
    part = parts.get(name)
    return part.text if part is not None and part.filename is None else ""


def create_app(
    faults: Faults | None = None,
    recorder: Recorder | None = None,
    server: Stability | None = None,
) -> ASGIApp:
    """The application; the key that it knows is `sk-standin`."""
    state = server or Stability()
    routes = Routes()
    for path in RULES:
        routes.on("POST", path)(state.submit)
    for path in ("/v2beta/results/{code}", "/v2beta/stable-image/upscale/creative/result/{code}"):
        routes.on("GET", path)(state.result)
    routes.on("GET", "/v1/user/balance")(state.balance)
    routes.on("GET", "/v1/user/account")(state.account)
    return scripted(routes, faults or Faults(), recorder)
