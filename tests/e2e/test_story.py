"""The acceptance story: from signing in to a picture that is paid for and can be made again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.e2e import steps
from tests.e2e.browser import MARKS, PATIENCE_MS, Watch, sync_api
from tests.e2e.conftest import Opener
from tests.e2e.people import DESKTOP, People
from tests.support.studio import RunningStudio

pytestmark = MARKS
expect = sync_api.expect

PROMPT = "A lighthouse on a cliff at dusk, warm golden light, calm sea, three gulls"
SEED = "20261121"


@dataclass
class Story:
    """The four pictures that all tests here look at."""

    page: sync_api.Page
    making: steps.Making
    assets: list[str]
    files: list[bytes]


@pytest.fixture(scope="module")
def story(browser: sync_api.Browser, studio: RunningStudio, people: People) -> Iterator[Story]:
    """Sign in, Create, “Instagram story”, four variations; nothing is touched until they appear."""
    context = browser.new_context(base_url=studio.url, viewport=DESKTOP)
    context.set_default_timeout(PATIENCE_MS)
    watch = Watch(context, {studio.url})
    page = context.new_page()
    steps.sign_in(page, studio.url, people.person("creator"))
    page.get_by_role("link", name="Create", exact=True).first.click()
    steps.choose_template(page, "Instagram story")
    steps.fill_in(page, "Lighthouse", PROMPT, 4)
    page.locator("#id_random_seed").fill(SEED)
    making = steps.make(page, page.locator("#create-button").click, 4)
    assets = steps.assets_shown(page)
    files = steps.files_shown(page)
    assert steps.download(page, page.get_by_label("Download variation 1")) == files[0]
    yield Story(page, making, assets, files)
    context.close()
    assert watch.problems == []


def charged(studio: RunningStudio, job: str) -> int:
    with studio.connect() as connection:
        row = connection.execute(
            "select coalesce(sum(e.amount_microcredits), 0) from billing_entry e"
            " join billing_account a on a.id = e.account_id"
            " join billing_transfer t on t.id = e.transfer_id"
            " join pipeline_jobhold h on h.hold_id = t.hold_id"
            " join pipeline_job j on j.id = h.job_id"
            " where j.code = %s and a.user_id is not null",
            (job,),
        ).fetchone()
    assert row is not None
    return -int(row[0])


def books(studio: RunningStudio) -> int:
    """Sum of all entries, which is always nothing."""
    with studio.connect() as connection:
        row = connection.execute("select sum(amount_microcredits), count(*) from billing_entry")
        total, number = row.fetchone() or (None, 0)
    assert number > 0
    return int(total)


def balance(page: sync_api.Page) -> str:
    page.goto("/wallet/")
    return page.locator(".stat", has_text="Credits left").inner_text()


def count_assets(studio: RunningStudio) -> int:
    with studio.connect() as connection:
        row = connection.execute("select count(*) from assets_asset").fetchone()
    assert row is not None
    return int(row[0])


def test_progress_moves_without_reload(story: Story) -> None:
    assert story.making.navigations == []
    values = [float(s["value"]) for s in story.making.samples if s["value"] is not None]
    assert len(set(values)) >= 2 and values == sorted(values), values
    assert any(0 < value < 1 for value in values)
    written = {s["percent"] for s in story.making.samples if s["percent"]}
    assert len(written) >= 2 and all(re.fullmatch(r"\d+ %", text) for text in written), written
    assert any(re.match(r"\d+ % · ", s["title"]) for s in story.making.samples)


def test_four_pictures_of_exactly_the_size(story: Story, open_as: Opener) -> None:
    pictures = [steps.decode(content) for content in story.files]
    assert [(p.width_px, p.height_px) for p in pictures] == [(1080, 1920)] * 4
    assert len({p.pixels_sha256 for p in pictures}) == 4, "each from its own seed"
    assert all(p.shades > 1 for p in pictures), "something is drawn"
    page = open_as("creator")
    page.goto(story.assets[0])
    sizes = page.evaluate(
        """async () => {
          const image = new Image();
          image.src = document.querySelector('[data-full]').dataset.full;
          await image.decode();
          return [image.naturalWidth, image.naturalHeight];
        }"""
    )
    assert sizes == [1080, 1920]


def test_provenance(story: Story, open_as: Opener) -> None:
    page = open_as("creator")
    page.goto(story.assets[1])
    panel = page.get_by_role("region", name="Provenance")
    expect(panel.last).to_contain_text("Recipe SHA-256")
    told = steps.properties(page, ".asset-panel section[aria-label=Provenance]")
    assert "create.image" in told["Operation"]
    assert told["Prompt"] == PROMPT
    assert told["Random seed"].endswith(f"job seed {SEED}")
    assert told["Worker"].strip() not in ("", "–")
    assert re.fullmatch(r"0\.\d+ credits", told["Cost of the job"])
    assert "Instagram" in " ".join(told.values()) or "instagram-story" in told.values()
    assert re.fullmatch(r"[0-9a-f]{64}", told["Recipe SHA-256"])
    page.get_by_role("link", name=story.making.job).click()
    expect(page.locator("#job-live")).to_contain_text("Succeeded")


def test_wallet_shows_hold_and_settlement(
    story: Story, studio: RunningStudio, open_as: Opener
) -> None:
    page = open_as("creator")
    page.goto("/wallet/")
    lines = page.locator("table tbody tr", has_text="lighthouse on a cliff")
    words = [re.sub(r"\s+", " ", text) for text in lines.all_inner_texts()]
    assert any(re.search(r"\b(Held|Hold)\b", line) for line in words), words
    assert any(re.search(r"\b(Settle|Charge|Settled|Charged)", line) for line in words), words
    assert charged(studio, story.making.job) > 0
    assert books(studio) == 0


def test_make_again_is_pixel_identical(story: Story, open_as: Opener) -> None:
    page = open_as("creator")
    page.goto(f"/jobs/{story.making.job}/")
    page.get_by_role("button", name="Make again").click()
    page.wait_for_url(re.compile(rf"/jobs/(?!{story.making.job}){steps.UUID}/"))
    expect(page.locator(".job-head")).to_contain_text("Succeeded")
    comparison = page.locator("section[aria-labelledby=job-comparisons] tbody tr")
    expect(comparison).to_have_count(4)
    outputs = "section[aria-labelledby=job-outputs]"
    assert not set(steps.assets_shown(page, outputs)) & set(story.assets), "not handed out"
    made = [steps.decode(content) for content in steps.files_shown(page, outputs)]
    assert made == [steps.decode(content) for content in story.files]


def test_the_same_again_is_reused_without_charge(
    story: Story, studio: RunningStudio, open_as: Opener
) -> None:
    page = open_as("creator")
    before, assets = balance(page), count_assets(studio)
    page.goto("/create/")
    steps.choose_template(page, "Instagram story")
    steps.fill_in(page, "Lighthouse", PROMPT, 4)
    page.locator("#id_random_seed").fill(SEED)
    expect(page.locator("#create-button")).to_contain_text("free")
    making = steps.make(page, page.locator("#create-button").click, 4)
    assert making.job != story.making.job
    expect(page.locator("#results .result-facts")).to_contain_text("Reused — no charge")
    assert steps.files_shown(page) == story.files and count_assets(studio) == assets
    assert charged(studio, making.job) == 0 and books(studio) == 0
    assert balance(page) == before


def test_somebody_else_finds_nothing(story: Story, studio: RunningStudio, open_as: Opener) -> None:
    project = studio.cast["project"]
    mine = open_as("creator")
    mine.goto(story.assets[0])
    file = mine.locator("[data-full]").get_attribute("data-full") or ""
    version = re.search(steps.UUID, file)
    assert version is not None
    asset = re.search(steps.UUID, story.assets[0])
    assert asset is not None
    paths = [
        f"/projects/{project}/",
        f"/projects/{project}/members/",
        f"/projects/{project}/settings/",
        story.assets[0],
        f"/files/{version[0]}/",
        f"/files/{version[0]}/thumb/320.webp",
        f"/jobs/{story.making.job}/",
        f"/jobs/provenance/{version[0]}/",
        f"/create/results/?job={story.making.job}",
        f"/api/v1/projects/{project}/",
        f"/api/v1/assets/{asset[0]}/",
        f"/api/v1/versions/{version[0]}/",
        f"/api/v1/versions/{version[0]}/file/",
        f"/api/v1/jobs/{story.making.job}/",
        f"/api/v1/jobs/{story.making.job}/events/",
    ]
    other = open_as("outsider", expected={"status of 404"})
    other.goto("/")
    for path in paths:
        assert mine.request.get(path, max_redirects=0).status == 200, path
        assert other.request.get(path, max_redirects=0).status == 404, path
    with studio.api("outsider") as api:
        for path in paths[-6:]:
            assert api.get(path).status_code == 404, path
    shown = other.goto(f"/projects/{project}/")
    assert shown is not None and shown.status == 404
    assert "Lighthouse" not in other.inner_text("body")
    for page, wanted in ((other, 4404), (mine, "open")):
        assert socket_end(page, f"/ws/live/?project={project}") == wanted


def socket_end(page: sync_api.Page, path: str) -> int | str:
    """Close code of a socket, or “open” when it is still open after a second."""
    found: int | str = page.evaluate(
        """(path) => new Promise((resolve) => {
          const socket = new WebSocket(location.origin.replace('http', 'ws') + path);
          socket.addEventListener('close', (event) => resolve(event.code));
          socket.addEventListener('open', () => setTimeout(() => resolve('open'), 1000));
        })""",
        path,
    )
    return found
