"""Attacks that succeeded once, each with the rule that stops it."""

from __future__ import annotations

import base64
import json
import logging
import os
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assets.storage import uploads
from assets.storage.models import Upload, UploadState
from billing.ledger.queries import balance_of
from pipeline.jobs import control
from pipeline.jobs.models import Job, Priority
from pipeline.jobs.submit import JobRequest, submit_job
from studio.core.access import RoleCode
from studio.core.errors import Conflict, Forbidden, Invalid, LimitReached, Unavailable
from studio.core.models import ApiScope, FailedSignIn, Project, Session, User
from studio.core.services import create_user, set_member, sign_in
from studio.core.services.sessions import MOST_PER_NAME
from studio.ops.folder import DataFolder
from tests.conftest import PASSWORD
from tests.support.clients import signed_in, with_key


def _request(**fields: Any) -> JobRequest:
    parameters = {"prompt": "a boat", "variations": 1, "quality": "draft"}
    return JobRequest(operation="create.image", parameters=parameters, reuse=False, **fields)


def test_only_admins_submit_urgent_jobs(creator: User, admin: User, project: Project) -> None:
    urgent = _request(priority=Priority.Code.URGENT)
    with pytest.raises(Forbidden):
        submit_job(actor=creator, project=project, request=urgent)
    job = submit_job(actor=admin, project=project, request=urgent)
    assert job.priority_id == Priority.Code.URGENT
    assert not Job.objects.filter(creator=creator).exists()


def test_nobody_spends_the_credits_of_another(
    creator: User, outsider: User, project: Project
) -> None:
    set_member(actor=creator, project=project, user=outsider, role=RoleCode.CREATOR)
    later = _request(start_at=timezone.now() + timedelta(days=1))
    job = submit_job(actor=creator, project=project, request=later)
    control.cancel_job(actor=creator, job=job)
    mine, theirs = balance_of(creator), balance_of(outsider)
    job = Job.objects.select_related("project", "price__unit").get(pk=job.pk)
    control.retry_job(actor=outsider, job=job)
    assert balance_of(creator) == mine
    assert balance_of(outsider) < theirs


def test_a_key_does_not_change_its_person(creator: User) -> None:
    script = with_key(creator, *(s for s in ApiScope.Code if s != ApiScope.Code.ADMIN))
    answer = script.patch(
        "/api/v1/me/", {"email": "other@example.org"}, content_type="application/json"
    )
    assert answer.status_code == 403
    creator.refresh_from_db()
    assert creator.email == ""
    assert script.get("/api/v1/me/").status_code == 200


def test_no_address_holds_the_key_of_a_session(
    creator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients = [Client() for _ in range(3)]
    for client in clients:
        client.post("/login/", {"username": "cleo", "password": PASSWORD})
    monkeypatch.setattr(
        "studio.core.paging.keyset_page.__kwdefaults__",
        {"cursor": "", "size": 1, "order": ("-id",)},
    )
    page = clients[0].get("/me/sessions/").content.decode()
    cursor = page.partition("cursor=")[2].partition(":")[0].partition("%3A")[0]
    assert cursor
    plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    assert json.loads(plain)[0] == ["-seen_at", "code"]
    for key in Session.objects.values_list("session_key", flat=True):
        assert key not in plain


def test_a_name_in_other_letters_gives_no_further_tries(db: None) -> None:
    create_user(actor=None, username="simis", password=PASSWORD)

    def sign(name: str, password: str) -> User:
        return sign_in(request=None, username=name, password=password, address="192.0.2.1")

    for name in ("sımıs", "ſimiſ"):  # capitals of these are SIMIS; they are other names
        with pytest.raises(Invalid):
            sign(name, PASSWORD)
    assert sign("SimiS", PASSWORD).username == "simis"
    for number in range(MOST_PER_NAME):
        with pytest.raises(Invalid):
            sign(("SİMİS", "simİs", "SIMIS")[number % 3], "wrong")
    for name in ("simis", "sİmis"):
        with pytest.raises(LimitReached):
            sign(name, PASSWORD)


def test_look_alike_names_lock_nobody_out(db: None) -> None:
    create_user(actor=None, username="simis", password=PASSWORD)
    create_user(actor=None, username="sımıs", password=PASSWORD)
    found = sign_in(request=None, username="simis", password=PASSWORD, address="192.0.2.1")
    assert found.username == "simis"


def test_one_network_of_ipv6_is_one_guesser(creator: User) -> None:
    def guess(number: int) -> None:
        address = f"2001:db8:1:2::{number:x}"
        sign_in(request=None, username="cleo", password="wrong", address=address)

    for number in range(MOST_PER_NAME):
        with pytest.raises(Invalid):
            guess(number)
    with pytest.raises(LimitReached):
        guess(99)
    assert set(FailedSignIn.objects.values_list("address", flat=True)) == {"2001:db8:1:2::"}


@pytest.mark.parametrize("path", ["/nowhere%0AERROR forged/", "/api/v1/nowhere%0AERROR forged/"])
def test_an_address_writes_one_line_of_the_log(
    creator: User, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    caplog.set_level(logging.INFO, logger="studio")
    signed_in(creator).get(path)
    lines = [r.getMessage() for r in caplog.records if r.name.startswith("studio")]
    assert lines
    assert not any("\n" in line for line in lines)


def test_nobody_else_looks_into_the_data_folder(tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        folder = DataFolder(tmp_path / "data")
        folder.prepare()
    finally:
        os.umask(old)
    assert stat.S_IMODE(folder.root.stat().st_mode) in (0o700, 0o711)
    for inner in (folder.files, folder.logs, folder.run):
        assert stat.S_IMODE(inner.stat().st_mode) == 0o700


@pytest.fixture
def upload(creator: User, project: Project) -> Callable[..., Upload]:
    def begin(size_bytes: int) -> Upload:
        return uploads.begin_upload(
            actor=creator, project=project, file_name="a.txt", size_bytes=size_bytes
        )

    return begin


class _Source:
    """A chunk that is written in two pieces, with something happening in between."""

    def __init__(self, *pieces: bytes, between: Callable[[], None]) -> None:
        self.pieces = list(pieces)
        self.between = between

    def read(self, size: int = -1) -> bytes:
        if len(self.pieces) == 1:
            self.between()
        return self.pieces.pop(0) if self.pieces else b""


def test_a_part_that_is_refused_leaves_the_finished_file_alone(
    upload: Callable[..., Upload], creator: User
) -> None:
    content = b"words " * 20_000
    begun = upload(len(content))
    finishing: list[Exception] = []

    def finish() -> None:
        with pytest.raises(Conflict) as caught:
            uploads.finish_upload(actor=creator, upload=Upload.objects.get(pk=begun.pk))
        finishing.append(caught.value)

    with pytest.raises(Invalid):  # one byte more than announced: all of the part is cut off
        uploads.receive_part(upload=begun, offset=0, source=_Source(content, b"!", between=finish))  # type: ignore[arg-type]
    assert finishing
    begun.refresh_from_db()
    assert begun.state_id == UploadState.Code.OPEN


def test_many_uploads_do_not_fill_the_disk_together(
    upload: Callable[..., Upload], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = upload(10)
    monkeypatch.setattr("assets.storage.backends.RESERVE_BYTES", 2**62)
    with pytest.raises(Unavailable):
        uploads.receive_part(upload=begun, offset=0, source=_Source(b"x" * 10, between=int))  # type: ignore[arg-type]


def test_the_last_of_all_days(creator: User) -> None:
    client = signed_in(creator)
    for path in (reverse("assets:library"), "/api/v1/assets/"):
        assert client.get(path, {"until": "9999-12-31"}).status_code == 422
        assert client.get(path, {"until": "9999-12-30"}).status_code == 200
