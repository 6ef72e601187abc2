"""`manage.py up`: from an empty folder to a running studio, and back."""

from __future__ import annotations

import contextlib
import gc
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.migrations.executor import MigrationExecutor

from studio.core.services import create_first_admin
from studio.ops import statics
from studio.ops.account import AccountError
from studio.ops.address import url
from studio.ops.childlog import Terminal, pump
from studio.ops.children import Child, Spec
from studio.ops.database import EmbeddedDatabase, EmbeddedDatabaseError
from studio.ops.folder import DataFolder, FileLock, Locked
from studio.ops.leftovers import end_leftovers
from studio.ops.listening import PortTaken, listen
from studio.ops.postgres import conninfo
from studio.ops.process import die_with_parent
from studio.ops.supervisor import Interrupted, Signals, Supervisor
from studio.ops.watch import WebWatch, get
from studio.queue.busy import SUPERVISED

READY_SECONDS = 60.0
DATABASE_WAIT_SECONDS = 30.0
ALREADY_RUNS = 3
FAILED = 1


class CannotStart(RuntimeError):
    """The studio can't start; the text says why and what to do."""


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    host: str
    port: int
    port_given: bool
    demo: bool
    workers: int | None
    grace_seconds: float
    verbose: bool


def run(options: Options) -> int:
    """Start the studio, keep it running until told to stop; the exit code."""
    folder = DataFolder(settings.DATA_DIR)
    try:
        folder.prepare()
        lock = FileLock(folder.root / "up.lock")
        lock.acquire()
    except Locked as taken:
        print(
            f"The studio in {folder.root} runs already: process {taken.holder.get('pid', '?')},"
            f" {taken.holder.get('url', 'starting')}. Nothing was changed."
        )
        return ALREADY_RUNS
    except OSError as error:
        print(
            f"The data folder {folder.root} can't be used: {error}. SEEDFRAME_DATA names another."
        )
        return FAILED
    terminal = Terminal(folder.logs, verbose=options.verbose)
    lock.write_note({"pid": os.getpid()})
    return Studio(folder, terminal, options).run(lock)


class Studio:
    """One run of `up`."""

    def __init__(self, folder: DataFolder, terminal: Terminal, options: Options) -> None:
        self.folder = folder
        self.terminal = terminal
        self.options = options
        self.began = time.monotonic()
        self.socket: socket.socket | None = None
        self.port = options.port
        self.admin = self.password = ""
        self.web: Child | None = None
        self._collecting: subprocess.Popen[str] | None = None
        self._demo: subprocess.Popen[bytes] | None = None
        self._fingerprint = ""

    def run(self, lock: FileLock) -> int:
        """Start, say so, stay, stop."""
        signals = Signals()
        supervisor = Supervisor(self.folder, self.terminal, signals, self.options.grace_seconds)
        code = 0
        try:
            self._start(supervisor, lock)
            self._announce()
            if self.options.demo:
                self._begin_demo()
            supervisor.run(self._tend_demo)
        except Interrupted:
            pass
        except (CannotStart, PortTaken, AccountError, EmbeddedDatabaseError) as error:
            self.terminal.say(f"{error}")
            code = FAILED
        finally:
            if code == 0:
                self.terminal.say("Stopping …")
            self._end(supervisor)
        if code == 0:
            self.terminal.say("Stopped.")
        return code

    def _end(self, supervisor: Supervisor) -> None:
        for process in (self._collecting, self._demo):
            if process is not None:
                process.kill()
                process.wait()
        connections.close_all()
        supervisor.stop()
        if self.socket is not None:
            self.socket.close()

    # --- steps --------------------------------------------------------------------------------

    def _start(self, supervisor: Supervisor, lock: FileLock) -> None:
        options = self.options
        self.socket = listen(options.host, options.port, or_next=not options.port_given)
        self.port = self.socket.getsockname()[1]
        lock.write_note({"pid": os.getpid(), "url": self.url})
        if self.port != options.port:
            self.terminal.say(f"Port {options.port} is taken; using {self.port}.")
        if ended := end_leftovers(self.folder.run / "children.json"):
            self.terminal.say(f"Ended {ended} processes that an earlier run had left behind.")
        signals = supervisor.signals
        self._begin_collecting()
        self._start_database(supervisor)
        with self._database_errors():
            if self._is_migrated():
                # The web starts while the rows of lookups are brought into step beside it.
                self._start_web(supervisor)
                with signals.interruptible():
                    self._migrate()
            else:
                self.terminal.say("Preparing the database …")
                with signals.interruptible():
                    self._migrate()
                self._start_web(supervisor)
        connections.close_all()
        # The page comes first: the workers need a second or two of all processors to start.
        self._wait_until_ready(supervisor)
        self._start_workers(supervisor)
        with self._database_errors():
            # Last of all, for the password is lost if anything fails before it is shown.
            made = create_first_admin()
        connections.close_all()
        if made is not None:
            self.admin, self.password = made[0].username, made[1]

    def _start_database(self, supervisor: Supervisor) -> None:
        if settings.EMBEDDED_DATABASE:
            # From here on it is the supervisor's, to keep running and to stop.
            supervisor.database = EmbeddedDatabase(settings.DATA_DIR, tied=True)
            supervisor.database.start()
            # The processes must not start a database of their own while ours is restarted.
            os.environ["DATABASE_URL"] = url(settings.DATA_DIR)
            return
        end = time.monotonic() + DATABASE_WAIT_SECONDS
        said = False
        while True:
            try:
                psycopg.connect(conninfo("seedframe up")).close()
                return
            except psycopg.OperationalError as error:
                if time.monotonic() > end:
                    raise CannotStart(
                        f"The database that DATABASE_URL names does not answer. {error}"
                    ) from error
                if not said:
                    said = True
                    self.terminal.say("Waiting for the database that DATABASE_URL names …")
                supervisor.signals.check()
                time.sleep(1)

    @contextlib.contextmanager
    def _database_errors(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            raise CannotStart(f"The database fails: {error}") from error

    def _is_migrated(self) -> bool:
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())

    def _migrate(self) -> None:
        # Migrations make tens of thousands of short-lived classes; looking for garbage among
        # them at the usual rate is a fifth of the time that a first start takes.
        usual = gc.get_threshold()
        gc.set_threshold(100_000, 50, 50)
        try:
            call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
        finally:
            gc.set_threshold(*usual)

    def _begin_collecting(self) -> None:
        """Collect changed static files in a process beside us."""
        self._fingerprint = statics.fingerprint()
        if statics.are_current(self.folder, self._fingerprint):
            return
        self._collecting = subprocess.Popen(
            _manage("collectstatic", "--no-input", "--verbosity=0", "--skip-checks"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )

    def _finish_collecting(self) -> None:
        if self._collecting is None:
            return
        output, _ = self._collecting.communicate()
        if self._collecting.returncode != 0:
            raise CannotStart(f"The static files can't be collected:\n{output.strip()}")
        statics.mark_current(self.folder, self._fingerprint)
        self._collecting = None

    def _start_web(self, supervisor: Supervisor) -> None:
        # the web reads the list of static files once, when it starts
        with supervisor.signals.interruptible():
            self._finish_collecting()
        assert self.socket is not None
        supervised = {SUPERVISED: "1"}
        command = [sys.executable, "-m", "daphne", "--verbosity", "0"]
        command += ["--ping-interval", "20", "--ping-timeout", "30"]
        if self.socket.family == socket.AF_INET6:  # daphne takes handles for IPv4 only
            self.socket.close()
            command += ["--bind", self.options.host, "--port", str(self.port)]
            handles: tuple[int, ...] = ()
        else:
            handles = (self.socket.fileno(),)
            command += ["--fd", str(handles[0])]
        asgi = settings.ASGI_APPLICATION.replace(".application", ":application")
        self.web = supervisor.add(Spec("web", [*command, asgi], supervised, handles))
        supervisor.watch_web(self.web, partial(WebWatch, self._connection, self._headers()))

    def _start_workers(self, supervisor: Supervisor) -> None:
        conf: dict[str, Any] = settings.Q_CLUSTER
        supervised = {SUPERVISED: "1"}
        if self.options.workers:
            supervised["SEEDFRAME_JOB_WORKERS"] = str(self.options.workers)
        for name, workers in self.clusters().items():
            environment = supervised | ({} if name == conf["name"] else {"Q_CLUSTER_NAME": name})
            command = _manage("qcluster", "--skip-checks")
            supervisor.add(Spec(name, command, environment, cluster=name, workers=workers))
        beat = self.folder.run / "bridge.beat"
        grace = str(max(1.0, self.options.grace_seconds - 4))
        command = _manage("bridge", "--skip-checks", "--grace", grace, "--beat", str(beat))
        supervisor.add(Spec("bridge", command, supervised, drains=True, beat=beat))
        supervisor.add(Spec("sweeper", _manage("sweeper", "--skip-checks"), supervised))

    def clusters(self) -> dict[str, int]:
        """The task clusters of this machine, and how many workers each has."""
        conf: dict[str, Any] = settings.Q_CLUSTER
        found = {conf["name"]: self.options.workers or conf["workers"]}
        for name, alternative in conf.get("ALT_CLUSTERS", {}).items():
            found[name] = alternative.get("workers", conf["workers"])
        return found

    def _wait_until_ready(self, supervisor: Supervisor) -> None:
        end = time.monotonic() + READY_SECONDS
        while get(self._connection(), "/readyz", self._headers()) != 200:
            supervisor.signals.check()
            supervisor.tend()
            if time.monotonic() > end or (self.web is not None and self.web.restarts > 3):
                raise CannotStart(
                    f"The studio does not get ready. See {self.folder.logs / 'web.log'} and"
                    f" {self.url}/readyz"
                )
            time.sleep(0.05)

    def _begin_demo(self) -> None:
        """Run the demo builders in a process of their own; the studio serves meanwhile."""
        self.terminal.say("Making the demo content …")
        self._demo = subprocess.Popen(
            _manage("demo"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )
        if self._demo.stdout is not None:
            pump("demo", self._demo.stdout, self.folder.logs, self.terminal)

    def _tend_demo(self) -> None:
        if self._demo is None or self._demo.poll() is None:
            return
        if self._demo.returncode == 0:
            self.terminal.say("The demo content is ready.")
        else:
            self.terminal.say(
                "The demo content is not complete; everything else runs."
                f" See {self.folder.logs / 'demo.log'}"
            )
        self._demo = None

    # --- what to say --------------------------------------------------------------------------

    def _announce(self) -> None:
        clusters = ", ".join(f"{name} × {n}" for name, n in self.clusters().items())
        lines = ["", f"Seedframe is ready: {self.url}/"]
        if self.password:
            lines += [f"  Sign in as  {self.admin}"]
        self.terminal.say("\n".join(lines))
        if self.password:
            # to the terminal only: it must not lie in a log
            self.terminal.show(f"  Password    {self.password}   (shown once; you choose your own)")
        self.terminal.say(
            f"  Data folder {self.folder.root}\n"
            f"  Processes   web, {clusters}, bridge, sweeper"
            f"{', database' if settings.EMBEDDED_DATABASE else ''}\n"
            f"  Ready after {time.monotonic() - self.began:.1f} s. Stop with Ctrl-C"
            f" (or kill {os.getpid()})."
        )
        if self.options.host not in ("127.0.0.1", "localhost", "::1"):
            self.terminal.say(
                f"  Answers to  {', '.join(settings.ALLOWED_HOSTS)} (SEEDFRAME_HOSTS adds names)"
            )

    @property
    def url(self) -> str:
        """Where a browser on this machine finds the studio."""
        host = self.options.host
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def _connection(self) -> http.client.HTTPConnection:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.options.host, self.options.host)
        return http.client.HTTPConnection(host, self.port, timeout=5)

    def _headers(self) -> dict[str, str]:
        """Headers of a request that every configuration takes for one of its own."""
        host = next((h.lstrip(".") for h in settings.ALLOWED_HOSTS if h != "*"), "localhost")
        return {"Host": host, "X-Forwarded-Proto": "https"}


def _manage(*arguments: str) -> Sequence[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
