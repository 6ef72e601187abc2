"""Signals to stop: counted between steps, raised in long ones, never while a process starts."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from studio.ops.supervisor import Interrupted, Signals

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture
def signals() -> Iterator[Signals]:
    before = {number: signal.getsignal(number) for number in NUMBERS}
    yield Signals()
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", NUMBERS)
def test_between_steps_a_signal_is_counted_only(signals: Signals, number: int) -> None:
    signals.check()
    os.kill(os.getpid(), number)
    assert signals.count == 1
    with pytest.raises(Interrupted):
        signals.check()
    with pytest.raises(Interrupted), signals.interruptible():
        pytest.fail("the step was begun although it is to stop")


def test_in_a_long_step_it_raises_at_once_and_only_there(signals: Signals) -> None:
    done = []
    with pytest.raises(Interrupted), signals.interruptible():
        os.kill(os.getpid(), signal.SIGTERM)
        done.append("went on")
    assert done == []
    os.kill(os.getpid(), signal.SIGTERM)
    assert signals.count == 2
