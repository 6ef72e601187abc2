"""The embedded cluster, with real ones: made, shared, killed, recovered, stopped."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from studio.ops import account, database
from studio.ops.account import Account, AccountError
from studio.ops.database import EmbeddedDatabase, EmbeddedDatabaseError
from studio.ops.process import wait_until

ROOT = Path(__file__).resolve().parents[3]
FAST = {"fsync": "off"}
ASK = "import sys; from pathlib import Path; from studio.ops.database import embedded_url as e;"


@pytest.fixture
def data():
    folder = Path(tempfile.mkdtemp(prefix="sf-db-", dir="/tmp")).resolve()
    folder.chmod(0o711)
    yield folder
    EmbeddedDatabase(folder).stop()
    shutil.rmtree(folder)


@pytest.fixture
def cluster(data):
    made = EmbeddedDatabase(data, settings=FAST, tied=True)
    made.start()
    return made


def ask(data, query):
    with psycopg.connect(database.url(data), autocommit=True) as connection:
        return connection.execute(query).fetchone()[0]


def keep_something(data):
    with psycopg.connect(database.url(data)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS n")


def test_cluster_is_made_with_what_the_studio_needs(cluster, data):
    assert ask(data, "SELECT current_database()") == "seedframe"
    assert ask(data, "SELECT extversion FROM pg_extension WHERE extname = 'vector'")
    assert ask(data, "SHOW listen_addresses") == ""
    assert ask(data, "SHOW full_page_writes") == "on"
    assert ask(data, "SHOW data_checksums") == "on"
    assert int(ask(data, "SHOW max_connections")) == 200
    assert ask(data, "SELECT upper('ä')") == "Ä"


def test_cluster_is_closed_to_other_accounts(cluster):
    assert stat.S_IMODE(cluster.pgdata.stat().st_mode) == 0o700
    assert stat.S_IMODE((cluster.sockets / ".s.PGSQL.5432").stat().st_mode) == 0o700


def test_product_syncs_to_disk(data):
    EmbeddedDatabase(data, tied=True).start()
    assert ask(data, "SHOW fsync") == "on"


def test_second_start_finds_the_first(cluster, data):
    pid = cluster.pid()
    assert EmbeddedDatabase(data).start() is False
    assert cluster.pid() == pid


def test_many_processes_start_one_cluster(data):
    found: list[bool] = []
    threads = [
        threading.Thread(target=lambda: found.append(EmbeddedDatabase(data, settings=FAST).start()))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(found) == [False, False, False, True]


def test_stop_and_start_keep_the_data(cluster, data):
    keep_something(data)
    cluster.stop()
    assert cluster.pid() is None
    assert EmbeddedDatabase(data, tied=True).start() is True
    assert ask(data, "SELECT n FROM kept") == 42


def test_kill_of_the_postmaster_is_recovered_from(cluster, data):
    keep_something(data)
    busy = psycopg.connect(database.url(data), autocommit=True)

    def work() -> None:
        with pytest.raises(psycopg.Error):
            busy.execute(SLEEP)

    holder = threading.Thread(target=work)
    holder.start()
    time.sleep(0.2)
    psutil.Process(cluster.pid()).kill()
    assert wait_until(lambda: cluster.pid() is None, 10)
    began = time.monotonic()
    assert EmbeddedDatabase(data, settings=FAST, tied=True).start() is True
    assert time.monotonic() - began < 30
    assert ask(data, "SELECT n FROM kept") == 42
    holder.join(10)


# busy in the server, so that it does not notice at once that its postmaster is gone
SLEEP = "DO $$ BEGIN FOR i IN 1..600 LOOP PERFORM pg_sleep(0.01); END LOOP; END $$"


def test_stale_pid_file_with_a_reused_number_is_no_obstacle(cluster, data):
    cluster.stop()
    lines = [str(os.getpid()), str(cluster.pgdata), "0", "5432", str(cluster.sockets), "", "", ""]
    (cluster.pgdata / "postmaster.pid").write_text("\n".join([*lines[:7], "ready"]))
    again = EmbeddedDatabase(data, settings=FAST, tied=True)
    assert again.pid() is None
    assert again.start() is True


def test_half_made_cluster_is_made_anew(data):
    (data / "postgres.new-1").mkdir()
    (data / "postgres.new-1" / "PG_VERSION").write_text("18")
    EmbeddedDatabase(data, settings=FAST, tied=True).start()
    assert not list(data.glob("postgres.new-*"))


def test_long_path_gets_a_short_socket(data):
    deep = data / ("x" * 60) / ("y" * 60)
    for folder in (deep.parent, deep):
        folder.mkdir(mode=0o711)
    made = EmbeddedDatabase(deep, settings=FAST, tied=True)
    try:
        made.start()
        assert made.sockets.parent == Path("/tmp")
        assert stat.S_IMODE(made.sockets.stat().st_mode) == 0o700
        assert ask(deep, "SELECT 1") == 1
    finally:
        made.stop()
    assert not made.sockets.exists()


def test_dies_in_good_order_with_the_process_it_is_tied_to(data):
    code = f"{ASK} from studio.ops.database import EmbeddedDatabase as D; import time\n"
    code += "D(Path(sys.argv[1]), tied=True).start(); print('up', flush=True); time.sleep(60)"
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(data)], cwd=ROOT, stdout=subprocess.PIPE
    )
    holder.stdout.readline()
    cluster = EmbeddedDatabase(data)
    assert cluster.pid() is not None
    holder.kill()
    holder.wait()
    assert wait_until(lambda: cluster.pid() is None, 10)
    assert "database system is shut down" in (data / "logs" / "postgres.log").read_text()


def test_last_user_stops_it(data):
    code = f"{ASK} print(e(Path(sys.argv[1])), flush=True); sys.stdin.read()"
    users = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(data)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    for user in users:
        assert user.stdout.readline().strip().decode() == database.url(data)
    cluster = EmbeddedDatabase(data)
    users[0].communicate()
    assert cluster.pid() is not None
    users[1].communicate()
    assert cluster.pid() is None


def test_start_that_fails_shows_the_log(cluster, data):
    cluster.stop()
    with (cluster.pgdata / "postgresql.conf").open("a") as conf:
        conf.write("\nshared_buffers = 'nonsense'\n")
    with pytest.raises(EmbeddedDatabaseError, match="nonsense"):
        EmbeddedDatabase(data).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root meets this")
class TestAsRoot:
    def test_server_runs_as_another_account(self, cluster):
        assert psutil.Process(cluster.pid()).uids().effective == cluster.pgdata.stat().st_uid != 0

    def test_closed_parent_folder_is_opened_for_passing_only(self, data):
        closed = data / "closed"
        closed.mkdir(mode=0o700)
        inside = closed / "data"
        made = EmbeddedDatabase(inside, settings=FAST, tied=True)
        try:
            assert made.start() is True
        finally:
            made.stop()
        assert stat.S_IMODE(closed.stat().st_mode) == 0o701

    def test_folder_that_cannot_be_opened_says_what_to_do(self, data, monkeypatch):
        closed = data / "closed"
        closed.mkdir(mode=0o700)

        def refuse(self, mode):
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(Path, "chmod", refuse)
        with pytest.raises(AccountError, match=r"chmod o\+x .*closed"):
            account.make_reachable(closed / "data", Account(65534, 65534, "nobody"))

    def test_existing_cluster_keeps_its_owner(self, cluster):
        found = account.database_account(cluster.pgdata)
        assert found.uid == cluster.pgdata.stat().st_uid


def test_cluster_of_somebody_else_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(AccountError, match="belongs to"):
        account.database_account(tmp_path)


def test_forced_stop_is_bounded(cluster, data):
    holder = psycopg.connect(database.url(data))
    holder.execute("SELECT 1")
    began = time.monotonic()
    cluster.stop(seconds=10)
    assert time.monotonic() - began < 10
    assert cluster.pid() is None  # a fast shutdown does not wait for the open transaction
