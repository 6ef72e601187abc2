"""The HTTP and websocket interface of the stand-in, as version 0.3.64 answers."""

from __future__ import annotations

import copy
import io
import json
import mimetypes
import re
import uuid
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
from PIL import Image

from tests.standins.comfyui.pixels import encoded
from tests.standins.comfyui.validation import problem, validate_prompt
from tests.standins.multipart import MultipartError
from tests.standins.server import Receive, Scope, Send
from tests.standins.web import Reply, Request, Routes, read_request, send_reply

if TYPE_CHECKING:
    from tests.standins.comfyui.control import ComfyStandIn

TROUBLE = Reply(500, "500 Internal Server Error\n\nServer got itself in trouble")
EMPTY = Reply()
RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True)
class Received:
    """A prompt as it arrived, before the server touched it."""

    prompt_id: str
    graph: dict[str, Any]
    client_id: str | None
    number: float
    extra_data: dict[str, Any]
    accepted: bool


def build(owner: ComfyStandIn) -> Application:
    """The application for one life of a server."""
    return Application(owner)


class Application:
    """Routes over one engine; a restarted server gets a new one."""

    def __init__(self, owner: ComfyStandIn) -> None:
        self.owner = owner
        self.engine = owner.engine
        self.hub = owner.engine.hub
        self.number = 0
        self.routes = Routes()
        self._declare()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or one websocket."""
        self.hub.attach()
        headers = {n.decode().lower(): v.decode("latin-1") for n, v in scope["headers"]}
        if scope["type"] == "websocket":
            if foreign(headers):
                await receive()
                await send({"type": "websocket.close"})
            else:
                await self.hub.serve(scope, receive, send, self.engine.queue.remaining())
            return
        request = await read_request(scope, receive)
        await send_reply(send, await self._answer(request))

    async def _answer(self, request: Request) -> Reply:
        if foreign(request.headers):
            return Reply(403)
        limit = self.owner.max_upload_bytes
        if len(request.body) > limit:
            return Reply(413, f"Maximum request body size {int(limit)} exceeded.")
        if request.method == "OPTIONS":
            return EMPTY
        is_api = request.path.startswith("/api/")
        if is_api:
            request = Request(
                request.method,
                request.path.removeprefix("/api"),
                request.query_string,
                request.headers,
                request.body,
            )
        reply = await self.routes.answer(request)
        if is_api and reply.status == 404:
            return Reply(404, content_type="application/octet-stream")
        return reply

    def _declare(self) -> None:
        on = self.routes.on
        on("GET", "/prompt")(self.remaining)
        on("POST", "/prompt")(self.submit)
        on("GET", "/queue")(lambda request: Reply(body=self.engine.queue.listing()))
        on("POST", "/queue")(self.change_queue)
        on("GET", "/history")(self.history)
        on("GET", "/history/{prompt_id}")(self.history_entry)
        on("POST", "/history")(self.change_history)
        on("POST", "/interrupt")(self.interrupt)
        on("POST", "/free")(self.free)
        on("POST", "/upload/image")(self.upload_image)
        on("POST", "/upload/mask")(self.upload_mask)
        on("GET", "/view")(self.view)
        on("GET", "/view_metadata/{folder}")(self.view_metadata)
        on("GET", "/object_info")(self.object_info)
        on("GET", "/object_info/{name}")(self.object_info)
        on("GET", "/models")(lambda request: Reply(body=list(self.owner.models)))
        on("GET", "/models/{folder}")(self.model_folder)
        on("GET", "/embeddings")(self.embeddings)
        on("GET", "/extensions")(lambda request: Reply(body=[]))
        on("GET", "/users")(lambda request: Reply(body={"storage": "server", "migrated": True}))
        on("GET", "/features")(lambda request: Reply(body=self.hub.features))
        on("GET", "/system_stats")(lambda request: Reply(body=self.owner.system_stats()))

    # -- prompts ---------------------------------------------------------------------------------

    def remaining(self, request: Request) -> Reply:
        """How many prompts wait or run."""
        return Reply(body={"exec_info": {"queue_remaining": self.engine.queue.remaining()}})

    def submit(self, request: Request) -> Reply:
        """Check a prompt and queue it."""
        try:
            return self._submit(request.json())
        except (ValueError, TypeError, AttributeError, KeyError):
            return TROUBLE

    def _submit(self, document: dict[str, Any]) -> Reply:
        number: float = self.number
        if "number" in document:
            number = float(document["number"])
        else:
            number = -number if document.get("front") else number
            self.number += 1
        if "prompt" not in document:
            error = problem("no_prompt", "No prompt provided", "No prompt provided")
            return Reply(400, {"error": error, "node_errors": {}})
        graph = document["prompt"]
        prompt_id = str(document.get("prompt_id", uuid.uuid4()))
        extra = dict(document.get("extra_data") or {})
        if "client_id" in document:
            extra["client_id"] = document["client_id"]
        as_it_came = copy.deepcopy(graph)
        targets = document.get("partial_execution_targets")
        verdict = validate_prompt(graph, self.owner.nodes, self.owner, targets)
        accepted = verdict.error is None
        self.owner.prompts.append(
            Received(prompt_id, as_it_came, extra.get("client_id"), number, extra, accepted)
        )
        if not accepted:
            return Reply(400, {"error": verdict.error, "node_errors": verdict.node_errors})
        outputs = self.owner.order_outputs(prompt_id, verdict.outputs)
        self.engine.queue.put((number, prompt_id, graph, extra, outputs))
        told = {"prompt_id": prompt_id, "number": number, "node_errors": verdict.node_errors}
        return Reply(body=told)

    def change_queue(self, request: Request) -> Reply:
        """Clear what waits, or delete some of it."""
        document = _json(request)
        if not isinstance(document, dict):
            return TROUBLE
        if document.get("clear"):
            self.engine.queue.clear()
        for prompt_id in document.get("delete") or ():
            self.engine.queue.delete(prompt_id)
        return EMPTY

    def history(self, request: Request) -> Reply:
        """A page of what was done."""
        try:
            most = int(request.query["max_items"]) if "max_items" in request.query else None
            offset = int(request.query.get("offset", -1))
        except ValueError:
            return TROUBLE
        return Reply(body=self.engine.queue.entries(most, offset))

    def history_entry(self, request: Request, prompt_id: str) -> Reply:
        """One prompt that was done, or nothing."""
        return Reply(body=self.engine.queue.entry(prompt_id))

    def change_history(self, request: Request) -> Reply:
        """Forget all of the history, or some of it."""
        document = _json(request)
        if not isinstance(document, dict):
            return TROUBLE
        if document.get("clear"):
            self.owner.forget_history()
        for prompt_id in document.get("delete") or ():
            self.owner.forget_history(prompt_id)
        return EMPTY

    def interrupt(self, request: Request) -> Reply:
        """Stop what runs, or only if it is the one named."""
        document = _json(request) if request.body else {}
        if document is None:
            document = {}
        if not isinstance(document, dict):
            return TROUBLE
        self.engine.interrupt(document.get("prompt_id"))
        return EMPTY

    def free(self, request: Request) -> Reply:
        """Drop the cache as soon as nothing runs."""
        document = _json(request)
        if not isinstance(document, dict):
            return TROUBLE
        self.engine.free_wanted |= bool(document.get("free_memory"))
        self.owner.freed.append(document)
        return EMPTY

    # -- files -----------------------------------------------------------------------------------

    def upload_image(self, request: Request) -> Reply:
        """Store a file in the input (or another) folder."""
        return self._upload(request, lambda content, fields: content)

    def upload_mask(self, request: Request) -> Reply:
        """Store a picture with the transparency of the upload."""

        def masked(content: bytes, fields: dict[str, str]) -> bytes:
            reference = json.loads(fields["original_ref"])
            root = self.engine.folders.of(reference.get("type") or "output")
            assert root is not None
            path = root / reference.get("subfolder", "") / reference["filename"]
            with Image.open(path) as original, Image.open(io.BytesIO(content)) as mask:
                picture = original.convert("RGBA")
                picture.putalpha(mask.convert("RGBA").getchannel("A").resize(picture.size))
            buffer = io.BytesIO()
            picture.save(buffer, "PNG", compress_level=4)
            return buffer.getvalue()

        return self._upload(request, masked)

    def _upload(self, request: Request, prepared: Any) -> Reply:
        try:
            part, fields = request.part("image"), request.fields
        except MultipartError:
            return Reply(400)
        if part is None:
            return Reply(400)
        kind, subfolder = fields.get("type", "input"), fields.get("subfolder", "")
        try:
            content = prepared(part.content, fields)
        except (KeyError, ValueError, OSError, AssertionError):
            return TROUBLE
        overwrite = fields.get("overwrite") in {"true", "1"}
        name = self.engine.folders.upload(
            content, part.filename or "", kind, subfolder, overwrite=overwrite
        )
        if isinstance(name, int):
            return TROUBLE if name == 500 else Reply(name)
        self.owner.uploads.append((kind, subfolder, name, part.content))
        return Reply(body={"name": name, "subfolder": subfolder, "type": kind})

    def view(self, request: Request) -> Reply:
        """A file, a part of it, or a preview."""
        query = request.query
        if "filename" not in query:
            return Reply(404)
        kind = query.get("type", "output")
        path = self.engine.folders.view(query["filename"], kind, query.get("subfolder", ""))
        if isinstance(path, int):
            return Reply(path)
        headers = {"Content-Disposition": _disposition(path.name)}
        if "preview" in query:
            return _preview(path, query["preview"], headers)
        if query.get("channel", "rgba") != "rgba":
            return _channel(path, query["channel"], headers)
        return _file(path, request, headers)

    def view_metadata(self, request: Request, folder: str) -> Reply:
        """What a model says of itself."""
        told = self.owner.metadata.get((folder, request.query.get("filename", "")))
        return Reply(404) if told is None else Reply(body=told)

    # -- what there is ---------------------------------------------------------------------------

    def object_info(self, request: Request, name: str | None = None) -> Reply:
        """All node types, or one; nothing for an unknown one."""
        names = list(self.owner.nodes) if name is None else [name]
        known = {n: self.owner.nodes[n] for n in names if n in self.owner.nodes}
        return Reply(body={n: kind.info(self.owner) for n, kind in known.items()})

    def model_folder(self, request: Request, folder: str) -> Reply:
        """The files of a model folder."""
        if folder not in self.owner.models:
            return Reply(404)
        return Reply(body=self.owner.model_names(folder))

    def embeddings(self, request: Request) -> Reply:
        """The names of the embeddings, without extension."""
        return Reply(body=[Path(name).stem for name in self.owner.model_names("embeddings")])


def foreign(headers: Any) -> bool:
    """Whether a page of another origin asks; refused as on any loopback host."""
    if "origin" not in headers:
        return False
    origin, host = urlsplit(headers["origin"]), urlsplit("//" + headers.get("host", ""))
    if origin.hostname != host.hostname:
        return True
    return None not in {origin.port, host.port} and origin.port != host.port


def _json(request: Request) -> Any:
    try:
        return request.json()
    except ValueError:
        return None


def _disposition(name: str) -> str:
    return f'filename="{name}"'.encode().decode("latin-1")


def _preview(path: Path, wish: str, headers: dict[str, str]) -> Reply:
    format_, _, quality = wish.partition(";")
    format_ = format_ if format_ in {"webp", "jpeg"} else "webp"
    with Image.open(path) as image:
        picture = image.convert("RGB" if format_ == "jpeg" else image.mode)
        buffer = io.BytesIO()
        picture.save(buffer, format_, quality=int(quality) if quality.isdigit() else 90)
    return Reply(200, buffer.getvalue(), headers, f"image/{format_}")


def _channel(path: Path, channel: str, headers: dict[str, str]) -> Reply:
    with Image.open(path) as image:
        if channel == "a":
            alpha = np.asarray(image.convert("RGBA"))[..., 3]
            pixels = np.repeat(alpha[..., None], 3, axis=2)
        else:
            pixels = np.asarray(image.convert("RGB"))
    return Reply(200, encoded(pixels, "PNG"), headers, "image/png")


def _file(path: Path, request: Request, headers: dict[str, str]) -> Reply:
    stat = path.stat()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if media_type in {"text/html", "text/html-sandboxed", "application/xhtml+xml"}:
        media_type = "application/octet-stream"
    headers |= {
        "ETag": f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"',
        "Last-Modified": formatdate(stat.st_mtime, usegmt=True),
        "Accept-Ranges": "bytes",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Reply(304, None, headers)
    content = path.read_bytes()
    wished = RANGE.fullmatch(request.headers.get("range", ""))
    if not wished or not (wished[1] or wished[2]):
        return Reply(200, content, headers, media_type)
    if wished[1]:
        first, last = int(wished[1]), int(wished[2] or len(content) - 1)
    else:
        first, last = max(len(content) - int(wished[2]), 0), len(content) - 1
    last = min(last, len(content) - 1)
    if first > last:
        return Reply(416, None, headers | {"Content-Range": f"bytes */{len(content)}"})
    headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
    return Reply(206, content[first : last + 1], headers, media_type)
