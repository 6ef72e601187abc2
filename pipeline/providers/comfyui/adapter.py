"""The adapter for ComfyUI servers: one prompt for each output, on the server that was chosen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

from pipeline.providers.base import (
    ComfyTarget,
    ErrorClass,
    Produced,
    ProviderError,
    RunContext,
    RunRequest,
)
from pipeline.providers.comfyui.files import Uploads
from pipeline.providers.comfyui.follow import Run
from pipeline.providers.comfyui.graphs import class_of
from pipeline.providers.comfyui.http import ComfyHttp
from pipeline.providers.comfyui.limits import Limits
from pipeline.providers.comfyui.outputs import SOCKET_SAVERS
from pipeline.providers.comfyui.sending import Sender
from pipeline.providers.comfyui.socket import EventSocket, Mailbox
from pipeline.providers.films import Wanted, finish_take

#: The operation whose outputs are joined with others: takes have exact frames, rate and size.
TAKES = "transform.image_to_video"


class ComfyAdapter:
    """Runs graphs on ComfyUI servers.

    Args:
        limits: how long it waits for what.
    """

    provider = "comfyui"
    version = "1"
    can_cancel = True

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._uploads = Uploads()

    def run(self, request: RunRequest, context: RunContext) -> Iterator[Produced]:
        """Yield each missing output as soon as it is brought in.

        Raises:
            ProviderError: an output can't be had; the others were taken back.
            Cancelled: the context said so; the server was told to stop.
        """
        target = request.target
        if not isinstance(target, ComfyTarget):
            raise ProviderError("No ComfyUI server was chosen.", error_class=ErrorClass.INTERNAL)
        if missing := set(request.positions) - set(target.graphs):
            raise ProviderError(
                "The workflow was not prepared for every output.",
                detail=f"positions without graph: {sorted(missing)}",
                error_class=ErrorClass.INTERNAL,
            )
        mailbox = Mailbox(_socket_savers(target), self.limits)
        with (
            ComfyHttp(target.url, self.limits) as http,
            EventSocket(target.url, mailbox, self.limits) as socket,
        ):
            sender = Sender(http, socket, request, target, context, self._uploads)
            with closing(Run(http, socket, mailbox, sender).outputs()) as outputs:
                for produced in outputs:
                    yield _as_asked(request, produced, context)


def _as_asked(request: RunRequest, produced: Produced, context: RunContext) -> Produced:
    """A film for a take in the house encoding, so that it can be cut and joined; else as it came.

    Raises:
        ProviderError: the graph saved no film, or one far shorter than the take.
        Cancelled: the run is to stop.
    """
    if request.operation != TAKES:
        return produced
    wanted = Wanted.of(request.parameters)
    content, told = finish_take(
        produced.content, wanted, provider="The workflow", cancelled=context.cancelled
    )
    notes = {**produced.notes, **told}
    return replace(produced, content=content, media_type="video/mp4", notes=notes)


def _socket_savers(target: ComfyTarget) -> frozenset[str]:
    """Nodes whose pictures are results and come over the socket only."""
    return frozenset(
        node_id
        for graph in target.graphs.values()
        for node_id in graph
        if class_of(graph, node_id) in SOCKET_SAVERS
    )
