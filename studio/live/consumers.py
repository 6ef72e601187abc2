"""The one websocket of a page: small notifications out, nothing but a ping in."""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.db import DatabaseError

from studio.core.models import Membership, Project, Session, User
from studio.live.services import project_group, studio_group, user_group

RECHECK_SECONDS = 30
MAX_PROJECTS = 200
#: Longest frame that is looked at, in characters; the only one that means something is a ping.
MAX_FRAME = 256
#: Close codes: the first two tell the page not to come back, the others to try again later.
NOT_SIGNED_IN, NOT_FOUND = 4401, 4404
BAD_FRAME, TRY_LATER = 1003, 1013


class LiveConsumer(AsyncJsonWebsocketConsumer):
    """Joins the groups of the person and of the projects the person may see.

    `?project=<code>` asks for one project besides (an Admin need not be a member); a project that
    is not visible ends the socket with 4404, no living session with 4401. Rights are checked on
    connection, when told that they changed, and every 30 seconds.
    """

    async def connect(self) -> None:
        """Accept the socket and join its groups, or say by the close code why not."""
        self.joined: set[str] = set()
        self.rechecking: asyncio.Task[None] | None = None
        # Two checks at once would leave the groups of whichever ended last.
        self.checking = asyncio.Lock()
        await self.accept()
        user: Any = self.scope.get("user")
        if user is None or not user.is_authenticated:
            await self.close(code=NOT_SIGNED_IN)
            return
        self.user_id: int = user.pk
        self.session_key: str = self.scope["session"].session_key or ""
        query = parse_qs(self.scope["query_string"].decode("latin-1"))
        self.wanted = query.get("project", [""])[0]
        if await self._rejoin():
            self.rechecking = asyncio.create_task(self._recheck_for_ever())

    async def disconnect(self, code: int) -> None:
        """Leave all groups."""
        task: asyncio.Task[None] | None = getattr(self, "rechecking", None)
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        for group in getattr(self, "joined", ()):
            await self.channel_layer.group_discard(group, self.channel_name)

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any
    ) -> None:
        """Answer a ping; everything else is ignored, for a socket carries no decisions."""
        if text_data is None or len(text_data) > MAX_FRAME:
            await self.close(code=BAD_FRAME)
            return
        try:
            content = json.loads(text_data)
        except ValueError:
            return
        if isinstance(content, dict) and content.get("kind") == "ping":
            await self.send_json({"kind": "pong"})

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Handle what comes from the browser or from the channel layer.

        Before each message Channels closes old database connections, by way of a thread. For
        live messages, which need no database here, that was most of what a socket cost.
        """
        if message["type"] == "live.message":
            await self.live_message(message)
        elif message["type"] == "live.resync":
            await self.live_resync(message)
        else:
            await super().dispatch(message)

    async def live_message(self, event: dict[str, Any]) -> None:
        """Pass a notification on."""
        message = event["message"]
        if message["kind"] == "access.changed" and not await self._rejoin():
            return
        await self.send_json(message)

    async def live_resync(self, event: dict[str, Any]) -> None:
        """Messages may have been lost: the page reads everything again."""
        await self.send_json({"kind": "resync"})

    async def _recheck_for_ever(self) -> None:
        await asyncio.sleep(RECHECK_SECONDS)
        while await self._rejoin():
            await asyncio.sleep(RECHECK_SECONDS)

    async def _rejoin(self) -> bool:
        """Join and leave so that the groups are those the person may see now.

        Returns False when the socket has been closed: the person may not listen (any more), or
        that can't be known because the database does not answer.
        """
        async with self.checking:
            try:
                groups, refusal = await groups_for(self.user_id, self.session_key, self.wanted)
            except DatabaseError:
                groups, refusal = set(), TRY_LATER
            for group in groups - self.joined:
                await self.channel_layer.group_add(group, self.channel_name)
            for group in self.joined - groups:
                await self.channel_layer.group_discard(group, self.channel_name)
            self.joined = groups
            if refusal:
                await self.close(code=refusal)
        return not refusal


def find_groups(user_id: int, session_key: str, wanted: str) -> tuple[set[str], int]:
    """The groups of a person's socket, and the close code when there may be no socket."""
    session = Session.objects.filter(session_key=session_key, user_id=user_id)
    user = User.objects.filter(
        pk=user_id, is_active=True, must_change_password=False, pk__in=session.values("user_id")
    ).first()
    if user is None:
        return set(), NOT_SIGNED_IN
    mine = Membership.objects.filter(user=user).values_list("project__code", flat=True)
    codes: set[uuid.UUID] = set(mine.order_by("-project_id")[:MAX_PROJECTS])
    if wanted:
        try:
            code = uuid.UUID(wanted)
        except ValueError:
            return set(), NOT_FOUND
        if not Project.objects.visible_to(user).filter(code=code).exists():
            return set(), NOT_FOUND
        codes.add(code)
    return {studio_group(), user_group(user.pk)} | {project_group(c) for c in codes}, 0


groups_for: Any = database_sync_to_async(find_groups)
