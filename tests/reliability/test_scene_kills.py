"""`kill -9` while a scene is generated: it goes on, and becomes the same takes as undisturbed."""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import pytest

from tests.reliability.test_kills import KILLS, _kill_one
from tests.support.studio import RunningStudio

#: A worker lost in the middle of a job is noticed after 20 s, so few of the kills are such.
KINDS = ["running worker", "worker", "web", "database", "worker"]
PATIENCE_S = 240.0
pytestmark = pytest.mark.slow

TAKES = """
SELECT g.number, t.number, b.sha256, p.sha256, s.code
FROM pipeline_take t
JOIN pipeline_segment g ON g.id = t.segment_id
JOIN pipeline_scene c ON c.id = g.scene_id
JOIN pipeline_job j ON j.id = t.job_id
JOIN pipeline_jobstate s ON s.id = j.state_id
LEFT JOIN assets_version v ON v.id = t.version_id
LEFT JOIN assets_blob b ON b.id = v.blob_id
LEFT JOIN pipeline_takeexamination e ON e.take_id = t.id
LEFT JOIN assets_version w ON w.id = e.end_picture_id
LEFT JOIN assets_blob p ON p.id = w.blob_id
WHERE c.code = %s ORDER BY 1, 2
"""


@pytest.fixture(scope="module")
def studio() -> Iterator[RunningStudio]:
    with tempfile.TemporaryDirectory(prefix="sf-scene-", dir="/tmp") as folder:
        Path(folder).chmod(0o711)
        running = RunningStudio(Path(folder) / "data")
        running.start()
        running.make_cast()
        yield running
        running.stop()


def _scenes(studio: RunningStudio) -> list[str]:
    done = studio.manage("shell", "-v0", "-c", "import tests.support.scene_cast")
    assert done.returncode == 0, done.stdout + done.stderr
    codes: list[str] = json.loads(done.stdout.strip().splitlines()[-1])
    return codes


def _start(studio: RunningStudio, code: str) -> None:
    with studio.api() as api:
        answer = api.post(f"scenes/{code}/start/", json={})
    assert answer.status_code == 200, answer.text


def _state(studio: RunningStudio, code: str) -> tuple[str, str]:
    """State and reason to stop; empty while the database is away."""
    try:
        with studio.connect() as connection:
            row = connection.execute(
                "SELECT s.code, c.stop_reason FROM pipeline_scene c"
                " JOIN pipeline_scenestate s ON s.id = c.state_id WHERE c.code = %s",
                [code],
            ).fetchone()
    except psycopg.OperationalError:
        return "", ""
    assert row is not None
    return str(row[0]), str(row[1])


def _wait(studio: RunningStudio, code: str) -> float:
    """Seconds until the scene is ready."""
    started = time.monotonic()
    while time.monotonic() - started < PATIENCE_S:
        state, why = _state(studio, code)
        assert state != "stopped", why
        if state == "ready":
            return time.monotonic() - started
        time.sleep(0.3)
    raise AssertionError(f"The scene is still “{state}” after {PATIENCE_S:.0f} s.")


def _takes(studio: RunningStudio, code: str) -> list[tuple[Any, ...]]:
    with studio.connect() as connection:
        return connection.execute(TAKES, [code]).fetchall()


def test_kills_change_nothing(studio: RunningStudio) -> None:
    calm, shaken = _scenes(studio)
    _start(studio, calm)
    quiet_s = _wait(studio, calm)
    wanted = _takes(studio, calm)
    assert [row[:2] for row in wanted] == [(number, 1) for number in range(1, 7)]

    chance = random.Random(20260102)
    killed: dict[str, int] = {}
    started = time.monotonic()
    _start(studio, shaken)
    number = 0
    while number < KILLS:
        time.sleep(chance.uniform(0.1, 2.0))
        if _state(studio, shaken)[0] == "ready":
            break  # faster than its killers; what was killed until then counts
        kind = _kill(studio, chance, KINDS[number % len(KINDS)])
        if kind != "nothing":
            killed[kind] = killed.get(kind, 0) + 1
            number += 1
    _wait(studio, shaken)
    print(f"kills {killed}; {quiet_s:.0f} s undisturbed, {time.monotonic() - started:.0f} s shaken")
    assert sum(killed.values()) >= min(KILLS, 3)  # it was disturbed in its work
    assert _takes(studio, shaken) == wanted  # the same files, one take each, no doubles
    _check_books(studio)
    doctor = studio.manage("doctor")
    assert doctor.returncode == 0, doctor.stdout + doctor.stderr


def _kill(studio: RunningStudio, chance: random.Random, kind: str) -> str:
    """Kill a process of a kind; where none is in the middle of a job for a while, any worker."""
    for _ in range(60 if kind == "running worker" else 1):
        if (done := _kill_one(studio, chance, kind)) != "nothing":
            return done
        time.sleep(0.05)
    return _kill_one(studio, chance, "worker") if kind == "running worker" else "nothing"


def _check_books(studio: RunningStudio) -> None:
    """All jobs have ended, nothing is held, the ledger balances, nothing was made twice."""
    with studio.connect() as connection:

        def one(query: str) -> Any:
            row = connection.execute(query).fetchone()
            assert row is not None
            return row[0]

        assert not one("SELECT count(*) FROM pipeline_job WHERE ended_at IS NULL")
        assert one("SELECT coalesce(sum(amount_microcredits), 0) FROM billing_entry") == 0
        open_holds = (
            "SELECT count(*) FROM billing_hold h JOIN billing_holdstate s ON s.id = h.state_id"
            " WHERE s.code = 'open'"
        )
        assert one(open_holds) == 0
        doubles = "SELECT count(*) - count(DISTINCT (job_id, position)) FROM pipeline_joboutput"
        assert one(doubles) == 0


def test_a_studio_that_is_stopped_goes_on_when_it_starts(studio: RunningStudio) -> None:
    """All processes at once, the database with them; then everything is started again."""
    code = _scenes_again(studio)
    _start(studio, code)
    deadline = time.monotonic() + 60
    while not _takes(studio, code) and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1.0)
    doomed = studio.processes()
    assert studio.process is not None
    for process in [psutil.Process(studio.process.pid), *doomed]:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    studio.process.wait(30)
    psutil.wait_procs(doomed, timeout=30)
    studio.start()
    _wait(studio, code)
    assert [row[:2] for row in _takes(studio, code)] == [(number, 1) for number in range(1, 7)]
    _check_books(studio)


def _scenes_again(studio: RunningStudio) -> str:
    """A further scene of the same character and type, by the API."""
    with studio.api() as api:
        known = api.get("scenes/").json()["results"]
        if not known:  # this test runs alone
            return _scenes(studio)[0]
        scene = known[0]
        body = {"character": scene["character"], "scene_type": scene["scene_type"]}
        try:
            made = api.post("scenes/", json=body)
        except httpx.TransportError:
            made = api.post("scenes/", json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["code"])
