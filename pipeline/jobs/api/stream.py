"""Server-sent events of one job: its history, and progress between the lines.

Lines of history carry their number as the event id, so that a client that reconnects with
`Last-Event-ID` misses none; progress is passing and carries no id.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from pipeline.jobs.api.serializers import JobEventSerializer
from pipeline.jobs.api.views import get_job
from pipeline.jobs.models import Job, JobEvent
from pipeline.jobs.states import FINAL
from studio.core.access import ProjectScopedQuerySet
from studio.core.errors import Invalid
from studio.core.models import User
from studio.live.services import job_group

KEEP_ALIVE_S = 15.0
#: After this a stream ends, and the client comes back with its credentials and `Last-Event-ID`:
#: a key that was revoked or a session that has ended follows a job no longer than that.
MOST_SECONDS = 600.0


class AcceptAnything(BaseContentNegotiation):
    """A stream is a stream, whatever the client says that it accepts."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """The first one; the view reads no body."""
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        """The first one; used for problems only."""
        return renderers[0], renderers[0].media_type


class JobStreamView(APIView):
    """Follow one job."""

    content_negotiation_class = AcceptAnything

    @extend_schema(
        parameters=[OpenApiParameter("Last-Event-ID", int, OpenApiParameter.HEADER)],
        responses={(200, "text/event-stream"): OpenApiTypes.STR},
    )
    def get(self, request: Request, code: UUID) -> HttpResponseBase:
        """History lines after `Last-Event-ID`, then each new one, until the job has ended."""
        job = get_job(request.user, code)
        last = request.headers.get("Last-Event-ID", "0") or "0"
        if not last.isdecimal() or len(last) > 9:
            raise Invalid("Last-Event-ID must be the number of an event.")
        response = StreamingHttpResponse(
            stream(job, int(request.user.pk or 0), int(last)), content_type="text/event-stream"
        )
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Accel-Buffering"] = "no"
        return response


async def stream(job: Job, user_id: int, last: int) -> AsyncIterator[str]:
    """The text of the stream; ends with the job, with the right to see it, or with its time."""
    layer: Any = get_channel_layer()
    channel = await layer.new_channel()
    group = job_group(job.code)
    await layer.group_add(group, channel)
    end = time.monotonic() + MOST_SECONDS
    try:
        yield "retry: 2000\n\n"
        while time.monotonic() < end:
            lines, final, visible = await _news(job.pk, user_id, last)
            if not visible:
                return
            for line in lines:
                last = line["number"]
                yield f"id: {last}\nevent: {line['kind']}\ndata: {json.dumps(line)}\n\n"
            if final:
                yield "event: end\ndata: {}\n\n"
                return
            async for text in _passing(layer, channel):
                yield text
    finally:
        await layer.group_discard(group, channel)


async def _passing(layer: Any, channel: str) -> AsyncIterator[str]:
    """Progress until something happens, or time is up, that the database must be asked about."""
    end = time.monotonic() + KEEP_ALIVE_S
    while True:
        left = max(0.0, end - time.monotonic())
        try:
            received = await asyncio.wait_for(layer.receive(channel), left)
        except TimeoutError:
            yield ": still here\n\n"
            return
        message = received.get("message") or {}
        if message.get("kind") != "job.progress":
            return
        figures = {key: message[key] for key in ("permille", "stage")}
        yield f"event: progress\ndata: {json.dumps(figures)}\n\n"


def _read_news(job_id: int, user_id: int, last: int) -> tuple[list[dict[str, Any]], bool, bool]:
    """New lines, whether the job has ended, whether the person may still see it."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    jobs: ProjectScopedQuerySet[Job] = Job.objects.all()
    job = jobs.visible_to(user).filter(pk=job_id).first() if user else None
    if job is None:
        return [], True, False
    final = job.state_id in FINAL  # read before the lines: the last line is among them then
    rows = JobEvent.objects.filter(job_id=job_id, number__gt=last).order_by("number")
    lines = [
        {**JobEventSerializer(row).data, "created_at": row.created_at.isoformat()} for row in rows
    ]
    return lines, final, True


_news = database_sync_to_async(_read_news)
