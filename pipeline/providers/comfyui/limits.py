"""How long a ComfyUI server is waited for, and how much is taken in from it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds of a run on a ComfyUI server; no run outlives them.

    Attributes:
        poll_s: how often history and queue are asked where the socket tells nothing.
        poll_hinted_s: the same where the socket tells what happens.
        unreachable_s: how long the server may not answer over HTTP before the run is given up.
        silence_s: how long a running prompt may tell nothing over a socket that works.
        running_s: how long one prompt may run.
        queued_s: how long one prompt may wait in the server's queue.
        look_s: how long our own id is looked for after an answer was lost.
        resubmits: how often a request that was found nowhere is sent again.
        cancel_s: how long the end of a cancelled prompt is waited for.
        window: how many prompts of one run lie on the server at once.
        answer_s, whole_s: longest silence within one HTTP answer, and longest time for all of it.
        answer_bytes: longest HTTP answer that is no file.
        list_bytes: longest of those that grow with what the server has: queue, history, nodes.
        download_s, download_bytes: longest time and size of one output file.
        frame_bytes: longest message of the websocket (images may come that way).
        unread_events, unread_bytes: most that the websocket may have said and nobody has read.
        reconnect_s: pause before the socket is opened again; doubled up to ten times it.
    """

    poll_s: float = 1.0
    poll_hinted_s: float = 5.0
    unreachable_s: float = 90.0
    silence_s: float = 600.0
    running_s: float = 900.0
    queued_s: float = 6 * 3600.0
    look_s: float = 6.0
    resubmits: int = 2
    cancel_s: float = 60.0
    window: int = 4
    answer_s: float = 30.0
    whole_s: float = 60.0
    answer_bytes: int = 256 * 1024**2
    list_bytes: int = 256 * 1024**2
    download_s: float = 900.0
    download_bytes: int = 2 * 1024**3
    frame_bytes: int = 128 * 1024**2
    unread_events: int = 2_000
    unread_bytes: int = 256 * 1024**2
    reconnect_s: float = 0.5


#: For questions and orders beside runs: who asks many servers must not wait long for one of them.
ASIDE = Limits(answer_s=4.0, whole_s=4.0, answer_bytes=4 * 1024**2, list_bytes=20 * 1024**2)
