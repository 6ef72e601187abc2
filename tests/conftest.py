"""The fixed cast and the real database that all tests share."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.core.management.base import CommandError
from django.db import OperationalError
from django.test import TransactionTestCase

from studio.conf.staticfiles import ModuleManifestStorage
from studio.core.access import RoleCode
from studio.core.models import Project, User
from studio.core.services import create_project, create_user, set_member

PASSWORD = "correct-horse-battery"


@pytest.fixture(autouse=True)
def _quick_passwords(settings: object) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _static_names_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Static files need not be collected to render a page; collected ones keep their hash."""
    hashed = ModuleManifestStorage.stored_name

    def stored_name(self: ModuleManifestStorage, name: str) -> str:
        return hashed(self, name) if self.hashed_files else name

    monkeypatch.setattr(ModuleManifestStorage, "stored_name", stored_name)


@pytest.fixture
def admin(db: None) -> User:
    """A global Admin, member of nothing."""
    return create_user(actor=None, username="ada", password=PASSWORD, role=RoleCode.ADMIN)


@pytest.fixture
def creator(db: None) -> User:
    """A global Creator."""
    return create_user(actor=None, username="cleo", password=PASSWORD)


@pytest.fixture
def reviewer(db: None) -> User:
    """A global Reviewer."""
    return create_user(actor=None, username="rex", password=PASSWORD, role=RoleCode.REVIEWER)


@pytest.fixture
def outsider(db: None) -> User:
    """A global Creator who belongs to no shared project."""
    return create_user(actor=None, username="otto", password=PASSWORD)


@pytest.fixture
def project(creator: User, reviewer: User) -> Project:
    """A shared project: creator owns it, reviewer reviews."""
    made = create_project(actor=creator, name="Lighthouse")
    set_member(actor=creator, project=made, user=reviewer, role=RoleCode.REVIEWER)
    return made


#: Tests that run a whole studio or its processes.
STUDIO_TESTS = ("tests/e2e/", "tests/reliability/", "tests/studio/ops/")
#: What takes longest, in this order: a parallel run must not end with one process at work on it.
LONGEST = (
    "tests/e2e/test_pages.py",
    "tests/e2e/",
    "tests/reliability/",
    "tests/studio/ops/test_up.py",
    "tests/architecture/test_access_walk.py",
    "tests/security/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first, and let what drives whole processes be tried again.

    A browser and a studio beside it depend on the moment. The last line of the run counts how
    often a test was tried again.
    """

    def rank(item: pytest.Item) -> int:
        path = item.location[0]
        return next((n for n, start in enumerate(LONGEST) if path.startswith(start)), len(LONGEST))

    items.sort(key=rank)
    for item in items:
        if item.location[0].startswith(STUDIO_TESTS) or item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=2))


_empty_database = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]


def _empty_database_patiently(case: Any) -> None:
    """A page that was just left may still be read by the server: PostgreSQL then says deadlock."""
    for _ in range(5):
        try:
            return _empty_database(case)
        except (OperationalError, CommandError) as error:
            if "deadlock" not in f"{error} {error.__cause__}":
                raise
            time.sleep(0.5)
    return _empty_database(case)


TransactionTestCase._fixture_teardown = _empty_database_patiently  # type: ignore[attr-defined]
