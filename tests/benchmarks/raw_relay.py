"""The baseline of `live_latency`: one LISTEN connection, one websocket server, nothing else."""

from __future__ import annotations

import asyncio
import os
import socket
import sys

import psycopg
from psycopg import sql
from websockets.asyncio.server import ServerConnection, broadcast, serve


async def relay(handle: int, channel: str) -> None:
    """Send every notification on `channel` to every socket."""
    audience: set[ServerConnection] = set()

    async def welcome(connection: ServerConnection) -> None:
        audience.add(connection)
        try:
            await connection.wait_closed()
        finally:
            audience.discard(connection)

    listener = await psycopg.AsyncConnection.connect(os.environ["DATABASE_URL"], autocommit=True)
    await listener.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
    async with serve(welcome, sock=socket.socket(fileno=handle)):
        async for notification in listener.notifies():
            broadcast(audience, notification.payload)


if __name__ == "__main__":
    asyncio.run(relay(int(sys.argv[1]), sys.argv[2]))
