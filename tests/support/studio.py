"""A whole studio in processes of its own, for tests that drive it from outside."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psutil
import psycopg

from studio.ops.database import url as database_url
from studio.ops.folder import FileLock
from tests.embedded import PREPARED

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120.0


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def copy_prepared(folder: Path) -> None:
    """Make a data folder whose database has its tables and whose static files are collected.

    The processes of a test run share the original; the first who needs it makes it.
    """
    place = Path(os.environ[PREPARED])
    original = place / "data"
    with FileLock(place / "lock").waiting():
        if not (place / "ready").exists():
            original.mkdir()
            first = RunningStudio(original)
            first.start()
            first.stop()
            (place / "ready").touch()
    folder.mkdir(mode=0o711)
    for part in ("postgres", "static"):
        subprocess.run(["cp", "-a", original / part, folder / part], check=True)
    (folder / "run").mkdir(mode=0o711)
    shutil.copy(original / "run" / "static.sha256", folder / "run")


@dataclass
class RunningStudio:
    """`manage.py up` on a folder, with a cast of people and their API keys.

    In a test run a folder that is not there is made as a copy of one that a studio was started on
    before; who wants the very first start makes an empty one.
    """

    folder: Path
    env: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    cast: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it is ready.

        Raises:
            RuntimeError: it ended or did not become ready; with what it printed.
        """
        environment = {k: v for k, v in os.environ.items() if not k.startswith("SEEDFRAME_")}
        environment.pop("DATABASE_URL", None)
        environment |= {"SEEDFRAME_DATA": str(self.folder), **self.env}
        self._environment = environment
        if PREPARED in os.environ and not self.folder.exists():
            copy_prepared(self.folder)
        self.log = self.folder.parent / f"{self.folder.name}.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--port", str(self.port)],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The studio did not start:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.1)

    def is_ready(self) -> bool:
        """Whether `/readyz` says so."""
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def stop(self) -> int:
        """Stop it as Ctrl-C would; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another management command on the same studio."""
        environment = {**self._environment, "DATABASE_URL": database_url(self.folder)}
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def make_cast(self) -> dict[str, Any]:
        """Add admin, creator, reviewer and outsider, a shared project, and keys for scripts."""
        done = self.manage("shell", "-v0", "-c", "import tests.support.cast")
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        self.cast = json.loads(done.stdout.strip().splitlines()[-1])
        return self.cast

    def api(self, person: str = "creator") -> httpx.Client:
        """A client with the person's key."""
        return httpx.Client(
            base_url=f"{self.url}/api/v1/",
            headers={"Authorization": f"Api-Key {self.cast['people'][person]['key']}"},
            timeout=30,
        )

    def submit(self, operation: str, parameters: dict[str, Any], **fields: Any) -> str:
        """Submit a job, again and again under one key while the studio is away; its code."""
        key = uuid4().hex
        body = {"project": self.cast["project"], "parameters": parameters, **fields}
        deadline = time.monotonic() + 120
        while True:
            try:
                with self.api() as api:
                    answer = api.post(
                        f"jobs/{operation}/", json=body, headers={"Idempotency-Key": key}
                    )
                if answer.status_code in (200, 201):
                    return str(answer.json()["code"])
                if answer.status_code < 500:
                    raise AssertionError(answer.text)
            except httpx.TransportError:
                pass
            if time.monotonic() > deadline:
                raise TimeoutError("The studio took no job for two minutes.")
            time.sleep(0.3)

    def processes(self) -> list[psutil.Process]:
        """Everything that runs below `up`."""
        assert self.process is not None
        return psutil.Process(self.process.pid).children(recursive=True)

    def connect(self) -> psycopg.Connection[Any]:
        """A connection to its database."""
        return psycopg.connect(database_url(self.folder), autocommit=True)
