"""The modules that keep a page live, in a real browser, without the studio."""

from __future__ import annotations

from tests.studio.shell.browser import FEED, MARKS, Sockets, Try, count, until

pytestmark = MARKS


def test_messages_become_events_and_old_versions_are_dropped(trial: Try) -> None:
    sockets = Sockets(trial.page)
    page = trial.open(FEED)
    until(page, "document.documentElement.dataset.connection === 'open'")
    assert sockets.all[0].url.endswith("/ws/live/?project=p1")
    until(page, "seen.some(([n]) => n === 'live-resync')")
    for version in (2, 1, 2, 3):
        sockets.all[0].send(f'{{"kind": "job.changed", "code": "a", "version": {version}}}')
    sockets.all[0].send('{"kind": "job.changed", "code": "b", "version": 1}')
    until(page, "seen.filter(([n]) => n === 'job-changed').length >= 4")
    got = page.evaluate(
        "seen.filter(([n]) => n === 'job-changed').map(([, d]) => d.code + d.version)"
    )
    assert got == ["a2", "a2", "a3", "b1"]  # an equal version may carry other figures


def test_progress_passes_within_a_version_but_not_from_an_older_one(trial: Try) -> None:
    sockets = Sockets(trial.page)
    page = trial.open(
        FEED
        + '<live-progress data-job="a"><i data-percent></i><progress></progress></live-progress>'
    )
    until(page, "seen.some(([n]) => n === 'live-resync')")
    send = '{{"kind": "job.{}", "code": "a", "version": {}, "permille": {}}}'.format
    for message in (send("changed", 4, 0), send("progress", 4, 250), send("progress", 4, 500)):
        sockets.all[0].send(message)
    until(page, "document.querySelector('[data-percent]').textContent === '50 %'")
    sockets.all[0].send(send("progress", 3, 990))
    page.wait_for_timeout(100)
    assert page.text_content("[data-percent]") == "50 %"


def test_notifications_show_as_toasts(trial: Try) -> None:
    sockets = Sockets(trial.page)
    page = trial.open(FEED)
    until(page, "seen.some(([n]) => n === 'live-resync')")
    sockets.all[0].send(
        '{"kind": "notification.created", "title": "Job failed", "label": "a lighthouse",'
        ' "about": "job.failed"}'
    )
    page.wait_for_selector("toast-message.danger[role=alert]")
    assert page.text_content("[data-toast-title]") == "Job failed"
    assert page.text_content("[data-toast-text]") == "a lighthouse"


def test_resyncs_after_reconnection_and_shows_the_state(trial: Try) -> None:
    sockets = Sockets(trial.page)
    page = trial.open(FEED)
    until(page, "seen.some(([n]) => n === 'live-resync')")
    sockets.all[0].close(code=1011)
    until(page, "document.querySelector('.connection').dataset.state === 'closed'")
    until(page, "seen.filter(([n]) => n === 'live-resync').length === 2")
    assert len(sockets.all) == 2
    assert page.text_content("[data-connection-text]") == "Live"


def test_many_resyncs_are_one(trial: Try) -> None:
    sockets = Sockets(trial.page)
    page = trial.open(FEED)
    until(page, "seen.some(([n]) => n === 'live-resync')")
    for _ in range(20):
        sockets.all[0].send('{"kind": "resync"}')
    page.wait_for_timeout(500)
    assert count(page, "live-resync") == 2


def test_stops_when_the_project_is_gone(trial: Try) -> None:
    sockets = Sockets(trial.page)
    page = trial.open(FEED)
    until(page, "document.documentElement.dataset.connection === 'open'")
    sockets.all[0].close(code=4404)
    until(page, "document.documentElement.dataset.connection === 'closed'")
    page.wait_for_timeout(1_500)
    assert len(sockets.all) == 1


def test_a_lost_session_reloads_the_page(trial: Try) -> None:
    sockets = Sockets(trial.page)
    page = trial.open(FEED)
    until(page, "document.documentElement.dataset.connection === 'open'")
    with page.expect_navigation():
        sockets.all[0].close(code=4401)


def test_polls_while_the_socket_is_down(trial: Try) -> None:
    trial.page.clock.install()
    Sockets(trial.page)
    page = trial.open(FEED)
    page.clock.run_for(1_000)
    page.evaluate(
        "() => { const feed = document.querySelector('live-feed');"
        " feed.connect = () => {}; feed.closed(1006); feed.attempts = 5; seen.length = 0; }"
    )
    page.clock.run_for(31_000)
    assert count(page, "live-resync") == 3


def test_fragments_refetch_on_live_events(trial: Try) -> None:
    sockets = Sockets(trial.page)
    asked = trial.answer("/tray/")
    page = trial.open(
        FEED
        + '<div hx-get="/tray/" hx-trigger="load, job-changed from:body, live-resync from:body">'
    )
    until(page, "seen.some(([n]) => n === 'live-resync')")
    page.wait_for_timeout(200)
    before = len(asked)
    sockets.all[0].send('{"kind": "job.changed", "code": "a"}')
    page.wait_for_timeout(300)
    assert len(asked) == before + 1
    assert asked[0].headers["hx-request"] == "true"


def test_an_open_menu_stays_open_when_its_content_is_refreshed(trial: Try) -> None:
    menu = '<details class="menu" data-menu><summary>Jobs {}</summary><p>{}</p></details>'
    trial.answer("/tray/", body=menu.format(2, "two run"))
    page = trial.open(
        '<div hx-get="/tray/" hx-swap="innerMorph" hx-trigger="job-changed from:body">'
        + menu.format(1, "one runs")
        + "</div>"
    )
    page.click("summary")
    page.evaluate("document.body.dispatchEvent(new CustomEvent('job-changed'))")
    until(page, "document.querySelector('summary').textContent === 'Jobs 2'")
    assert page.evaluate("document.querySelector('details').open")
