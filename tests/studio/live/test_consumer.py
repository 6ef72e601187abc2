"""The websocket: who may listen, to what, and for how long."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.layers import channel_layers, get_channel_layer
from channels.testing import WebsocketCommunicator
from django.conf import settings as django_settings
from django.db import OperationalError
from django.test import Client

from studio.conf.asgi import application
from studio.core import services
from studio.core.access import RoleCode
from studio.core.models import Project, Session, User
from studio.live import consumers
from studio.live.consumers import NOT_FOUND, NOT_SIGNED_IN, TRY_LATER, LiveConsumer
from studio.live.origin import is_own
from studio.live.services import project_group, user_group
from tests.support.access import Persona

pytestmark = pytest.mark.django_db(transaction=True)
#: Runs what queries, and gives the connection back.
in_thread: Any = database_sync_to_async


@pytest.fixture(autouse=True)
def _memory_layer(settings: Any) -> AsyncIterator[None]:
    """Messages stay in the process; the relay has its own tests."""
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    channel_layers.backends.clear()
    yield  # type: ignore[misc]
    channel_layers.backends.clear()


def cookie(user: User | None) -> tuple[bytes, bytes] | None:
    """The session cookie of a signed-in browser."""
    if user is None:
        return None
    client = Client()
    client.force_login(user)
    key = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    return b"cookie", f"{django_settings.SESSION_COOKIE_NAME}={key}".encode()


def socket(
    signed: tuple[bytes, bytes] | None,
    query: str = "",
    origin: str | None = "http://testserver",
    host: str = "testserver",
) -> WebsocketCommunicator:
    headers = [(b"host", host.encode())]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    if signed is not None:
        headers.append(signed)
    return WebsocketCommunicator(application, f"/ws/live/{query}", headers=headers)


async def close_code(communicator: WebsocketCommunicator) -> int:
    """The code with which the server closes an accepted socket."""
    message = await communicator.receive_output(timeout=5)
    assert message["type"] == "websocket.close", message
    return int(message["code"])


async def opened(communicator: WebsocketCommunicator) -> None:
    """Wait until the socket has joined its groups: it answers a ping then."""
    connected, _ = await communicator.connect(timeout=5)
    assert connected
    await communicator.send_json_to({"kind": "ping"})
    assert await communicator.receive_json_from(timeout=5) == {"kind": "pong"}


async def say(group: str, **message: Any) -> None:
    layer: Any = get_channel_layer()
    await layer.group_send(group, {"type": "live.message", "message": message})


@pytest.mark.parametrize("persona", list(Persona))
async def test_every_person_at_the_projects_socket(
    persona: Persona,
    outsider: User,
    reviewer: User,
    creator: User,
    admin: User,
    project: Project,
) -> None:
    people = {"outsider": outsider, "reviewer": reviewer, "creator": creator, "admin": admin}
    signed = await in_thread(cookie)(people.get(persona.value))
    communicator = socket(signed, f"?project={project.code}")
    refused = {Persona.ANONYMOUS: NOT_SIGNED_IN, Persona.OUTSIDER: NOT_FOUND}
    if persona in refused:
        connected, _ = await communicator.connect(timeout=5)
        assert connected  # so that the browser learns the code
        assert await close_code(communicator) == refused[persona]
        return
    await opened(communicator)
    await say(project_group(project.code), kind="feed.changed")
    assert (await communicator.receive_json_from(timeout=5))["kind"] == "feed.changed"
    await communicator.disconnect()


@pytest.mark.parametrize("query", ["?project=nonsense", "?project=%00", "?project=../admin"])
async def test_nonsense_is_not_found(creator: User, query: str) -> None:
    communicator = socket(await in_thread(cookie)(creator), query)
    await communicator.connect(timeout=5)
    assert await close_code(communicator) == NOT_FOUND


async def test_one_hears_ones_own_and_nothing_else(
    creator: User, outsider: User, project: Project
) -> None:
    communicator = socket(await in_thread(cookie)(outsider))
    await opened(communicator)
    await say(project_group(project.code), kind="feed.changed")
    await say(user_group(creator.pk), kind="notification.created")
    assert await communicator.receive_nothing(timeout=0.3)
    await say(user_group(outsider.pk), kind="notification.created")
    assert (await communicator.receive_json_from(timeout=5))["kind"] == "notification.created"
    await communicator.disconnect()


async def test_rights_that_change_are_followed_at_once(
    creator: User, outsider: User, project: Project
) -> None:
    communicator = socket(await in_thread(cookie)(outsider))
    await opened(communicator)
    add, remove = services.set_member, services.remove_member
    await in_thread(
        lambda: add(actor=creator, project=project, user=outsider, role=RoleCode.REVIEWER)
    )()
    await heard(communicator, "access.changed")
    await say(project_group(project.code), kind="feed.changed")
    await heard(communicator, "feed.changed")
    await in_thread(lambda: remove(actor=creator, project=project, user=outsider))()
    await heard(communicator, "access.changed")
    await say(project_group(project.code), kind="feed.changed")
    assert await communicator.receive_nothing(timeout=0.3)
    await communicator.disconnect()


async def heard(communicator: WebsocketCommunicator, kind: str) -> None:
    """Wait for a message of this kind."""
    while (await communicator.receive_json_from(timeout=5))["kind"] != kind:
        pass


async def ended(communicator: WebsocketCommunicator) -> int:
    """Wait until the server closes; returns the code."""
    while True:
        message = await communicator.receive_output(timeout=5)
        if message["type"] == "websocket.close":
            return int(message["code"])


async def test_who_is_put_out_of_the_project_on_show_is_put_out_of_the_socket(
    creator: User, reviewer: User, project: Project
) -> None:
    communicator = socket(await in_thread(cookie)(reviewer), f"?project={project.code}")
    await opened(communicator)
    await in_thread(lambda: services.remove_member(actor=creator, project=project, user=reviewer))()
    assert await ended(communicator) == NOT_FOUND


async def test_deactivation_and_revoked_sessions_end_sockets(admin: User, creator: User) -> None:
    first = socket(await in_thread(cookie)(creator))
    await opened(first)
    code = await in_thread(lambda: Session.objects.get(user=creator).code)()
    assert code is not None
    await in_thread(lambda: services.revoke_session(actor=creator, code=code))()
    assert await ended(first) == NOT_SIGNED_IN
    second = socket(await in_thread(cookie)(creator))
    await opened(second)
    await in_thread(lambda: services.set_user_active(actor=admin, user=creator, active=False))()
    assert await ended(second) == NOT_SIGNED_IN


async def test_signing_out_ends_the_sockets_of_that_browser_only(creator: User) -> None:
    here, there = Client(), Client()
    sockets = []
    for client in (here, there):
        await in_thread(client.force_login)(creator)
        key = client.cookies[django_settings.SESSION_COOKIE_NAME].value
        signed = (b"cookie", f"{django_settings.SESSION_COOKIE_NAME}={key}".encode())
        sockets.append(socket(signed))
        await opened(sockets[-1])
    await in_thread(here.post)("/logout/")
    assert await ended(sockets[0]) == NOT_SIGNED_IN
    await heard(sockets[1], "access.changed")
    await sockets[1].disconnect()


async def test_rights_are_checked_without_being_told(
    creator: User, reviewer: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "RECHECK_SECONDS", 0.2)
    communicator = socket(await in_thread(cookie)(reviewer), f"?project={project.code}")
    await opened(communicator)
    await in_thread(lambda: project.memberships.filter(user=reviewer).delete())()
    assert await ended(communicator) == NOT_FOUND


async def test_a_lost_database_asks_to_come_back_later(
    creator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: Any) -> None:
        raise OperationalError("gone")

    communicator = socket(await in_thread(cookie)(creator))
    monkeypatch.setattr(consumers, "groups_for", lost)
    await communicator.connect(timeout=5)
    assert await close_code(communicator) == TRY_LATER


async def test_a_one_time_password_opens_no_socket(admin: User) -> None:
    user, _ = await in_thread(lambda: services.add_person(actor=admin, username="new"))()
    communicator = socket(await in_thread(cookie)(user))
    await communicator.connect(timeout=5)
    assert await close_code(communicator) == NOT_SIGNED_IN


@pytest.mark.parametrize(
    "text", ["nonsense", "[]", "3", '{"kind": "job.cancel", "code": "x"}', '{"kind": ["ping"]}']
)
async def test_a_socket_takes_no_orders(creator: User, text: str) -> None:
    communicator = socket(await in_thread(cookie)(creator))
    await opened(communicator)
    await communicator.send_to(text_data=text)
    assert await communicator.receive_nothing(timeout=0.2)
    await communicator.send_json_to({"kind": "ping"})
    assert await communicator.receive_json_from(timeout=5) == {"kind": "pong"}
    await communicator.disconnect()


@pytest.mark.parametrize("frame", [{"bytes_data": b"\x00" * 10}, {"text_data": "x" * 100_000}])
async def test_frames_that_make_no_sense_end_the_socket(
    creator: User, frame: dict[str, Any]
) -> None:
    communicator = socket(await in_thread(cookie)(creator))
    await opened(communicator)
    await communicator.send_to(**frame)
    assert await close_code(communicator) == 1003


# --- origin ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin",
    [None, "", "null", "https://evil.example", "http://testserver.evil.example", "http://[::", "x"],
)
async def test_pages_of_other_sites_get_no_socket(creator: User, origin: str | None) -> None:
    communicator = socket(await in_thread(cookie)(creator), origin=origin)
    connected, _ = await communicator.connect(timeout=5)
    assert not connected


async def test_unknown_hosts_get_no_socket(creator: User) -> None:
    signed = await in_thread(cookie)(creator)
    communicator = socket(signed, origin="http://evil.example", host="evil.example")
    connected, _ = await communicator.connect(timeout=5)
    assert not connected


def test_origins(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["frames.example"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://front.example"]
    assert is_own("https://frames.example", "frames.example")
    assert is_own("http://frames.example:8000", "frames.example:8000")
    assert is_own("https://front.example", "inner:8000")
    assert not is_own("http://frames.example:8001", "frames.example:8000")
    assert not is_own("ftp://frames.example", "frames.example")


def test_the_socket_is_the_only_one() -> None:
    """Another websocket address must join the checks above."""
    from studio.live.routing import websocket_urlpatterns

    assert [str(pattern.pattern) for pattern in websocket_urlpatterns] == ["ws/live/"]
    assert LiveConsumer.__doc__
