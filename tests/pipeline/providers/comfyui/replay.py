"""A server that says what a real one said: one prompt of a recorded session, with our ids.

What follows a recorded `POST /prompt` is walked through in its order: messages go to the socket
whose id the prompt carries, the history is there once the recording shows it (or once the prompt's
last message went out), interrupts and deletions happen where they happened, sockets close where
they closed. Only time is left out, and bytes that were not recorded are made up around their
recorded beginning.
"""

from __future__ import annotations

import asyncio
import json
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote_plus

from tests.standins.server import Receive, Scope, Send

CAPTURES = Path(__file__).resolve().parents[3] / "standins" / "comfyui" / "captures"
#: The beginning of a file by its ending, for files whose bytes nobody recorded.
MAGIC = {
    "png": b"\x89PNG\r\n\x1a\n",
    "webp": b"RIFF\0\0\0\0WEBP",
    "webm": b"\x1aE\xdf\xa3\0\0\0\0webm",
    "mp4": b"\0\0\0\x20ftypisom",
}


def records(scenario: str) -> list[dict[str, Any]]:
    """The records of a session, by the number or name of its file."""
    (path,) = CAPTURES.glob(f"{scenario}*.jsonl")
    return [json.loads(line) for line in path.read_text().splitlines()]


def is_call(record: dict[str, Any], method: str, path: str) -> bool:
    return (
        record["kind"] == "http"
        and record["req"]["method"] == method
        and record["req"]["path"].startswith(path)
    )


def submissions(scenario: str) -> list[int]:
    """Where in a session prompts were sent."""
    return [i for i, record in enumerate(records(scenario)) if is_call(record, "POST", "/prompt")]


class Recording:
    """One prompt of a session: what was sent, what was answered, and what came after."""

    def __init__(self, scenario: str, number: int) -> None:
        self.all = records(scenario)
        self.at = submissions(scenario)[number]
        call = self.all[self.at]
        body = call["req"].get("json") or {}
        self.graph: Any = body.get("prompt")
        self.answer = call["res"]
        told = self.answer.get("json")
        self.prompt_id = str(
            body.get("prompt_id") or (told.get("prompt_id") if isinstance(told, dict) else "")
        )
        self.client_id = body.get("client_id", "")
        self.after = self.all[self.at + 1 :]
        self.connections = {
            record["conn"]
            for record in self.all
            if record["kind"] == "ws"
            and record.get("dir") == "open"
            and self.client_id
            and record["url"].startswith(f"/ws?clientId={self.client_id}")
        }

    def entry(self) -> dict[str, Any]:
        """The history's entry: as it was recorded, else put together from what was told."""
        entry = {
            "prompt": [0, self.prompt_id, self.graph, {}, self._targets()],
            "outputs": self._told_outputs(),
            "status": {"status_str": "success", "completed": True, "messages": self._told()},
            "meta": {},
        }
        if any(name in ("execution_interrupted",) for name, _ in self._told()) or (
            any(name == "execution_error" and "timestamp" in data for name, data in self._told())
        ):
            entry["status"]["status_str"] = "error"
        for found in self._recorded_entries():
            if "messages" in found:
                entry["status"] = found
            entry |= {key: found[key] for key in entry if key in found}
        if not self._told() and "RaiseError" in json.dumps(self.graph):
            entry["status"]["status_str"] = "error"  # nobody was told, and nobody looked
        if not entry["outputs"] and self._is_plain_success(entry):
            entry["outputs"] = self._made_up_outputs()
        return entry

    def _recorded_entries(self) -> Iterator[dict[str, Any]]:
        for record in self.after:
            if is_call(record, "GET", f"/history/{self.prompt_id}"):
                answer = record["res"].get("json", record["res"].get("json_excerpt"))
                if isinstance(answer, dict) and isinstance(answer.get(self.prompt_id), dict):
                    yield answer[self.prompt_id]

    def _messages(self) -> Iterator[dict[str, Any]]:
        for record in self.after:
            message = record.get("msg")
            if message and message["data"].get("prompt_id") == self.prompt_id:
                yield message

    def _told(self) -> list[list[Any]]:
        told = [
            [message["type"], message["data"]]
            for message in self._messages()
            if message["type"].startswith("execution_")
        ]
        # what a blocker says is told and not recorded
        return [m for m in told if m[0] != "execution_error" or "timestamp" in m[1]]

    def _told_outputs(self) -> dict[str, Any]:
        return {
            message["data"]["node"]: message["data"]["output"]
            for message in self._messages()
            if message["type"] == "executed" and message["data"].get("output")
        }

    def _targets(self) -> list[str]:
        savers = ("Save", "Preview", "ShowText")
        return [
            node
            for node, entry in (self.graph or {}).items()
            if isinstance(entry, dict) and str(entry.get("class_type")).startswith(savers)
        ]

    def _is_plain_success(self, entry: dict[str, Any]) -> bool:
        classes = {self.graph[node]["class_type"] for node in self._targets()}
        told_blocked = any(m["type"] == "execution_error" for m in self._messages())
        return (
            entry["status"]["status_str"] == "success"
            and bool(classes & {"SaveImage", "PreviewImage"})
            and "BlockExecution" not in json.dumps(self.graph)
            and not told_blocked
        )

    def _made_up_outputs(self) -> dict[str, Any]:
        return {
            node: {"images": [{"filename": "unseen_00001_.png", "subfolder": "cap", "type": kind}]}
            for node in self._targets()
            for kind in ["temp" if "Preview" in self.graph[node]["class_type"] else "output"]
        }


class Replay:
    """The ASGI application: the first prompt it is sent becomes the first recording, and so on.

    `gate`: an interrupt of the recording waits for one of ours.
    """

    def __init__(self, *recordings: Recording, gate: bool = False) -> None:
        self.recordings = list(recordings)
        self.recording, self.gate = recordings[0], gate
        self.sockets: dict[str, Send] = {}
        self.flagged: set[str] = set()
        self.posts: list[dict[str, Any]] = []
        self.calls: list[tuple[str, str, Any]] = []
        self.prompt_id = self.client_id = ""
        self.place = "nowhere"  # nowhere, queue, history
        self.interrupted = asyncio.Event()
        self.killed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if any(name == b"origin" for name, _ in scope["headers"]):
            await _answer(send, 403, b"")
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self._http(scope, receive, send)

    # --- HTTP ---------------------------------------------------------------------------------

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        method, path = scope["method"], scope["path"]
        query = scope["query_string"].decode()
        parsed = json.loads(body) if body.startswith((b"{", b"[")) else body
        self.calls.append((method, path + (f"?{query}" if query else ""), parsed))
        if (method, path) == ("POST", "/prompt"):
            await self._prompt(parsed, send)
        elif (method, path) == ("POST", "/interrupt"):
            if parsed.get("prompt_id") == self.prompt_id:
                self.interrupted.set()
            await _answer(send, 200, b"")
        elif (method, path) == ("POST", "/queue"):
            await _answer(send, 200, b"")
        elif path == "/queue":
            items = [[0, self.prompt_id, {}, {}, []]] if self.place == "queue" else []
            await _json(send, {"queue_running": items, "queue_pending": []})
        elif path.startswith("/history/"):
            known = self.place == "history" and path == f"/history/{self.prompt_id}"
            await _json(send, {self.prompt_id: self._mine(self.recording.entry())} if known else {})
        elif path == "/view":
            await self._view(query, send)
        else:
            await self._recorded(method, path, query, send)

    async def _prompt(self, body: dict[str, Any], send: Send) -> None:
        self.recording = self.recordings[min(len(self.posts), len(self.recordings) - 1)]
        self.posts.append(body)
        answer = self.recording.answer
        self.prompt_id, self.client_id = body["prompt_id"], body["client_id"]
        queued = answer["status"] == 200 or any(
            self.recording.prompt_id in json.dumps(record["res"].get("json_excerpt", {}))
            for record in self.recording.after
            if self.recording.prompt_id and is_call(record, "GET", "/queue")
        )
        if queued:
            self.place = "queue"
            task = asyncio.create_task(self._walk())
            self._tasks.add(task)
        told = answer.get("json")
        if told is None:
            await _answer(send, answer["status"], answer.get("text", "").encode())
        else:
            await _json(send, self._mine(told), answer["status"])

    async def _view(self, query: str, send: Send) -> None:
        wanted = {name: values[0] for name, values in parse_qs(query).items()}
        for record in self.recording.after:
            if is_call(record, "POST", "/prompt"):
                break  # what is looked at from here on is another prompt's
            if record["kind"] != "http" or not record["req"]["path"].startswith("/view?"):
                continue
            asked = parse_qs(unquote_plus(record["req"]["path"].partition("?")[2]))
            answer = record["res"]
            if asked.get("filename") == [wanted["filename"]] and "head_hex" in answer:
                head = bytes.fromhex(answer["head_hex"])
                content = head + bytes(max(0, answer["len"] - len(head)))
                await _answer(send, 200, content, answer["content_type"])
                return
            if asked.get("filename") == [wanted["filename"]] and answer["status"] == 404:
                await _answer(send, 404, b"")
                return
        magic = MAGIC[wanted["filename"].rpartition(".")[2]]
        await _answer(send, 200, magic + bytes(40) + wanted["filename"].encode(), "image/any")

    async def _recorded(self, method: str, path: str, query: str, send: Send) -> None:
        """Any other call: as the session has it."""
        whole = path + (f"?{query}" if query else "")
        for record in self.recording.all:
            if is_call(record, method, path) and record["req"]["path"] == whole:
                answer = record["res"]
                content = answer.get("json", answer.get("json_excerpt"))
                if content is None:
                    await _answer(send, answer["status"], answer.get("text", "").encode())
                else:
                    await _json(send, content, answer["status"])
                return
        await _answer(send, 404, b"")

    def _mine(self, content: Any) -> Any:
        """The same with our prompt's id in place of the recorded one."""
        recorded = self.recording.prompt_id
        if not recorded:
            return content
        text = json.dumps(content)
        return json.loads(text.replace(json.dumps(recorded), json.dumps(self.prompt_id)))

    # --- the socket ---------------------------------------------------------------------------

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        client_id = parse_qs(scope["query_string"].decode()).get("clientId", [""])[0]
        assert (await receive())["type"] == "websocket.connect"
        await send({"type": "websocket.accept"})
        self.sockets[client_id] = send
        status = {"status": {"exec_info": {"queue_remaining": 0}}, "sid": client_id}
        await send({"type": "websocket.send", "text": _message("status", status)})
        is_first = True
        while (message := await receive())["type"] != "websocket.disconnect":
            if is_first and '"feature_flags"' in message.get("text", ""):
                self.flagged.add(client_id)
            is_first = False
        if self.sockets.get(client_id) is send:
            del self.sockets[client_id]

    async def _walk(self) -> None:
        """What came after the prompt was sent, in its order."""
        await asyncio.sleep(0.01)  # the answer to POST comes first, nearly always
        recording = self.recording
        for record in recording.after:
            if record["kind"] == "ws":
                await self._told(record)
            elif is_call(record, "POST", "/interrupt"):
                if self.gate and _hits(record, recording.prompt_id):
                    await self.interrupted.wait()
            elif is_call(record, "POST", "/queue") and self.place == "queue":
                if self._takes_away(record["req"]["json"]):
                    self.place = "nowhere"
                    return
            elif is_call(record, "GET", f"/history/{recording.prompt_id}"):
                content = record["res"].get("json", record["res"].get("json_excerpt"))
                if content and self.place == "queue":
                    self.place = "history"
            elif record["kind"] == "note" and record["note"].startswith("kill -9"):
                self.place = "nowhere"
                self.killed.set()
                return
            if self.place == "history" and not self._has_more(record):
                return
        if self.place == "queue" and not recording.connections:
            self.place = "history"  # nobody was told and nobody asked

    def _has_more(self, after: dict[str, Any]) -> bool:
        index = next(i for i, record in enumerate(self.recording.after) if record is after)
        wanted = json.dumps(self.recording.prompt_id)
        return any(
            wanted in json.dumps(r.get("msg", "")) for r in self.recording.after[index + 1 :]
        )

    def _takes_away(self, body: dict[str, Any]) -> bool:
        """Whether a call to /queue hits the prompt: only waiting ones can be deleted."""
        recording = self.recording
        started = any(
            record.get("msg", {}).get("type") == "execution_start"
            and record["msg"]["data"]["prompt_id"] == recording.prompt_id
            for record in recording.after
        )
        return not started and (
            bool(body.get("clear")) or recording.prompt_id in body.get("delete", ())
        )

    async def _told(self, record: dict[str, Any]) -> None:
        mine = record["conn"] in self.recording.connections
        broadcast = not self.recording.client_id
        send = self.sockets.get(self.client_id)
        message = record.get("msg")
        if record["dir"] == "closed" and mine and self.place == "queue" and send is not None:
            del self.sockets[self.client_id]
            await send({"type": "standin.cut"})
        if record["dir"] != "in" or not (mine or broadcast):
            return
        if send is not None:
            await self._say(send, record)
        over = {"node": None, "prompt_id": self.recording.prompt_id}
        if message and message["type"] == "executing" and message["data"] == over:
            self.place = "history"

    async def _say(self, send: Send, record: dict[str, Any]) -> None:
        try:
            if record.get("msg"):
                text = json.dumps(self._mine(record["msg"]))
                await send({"type": "websocket.send", "text": text})
            elif "bin_len" in record:
                await send({"type": "websocket.send", "bytes": self._frame(record)})
        except ConnectionError:
            self.sockets.pop(self.client_id, None)
        await asyncio.sleep(0)

    def _frame(self, record: dict[str, Any]) -> bytes:
        """A binary message: whole where it was, else with its picture made up."""
        head = bytes.fromhex(record["bin_head_hex"])
        if record.get("event") == 4:
            meta = json.dumps(self._mine(record["meta"])).encode()
            magic = b"\xff\xd8\xff" if b"jpeg" in meta else MAGIC["png"]
            return struct.pack(">II", 4, len(meta)) + meta + magic + bytes(50)
        return head + bytes(record["bin_len"] - len(head))


def _hits(record: dict[str, Any], prompt_id: str) -> bool:
    body = record["req"].get("json")
    return not body or (isinstance(body, dict) and body.get("prompt_id") == prompt_id)


def _message(kind: str, data: dict[str, Any]) -> str:
    return json.dumps({"type": kind, "data": data})


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _json(send: Send, content: Any, status: int = 200) -> None:
    await _answer(send, status, json.dumps(content).encode(), "application/json; charset=utf-8")


async def _answer(send: Send, status: int, content: bytes, kind: str = "text/plain") -> None:
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def without_prefix(graph: dict[str, Any]) -> str:
    """A graph as text, whatever folder it saves to."""
    return re.sub(r'"filename_prefix": "[^"]*"', '"filename_prefix": ""', json.dumps(graph))
