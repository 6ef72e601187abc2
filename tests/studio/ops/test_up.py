"""`manage.py up` with real processes: started, doubled, killed piece by piece, stopped."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
import psycopg
import pytest
from django.core import signing
from django.utils import timezone
from django_q.signing import PickleSerializer

from studio.ops import database
from studio.ops.database import EmbeddedDatabase
from studio.ops.process import wait_until
from studio.queue import busy

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 120  # a loaded test machine; the goals are measured elsewhere

pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port


class Up:
    """One `manage.py up` and what it says."""

    def __init__(self, data: Path, *arguments: str) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("SEEDFRAME", "DATABASE"))}
        self.data = data
        self.port = free_port()
        self.lines: list[str] = []
        options = arguments or ("--port", str(self.port), "--workers", "1")
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "up", *options],
            env=kept | {"SEEDFRAME_DATA": str(data), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def says(self, pattern: str, seconds: float = START_SECONDS) -> bool:

        def said() -> bool:
            return re.search(pattern, self.text) is not None

        wait_until(lambda: said() or self.process.poll() is not None, seconds)
        return said() or (self.reader.join(5) is None and said())

    def ready(self) -> Up:
        assert self.says("Ready after"), self.text
        return self

    def get(self, path: str, seconds: float = 20) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        with contextlib.closing(connection):
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()

    def is_ready(self) -> bool:
        try:
            return self.get("/readyz")[0] == 200
        except OSError:
            return False

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def pids(self) -> set[int]:
        return {child.pid for child in psutil.Process(self.process.pid).children()}

    def child(self, word: str, cluster: str = "") -> psutil.Process:
        found = [
            child
            for child in psutil.Process(self.process.pid).children()
            if word in " ".join(child.cmdline())
            and child.environ().get("Q_CLUSTER_NAME", "") == cluster
        ]
        assert len(found) == 1, found
        return found[0]

    def workers(self, cluster: psutil.Process) -> list[psutil.Process]:
        """The processes of a cluster that run tasks: those that keep marks."""
        family = {child.pid: child for child in cluster.children(recursive=True)}
        marks = busy.read_marks(self.data / "run" / "busy", family)
        return [family[pid] for pid in marks]

    def task_goes_through(self, seconds: float, queue: str = "jobs") -> bool:
        """Send canaries until one is taken, run and acknowledged."""
        task = {"id": "c" * 32, "name": "canary", "func": "studio.queue.canary.answer"}
        task |= {"args": ("test",), "kwargs": {}, "started": timezone.now(), "ack_failure": True}
        key = (self.data / "secret_key").read_text()
        signed = signing.dumps(task, key=key, salt="jobs", serializer=PickleSerializer)
        insert = (
            "WITH task AS (INSERT INTO django_q_ormq (key, payload, lock) VALUES (%s, %s,"
            " statement_timestamp()) RETURNING id) SELECT id, pg_notify(%s, '') FROM task"
        )
        end = time.monotonic() + seconds
        with psycopg.connect(database.url(self.data), autocommit=True) as connection:
            while time.monotonic() < end:
                parameters = [queue, signed, f"seedframe_tasks_{queue}"]
                row = connection.execute(insert, parameters).fetchone()
                for _ in range(30):
                    time.sleep(0.1)
                    query = "SELECT FROM django_q_ormq WHERE id = %s"
                    if connection.execute(query, [row[0]]).fetchone() is None:
                        return True
        return False

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@pytest.fixture(scope="module")
def data():
    folder = Path(tempfile.mkdtemp(prefix="sf-up-", dir="/tmp")).resolve()
    folder.chmod(0o711)
    yield folder
    EmbeddedDatabase(folder).stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="class")
def up(data):
    running = Up(data).ready()
    yield running
    if running.process.poll() is None:
        running.stop()


def gone(processes: list[psutil.Process], seconds: float = 15) -> list[psutil.Process]:
    """Those that are still there, zombies included, after a while."""
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    return [process for process in alive if process.is_running()]


def test_from_an_empty_folder_and_back(data):
    """First: the other tests go on with this folder."""
    up = Up(data)
    up.ready()
    assert re.search(r"Sign in as\s+admin", up.text)
    password = re.search(r"Password\s+(\S+)", up.text)
    assert password
    assert f"http://127.0.0.1:{up.port}/" in up.text
    assert str(data) in up.text

    assert up.get("/healthz") == (200, b'{"status": "up"}')
    status, body = up.get("/readyz")
    assert status == 200, body
    assert all(part["ok"] for part in json.loads(body)["parts"].values())
    assert up.get("/")[0] == 302  # to the login page
    assert up.get("/login/")[0] == 200

    # nothing secret is kept, nothing is open to others
    logs = "".join(path.read_text() for path in (data / "logs").iterdir())
    assert password[1] not in logs
    assert (data / "secret_key").stat().st_mode & 0o077 == 0

    family = up.family()
    began = time.monotonic()
    assert up.stop() == 0, up.text
    assert time.monotonic() - began < 30
    assert up.says("Stopped", 5)
    assert gone(family) == []
    assert "database system is shut down" in (data / "logs" / "postgres.log").read_text()
    assert not (data / "run" / "children.json").exists()


class TestWhileItRuns:
    """The same studio survives all of it, one after another."""

    def test_second_up_is_refused_and_changes_nothing(self, up, data):
        before = up.pids()
        second = Up(data)
        assert second.process.wait(60) == 3
        second.reader.join(5)
        assert f"process {up.process.pid}" in second.text
        assert f"http://127.0.0.1:{up.port}" in second.text
        assert "Password" not in up.text  # the admin exists since the first start
        assert up.pids() == before
        assert up.is_ready()

    def test_kill_of_the_database_is_recovered_from(self, up):
        up.child("postgres").kill()
        assert up.says("The database is back", 60), up.text
        assert wait_until(up.is_ready, 30, 0.3)
        assert up.task_goes_through(30)
        assert up.task_goes_through(30, "media")

    def test_kill_of_the_web_loses_no_connection(self, up):
        up.child("daphne").kill()
        # the port stays open meanwhile: this waits in line until the new process takes it
        assert up.get("/healthz", 60)[0] == 200
        assert up.says("web ended")

    def test_kill_of_a_cluster_leaves_no_worker_behind(self, up):
        cluster = up.child("qcluster")
        family = cluster.children(recursive=True)
        cluster.kill()
        assert gone(family) == []
        assert up.says("jobs ended", 10)
        assert up.task_goes_through(60)

    def test_kill_of_an_idle_worker_is_noticed_by_the_canary(self, up):
        cluster = up.child("qcluster")
        assert wait_until(lambda: bool(up.workers(cluster)), 60)
        assert up.task_goes_through(60)
        time.sleep(1)  # idle: blocked in the queue, whose lock it holds
        [worker] = up.workers(cluster)
        worker.kill()
        assert up.says("jobs took no task .* starting it anew", 90), up.text
        assert up.task_goes_through(60)
        assert gone([cluster]) == []


def test_kill_of_up_takes_everything_down_and_the_next_start_recovers(data):
    up = Up(data).ready()
    family = up.family()
    assert len(family) > 10
    up.process.kill()
    up.process.wait()
    assert gone(family) == []
    again = Up(data).ready()
    assert again.is_ready()
    assert again.task_goes_through(30)
    assert again.stop() == 0


def test_taken_port_is_told(data):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        up = Up(data, "--port", str(port))
        assert up.process.wait(60) == 1
        up.reader.join(5)
        assert f"Port {port} on 127.0.0.1 is taken" in up.text


def test_interrupt_while_starting_stops_cleanly(data):
    up = Up(data)
    cluster = EmbeddedDatabase(data)
    assert wait_until(lambda: cluster.pid() is not None, 60)
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(60) == 0, up.text
    assert cluster.pid() is None


def test_configuration_that_is_wrong_is_told(data):
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "up"],
        env=os.environ
        | {"SEEDFRAME_DATA": str(data), "SEEDFRAME_JOB_WORKERS": "0", "DATABASE_URL": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "SEEDFRAME_JOB_WORKERS" in done.stderr
    assert "Traceback" not in done.stderr
