"""Bria's v2 API: JSON, asynchronous, real pictures behind result addresses.

Words in the prompt make it misbehave by hand: `[flagged]` is refused by moderation at once (422),
`[filtered]` while it runs (status ERROR).
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from tests.standins import painting
from tests.standins.bria.rules import RULES, Rejected, check, decode
from tests.standins.faults import Faults, Recorder, scripted
from tests.standins.server import ASGIApp
from tests.standins.web import Reply, Request, Routes

KEY = "bria-standin"
SIZES = {
    "1:1": (1024, 1024),
    "2:3": (832, 1216),
    "3:2": (1216, 832),
    "3:4": (896, 1152),
    "4:3": (1152, 896),
    "4:5": (896, 1088),
    "5:4": (1088, 896),
    "9:16": (768, 1344),
    "16:9": (1344, 768),
}


@dataclass
class Job:
    """A request that was taken: what it will answer, and how often it still says IN_PROGRESS."""

    key: str
    waits: int
    body: Mapping[str, Any]
    result: dict[str, Any] = field(default_factory=dict)
    error: dict[str, Any] | None = None

    def answer(self, code: str) -> dict[str, Any]:
        """The body of the status, which webhooks carry too."""
        if self.error is not None:
            return {"status": "ERROR", "error": self.error, "request_id": code}
        return {"status": "COMPLETED", "result": self.result, "request_id": code}


@dataclass
class Bria:
    """The server's state."""

    keys: set[str] = field(default_factory=lambda: {KEY})
    waits: int = 1
    jobs: dict[str, Job] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    retired: set[str] = field(default_factory=set)
    result_host: str = ""  # where result addresses point; empty: this server

    def submit(self, request: Request) -> Reply:
        """Answer a POST of any endpoint of the table."""
        try:
            return self._taken(request)
        except Rejected as error:
            return refusal(error.status, error.message, error.details)

    def status(self, request: Request, code: str) -> Reply:
        """Answer what became of a request: always 200 where it is known."""
        if request.headers.get("api_token") not in self.keys:
            return refusal(401, "Unauthorized", "api_token is missing or invalid")
        job = self.jobs.get(code)
        if job is None or job.key != request.headers["api_token"]:
            return refusal(404, "Not found", "the request is unknown or has expired")
        if job.waits > 0:
            job.waits -= 1
            return Reply(200, {"status": "IN_PROGRESS", "request_id": code})
        return Reply(200, job.answer(code))

    def file(self, request: Request, name: str) -> Reply:
        """Hand out a result; needs no key."""
        content = self.files.get(name)
        if content is None:
            return Reply(404, "gone")
        return Reply(200, content, {}, "image/jpeg" if name.endswith("jpeg") else "image/png")

    def _taken(self, request: Request) -> Reply:
        if request.headers.get("api_token") not in self.keys:
            raise Rejected(401, "Unauthorized", "api_token is missing or invalid")
        if request.path in self.retired:
            raise Rejected(404, "Not found", "no such endpoint")
        if not request.content_type.startswith("application/json"):
            raise Rejected(415, "Unsupported media type", request.content_type)
        try:
            body = request.json()
        except ValueError:
            raise Rejected(400, "Bad request", "body: no JSON") from None
        check(request.path, body)
        words = " ".join(str(body.get(name, "")) for name in ("prompt", "instruction"))
        if "[flagged]" in words:
            raise Rejected(422, "Prompt content moderation failed", "the prompt is inappropriate")
        code = secrets.token_hex(16)
        job = Job(request.headers["api_token"], self.waits, body)
        self.jobs[code] = job
        base = self.result_host or f"http://{request.headers['host']}"
        if "[filtered]" in words:
            job.error = {
                "code": 422,
                "message": "Visual output content moderation failed",
                "details": "the result was found inappropriate",
            }
        else:
            job.result = self._made(request.path, body, code, base)
        told: dict[str, Any] = {"request_id": code}
        if body.get("ip_signal"):
            told["warning"] = "the prompt may refer to protected content"
        if body.get("sync"):
            return Reply(200, {**told, "result": job.result})
        home = f"http://{request.headers['host']}"
        return Reply(202, {**told, "status_url": f"{home}/v2/status/{code}"})

    def _made(self, path: str, body: Mapping[str, Any], code: str, base: str) -> dict[str, Any]:
        seed = body.get("seed", secrets.randbelow(2**31))
        if path.startswith("/v2/structured_prompt/"):
            return {"seed": str(seed), "structured_prompt": document(body)}
        kind = body.get("output_type", "png")
        name = f"{code}.{kind}"
        self.files[name] = painting.encoded(make_picture(path, body, seed), kind)
        result: dict[str, Any] = {"image_url": f"{base}/results/{name}"}
        if path.startswith("/v2/image/generate"):
            result |= {"seed": str(seed), "structured_prompt": document(body)}
        elif path == "/v2/image/edit":
            instruction = json.dumps({"edit_instruction": body.get("instruction", "")})
            result |= {"seed": str(seed), "structured_instruction": instruction}
        elif path.endswith("replace_background"):
            result |= {"seed": str(seed), "refined_prompt": f"{body.get('prompt', '')}, refined"}
        return result


def make_picture(path: str, body: Mapping[str, Any], seed: int) -> Image.Image:
    """The picture that an endpoint's answer has."""
    if path.startswith("/v2/image/generate"):
        size = SIZES[body.get("aspect_ratio", "1:1")]
        if body.get("resolution") == "4MP":
            size = (size[0] * 2, size[1] * 2)
        if "images" in body:
            return painting.edit(decode(body["images"][0]), size, seed)
        return painting.paint(size, seed)
    image = decode(body["image"] if "image" in body else body["images"][0])
    width, height = painting.size_of(image)
    if path.endswith("remove_background"):
        return painting.cut_out(image)
    if path.endswith("increase_resolution"):
        factor = body.get("desired_increase", 2)
        return painting.edit(image, (width * factor, height * factor), seed)
    if path.endswith("expand"):
        (across, down), (left, top) = body["canvas_size"], body["original_image_location"]
        return painting.extend(image, left, top, across - left - width, down - top - height, seed)
    mask = decode(body["mask"]) if "mask" in body else None
    return painting.edit(image, (width, height), seed, mask)


def document(body: Mapping[str, Any]) -> str:
    """A structured prompt, as a string: what was given, else one of the right shape."""
    for name in ("user_adjusted_structured_prompt", "structured_prompt"):
        if name in body:
            found = json.loads(body[name])
            if "prompt" in body:
                found["short_description"] = body["prompt"]
            return json.dumps(found)
    return json.dumps(
        {
            "short_description": body.get("prompt", "what the picture shows"),
            "objects": [
                {
                    "description": "a lighthouse",
                    "location": "centre",
                    "relationship": "stands on the rocks",
                    "relative_size": "large",
                    "shape_and_color": "a white tower",
                }
            ],
            "background_setting": "the sea at dusk",
            "lighting": {"conditions": "dusk", "direction": "from the left", "shadows": "soft"},
            "aesthetics": {
                "composition": "centred",
                "color_scheme": "blue and amber",
                "mood_atmosphere": "calm",
            },
            "photographic_characteristics": {
                "depth_of_field": "deep",
                "focus": "on the tower",
                "camera_angle": "eye level",
                "lens_focal_length": "35 mm",
            },
            "style_medium": "photograph",
            "artistic_style": "realistic",
            "context": "travel",
            "text_render": [],
        }
    )


def refusal(status: int, message: str, details: str = "") -> Reply:
    """An error as the real server words it."""
    error = {"code": status, "message": message, "details": details}
    return Reply(status, {"error": error, "request_id": secrets.token_hex(16)})


def create_app(
    faults: Faults | None = None, recorder: Recorder | None = None, server: Bria | None = None
) -> ASGIApp:
    """The application; the token that it knows is `bria-standin`."""
    state = server or Bria()
    routes = Routes()
    for path in RULES:
        routes.on("POST", path)(state.submit)
    routes.on("GET", "/v2/status/{code}")(state.status)
    routes.on("GET", "/results/{name}")(state.file)
    return scripted(routes, faults or Faults(), recorder)
