"""The whole line in a browser: a portrait from disk becomes a delivered ZIP."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from tests.e2e import cut_steps, steps
from tests.e2e.browser import MARKS, PATIENCE_MS, Watch, sync_api
from tests.e2e.conftest import Opener
from tests.e2e.people import DESKTOP, People
from tests.support.studio import RunningStudio

pytestmark = MARKS
expect = sync_api.expect

PROMPT = "{name} looks out to sea, breathing calmly"


@dataclass
class Story:
    """What was made, and what was seen on the way."""

    page: sync_api.Page
    project: str = ""
    character: str = ""
    scene: str = ""
    cut: str = ""
    #: Lines of the checks of the heroes of Seed A and Seed B.
    checks: list[list[str]] = field(default_factory=list)
    #: What the scene page showed while the scene was generated, and where the page went.
    samples: list[dict[str, Any]] = field(default_factory=list)
    navigations: list[str] = field(default_factory=list)
    #: Takes shown by segment 2 after the redo, its selection, undo and redo.
    shown: list[str] = field(default_factory=list)
    blocked: str = ""
    package: bytes = b""


@pytest.fixture(scope="module")
def story(
    browser: sync_api.Browser,
    studio: RunningStudio,
    people: People,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Story]:
    """Everything, once, by one person in one window."""
    context = browser.new_context(base_url=studio.url, viewport=DESKTOP, accept_downloads=True)
    context.set_default_timeout(PATIENCE_MS)
    watch = Watch(context, {studio.url})
    told = Story(context.new_page())
    page = told.page
    steps.sign_in(page, studio.url, people.person("creator"))
    told.project = cut_steps.make_project(page, "From a portrait")
    told.character = cut_steps.make_character(page, told.project, "Astronaut")
    make_seeds(told, cut_steps.write_portrait(tmp_path_factory.mktemp("disk")))
    cut_steps.write_recipe(page, told.project, "Calm portrait", PROMPT)
    told.scene = cut_steps.make_scene(page, told.project)
    generate(told)
    redo(told)
    told.cut = cut_steps.render_cut(page, 1)
    approve_and_deliver(told)
    yield told
    context.close()
    assert watch.problems == []


def make_seeds(told: Story, portrait: Any) -> None:
    """Seed A from disk, Seed B made from it, a hero of each."""
    page = told.page
    cut_steps.open_seed(page, told.character, "a")
    cut_steps.upload_seed(page, portrait)
    told.checks.append(cut_steps.choose_hero(page))
    cut_steps.open_seed(page, told.character, "b")
    cut_steps.make_seed_b(page, "calm sea at dawn, long clouds")
    told.checks.append(cut_steps.choose_hero(page))


def generate(told: Story) -> None:
    """Press Start and only look."""

    def note(request: sync_api.Request) -> None:
        if request.is_navigation_request():
            told.navigations.append(request.url)

    told.page.goto(f"/scenes/{told.scene}/")
    told.page.on("request", note)
    told.samples = cut_steps.watch_scene(told.page, "do-start")
    told.page.remove_listener("request", note)


def redo(told: Story) -> None:
    """Another take of segment 2; select it, undo, redo: all by keys."""
    page = told.page
    cut_steps.redo_by_keys(page, 2)
    cut_steps.wait_ready(page, cut_steps.SEGMENTS)
    row = cut_steps.segment(page, 2).locator(".take-row.is-selected .take-words a")
    told.shown.append(row.inner_text())
    for key, take in (("2", "Take 2"), ("Control+z", "Take 1"), ("Control+Shift+z", "Take 2")):
        cut_steps.press_until(page, 2, key, row, take)
        told.shown.append(take)
        cut_steps.wait_ready(page, cut_steps.SEGMENTS)


def approve_and_deliver(told: Story) -> None:
    """Blocked without rights; with them final; then packed and downloaded."""
    page = told.page
    final = page.locator("section[aria-labelledby=final-title]")
    expect(final.get_by_role("button", name="Declare final")).to_be_disabled()
    told.blocked = " ".join(final.inner_text().split())
    cut_steps.record_rights(page, told.character, "NASA, public domain")
    page.goto(f"/cuts/{told.cut}/")
    final.get_by_role("button", name="Declare final").focus()
    page.keyboard.press("Enter")
    expect(final).to_contain_text("Declared final by")
    final.get_by_role("link", name="Deliver").click()
    page.get_by_role("link", name="New delivery").first.click()
    page.get_by_label("Title").fill("Cut 1 for the editor")
    page.get_by_role("button", name="Deliver", exact=True).click()
    page.wait_for_url(re.compile(rf"/deliveries/{steps.UUID}/"))
    press = page.get_by_role("link", name=re.compile("Download ZIP"))
    expect(press).to_be_visible()
    told.package = steps.download(page, press)


def test_checks_are_shown_with_values_and_limits(story: Story) -> None:
    portrait, foundation = story.checks
    assert any(re.match(r"Pass Short side 512 px .*fails at 256 px", line) for line in portrait)
    assert any(re.match(r"Pass Faces 1 One face was found", line) for line in portrait)
    assert len(portrait) >= 9 and len(foundation) >= 8
    assert any(line.startswith("Warning Short side 360 px") for line in foundation)


def test_progress_is_live(story: Story) -> None:
    assert story.navigations == []
    done = [sample["done"] for sample in story.samples]
    assert sorted(set(done)) == list(range(cut_steps.SEGMENTS + 1)) and done == sorted(done)
    running = [sample for sample in story.samples if sample["takes"]]
    assert running, "a take was seen under way"
    states = [sample["state"] for sample in story.samples]
    assert len(set(states)) >= 3 and states[-1] == "Ready", states
    last = story.samples[-1]
    assert len(last["joins"]) == cut_steps.SEGMENTS - 1
    assert set(last["joins"]) <= {"good", "healed", "flagged"}


def test_a_new_take_is_selected_undone_and_redone(story: Story, open_as: Opener) -> None:
    assert story.shown == ["Take 1", "Take 2", "Take 1", "Take 2"]
    page = open_as("creator")
    page.goto(f"/scenes/{story.scene}/")
    expect(page.locator(".history-row")).to_have_count(2)
    expect(page.locator(".history-row.is-here")).to_contain_text("Segment 2: take 2")
    scores = page.locator(".timeline-join .join-score").all_inner_texts()
    assert all(0 < float(score) <= 1 for score in scores), scores


def test_the_player_shows_exactly_the_frame_it_names(story: Story, open_as: Opener) -> None:
    page = open_as("creator")
    page.goto(f"/scenes/{story.scene}/")
    cut_steps.segment(page, 2).locator(".take-row.is-selected .take-words a").click()
    expect(page.locator("frame-player.is-ready")).to_be_visible()
    frames = cut_steps.decode_frames(cut_steps.video_of(page))
    last = cut_steps.SEGMENT_FRAMES - 1
    assert len(frames) == last + 1
    page.locator("frame-player").focus()
    keys = (
        ("Home", 0), ("ArrowRight", 1), ("ArrowRight", 2), ("Shift+ArrowRight", 12),
        ("ArrowLeft", 11), ("End", last), ("ArrowRight", last), ("Shift+ArrowLeft", last - 10),
    )  # fmt: skip
    for key, wanted in keys:
        page.keyboard.press(key)
        expect(page.locator("[data-player-frame]")).to_have_text(str(wanted))
        check_shown(page, frames, wanted)
    for wanted in (9, 3):
        page.locator("[data-player-goto]").fill(str(wanted))
        page.keyboard.press("Enter")
        expect(page.locator("[data-player-frame]")).to_have_text(str(wanted))
        check_shown(page, frames, wanted)
    seconds = page.locator("frame-player video").evaluate("video => video.currentTime")
    assert seconds == pytest.approx(3.5 / 24, abs=1e-4), "the middle of the frame"


def check_shown(page: sync_api.Page, frames: list[cut_steps.Frame], wanted: int) -> None:
    """What is on screen is this frame: no other one is nearer to it."""
    page.evaluate("document.querySelector('frame-player').seeking")
    differences = cut_steps.differences(cut_steps.shown_picture(page, ".player-stage"), frames)
    assert differences[wanted] < min(0.5, min(differences) + 0.01), (wanted, differences)


def test_the_cut_is_the_plan(story: Story, open_as: Opener) -> None:
    page = open_as("creator")
    page.goto(f"/cuts/{story.cut}/")
    expect(page.locator("frame-player.is-ready")).to_be_visible()
    frames = cut_steps.decode_frames(cut_steps.video_of(page))
    assert len(frames) == cut_steps.CUT_FRAMES
    pieces = page.locator("section[aria-labelledby=pieces-title] tbody tr")
    expect(pieces.first).to_contain_text("Segment 1, take 1")
    lengths = []
    for text in pieces.locator("td:last-child").all_inner_texts():
        first, last = map(int, text.split("–"))
        lengths.append(last - first + 1)
    assert sum(lengths) == cut_steps.CUT_FRAMES
    page.locator("frame-player").focus()
    page.keyboard.press("End")
    expect(page.locator("[data-player-frame]")).to_have_text(str(cut_steps.CUT_FRAMES - 1))
    check_shown(page, frames, cut_steps.CUT_FRAMES - 1)
    assert page.locator("section[aria-labelledby=report-title] tbody tr").count() >= 10


def test_the_inspector_draws_every_look(story: Story, open_as: Opener) -> None:
    page = open_as("creator")
    page.goto(f"/scenes/{story.scene}/")
    cut_steps.segment(page, 1).locator(".segment-open").focus()
    page.keyboard.press("b")
    page.wait_for_url(re.compile(r"/boundaries/"))
    inspector = page.locator("boundary-inspector")
    drawn: dict[str, cut_steps.Frame] = {}
    for look in ("side", "ghost", "difference", "wipe", "through"):
        page.locator(f"input[name=look][value={look}]").check()
        expect(inspector).to_have_attribute("data-drawn", re.compile(rf"^{look}\b"))
        drawn[look] = cut_steps.shown_picture(page, "boundary-inspector")
    width, height = cut_steps.WIDTH_PX, cut_steps.HEIGHT_PX
    assert drawn["side"].shape == (height, 2 * width, 3)
    assert drawn["ghost"].shape == drawn["difference"].shape == (height, width, 3)
    assert all(drawn[look].std() > 10 for look in ("side", "ghost", "wipe", "through"))
    left, right = (
        drawn["side"][:, part].astype(int) for part in (slice(width), slice(width, None))
    )
    assert np.abs(drawn["ghost"] - (left + right) / 2).mean() < 2
    assert drawn["difference"].mean() < drawn["ghost"].mean() / 4, "a good join is nearly black"
    page.keyboard.press("Tab")
    inspector.focus()
    page.keyboard.press("ArrowRight")
    expect(inspector.locator("[data-shown]")).to_contain_text("right take")


def test_a_verdict_by_one_key(story: Story, open_as: Opener) -> None:
    page = open_as("creator")
    page.goto(f"/scenes/{story.scene}/")
    cut_steps.segment(page, 3).locator(".take-words a").first.click()
    expect(page.locator("frame-player.is-ready")).to_be_visible()
    page.keyboard.press("2")
    expect(page.locator("#verdict-note")).to_be_focused()
    page.keyboard.type("The eyes close too early.")
    page.get_by_role("button", name="Reject").focus()
    page.keyboard.press("Enter")
    side = page.locator("#review-side")
    expect(side.locator(".split .chip").first).to_have_text("Rejected")
    page.locator("frame-player").focus()
    page.keyboard.press("1")
    expect(side.locator(".split .chip").first).to_have_text("Approved")
    expect(side.locator(".verdict-list")).to_contain_text("The eyes close too early.")


def test_final_approval_waits_for_rights(story: Story) -> None:
    assert "There is no rights record" in story.blocked
    assert "on the character's page" in story.blocked


def test_the_package_holds_what_its_list_says(story: Story) -> None:
    with zipfile.ZipFile(io.BytesIO(story.package)) as package:
        assert package.testzip() is None
        names = set(package.namelist())
        listed = next(name for name in names if name.endswith("SHA256SUMS"))
        lines = package.read(listed).decode().splitlines()
        sums = dict(reversed(line.split("  ", 1)) for line in lines)
        assert set(sums) == names - {listed}
        for name, digest in sums.items():
            assert hashlib.sha256(package.read(name)).hexdigest() == digest, name
        movie = next(name for name in names if name.endswith(".mp4"))
        assert len(cut_steps.decode_frames(package.read(movie))) == cut_steps.CUT_FRAMES
    assert {name.rsplit(".", 1)[-1] for name in sums} >= {"mp4", "json", "csv", "xml"}


def test_two_people_on_one_segment(story: Story, open_as: Opener) -> None:
    """The second is told who holds it, and no change is lost to a page that is behind."""
    first, second = open_as("creator"), open_as("admin", expected={"status of 409"})
    second.route_web_socket(re.compile(r"/ws/live/"), lambda socket: None)  # hears nothing
    for page in (first, second):
        page.goto(f"/scenes/{story.scene}/")
    cut_steps.segment(first, 1).locator(".segment-open").press("Enter")
    expect(first.locator("#segment-lock [data-mine]")).to_be_visible()
    cut_steps.segment(second, 1).locator(".segment-open").press("Enter")
    expect(second.locator("#segment-lock")).to_contain_text("cleo is editing this segment")
    expect(second.locator("#trim-out")).to_be_disabled()
    first.locator("#trim-out").fill("12")
    first.locator("#trim-out").press("Enter")
    trimmed = "frames 0–12"
    expect(cut_steps.segment(first, 1)).to_contain_text(trimmed)
    shown = ".take-row.is-selected .take-words a"
    kept = cut_steps.segment(second, 2).locator(shown).inner_text()
    cut_steps.segment(second, 2).locator("[data-select-take]").first.click()
    problem = second.locator("#scene-problem")
    expect(problem).to_contain_text("Somebody changed this scene meanwhile")
    expect(cut_steps.segment(second, 1)).to_contain_text(trimmed)
    for page in (first, second):
        expect(cut_steps.segment(page, 2).locator(shown)).to_have_text(kept)
    first.locator("segment-panel [data-panel-close]").press("Enter")
    expect(first.locator("segment-panel")).to_have_count(0)
    second.reload()
    cut_steps.segment(second, 1).locator(".segment-open").press("Enter")
    expect(second.locator("#segment-lock [data-mine]")).to_be_visible()
