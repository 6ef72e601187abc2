"""Calls to addresses that others named: nothing leads inside, nothing is endless."""

from __future__ import annotations

import gzip
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from studio.core import outbound
from studio.core.outbound import addresses, transport
from tests.support.tls_server import tls_server
from tests.support.web_server import Reply, WebServer, serving


@pytest.fixture
def server() -> Iterator[WebServer]:
    with serving() as made:
        yield made


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """A resolver of ours: for each name, the answers in turn (the last one repeats)."""
    known: dict[str, list[list[str]]] = {}

    def resolve(host: str, port: int) -> list[str]:
        try:
            return [str(ipaddress.ip_address(host))]
        except ValueError:
            pass
        if host not in known:
            raise socket.gaierror(-2, "unknown")
        answers = known[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    monkeypatch.setattr(addresses, "resolve", resolve)
    return known


INSIDE = [
    "http://127.0.0.1/",
    "http://127.9.9.9:8188/",
    "http://0.0.0.0/",
    "http://0.1.2.3/",
    "http://10.0.0.1/",
    "http://172.16.5.4/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://192.0.0.192/",
    "http://198.18.0.1/",
    "http://192.0.2.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[::1]/",
    "http://[::]/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::10.0.0.1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://127.0.0.1./",
    "http://localhost/",
]


@pytest.mark.parametrize("url", INSIDE)
def test_addresses_inside_are_refused(url: str) -> None:
    with pytest.raises(outbound.UnsafeAddress):
        outbound.check_url(url)
    with outbound.client() as client, pytest.raises((outbound.UnsafeAddress, httpx.InvalidURL)):
        client.get(url)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://example.com/", "begin with http"),
        ("file:///etc/passwd", "begin with http"),
        ("gopher://example.com/", "begin with http"),
        ("//example.com/", "begin with http"),
        ("http://", "no host"),
        ("http://user:pw@93.184.216.34/", "user name"),
        ("http://93.184.216.34@127.0.0.1/", "user name"),
        ("http://93.184.216.34:22/", "Port 22"),
        ("http://93.184.216.34:6379/", "Port 6379"),
        ("http://exa mple.com/", "names no host"),
        ("http://93.184.216.34:99999/", "Port 99999"),
        ("http://nobody-here.invalid/", "not known"),
    ],
)
def test_odd_addresses_are_refused_and_it_says_why(names: Any, url: str, why: str) -> None:
    with pytest.raises(outbound.UnsafeAddress, match=why):
        outbound.check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://93.184.216.34/a?b=c#d",
        "http://93.184.216.34:8443/",
        "https://[2606:2800:220:1:248:1893:25c8:1946]/",
        "http://[64:ff9b::5db8:d822]/",
        "https://files.example/a.png",
    ],
)
def test_public_addresses_pass(names: dict[str, Any], url: str) -> None:
    names["files.example"] = [["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"]]
    outbound.check_url(url)


def test_one_bad_address_of_many_refuses_the_name(names: dict[str, Any]) -> None:
    names["mixed.example"] = [["93.184.216.34", "10.0.0.7"]]
    with pytest.raises(outbound.UnsafeAddress, match="private or reserved"):
        outbound.check_url("https://mixed.example/")


def test_registered_machines_may_be_private_but_never_link_local(names: Any) -> None:
    for url in ("http://127.0.0.1:8188/", "http://192.168.1.5/", "http://[fd12::1]/"):
        outbound.check_url(url, allow_private=True)
    for url in (
        "http://169.254.169.254/",
        "http://[::ffff:169.254.169.254]/",
        "http://[fd00:ec2::254]/",
        "http://100.100.100.200/",
        "http://0.0.0.0:8188/",
        "http://224.0.0.251/",
        "http://127.0.0.1:5432/",
    ):
        with pytest.raises(outbound.UnsafeAddress):
            outbound.check_url(url, allow_private=True)


def test_a_trusted_host_is_trusted_at_its_own_port_only(server: WebServer) -> None:
    host = outbound.host_of(server.url + "/v1")
    assert host == server.host
    outbound.check_url(server.url, allowed_hosts=[host])
    with pytest.raises(outbound.UnsafeAddress):
        outbound.check_url("http://127.0.0.1:9/", allowed_hosts=[host])
    with outbound.client(allowed_hosts=[host]) as client:
        assert client.get(server.url).status_code == 200


def test_an_answer_of_dns_that_changes_leads_nowhere(
    server: WebServer, names: dict[str, Any]
) -> None:
    port = server.url.rpartition(":")[2]
    names["rebinding.example"] = [["93.184.216.34"], ["127.0.0.1"]]
    url = f"http://rebinding.example:{port}/secret"

    outbound.check_url(url)
    with outbound.client(timeout_s=1) as client, pytest.raises(outbound.UnsafeAddress):
        client.get(url)

    assert server.calls == []


def test_a_call_goes_to_the_address_that_was_checked_under_its_name(
    server: WebServer, names: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The name resolves once, to the server; the system's resolver would not know it.
    asked: list[str] = []
    known = addresses.resolve

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return known(host, port)

    monkeypatch.setattr(addresses, "resolve", resolve)
    names["render.example"] = [["127.0.0.1"]]
    port = server.url.rpartition(":")[2]
    with outbound.client(allow_private=True) as client:
        client.get(f"http://render.example:{port}/a")

    assert server.calls[0].headers["host"] == f"render.example:{port}"
    assert asked == ["render.example"]


def test_tls_is_checked_against_the_name(
    names: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, served = tls_server(tmp_path, "secure.example")
    trust = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(transport, "_trust", lambda: trust)
    names["secure.example"] = names["other.example"] = [["127.0.0.1"]]

    with outbound.client(allow_private=True, timeout_s=5) as client:
        assert client.get(f"https://secure.example:{served.port}/").text == "hello"
        with pytest.raises(httpx.ConnectError, match=r"other[.]example"):
            client.get(f"https://other.example:{served.port}/")
    served.close()

    assert served.names[0] == "secure.example"


def test_redirects_are_followed_only_by_downloads_and_each_is_checked(server: WebServer) -> None:
    with (
        serving() as inside,
        outbound.client(allowed_hosts=[server.host], headers={"x-key": "k"}) as client,
    ):
        for target in (inside.url, "file:///etc/passwd", "http://169.254.169.254/"):
            server.replies = [Reply(302, headers={"location": target})]
            assert client.get(server.url).status_code == 302
            with pytest.raises(outbound.UnsafeAddress):
                outbound.download(client, server.url, limit_bytes=10, seconds=5)
        assert inside.calls == []

        server.replies = [Reply(302, headers={"location": "/again"})]
        with pytest.raises(httpx.TooManyRedirects):
            outbound.download(client, server.url, limit_bytes=10, seconds=5)


def test_a_download_brings_no_key_but_to_its_own_origin(server: WebServer) -> None:
    with serving() as other:
        hosts = [server.host, other.host]
        server.replies = [Reply(307, headers={"location": f"{other.url}/f"})]
        other.replies = [Reply(200, b"abc", {"content-type": "Video/MP4; codecs=x"})]
        with outbound.client(
            allowed_hosts=hosts, base_url=server.url, headers={"x-key": "k"}
        ) as client:
            found = outbound.download(client, "/f", limit_bytes=10, seconds=5)

        assert found == outbound.Downloaded(b"abc", "video/mp4")
        assert server.calls[0].headers["x-key"] == "k"
        assert "x-key" not in other.calls[0].headers


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        ("https://acme.example/b?c", True),
        ("https://ACME.example:443/", True),
        ("http://acme.example:443/", False),
        ("http://acme.example/", False),
        ("https://acme.example:8443/", False),
        ("https://acme.example.evil/", False),
        ("https://sub.acme.example/", False),
        ("//acme.example/", False),
        ("/a", False),
        ("https://[", False),
    ],
)
def test_an_origin_is_scheme_host_and_port(other: str, is_same: bool) -> None:
    assert outbound.same_origin("https://acme.example", other) is is_same
    assert outbound.same_origin(other, "https://acme.example/a") is is_same


def test_what_is_too_long_is_refused_before_and_while_it_is_read(server: WebServer) -> None:
    with outbound.client(allowed_hosts=[server.host], limit_bytes=1000) as client:
        server.replies = [Reply(200, headers={"content-length": str(5 * 1024**3)})]
        with pytest.raises(outbound.ResponseTooLarge):
            client.get(server.url)
        with pytest.raises(outbound.ResponseTooLarge):
            outbound.download(client, server.url, limit_bytes=10**6, seconds=5)

        server.replies = [Reply(endless=True)]
        began = time.monotonic()
        with pytest.raises(outbound.ResponseTooLarge):
            outbound.download(client, server.url, limit_bytes=5_000_000, seconds=5)

    assert time.monotonic() - began < 3
    assert server.sent < 60_000_000


def test_a_packed_answer_is_refused(server: WebServer) -> None:
    bomb = gzip.compress(bytes(10_000_000))
    server.replies = [Reply(200, bomb, {"content-encoding": "gzip"})]

    with (
        outbound.client(allowed_hosts=[server.host]) as client,
        pytest.raises(httpx.DecodingError),
    ):
        client.get(server.url)

    assert server.calls[0].headers["accept-encoding"] == "identity"


def test_a_file_that_breaks_off_is_told(server: WebServer) -> None:
    server.replies = [Reply(200, b"0123456789", cut=4)]

    with (
        outbound.client(allowed_hosts=[server.host]) as client,
        pytest.raises(outbound.Truncated),
    ):
        outbound.download(client, server.url, limit_bytes=100, seconds=5)


@pytest.mark.parametrize("drip", [b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n", b"HTTP/1.1 2"])
def test_a_server_that_drips_ends_in_time(drip: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host = f"127.0.0.1:{listening.getsockname()[1]}"
        thread = threading.Thread(target=_drip, args=(listening, drip), daemon=True)
        thread.start()
        began = time.monotonic()
        with (
            outbound.client(allowed_hosts=[host], timeout_s=1) as client,
            pytest.raises(httpx.TimeoutException),
        ):
            outbound.download(client, f"http://{host}/", limit_bytes=1000, seconds=0.7)

    assert time.monotonic() - began < 1.5


def test_refusals_of_the_server_are_told_without_reading(server: WebServer) -> None:
    server.replies = [Reply(404, b"gone")]

    with (
        outbound.client(allowed_hosts=[server.host]) as client,
        pytest.raises(httpx.HTTPStatusError),
    ):
        outbound.download(client, server.url, limit_bytes=100, seconds=5)


def test_a_progress_may_stop_a_download(server: WebServer) -> None:
    server.replies = [Reply(endless=True)]

    def stop(count: int) -> None:
        if count > 100_000:
            raise InterruptedError

    with (
        outbound.client(allowed_hosts=[server.host]) as client,
        pytest.raises(InterruptedError),
    ):
        outbound.download(client, server.url, limit_bytes=10**10, seconds=5, progress=stop)

    assert server.sent < 30_000_000


def test_proxies_of_the_environment_are_not_used(
    server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        with outbound.client(allowed_hosts=[server.host]) as client:
            client.get(server.url)

        assert proxy.calls == [] and len(server.calls) == 1


def test_a_socket_for_websockets_is_checked_likewise(server: WebServer) -> None:
    with pytest.raises(outbound.UnsafeAddress):
        outbound.open_socket(server.url.replace("http", "ws") + "/ws")
    made = outbound.open_socket(server.url.replace("http", "ws") + "/ws", allow_private=True)
    assert made.getpeername()[1] == int(server.url.rpartition(":")[2])
    made.close()


def _drip(listening: socket.socket, first: bytes) -> None:
    made, _ = listening.accept()
    with made:
        try:
            made.sendall(first)
            for _ in range(100):
                time.sleep(0.1)
                made.sendall(b"0")
        except OSError:
            return
