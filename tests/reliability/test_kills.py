"""`kill -9` at random points: nothing lost, nothing doubled, every job ends, the books balance."""

from __future__ import annotations

import hashlib
import os
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from tests.support.studio import RunningStudio

#: How often something is killed. The goal is stated for 200; a usual run has time for a few.
KILLS = int(os.environ.get("KILLS", "5"))
SETTLE_SECONDS = 20 + 60  # heartbeat limit, and the time a true end may take after it
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def studio() -> Iterator[RunningStudio]:
    with tempfile.TemporaryDirectory(prefix="sf-kill-", dir="/tmp") as folder:
        Path(folder).chmod(0o711)
        running = RunningStudio(Path(folder) / "data")
        running.start()
        running.make_cast()
        yield running
        running.stop()


def _targets(studio: RunningStudio) -> dict[str, list[psutil.Process]]:
    """Processes by what they are."""
    found: dict[str, list[psutil.Process]] = {"web": [], "worker": [], "database": []}
    for process in studio.processes():
        try:
            line = " ".join(process.cmdline())
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
        if "daphne" in line or "asgi" in line:
            found["web"].append(process)
        elif "qcluster" in line:
            found["worker"].append(process)
    with_pid = (studio.folder / "postgres" / "postmaster.pid").read_text().splitlines()[0]
    found["database"].append(psutil.Process(int(with_pid)))
    return found


def _running_attempts(studio: RunningStudio) -> list[psutil.Process]:
    """The processes that are in the middle of a job."""
    with studio.connect() as connection:
        rows = connection.execute("SELECT process_id FROM pipeline_attempt WHERE ended_at IS NULL")
        return [psutil.Process(pid) for (pid,) in rows.fetchall() if psutil.pid_exists(pid)]


def _kill_one(studio: RunningStudio, chance: random.Random, kind: str) -> str:
    try:
        running = kind == "running worker"
        candidates = _running_attempts(studio) if running else _targets(studio)[kind]
    except psycopg.OperationalError:
        return "nothing"
    except (FileNotFoundError, psutil.NoSuchProcess):  # it is being restarted right now
        return "nothing"
    if not candidates:
        return "nothing"
    try:
        chance.choice(candidates).kill()
    except psutil.NoSuchProcess:
        return "nothing"
    return kind


def _states(studio: RunningStudio) -> dict[str, int]:
    with studio.connect() as connection:
        rows = connection.execute(
            "SELECT s.code, count(*) FROM pipeline_job j"
            " JOIN pipeline_jobstate s ON s.id = j.state_id GROUP BY 1"
        ).fetchall()
    return dict(rows)


def _lost(studio: RunningStudio) -> int:
    with studio.connect() as connection:
        row = connection.execute(
            "SELECT count(*) FROM pipeline_attempt a"
            " JOIN pipeline_attemptoutcome o ON o.id = a.outcome_id WHERE o.code = 'lost'"
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_random_kills(studio: RunningStudio) -> None:
    chance = random.Random(20260101)
    submitted: list[tuple[str, int]] = []
    killed: dict[str, int] = {}
    kinds = ["running worker", "web", "worker", "database"] * KILLS
    done = 0
    while done < KILLS:
        operation: str
        parameters: dict[str, Any]
        if chance.random() < 0.4:
            operation = "create.image"
            parameters = {
                "prompt": f"a lighthouse, number {len(submitted)}",
                "width_px": 512,
                "height_px": 512,
                "variations": 4,
                "quality": "draft",
            }
        else:
            operation = "system.noop"
            parameters = {"outputs": 4, "seconds": 0.4}
        code = studio.submit(operation, parameters, reuse=False)
        submitted.append((code, 4))
        time.sleep(chance.uniform(0.1, 1.2))
        kind = _kill_one(studio, chance, kinds[done])
        tries = 0
        while kind == "nothing" and tries < 20:  # the next moment there will be one
            time.sleep(0.05)
            tries += 1
            kind = _kill_one(studio, chance, kinds[done])
        if kind != "nothing":
            killed[kind] = killed.get(kind, 0) + 1
            done += 1
    assert sum(killed.values()) == KILLS

    deadline = time.monotonic() + SETTLE_SECONDS + 2 * len(submitted)
    while time.monotonic() < deadline:
        try:
            states = _states(studio)
        except psycopg.OperationalError:
            time.sleep(0.5)
            continue
        if set(states) <= {"succeeded", "failed", "cancelled"}:
            break
        time.sleep(0.5)
    print(f"kills {killed}, jobs {states}, attempts lost {_lost(studio)}")
    assert set(states) <= {"succeeded", "failed", "cancelled"}, states
    # A worker may be lost more often than the studio puts up with; most jobs get through.
    assert states.get("succeeded", 0) >= 0.8 * len(submitted), states
    assert sum(states.values()) == len(submitted)  # idempotent submission: none lost, none doubled
    _check_outputs(studio, dict(submitted))
    doctor = studio.manage("doctor")
    assert doctor.returncode == 0, doctor.stdout + doctor.stderr


def _check_outputs(studio: RunningStudio, expected: dict[str, int]) -> None:
    with studio.connect() as connection:
        jobs = connection.execute(
            "SELECT j.code::text, s.code, count(o.id), count(DISTINCT o.position)"
            " FROM pipeline_job j JOIN pipeline_jobstate s ON s.id = j.state_id"
            " LEFT JOIN pipeline_joboutput o ON o.job_id = j.id GROUP BY 1, 2"
        ).fetchall()
        for code, state, outputs, positions in jobs:
            assert outputs == positions
            assert outputs <= expected[code]
            if state == "succeeded":
                assert outputs == expected[code]
        assets = connection.execute("SELECT count(*) FROM assets_asset").fetchone()
        outputs_in_all = connection.execute("SELECT count(*) FROM pipeline_joboutput").fetchone()
        assert assets == outputs_in_all  # nothing was made that no job delivered
        total = connection.execute("SELECT sum(amount_microcredits) FROM billing_entry").fetchone()
        assert total is not None
        assert total[0] in (0, None)
        left = connection.execute(
            "SELECT count(*) FROM billing_hold h JOIN billing_holdstate s ON s.id = h.state_id"
            " WHERE s.code = 'open'"
        ).fetchone()
        assert left == (0,)
        blobs = connection.execute("SELECT sha256, size_bytes FROM assets_blob").fetchall()
    for sha256, size_bytes in blobs:
        path = studio.folder / "files" / "blobs" / sha256[:2] / sha256[2:4] / sha256
        content = path.read_bytes()
        assert len(content) == size_bytes
        assert hashlib.sha256(content).hexdigest() == sha256
