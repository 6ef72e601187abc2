"""Playing the requests of a transcript against a stand-in, at the moments they were made."""

from __future__ import annotations

import contextlib
import io
import json
import re
import struct
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import httpx
import numpy as np
from PIL import Image
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.standins.comfyui.control import ComfyStandIn
from tests.standins.transcripts import Record, event

PATIENCE_S = 10.0
BOUNDARY = "XbX"


class Listener:
    """A client of the websocket that keeps what it hears."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.heard: list[dict[str, Any]] = []
        self.code: int | None = None
        self.news = threading.Condition()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        try:
            for message in self.socket:
                with self.news:
                    self.heard.append(readable(message))
                    self.news.notify_all()
        except ConnectionClosed:
            pass
        self.code = self.socket.close_code

    def wait(self, ready: Callable[[list[dict[str, Any]]], bool]) -> bool:
        """Wait until what was heard is `ready`."""
        with self.news:
            return self.news.wait_for(lambda: ready(self.heard), PATIENCE_S)

    def events(self) -> list[tuple[Any, ...]]:
        """Everything but `status`, comparable."""
        return [event(m) for m in self.heard if not is_status(m)]

    def join(self) -> None:
        """Wait until the connection ended."""
        self._thread.join(PATIENCE_S)

    def close(self) -> None:
        """Close it and wait for its thread."""
        self.socket.close()
        self.join()


def is_status(message: Mapping[str, Any]) -> bool:
    """Whether it is a `status`; those come from another thread than the rest, at any moment."""
    return "msg" in message and message["msg"]["type"] == "status"


def readable(message: str | bytes) -> dict[str, Any]:
    """A message in the form of a transcript's record."""
    if isinstance(message, str):
        return {"msg": json.loads(message)}
    (kind,) = struct.unpack(">I", message[:4])
    size = struct.unpack(">I", message[4:8])[0]
    if kind == 1:
        return {"event": 1, "image_format": {1: "JPEG", 2: "PNG"}[size], "image": message[8:]}
    if kind == 4:
        told = json.loads(message[8 : 8 + size])
        return {"event": 4, "meta": told, "image": message[8 + size :]}
    node = message[8 : 8 + size].decode()
    return {"event": 3, "node": node, "text": message[8 + size :].decode()}


def picture(length: int, shade: int) -> bytes:
    """A PNG of 24 x 16 that is `length` bytes long (what follows its end is ignored)."""
    buffer = io.BytesIO()
    Image.fromarray(np.full((16, 24, 3), shade, dtype=np.uint8)).save(buffer, "PNG")
    return buffer.getvalue().ljust(length, b"\0")


def machine(**words: Any) -> ComfyStandIn:
    """A stand-in like the machine of the transcripts, with the files it had."""
    server = ComfyStandIn(
        models={"checkpoints": ["tiny_random_sd15.safetensors"]},
        vram=None,
        **{"time_scale": 0.1, "step_seconds": 0.0, **words},
    )
    root = server.folders.root
    (root / "input/shots/sh010").mkdir(parents=True)
    (root / "output/cap").mkdir()
    for name in ("example", "cap_a", "cap_b", "shots/sh010/cap_s", "plate é 01"):
        (root / f"input/{name}.png").write_bytes(picture(140, 90))
    (root / "output/cap/chain_00001_.png").write_bytes(picture(1326, 90))
    (root / "temp/cap_t.png").write_bytes(picture(140, 90))
    (root / "input/notimage.png").write_bytes(b"hello")
    return server


class Replay:
    """One run over a transcript; `answers` are the stand-in's, by the index of the record.

    `bodies` are the raw bodies that a transcript does not hold, by index. `before` are actions
    at a record (the deaths of the server, files deleted on its disk). `unheard` are events not to
    wait for: they were on their way when something else happened.
    """

    def __init__(
        self,
        server: ComfyStandIn,
        records: list[Record],
        *,
        bodies: Mapping[int, bytes] | None = None,
        before: Mapping[int, Callable[[ComfyStandIn], Any]] | None = None,
        skip: frozenset[int] = frozenset(),
        unheard: frozenset[int] = frozenset(),
    ) -> None:
        self.server = server
        self.records = records
        self.bodies = bodies or {}
        self.before = before or {}
        self.skip = skip
        self.unheard = unheard
        self.answers: dict[int, httpx.Response] = {}
        self.listeners: dict[str, Listener] = {}
        self.open: set[str] = set()
        self._last_view = b""
        server.order_outputs = self._order

    def _order(self, prompt_id: str, outputs: list[str]) -> list[str]:
        """Outputs in the order of the transcript: a real server keeps them in a set."""
        for record in self.records:
            answer = record.data.get("res", {}).get("json")
            for item in queue_items(answer):
                if item[1] == prompt_id and set(item[4]) == set(outputs):
                    return list(item[4])
        return outputs

    def run(self) -> None:
        """Do everything the clients of the transcript did."""
        self.server.count_from(first_number(self.records))
        with contextlib.ExitStack() as stack:
            client = stack.enter_context(httpx.Client(base_url=self.server.url, timeout=PATIENCE_S))
            for record in self.records:
                if record.index in self.before:
                    self._catch_up(record.index)
                    self.before[record.index](self.server)
                if record.index in self.skip:
                    continue
                if record.kind == "http":
                    self._catch_up(record.index)
                    self._exchange(client, record)
                elif record.kind == "ws":
                    self._socket(stack, record)
            self._catch_up(len(self.records))
            for name in sorted(self.open):
                self.listeners[name].close()

    def _socket(self, stack: contextlib.ExitStack, record: Record) -> None:
        data = record.data
        name = data["conn"]
        if data["dir"] == "open":
            self._catch_up(record.index)
            address = self.server.url.replace("http", "ws") + data["url"].split(" ")[0]
            socket = stack.enter_context(connect(address, max_size=None, ping_interval=None))
            self.listeners[name] = Listener(socket)
            self.open.add(name)
            self.listeners[name].wait(bool)
        elif data["dir"] == "out":
            self.listeners[name].socket.send(json.dumps(data["msg"]))
            kinds = [r.data["msg"]["type"] for r in self.records if self.is_message(r, name)]
            if "feature_flags" in kinds:  # the real server had read them before the next request
                self.listeners[name].wait(
                    lambda heard: any(m["msg"]["type"] == "feature_flags" for m in heard)
                )
        elif data["dir"] == "closed":
            self._catch_up(record.index)
            self.listeners[name].close()
            self.open.discard(name)

    def _catch_up(self, index: int) -> None:
        """Wait until every open socket heard what it had heard by then in the transcript."""
        for name in self.open:
            listener = self.listeners[name]
            told = [r for r in self.records[:index] if self.is_news(r, name)]
            told = [record for record in told if record.index not in self.unheard]
            if not told:
                continue
            last = event(told[-1].data)
            count = [event(r.data) for r in told].count(last)
            listener.wait(
                lambda heard, last=last, count=count: (
                    [event(m) for m in heard if not is_status(m)].count(last) >= count
                )
            )

    @staticmethod
    def is_news(record: Record, name: str) -> bool:
        """Whether a record is an event that a socket heard, `status` apart."""
        data = record.data
        if record.kind != "ws" or data["conn"] != name or data["dir"] != "in":
            return False
        return ("msg" in data or "event" in data) and not is_status(data)

    @staticmethod
    def is_message(record: Record, name: str) -> bool:
        """Whether a record is a JSON message that a socket heard."""
        data = record.data
        return (
            record.kind == "ws"
            and data["conn"] == name
            and data["dir"] == "in"
            and isinstance(data.get("msg"), dict)
        )

    def _exchange(self, client: httpx.Client, record: Record) -> None:
        request = record.request
        headers = dict(request.get("headers") or {})
        if headers.get("Origin", "").startswith("http://127.0.0.1"):
            headers["Origin"] = self.server.url
        content = self.bodies.get(record.index)
        if content is None and "form" in request:
            content, headers["Content-Type"] = self._form(request["form"])
        elif "form" in request:
            headers["Content-Type"] = f"multipart/form-data; boundary={BOUNDARY}"
        elif content is None and "json" in request:
            document = dict(request["json"]) if isinstance(request["json"], dict) else None
            if document is not None and request["path"] == "/prompt":
                told = record.answer.get("json") or {}
                if "prompt_id" in told:
                    document["prompt_id"] = told["prompt_id"]
            content = json.dumps(request["json"] if document is None else document).encode()
            headers["Content-Type"] = "application/json"
        answer = client.request(
            request["method"], self._path(record), content=content, headers=headers
        )
        if request["path"].startswith("/view"):
            self._last_view = answer.content
        if re.fullmatch(r"/history/[0-9a-f-]{36}", request["path"]):
            answer = self._patient(client, record, answer)
        self.answers[record.index] = answer

    def _patient(
        self, client: httpx.Client, record: Record, answer: httpx.Response
    ) -> httpx.Response:
        """Ask again while the transcript's server had finished what ours has not yet."""
        had = record.answer.get("json") or record.answer.get("json_excerpt")
        until = time.monotonic() + PATIENCE_S
        while had and answer.json() == {} and time.monotonic() < until:
            time.sleep(0.02)
            answer = client.get(record.request["path"])
        return answer

    def _form(self, form: Mapping[str, Any]) -> tuple[bytes, str]:
        fields = list(form.get("fields", ()))
        fields += [(k, v) for k, v in form.items() if isinstance(v, str) and k != "raw_filename"]
        if "raw_filename" in form:
            fields.append(("image", (form["raw_filename"], picture(140, 90), "image/png")))
        elif "image" in form:
            image = form["image"]
            content = picture(image["len"], 90)
            if image["content_type"] == "video/mp4" and self._last_view:
                content = self._last_view
            name = quote(image["filename"], safe="")
            fields.append(("image", (name, content, image["content_type"])))
        return multipart(fields), f"multipart/form-data; boundary={BOUNDARY}"

    def _path(self, record: Record) -> str:
        """The address, with the name that our own server gave to a file."""
        path, _, query = record.request["path"].partition("?")
        if not query:
            return path
        words = dict(parse_qsl(query, keep_blank_values=True))
        for theirs, ours in self._files():
            if words.get("filename") == theirs:
                words["filename"] = ours
        return f"{path}?{urlencode(words)}"

    def _files(self) -> list[tuple[str, str]]:
        pairs = []
        for record in self.records:
            message = record.data.get("msg") or {}
            if message.get("type") != "executed":
                continue
            for listener in self.listeners.values():
                for heard in listener.heard:
                    ours = heard.get("msg") or {}
                    if ours.get("type") == "executed" and same(ours, message):
                        pairs += zip(files(message), files(ours), strict=False)
        return pairs


def first_number(records: list[Record]) -> int:
    """The number the server had reached when the transcript begins; refusals count too."""
    earlier = 0
    for record in records:
        if record.kind != "http" or record.request["path"] != "/prompt":
            continue
        answer = record.answer.get("json") or {}
        if "number" in answer:
            return int(abs(answer["number"])) - earlier
        earlier += record.request["method"] == "POST" and record.answer["status"] == 400
    return 0


def queue_items(value: Any) -> list[list[Any]]:
    """Every item of a queue or a history in a document: [number, id, graph, extra, outputs]."""
    if isinstance(value, dict):
        return [item for inner in value.values() for item in queue_items(inner)]
    if isinstance(value, list):
        if len(value) == 5 and isinstance(value[4], list) and isinstance(value[3], dict):
            return [value]
        return [item for inner in value for item in queue_items(inner)]
    return []


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two `executed` events are about the same node of the same prompt."""
    return all(one["data"][key] == other["data"][key] for key in ("node", "prompt_id"))


def files(message: Mapping[str, Any]) -> list[str]:
    """The file names in an `executed` event."""
    return [file["filename"] for file in (message["data"]["output"] or {}).get("images", ())]


def multipart(fields: list[Any]) -> bytes:
    """A form as browsers write it: names as they are."""
    parts = []
    for name, value in fields:
        if isinstance(value, str):
            head, content = f'Content-Disposition: form-data; name="{name}"', value.encode()
        else:
            filename, content, media_type = value
            head = (
                f'Content-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
                f"Content-Type: {media_type}"
            )
        parts.append(f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + content + b"\r\n")
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
