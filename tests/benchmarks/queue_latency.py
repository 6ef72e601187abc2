"""Enqueue → start of a task, our broker against django-q2's own polling one, in one run.

    python -m tests.benchmarks.queue_latency [--tasks 200]

Both clusters run at once on one embedded database (synced to disk, as in production), one worker
each; a task is sent to each in turn while all is idle. A task reports its start by a datagram.
"""

from __future__ import annotations

import argparse
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from studio.ops import database
from studio.ops.process import die_with_parent, kill_group

TASK = "tests.benchmarks.queue_latency.started"
QUEUES = {
    "ours": "studio.queue.broker.PostgresBroker",
    "stock": "django_q.brokers.orm.ORM",
}


def started(sent_ns: int, port: int) -> None:
    """The task: report how long ago it was sent."""
    waited = time.monotonic_ns() - sent_ns
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as reply:
        reply.sendto(str(waited).encode(), ("127.0.0.1", port))


def percentiles(values_ms: list[float]) -> tuple[float, float]:
    """The 50th and 95th percentile."""
    cuts = statistics.quantiles(values_ms, n=100)
    return cuts[49], cuts[94]


def measure(tasks: int) -> dict[str, list[float]]:
    """Send `tasks` to each queue in turn; milliseconds until each started."""
    from django.db import transaction
    from django_q.tasks import async_task

    from tests.benchmarks.settings import broker_of

    found: dict[str, list[float]] = {name: [] for name in QUEUES}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as inbox:
        inbox.bind(("127.0.0.1", 0))
        inbox.settimeout(30)
        port = inbox.getsockname()[1]
        for number in range(tasks + 5):
            for name in QUEUES:
                with transaction.atomic():
                    async_task(TASK, time.monotonic_ns(), port, broker=broker_of(name))
                waited_ms = int(inbox.recv(64)) / 1e6
                if number >= 5:  # the first ones import and connect
                    found[name].append(waited_ms)
                time.sleep(random.uniform(0.02, 0.12))
    return found


def cluster(name: str) -> subprocess.Popen[bytes]:
    """Start one task cluster with one of the brokers."""
    return subprocess.Popen(
        [sys.executable, "-m", "django", "qcluster", "--skip-checks"],
        env=os.environ | {"BENCHMARK_QUEUE": name},
        start_new_session=True,
        preexec_fn=die_with_parent(),
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=200)
    tasks = parser.parse_args().tasks
    with tempfile.TemporaryDirectory(prefix="sf-bench-", dir="/tmp") as folder:
        data = Path(folder).resolve()
        data.chmod(0o711)
        server = database.EmbeddedDatabase(data, tied=True)
        server.start()
        os.environ |= {
            "SEEDFRAME_DATA": folder,
            "DATABASE_URL": database.url(data),
            "DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings",
            "BENCHMARK_QUEUE": "ours",
        }
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        clusters = [cluster(name) for name in QUEUES]
        try:
            found = measure(tasks)
        finally:
            for process in clusters:
                kill_group(process.pid)
                process.wait()
            server.stop()
    results = {name: percentiles(values) for name, values in found.items()}
    for name, (p50, p95) in results.items():
        print(f"{name:6} p50 {p50:7.2f} ms   p95 {p95:7.2f} ms   ({QUEUES[name]})")
    print(
        f"ratio  p50 {results['ours'][0] / results['stock'][0]:7.3f}×   "
        f"p95 {results['ours'][1] / results['stock'][1]:7.3f}×   (ours / stock, {tasks} tasks each)"
    )


if __name__ == "__main__":
    main()
