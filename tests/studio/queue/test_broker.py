"""The queue on PostgreSQL: transactions, claims, waking, lost connections, forks."""

from __future__ import annotations

import os
import threading
import time

import pytest
from django.db import connection, transaction
from django_q.conf import Conf
from django_q.models import OrmQ

from studio.core.tasks import MEDIA, enqueue
from studio.queue.broker import PostgresBroker


@pytest.fixture
def broker(transactional_db):
    made = PostgresBroker(list_key="test")
    yield made
    if made._listener is not None:
        made._listener.close()


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(Conf, "POLL", 0.05)


def payloads(found):
    return [payload for _, payload in found or ()]


def test_enqueue_writes_to_the_queue_that_was_named(db):
    enqueue("time.sleep", 0, cluster=MEDIA)
    assert OrmQ.objects.get().key == "media"
    assert OrmQ.objects.get().func() == "time.sleep"


def test_rollback_takes_the_task_back(broker, quick):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        broker.enqueue("never")
        raise ZeroDivisionError
    assert broker.dequeue() is None


def test_task_is_not_seen_before_commit(broker, quick):
    other = PostgresBroker(list_key="test")
    with transaction.atomic():
        broker.enqueue("later")
        assert other.dequeue() is None
    assert payloads(other.dequeue()) == ["later"]
    other._listener.close()


def test_claimed_task_is_given_to_nobody_else(broker, quick):
    other = PostgresBroker(list_key="test")
    for name in ("a", "b"):
        broker.enqueue(name)
    assert payloads(broker.dequeue()) == ["a"]
    assert payloads(other.dequeue()) == ["b"]
    assert broker.dequeue() is None
    other._listener.close()


def test_other_queues_are_left_alone(broker, quick):
    PostgresBroker(list_key="elsewhere").enqueue("x")
    assert broker.dequeue() is None


def test_unacknowledged_task_comes_back_after_retry(broker, quick, monkeypatch):
    monkeypatch.setattr(Conf, "RETRY", 0.2)
    broker.enqueue("again")
    assert payloads(broker.dequeue()) == ["again"]
    assert broker.dequeue() is None
    time.sleep(0.25)
    assert payloads(broker.dequeue()) == ["again"]


def test_acknowledged_task_is_gone(broker, quick):
    broker.enqueue("done")
    [(pk, _)] = broker.dequeue()
    broker.acknowledge(pk)
    assert not OrmQ.objects.exists()


def test_commit_wakes_a_waiting_cluster(broker, monkeypatch):
    monkeypatch.setattr(Conf, "POLL", 10)
    found = []
    ready = threading.Event()

    def wait() -> None:
        broker._listen()
        ready.set()
        found.append((payloads(broker.dequeue()), time.monotonic()))

    waiting = threading.Thread(target=wait)
    waiting.start()
    ready.wait(5)
    time.sleep(0.3)
    sent = time.monotonic()
    PostgresBroker(list_key="test").enqueue("wake")
    waiting.join(5)
    assert found[0][0] == ["wake"]
    assert found[0][1] - sent < 0.5


def test_many_clusters_share_the_work_without_doubles(broker, quick):
    for number in range(60):
        broker.enqueue(f"{number:02}")
    taken: list[str] = []

    def work() -> None:
        mine = PostgresBroker(list_key="test")
        while found := mine.dequeue():
            taken.extend(payloads(found))
        mine._listener.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(taken) == [f"{number:02}" for number in range(60)]


def test_lost_connection_is_replaced(broker, quick, caplog):
    assert broker.dequeue() is None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s",
            ["seedframe tasks test"],
        )
    broker.enqueue("after")
    found = next(filter(None, (broker.dequeue() for _ in range(20))), None)
    assert payloads(found) == ["after"]
    assert "lost its database" in caplog.text
    assert "has its database back" in caplog.text


def test_forked_process_opens_its_own_connections(broker, quick):
    assert broker.dequeue() is None
    mine = broker._listener.info.backend_pid
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    read, write = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover (its own process)
        answer = b"wrong"
        try:
            broker.dequeue()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                django_pid = cursor.fetchone()[0]
            if mine not in (broker._listener.info.backend_pid, django_pid):
                answer = b"own"
        finally:
            os.write(write, answer)
            os._exit(0)
    os.waitpid(child, 0)
    assert os.read(read, 10) == b"own"
    os.close(read)
    os.close(write)
    # the parent's connections are as they were
    broker.enqueue("still here")
    assert payloads(broker.dequeue()) == ["still here"]
