"""The small parts of operations: locks, identities, forks, logs, ports, leftovers, sweeps."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import psutil
import psycopg
import pytest

from studio.ops import childlog, folder, leftovers, listening, sweeper
from studio.ops.children import Child, Spec
from studio.ops.folder import DataFolder, FileLock, Locked
from studio.ops.postgres import conninfo
from studio.ops.process import Identity, wait_until

ROOT = Path(__file__).resolve().parents[3]


# --- locks ------------------------------------------------------------------------------------


def test_lock_is_exclusive_and_tells_the_holder(tmp_path):
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    first.acquire()
    first.write_note({"pid": 7})
    with pytest.raises(Locked) as caught:
        second.acquire()
    assert caught.value.holder == {"pid": 7}
    first.release()
    second.acquire()
    second.release()


def test_shared_lock_becomes_exclusive_when_alone(tmp_path):
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    first.acquire(shared=True)
    second.acquire(shared=True)
    with pytest.raises(Locked):
        first.acquire()
    second.release()
    first.acquire()
    with pytest.raises(Locked):
        second.acquire(shared=True)
    first.release()


def test_kernel_releases_the_lock_of_a_killed_process(tmp_path):
    code = "import sys,time; from pathlib import Path; from studio.ops.folder import FileLock as F;"
    code += "l=F(Path(sys.argv[1])); l.acquire(); print('held',flush=True); time.sleep(60)"
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "lock")], cwd=ROOT, stdout=subprocess.PIPE
    )
    holder.stdout.readline()
    lock = FileLock(tmp_path / "lock")
    with pytest.raises(Locked):
        lock.acquire()
    holder.kill()
    holder.wait()
    lock.acquire()
    lock.release()


def test_data_folder_is_private(tmp_path):
    found = DataFolder(tmp_path / "data")
    found.prepare()
    found.prepare()
    assert not found.root.stat().st_mode & 0o066
    assert not found.logs.stat().st_mode & 0o077
    assert folder.DataFolder(tmp_path / "data") == found


def test_secret_key_is_made_once_and_privately(tmp_path):
    code = "from studio.conf.env import load, secret_key; print(secret_key(load()))"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SEEDFRAME")}
    makers = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=environment | {"SEEDFRAME_DATA": str(tmp_path / "data")},
            stdout=subprocess.PIPE,
        )
        for _ in range(3)
    ]
    keys = {maker.communicate()[0].strip() for maker in makers}
    assert len(keys) == 1
    assert len(keys.pop()) >= 32
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret_key"]
    assert (tmp_path / "data" / "secret_key").stat().st_mode & 0o777 == 0o600


# --- processes --------------------------------------------------------------------------------


def test_identity_is_of_one_process_only():
    mine = Identity.of(os.getpid())
    assert mine.is_running()
    assert not Identity(mine.pid, mine.started_at - 100, mine.command).is_running()
    assert not Identity(mine.pid, mine.started_at, ("other",)).is_running()
    assert Identity.of(2**22 + 1) is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs the death signal")
def test_forks_and_their_forks_die_with_their_parent():
    code = """
        import os, sys, time
        from studio.ops.process import forks_die_with_parent
        forks_die_with_parent()
        if os.fork() == 0:
            if os.fork() == 0:
                print(os.getpid(), os.getppid(), flush=True)
            time.sleep(60)
        time.sleep(60)
    """
    top = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], cwd=ROOT, stdout=subprocess.PIPE
    )
    family = [psutil.Process(int(pid)) for pid in top.stdout.readline().split()]
    assert all(process.is_running() for process in family)
    top.kill()
    top.wait()
    _, alive = psutil.wait_procs(family, timeout=5)
    assert not alive


def child_of(tmp_path, code, **spec):
    terminal = childlog.Terminal(tmp_path)
    return Child(Spec("test", [sys.executable, "-u", "-c", code], **spec), tmp_path, terminal)


def test_child_is_started_again_with_growing_patience(tmp_path, capsys):
    child = child_of(tmp_path, "raise SystemExit(5)")
    child.start()
    assert wait_until(lambda: child.tend() or child.restarts >= 2, 10) or child.restarts
    assert wait_until(lambda: (child.tend(), child.restarts >= 2)[1], 10)
    assert child._delay >= 1
    assert "exit code 5" in capsys.readouterr().out
    child.kill()


def test_child_leads_a_group_that_is_killed_with_it(tmp_path):
    code = "import subprocess,sys,time;"
    code += "p=subprocess.Popen([sys.executable,'-c','import time;time.sleep(60)']);"
    code += "print(p.pid);time.sleep(60)"
    child = child_of(tmp_path, code)
    child.start()
    log = tmp_path / "test.log"
    assert wait_until(lambda: log.exists() and log.read_text().strip() != "", 10)
    grandchild = psutil.Process(int(log.read_text().split()[-1]))
    child.kill()
    psutil.wait_procs([grandchild], timeout=5)
    assert not grandchild.is_running()


def test_output_goes_to_the_log_and_what_matters_to_the_terminal(tmp_path, capsys):
    lines = ["2026 INFO x: quiet", "2026 WARNING x: look here", "\x1b[31mred ERROR\x1b[0m"]
    child = child_of(tmp_path, f"print({chr(10).join(lines)!r})")
    child.start()
    child.process.wait()
    child.finish_log()
    shown = capsys.readouterr().out
    assert "look here" in shown and "quiet" not in shown
    kept = (tmp_path / "test.log").read_text()
    assert "quiet" in kept and "red ERROR" in kept and "\x1b" not in kept


def test_password_is_shown_but_not_kept(tmp_path, capsys):
    terminal = childlog.Terminal(tmp_path)
    terminal.say("Ready")
    terminal.show("Password hunter2")
    assert "hunter2" in capsys.readouterr().out
    assert "hunter2" not in (tmp_path / "up.log").read_text()


def test_large_log_is_emptied_in_place(tmp_path, monkeypatch):
    monkeypatch.setattr(childlog, "_MAX_BYTES", 10)
    log = tmp_path / "postgres.log"
    with log.open("ab") as writer:
        writer.write(b"0123456789")
        writer.flush()
        childlog.truncate_when_large(log)
        writer.write(b"next")
        writer.flush()
    assert log.read_bytes() == b"next"
    assert (tmp_path / "postgres.log.1").read_bytes() == b"0123456789"


def test_leftovers_are_ended_by_identity_not_by_number(tmp_path):
    note = tmp_path / "children.json"
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    ours = subprocess.Popen(sleeper)
    strange = subprocess.Popen([*sleeper, "strange"])
    assert wait_until(lambda: "time.sleep" in " ".join(Identity.of(strange.pid).command), 5)
    found = Identity.of(strange.pid)
    reused = Identity(strange.pid, found.started_at - 1000, found.command)
    assert wait_until(lambda: "time.sleep" in " ".join(Identity.of(ours.pid).command), 5)
    leftovers.remember(note, [Identity.of(ours.pid), reused])
    try:
        assert leftovers.end_leftovers(note) == 1
        ours.wait(5)
        assert strange.poll() is None
        assert not note.exists()
        assert leftovers.end_leftovers(note) == 0
    finally:
        strange.kill()
        strange.wait()


# --- ports ------------------------------------------------------------------------------------


def test_taken_port_is_told_or_passed_over():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(listening.PortTaken, match=f"Port {port}.*--port {port + 1}"):
            listening.listen("127.0.0.1", port, or_next=False)
        with listening.listen("127.0.0.1", port, or_next=True) as found:
            assert port < found.getsockname()[1] <= port + listening.TRIES


def test_foreign_address_is_told():
    with pytest.raises(listening.PortTaken, match="Can't listen"):
        listening.listen("192.0.2.1", 8000, or_next=False)


# --- sweeps -----------------------------------------------------------------------------------

swept: list[str] = []


def sweep_well() -> None:
    swept.append("well")


def sweep_badly() -> None:
    swept.append("badly")
    raise ZeroDivisionError


@sweeper.every(seconds=60)
def sweep_rarely() -> None:
    swept.append("rarely")


@pytest.fixture
def sweeps(settings, transactional_db):
    swept.clear()
    names = ("sweep_badly", "sweep_rarely", "sweep_well")
    settings.SEEDFRAME_SWEEPERS = [f"{__name__}.{name}" for name in names]
    return sweeper.Sweeper(threading.Event(), interval_seconds=0.02)


def test_failing_sweep_does_not_keep_others_from_their_turn(sweeps, caplog):
    sweeps.run(once=True)
    assert swept == ["badly", "rarely", "well"]
    assert "sweep_badly" in caplog.text and "ZeroDivisionError" in caplog.text


def test_rare_sweep_waits_for_its_time(sweeps):
    sweeps.sweep()
    sweeps.sweep()
    assert swept.count("rarely") == 1 and swept.count("well") == 2


def test_only_one_sweeper_works(sweeps):
    with psycopg.connect(conninfo("other sweeper"), autocommit=True) as leader:
        leader.execute("SELECT pg_advisory_lock(%s)", [sweeper.LOCK_KEY])
        sweeps.run(once=True)
        assert swept == []
    assert wait_until(lambda: bool(sweeps.run(once=True) or swept), 5)


def test_sweeper_survives_the_loss_of_its_connection(sweeps, monkeypatch):
    monkeypatch.setattr(sweeper, "BACKOFF_SECONDS", (0.02, 0.1))
    running = threading.Thread(target=sweeps.run)
    running.start()
    try:
        assert wait_until(lambda: swept.count("well") > 1, 10)
        with psycopg.connect(conninfo("test"), autocommit=True) as admin:
            cut = admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'seedframe sweeper'"
            ).fetchall()
        assert len(cut) == 1
        before = swept.count("well")
        assert wait_until(lambda: swept.count("well") > before + 1, 10)
    finally:
        sweeps.stop.set()
        running.join(5)
    assert not running.is_alive()
