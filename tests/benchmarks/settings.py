"""The studio's settings with one of two brokers, for `queue_latency`."""

from __future__ import annotations

import os
from typing import Any

from studio.conf.settings import *  # noqa: F403
from studio.conf.settings import Q_CLUSTER as _STUDIO
from studio.queue import forks
from tests.benchmarks.queue_latency import QUEUES

_queue = os.environ["BENCHMARK_QUEUE"]
Q_CLUSTER: dict[str, Any] = _STUDIO | {
    "name": _queue,
    "workers": 1,
    "queue_limit": 1,
    "broker_class": QUEUES[_queue],
    # one salt for both queues, so that one process can send to either
    "cluster_name": _queue,
}
Q_CLUSTER["name"] = "benchmark"
if _queue == "stock":
    del Q_CLUSTER["poll"]
    # Without this, its forked processes would talk over one shared connection and fall over.
    forks.install()


def broker_of(name: str) -> Any:
    """The broker to send to one of the queues."""
    from django.utils.module_loading import import_string

    return import_string(QUEUES[name])(list_key=name)
