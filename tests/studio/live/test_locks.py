"""Locks: the second is told who holds it; time-out, release, Admins."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from studio.core.errors import Conflict, Forbidden, NotFound
from studio.live.locks import acquire_lock, break_lock, holder, refuse_if_held, release_lock
from studio.live.models import Lock

pytestmark = pytest.mark.django_db


@pytest.fixture
def thing():
    return uuid.uuid4()


def test_second_person_is_told_who_holds_it(project, creator, admin, thing):
    acquire_lock(actor=creator, project=project, subject_code=thing)
    with pytest.raises(Conflict, match=str(creator)):
        acquire_lock(actor=admin, project=project, subject_code=thing)
    with pytest.raises(Conflict, match="your change was not made"):
        refuse_if_held(actor=admin, subject_code=thing)
    refuse_if_held(actor=creator, subject_code=thing)


def test_renewal_keeps_the_beginning(project, creator, thing):
    first = acquire_lock(actor=creator, project=project, subject_code=thing)
    again = acquire_lock(actor=creator, project=project, subject_code=thing, seconds=600)
    assert again.pk == first.pk and again.acquired_at == first.acquired_at
    assert again.expires_at > first.expires_at


def test_lock_that_ran_out_holds_nobody_back(project, creator, admin, thing):
    acquire_lock(actor=creator, project=project, subject_code=thing)
    past = timezone.now() - timedelta(minutes=5)
    Lock.objects.update(acquired_at=past, expires_at=past + timedelta(seconds=60))
    assert holder(thing) is None
    lock = acquire_lock(actor=admin, project=project, subject_code=thing)
    assert lock.holder == admin and Lock.objects.count() == 1


def test_release_is_for_the_holder_and_breaking_for_admins(project, creator, admin, thing):
    acquire_lock(actor=creator, project=project, subject_code=thing)
    assert not release_lock(actor=admin, subject_code=thing)
    with pytest.raises(Forbidden):
        break_lock(actor=creator, subject_code=thing)
    assert break_lock(actor=admin, subject_code=thing)
    assert not release_lock(actor=creator, subject_code=thing)


def test_access_rule(project, reviewer, outsider, thing):
    with pytest.raises(Forbidden):
        acquire_lock(actor=reviewer, project=project, subject_code=thing)
    with pytest.raises(NotFound):
        acquire_lock(actor=outsider, project=project, subject_code=thing)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_wins(project, creator, admin, thing):
    barrier, outcomes = threading.Barrier(2), []

    def take(person):
        try:
            barrier.wait()
            acquire_lock(actor=person, project=project, subject_code=thing)
            outcomes.append("held")
        except Conflict:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=[person]) for person in (creator, admin)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["held", "told"]
