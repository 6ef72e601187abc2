"""How a run's prompts come to be on the server: taken up from before, or made and sent."""

from __future__ import annotations

import time
import uuid
from collections.abc import Collection, Mapping
from typing import Any

from pipeline.providers.base import ComfyTarget, RunContext, RunRequest
from pipeline.providers.comfyui import errors
from pipeline.providers.comfyui.files import Uploads, wanted_files
from pipeline.providers.comfyui.graphs import (
    placeholders,
    with_folder,
    with_inputs,
    with_saved_previews,
)
from pipeline.providers.comfyui.http import CallFailed, ComfyHttp, NoAnswer
from pipeline.providers.comfyui.prompts import (
    Prompt,
    find,
    submit,
    take_back,
)
from pipeline.providers.comfyui.socket import EventSocket


class Sender:
    """Makes prompts out of positions, and puts them on the server exactly once."""

    def __init__(
        self,
        http: ComfyHttp,
        socket: EventSocket,
        request: RunRequest,
        target: ComfyTarget,
        context: RunContext,
        uploads: Uploads,
    ) -> None:
        self.http, self.socket, self.uploads = http, socket, uploads
        self.request, self.target, self.context = request, target, context

    def adopt(self, positions: Collection[int]) -> list[Prompt]:
        """Prompts of an attempt that was lost, and that the server still knows: not sent again.

        One that ended badly meanwhile is among them: that is how this attempt ends, too.

        Raises:
            ProviderError: the server can't be asked.
            Cancelled: the run is to stop.
        """
        found: dict[int, Prompt] = {}
        doubled: set[str] = set()
        for earlier in self.request.earlier:
            if not earlier.request_id or earlier.position not in positions:
                continue
            if earlier.position in found:
                doubled.add(earlier.request_id)
            elif self._patiently_find(earlier.request_id) is not False:
                graph = self.target.graphs[earlier.position]
                found[earlier.position] = Prompt(earlier.position, earlier.request_id, graph)
                self.context.submitting(earlier.position, earlier.request_id)
        doubled -= {prompt.prompt_id for prompt in found.values()}
        if doubled:  # an output that was asked for twice is waited for once
            take_back(self.http, doubled)
        return list(found.values())

    def _patiently_find(self, prompt_id: str) -> Mapping[str, Any] | bool:
        began = time.monotonic()
        while True:
            try:
                return find(self.http, prompt_id)
            except CallFailed as error:
                if (gone := time.monotonic() - began) > self.http.limits.unreachable_s:
                    raise errors.unreachable(error, seconds=gone) from error
                self.context.wait(self.http.limits.poll_s)

    def send(self, position: int, *, again: Prompt | None = None) -> Prompt:
        """Send the prompt for a position; `again`: the one whose result the server has lost.

        Raises:
            ProviderError: an input is missing, or the server does not take it or is not there.
            Cancelled: the run is to stop.
        """
        # Without an id everybody on the server would be told, so there is always one.
        client_id = self.socket.client_id or str(uuid.uuid4())
        prompt_id = str(uuid.uuid4())
        folder = f"jobs/{prompt_id}"
        graph = self.target.graphs[position]
        graph = with_folder(with_inputs(graph, self._names(graph)), folder)
        if again is not None:
            graph = with_saved_previews(graph, folder)
        prompt = Prompt(position, prompt_id, graph, client_id, is_rerun=again is not None)
        if again is not None:
            prompt.spent_ms = again.spent_ms
        submit(self.http, prompt, self.context)
        return prompt

    def _names(self, graph: Mapping[str, Any]) -> dict[str, str]:
        """The server's name of each input that a graph wants; repeats are safe, so it tries."""
        wanted = wanted_files(placeholders(graph), self.request.inputs)
        names: dict[str, str] = {}
        began = time.monotonic()
        while len(names) < len(wanted):
            name = next(name for name in wanted if name not in names)
            try:
                names[name] = self.uploads.name_on(self.http, wanted[name])
            except NoAnswer as error:
                if (gone := time.monotonic() - began) > self.http.limits.unreachable_s:
                    raise errors.unreachable(error, seconds=gone) from error
                self.context.retried()
                self.context.wait(self.http.limits.poll_s)
        return names
