"""What is kept of a socket's messages while nobody reads them."""

from __future__ import annotations

import dataclasses

from pipeline.providers.comfyui.events import NodeState, NodeText, Preview, Progress, Started
from pipeline.providers.comfyui.socket import Mailbox
from tests.pipeline.providers.comfyui.helpers import QUICK


def test_pictures_and_figures_never_pile_up_unread() -> None:
    mailbox = Mailbox(kept={"9"})
    mailbox.put(Started("p"))
    for step in range(1000):
        mailbox.put(Preview(b"%d" % step, "image/png", "p", "1"))
        mailbox.put(Progress("p", {"1": NodeState(step, 1000, "running")}, whole=True))
    mailbox.put(Preview(b"result 1", "image/png", "p", "9"))
    mailbox.put(Preview(b"result 2", "image/png", "p", "9"))
    assert [getattr(event, "content", type(event)) for event, _ in mailbox.take(0)] == [
        Started,
        b"999",
        Progress,
        b"result 1",
        b"result 2",
    ]


def test_a_full_mailbox_drops_the_oldest_hints() -> None:
    mailbox = Mailbox(limits=dataclasses.replace(QUICK, unread_events=3, unread_bytes=100))
    for number in range(10):
        mailbox.put(NodeText("1", str(number)), 10)
    assert [event.text for event, _ in mailbox.take(0) if isinstance(event, NodeText)] == [
        "7",
        "8",
        "9",
    ]
    mailbox.put(NodeText("1", "first"), 60)
    mailbox.put(NodeText("1", "second"), 60)
    assert [event for event, _ in mailbox.take(0)] == [NodeText("1", "second")]
    mailbox.put(NodeText("1", "larger than all"), 101)
    assert mailbox.take(0) == []


def test_a_full_mailbox_keeps_the_first_results() -> None:
    mailbox = Mailbox({"9"}, dataclasses.replace(QUICK, unread_bytes=100))
    mailbox.put(Started("p"), 10)
    for number in range(5):
        mailbox.put(Preview(b"%d" % number, "image/png", "p", "9"), 40)
    assert [getattr(event, "content", b"") for event, _ in mailbox.take(0)] == [b"0", b"1"]
    mailbox.put(Preview(b"next", "image/png", "p", "9"), 40)
    assert len(mailbox.take(0)) == 1
