"""What the engine itself costs: submit → running → finished of a no-operation, while idle.

    python -m tests.benchmarks.job_overhead [--jobs 100]

A whole studio runs beside; jobs are submitted one at a time by the service, with all records:
price, recipe, job, history, events, task, claim, attempt, settlement. The baselines, measured in
turn in the same run, are a bare task through our own queue, and Celery on Redis where both are
installed (`pip install celery redis`, `redis-server` on the PATH).
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.studio import RunningStudio, free_port

PAUSE_S = 0.05
PATIENCE_S = 30.0


def percentiles(values_ms: list[float]) -> tuple[float, float]:
    """The 50th and 95th percentile."""
    cuts = statistics.quantiles(values_ms, n=100)
    return cuts[49], cuts[94]


def echo(path: str) -> None:
    """The bare task: write down when it started."""
    Path(path).write_text(repr(time.time()))


def measure_job() -> tuple[float, float, float]:
    """One job: milliseconds until submitted, running, finished."""
    from pipeline.jobs.models import JobState
    from pipeline.jobs.submit import JobRequest, submit_job
    from studio.core.models import Project, User

    user = User.objects.get(username="cleo")
    project = Project.objects.get(name="Lighthouse")
    request = JobRequest(operation="system.noop", parameters={}, reuse=False)
    began = time.time()
    job = submit_job(actor=user, project=project, request=request)
    submitted = time.time()
    while True:
        times = dict(job.history.exclude(state=None).values_list("state_id", "created_at"))
        if JobState.Code.SUCCEEDED in times:
            break
        if time.time() - began > PATIENCE_S:
            raise TimeoutError("a job did not end")
        time.sleep(0.02)
    running = times[JobState.Code.RUNNING].timestamp()
    finished = times[JobState.Code.SUCCEEDED].timestamp()
    return (submitted - began) * 1000, (running - began) * 1000, (finished - began) * 1000


def measure_task(send: Callable[[str], object], folder: Path) -> float:
    """One bare task: milliseconds from sending to start."""
    path = folder / f"{time.monotonic_ns()}"
    began = time.time()
    send(str(path))
    while not path.exists() or not path.read_text():
        if time.time() - began > PATIENCE_S:
            raise TimeoutError("a bare task did not start")
        time.sleep(0.001)
    return (float(path.read_text()) - began) * 1000


@contextmanager
def celery_sender(folder: Path) -> Iterator[Callable[[str], object] | None]:
    """A Celery worker on a Redis of its own; None where they are not installed."""
    server = shutil.which("redis-server")
    try:
        from celery import Celery
    except ImportError:
        server = None
    if server is None:
        yield None
        return
    port = free_port()
    redis = subprocess.Popen(
        [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    )
    url = f"redis://127.0.0.1:{port}/0"
    (folder / "celery_bench.py").write_text(
        "import time\nfrom pathlib import Path\nfrom celery import Celery\n"
        f"app = Celery('bench', broker={url!r})\n"
        "@app.task(ignore_result=True)\n"
        "def echo(path):\n    Path(path).write_text(repr(time.time()))\n"
    )
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "celery_bench", "worker", "-c", "2", "-l", "error"],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"},
        stdout=subprocess.DEVNULL,
        stderr=(folder / "celery.log").open("w"),
    )
    app = Celery("bench", broker=url)
    time.sleep(12)
    try:
        yield lambda path: app.send_task("celery_bench.echo", [path], ignore_result=True)
    finally:
        worker.terminate()
        worker.wait(20)
        redis.terminate()
        redis.wait(20)


def main() -> None:
    """Measure and print."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what runs beside is stopped
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=100)
    jobs = parser.parse_args().jobs
    with tempfile.TemporaryDirectory(prefix="sf-bench-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o711)
        studio = RunningStudio(folder / "data")
        studio.start()
        try:
            studio.make_cast()
            _measure(studio, folder, jobs)
        finally:
            studio.stop()


def _measure(studio: RunningStudio, folder: Path, jobs: int) -> None:
    from studio.ops.database import url

    os.environ["DATABASE_URL"] = url(studio.folder)
    os.environ["SEEDFRAME_DATA"] = str(studio.folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "studio.conf.settings"
    import django

    django.setup()
    from studio.core.tasks import enqueue

    submitted, running, finished, bare, celery = [], [], [], [], []
    with celery_sender(folder) as send:
        for number in range(jobs + 5):
            one = measure_job()
            task = measure_task(lambda p: enqueue("tests.benchmarks.job_overhead.echo", p), folder)
            other = measure_task(send, folder) if send else None
            if number >= 5:  # the first ones import and connect
                submitted.append(one[0])
                running.append(one[1])
                finished.append(one[2])
                bare.append(task)
                if other is not None:
                    celery.append(other)
            time.sleep(PAUSE_S)
    rows = {
        "submit returns": submitted,
        "submit → running": running,
        "submit → finished": finished,
        "bare task on our queue → start": bare,
    }
    if celery:
        rows["Celery + Redis no-op → start"] = celery
    base_name, base = ("Celery + Redis", celery) if celery else ("bare task", bare)
    print(f"{jobs} jobs, idle, one at a time; milliseconds")
    for label, values in rows.items():
        p50, p95 = percentiles(values)
        print(f"  {label:32} p50 {p50:7.1f}   p95 {p95:7.1f}")
    for label in ("submit → running", "submit → finished"):
        ours, theirs = percentiles(rows[label]), percentiles(base)
        print(
            f"  ratio of {label} to {base_name}: p50 {ours[0] / theirs[0]:.2f}×,"
            f" p95 {ours[1] / theirs[1]:.2f}×"
        )


if __name__ == "__main__":
    main()
