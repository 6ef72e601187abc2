"""The queue, the page of a job, the tray, and provenance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.ledger.links import links_for
from pipeline.jobs import control
from pipeline.jobs.listing import HISTORY_SIZE
from pipeline.jobs.models import DerivationKind, Job, JobHold, JobState, Priority
from pipeline.jobs.run import AttemptRun
from studio.core.models import Project, User
from studio.live.feed import latest_lines
from tests.pipeline.jobs.conftest import run_next

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
Submit = Callable[..., Job]


@pytest.fixture(autouse=True)
def _no_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its connection would not see the rows of the test's transaction."""
    monkeypatch.setattr(AttemptRun, "_heartbeat", lambda self: None)


def browser(user: User) -> Client:
    """A signed-in client."""
    client = Client()
    client.force_login(user)
    return client


def queries_of(client: Client, address: str, **headers: Any) -> int:
    """Queries of a page the second time it is asked for."""
    client.get(address, **headers)
    with CaptureQueriesContext(connection) as found:
        assert client.get(address, **headers).status_code == 200
    return len(found)


def run_everything() -> None:
    """Run jobs here until none is ready."""
    while run_next() is not None:
        pass


def test_the_queue_without_jobs_says_what_to_do(creator) -> None:
    page = browser(creator).get("/jobs/").content.decode()
    assert "No jobs yet" in page
    assert 'href="/create/"' in page


def test_the_queue_shows_what_is_under_way_and_what_was(creator, submit: Submit) -> None:
    done = submit(outputs=1)
    run_everything()
    waiting = submit(outputs=1)
    paused = submit(outputs=1)
    control.pause_job(actor=creator, job=paused)
    answer = browser(creator).get("/jobs/")
    assert [s.job.code for s in answer.context["unfinished"]] == [waiting.code, paused.code]
    assert [s.job.code for s in answer.context["rows"]] == [done.code]
    page = answer.content.decode()
    assert "Fair share" in page
    assert reverse("pipeline:job-resume", args=[paused.code]) in page
    assert reverse("pipeline:job-pause", args=[waiting.code]) in page
    assert reverse("pipeline:job-cancel", args=[done.code]) not in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("state=queued", {"queued"}),
        ("state=held", {"paused"}),
        ("state=failed", {"failed"}),
        ("state=succeeded", {"succeeded"}),
        ("operation=create.image", set()),
        ("operation=system.noop", {"queued", "paused", "failed", "succeeded"}),
        ("project={project}", {"queued", "paused", "failed", "succeeded"}),
        ("person={person}", {"queued", "paused", "failed", "succeeded"}),
        ("person={other}", set()),
    ],
)
def test_filters_are_in_the_address(creator, outsider, project, submit, query, shown) -> None:
    submit()
    submit(fail=True)
    run_everything()
    submit()
    control.pause_job(actor=creator, job=submit())
    address = query.format(project=project.code, person=creator.code, other=outsider.code)
    context = browser(creator).get(f"/jobs/?{address}").context
    rows = [*context["unfinished"], *context["rows"]]
    assert {s.state.code for s in rows} == shown


@pytest.mark.parametrize("query", ["state=lost", "project=x", "person=1", "cursor=zzz"])
def test_damaged_filters_are_refused(creator, query) -> None:
    headers = HTMX if "cursor" in query else {}
    assert browser(creator).get(f"/jobs/?{query}", headers=headers).status_code == 422


def test_history_goes_on_by_keyset_and_stays_whole_when_it_grows(creator, submit) -> None:
    for _ in range(HISTORY_SIZE + 3):
        submit()
    run_everything()
    client = browser(creator)
    first = client.get("/jobs/")
    assert len(first.context["rows"]) == HISTORY_SIZE
    older = client.get(first.context["more_url"], headers=HTMX)
    assert len(older.context["rows"]) == 3
    assert older.context["older"] == ""
    assert "<html" not in older.content.decode()
    for _ in range(2):
        submit()
    run_everything()
    live = client.get(f"/jobs/?down_to={first.context['down_to']}", headers=HTMX)
    assert len(live.context["rows"]) == HISTORY_SIZE + 2
    seen = {s.job.pk for s in [*live.context["rows"], *older.context["rows"]]}
    assert len(seen) == HISTORY_SIZE + 5


def test_lists_cost_the_same_queries_for_2_and_20_jobs(creator, submit) -> None:
    client = browser(creator)
    counts: dict[str, list[int]] = {}
    for number in (2, 18):
        for index in range(number):
            submit(outputs=2, fail=index % 5 == 4)
        run_everything()
        for _ in range(number):
            submit()
        for address in ("/jobs/", "/jobs/tray/", "/jobs/running/"):
            counts.setdefault(address, []).append(queries_of(client, address, headers=HTMX))
        for job in Job.objects.filter(state_id=JobState.Code.QUEUED):
            control.cancel_job(actor=creator, job=job)
    for address, (few, many) in counts.items():
        assert few == many, address
    assert counts["/jobs/"][0] <= 22
    assert counts["/jobs/tray/"][0] <= 16


def test_actions_on_a_line(creator, submit: Submit) -> None:
    client = browser(creator)
    job = submit()

    def state() -> int:
        return Job.objects.get(pk=job.pk).state_id

    for action, after in (
        ("pause", JobState.Code.PAUSED),
        ("resume", JobState.Code.QUEUED),
        ("cancel", JobState.Code.CANCELLED),
        ("retry", JobState.Code.QUEUED),
    ):
        answer = client.post(reverse(f"pipeline:job-{action}", args=[job.code]), headers=HTMX)
        assert answer.status_code == 204, action
        assert "job-changed" in answer.headers["HX-Trigger"]
        assert state() == after
    address = reverse("pipeline:job-priority", args=[job.code])
    assert client.post(address, {"priority": "background"}, headers=HTMX).status_code == 204
    assert Job.objects.get(pk=job.pk).priority_id == Priority.Code.BACKGROUND
    assert client.post(address, {"priority": "urgent"}, headers=HTMX).status_code == 403
    assert client.post(address, {"priority": "now"}, headers=HTMX).status_code == 422
    plain = client.post(reverse("pipeline:job-cancel", args=[job.code]))
    assert (plain.status_code, plain.headers["Location"]) == (303, f"/jobs/{job.code}/")
    again = client.post(reverse("pipeline:job-cancel", args=[job.code]), headers=HTMX)
    assert again.status_code == 409


def test_the_page_of_a_job_tells_everything(creator, submit: Submit, project: Project) -> None:
    job = submit(outputs=2, random_seed=77)
    run_everything()
    page = browser(creator).get(f"/jobs/{job.code}/").content.decode()
    for words in (
        "Succeeded",
        "2 of 2",
        "Output 2 of 2 stored",
        "Attempt 1",
        "python",
        job.recipe.sha256,
        "77",
        project.name,
        "Make again",
        "Determinism check",
        "credits",
    ):
        assert words in page, words
    assert 'style="' not in page


def test_a_failure_is_explained(creator, submit: Submit) -> None:
    job = submit(fail=True)
    run_everything()
    page = browser(creator).get(f"/jobs/{job.code}/").content.decode()
    assert "It was asked to fail." in page
    assert "parameter fail is true" in page
    assert "<strong>Provider.</strong>" in page
    assert "Send again" in page


def test_a_determinism_check_shows_its_outcome(creator, submit: Submit) -> None:
    client = browser(creator)
    job = submit(outputs=2)
    run_everything()
    answer = client.post(reverse("pipeline:job-check", args=[job.code]), headers=HTMX)
    check = Job.objects.order_by("-id").first()
    assert answer.headers["HX-Redirect"] == f"/jobs/{check.code}/"
    assert check.derivation.kind_id == DerivationKind.Code.DETERMINISM_CHECK
    waiting = client.get(f"/jobs/{check.code}/").content.decode()
    assert "Compared with the original" not in waiting
    run_everything()
    page = client.get(f"/jobs/{check.code}/").content.decode()
    assert "Compared with the original" in page
    assert page.count("identical file") == 2
    source = client.get(f"/jobs/{job.code}/").content.decode()
    assert "Made from this job" in source
    assert str(check.code) in source


def test_dependencies_are_shown(creator, submit: Submit) -> None:
    first = submit()
    second = submit(needs=[first.code])
    page = browser(creator).get(f"/jobs/{second.code}/").content.decode()
    assert "Starts after" in page
    assert str(first.code) in page


def test_the_tray_is_ones_own(creator, reviewer, submit: Submit) -> None:
    submit(outputs=1)
    tray = browser(creator).get("/jobs/tray/", headers=HTMX)
    assert tray.context["active"] == 1
    assert "1 job under way" in tray.content.decode()
    assert browser(reviewer).get("/jobs/tray/", headers=HTMX).context["active"] == 0
    running = browser(reviewer).get("/jobs/running/", headers=HTMX).content.decode()
    assert "0 running, 1 queued" in running


def test_provenance_names_all_that_made_a_file(creator, submit: Submit) -> None:
    job = submit(outputs=2)
    run_everything()
    output = job.outputs.order_by("-position").first()
    page = browser(creator).get(f"/jobs/provenance/{output.version.code}/", headers=HTMX)
    text = page.content.decode()
    for words in (
        "system.noop",
        "Local, version 1",
        str(output.random_seed),
        str(job.random_seed),
        "variation 2",
        job.recipe.sha256,
        output.version.blob.sha256,
        job.attempts.get().worker.name,
        "Make again",
        str(job.code),
    ):
        assert words in text, words


def test_a_file_that_no_job_made_has_no_provenance(creator, project) -> None:
    from assets.library.services import add_asset
    from assets.models import Origin, RetentionClass
    from assets.storage.store import ingest_bytes

    blob = ingest_bytes(b"hello", media_type="text/plain")
    version = add_asset(
        actor=creator,
        project=project,
        blob=blob,
        title="Hello",
        origin=Origin.Code.UPLOAD,
        retention_class=RetentionClass.Code.SOURCE,
    )
    answer = browser(creator).get(f"/jobs/provenance/{version.code}/", headers=HTMX)
    assert answer.status_code == 204


def test_statement_and_feed_lead_to_the_job(creator, submit: Submit, priced) -> None:
    job = submit(outputs=1)
    hold = JobHold.objects.get(job=job).hold_id
    link = links_for([hold])[hold]
    assert link.url == f"/jobs/{job.code}/"
    assert link.label == "No operation"
    assert any(line.url == f"/jobs/{job.code}/" for line in latest_lines(creator, 5))


@pytest.mark.parametrize("who", ["outsider", "reviewer"])
def test_others_see_or_do_nothing(request, who, submit: Submit) -> None:
    job = submit(outputs=1)
    run_everything()
    version = job.outputs.get().version
    client = browser(request.getfixturevalue(who))
    looks = 404 if who == "outsider" else 200
    acts = 404 if who == "outsider" else 403
    assert client.get(f"/jobs/{job.code}/").status_code == looks
    assert client.get(f"/jobs/provenance/{version.code}/").status_code == looks
    for name in ("cancel", "pause", "resume", "retry", "again", "check"):
        answer = client.post(reverse(f"pipeline:job-{name}", args=[job.code]))
        assert answer.status_code == acts, name
    if who == "reviewer":
        page = client.get(f"/jobs/{job.code}/").content.decode()
        assert "Make again" not in page
    else:
        assert str(job.code) not in client.get("/jobs/").content.decode()


def test_outsiders_can_not_filter_their_way_in(outsider, project, submit: Submit) -> None:
    submit()
    context = browser(outsider).get(f"/jobs/?project={project.code}").context
    assert context["unfinished"] == []
    assert project.name not in str(context["projects"])
