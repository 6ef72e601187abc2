"""The server of the stand-ins: what ordinary servers do, and what they never do."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

from tests.standins.faults import Faults, Recorder, scripted
from tests.standins.multipart import MultipartError, parse_multipart
from tests.standins.server import serve
from tests.standins.web import Reply, Request, Routes


def routes():
    table = Routes()

    @table.on("GET", "/hello/{name}")
    def hello(request: Request, name: str) -> Reply:
        return Reply(body={"hello": name, **request.query})

    @table.on("POST", "/echo")
    async def echo(request: Request) -> Reply:
        await asyncio.sleep(0)
        return Reply(body=request.body, content_type=request.content_type)

    @table.on("GET", "/broken")
    def broken(request: Request) -> Reply:
        raise ValueError("on purpose")

    return table


async def socket_app(scope, receive, send):
    assert scope["type"] == "websocket"
    assert (await receive())["type"] == "websocket.connect"
    await send({"type": "websocket.accept"})
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return
        await send({"type": "websocket.send", "text": message["text"].upper()})


async def stream_app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for index in range(3):
        await send({"type": "http.response.body", "body": f"{index};".encode(), "more_body": True})
        await asyncio.sleep(0.05)
    if scope["path"] == "/cut":
        await send({"type": "standin.cut"})
    await send({"type": "http.response.body", "body": b"end"})


def test_requests_are_answered_over_one_connection():
    with serve(routes()) as served, httpx.Client(base_url=served.url) as client:
        assert client.get("/hello/ann?x=1").json() == {"hello": "ann", "x": "1"}
        body = b"x" * 3_000_000
        assert client.post("/echo", content=body).content == body
        head = client.head("/hello/ann")
        assert (head.status_code, head.content) == (200, b"")
        assert int(head.headers["content-length"]) > 0
        assert client.get("/nothing").status_code == 404
        assert client.post("/hello/ann").status_code == 405
        assert served.connections == 1


def test_a_failing_application_is_told():
    with serve(routes()) as served:
        assert httpx.get(served.url + "/broken").status_code == 500
        assert "on purpose" in served.errors[0]


def test_answers_are_streamed_and_cut():
    with serve(stream_app) as served:
        with httpx.stream("GET", served.url + "/whole") as answer:
            began = time.monotonic()
            chunks = list(answer.iter_raw())
        assert b"".join(chunks) == b"0;1;2;end"
        assert len(chunks) >= 3
        assert time.monotonic() - began > 0.05
        with httpx.stream("GET", served.url + "/cut") as answer:
            seen = b""
            with pytest.raises(httpx.RemoteProtocolError):
                for chunk in answer.iter_raw():
                    seen += chunk
        assert seen == b"0;1;2;"


def test_it_refuses_connections_and_returns_on_the_same_port():
    with serve(routes()) as served:
        url = served.url + "/hello/ann"
        with httpx.Client() as client:
            assert client.get(url).status_code == 200
            served.stop()
            with pytest.raises(httpx.TransportError):
                client.get(url)
        with pytest.raises(httpx.ConnectError):
            httpx.get(url)
        served.start()
        assert httpx.get(url).status_code == 200


def test_websockets_talk_and_are_dropped_without_a_close_frame():
    with serve(socket_app, websocket_limit=1000) as served:
        address = served.url.replace("http", "ws") + "/ws"
        with connect(address) as socket:
            socket.send("hello")
            assert socket.recv(timeout=5) == "HELLO"
            assert socket.ping().wait(5)
            assert served.drop_websockets() == 1
            with pytest.raises(ConnectionClosedError) as caught:
                socket.recv(timeout=5)
            assert caught.value.rcvd is None  # 1006
        with connect(address) as socket:
            socket.send("x" * 2000)
            with pytest.raises(ConnectionClosedError) as caught:
                socket.recv(timeout=5)
            assert caught.value.rcvd.code == 1009


def test_faults_are_played_in_order_and_recorded():
    faults, recorder = Faults(), Recorder()
    with serve(scripted(routes(), faults, recorder)) as served:
        url = served.url + "/hello/ann"
        faults.add(status=429, headers={"Retry-After": "2"}, body={"why": "busy"}, times=2)
        faults.add(path="/echo", status=503)
        faults.add(content_type="text/html")
        first = httpx.get(url)
        assert (first.status_code, first.headers["retry-after"]) == (429, "2")
        assert httpx.get(url).json() == {"why": "busy"}
        assert httpx.get(url).headers["content-type"] == "text/html"
        assert httpx.get(url).json() == {"hello": "ann"}
        assert httpx.post(served.url + "/echo", content=b"a").status_code == 503
        assert faults.waiting == 0
        httpx.post(served.url + "/echo", files={"image": ("a b.png", b"\x00\r\n", "image/png")})
        part = recorder.last.part("image")
        assert part is not None
        assert (part.filename, part.content_type, part.content) == (
            "a b.png",
            "image/png",
            b"\x00\r\n",
        )
        assert [r.method for r in recorder.find(path="/echo")] == ["POST", "POST"]


def test_answers_are_truncated_cut_and_delayed():
    faults, recorder = Faults(), Recorder()
    with serve(scripted(routes(), faults, recorder)) as served:
        url = served.url + "/hello/ann"
        faults.add(truncate_bytes=4)
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(url)
        faults.add(cut=True, handled=True)
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(url)
        faults.add(delay_s=5.0)
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(url, timeout=0.2)
        assert len(recorder.requests) == 3
        assert served.errors == []


def form(*parts: bytes, end: bytes = b"--XbX--\r\n") -> bytes:
    return b"".join(b"--XbX\r\n" + part + b"\r\n" for part in parts) + end


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", form()),
        ("multipart/form-data; boundary=XbX", b"nothing"),
        (
            "multipart/form-data; boundary=XbX",
            form(b'Content-Disposition: form-data; name="a"\r\n\r\n1', end=b""),
        ),
        ("multipart/form-data; boundary=XbX", form(b"Content-Type: text/plain\r\n\r\n1")),
        ("multipart/form-data; boundary=XbX", form(b"Content-Disposition: form-data\r\n\r\n1")),
        ("multipart/form-data; boundary=XbX", form(b"Content-Disposition: form-data; name=a")),
    ],
)
def test_broken_forms_are_refused(content_type, body):
    with pytest.raises(MultipartError):
        parse_multipart(content_type, body)


def test_a_quoted_file_name_is_read():
    body = form(b'Content-Disposition: form-data; name="image"; filename="a\\"b;c.png"\r\n\r\n1')
    (part,) = parse_multipart("multipart/form-data; boundary=XbX", body)
    assert (part.filename, part.content) == ('a"b;c.png', b"1")
