"""The library in a real browser: scrolling, selecting, filtering, uploading, and one asset."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from assets.library.models import Asset, Origin, RetentionClass, Version
from assets.library.services import add_asset, set_favourite
from assets.renditions.tasks import run_renditions
from assets.storage.store import ingest_bytes
from studio.core.models import Project, User
from tests.assets.pictures import encoded, gradient
from tests.conftest import PASSWORD
from tests.studio.shell.browser import CHROMIUM, MARKS, until

pytestmark = [*MARKS, pytest.mark.django_db(transaction=True)]
SHAPES = [(480, 270), (270, 480), (300, 300), (400, 300), (640, 200)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as play:
        # Playwright runs an event loop in this thread, which Django takes for an async program.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        found = play.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield found
        found.close()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The studio without its sockets, and with the static files as they lie in the folder."""
    with override_settings(WHITENOISE_USE_FINDERS=True, WHITENOISE_AUTOREFRESH=True):
        live = LiveServer("127.0.0.1")
        yield live.url
        live.stop()
    # Its threads have left connections in the pool; the test database is deleted next.
    connection.close_pool()


@pytest.fixture
def add(creator: User, project: Project) -> Callable[..., Asset]:
    """Put a picture with thumbnails into the project."""
    count = iter(range(1000))

    def made(title: str = "", **options: Any) -> Asset:
        number = next(count)
        picture = gradient(*SHAPES[number % len(SHAPES)])
        picture.putpixel((0, 0), (number % 256, number // 256, 7))
        version = add_asset(
            actor=creator,
            project=project,
            blob=ingest_bytes(encoded(picture, "PNG"), "image/png"),
            title=title or f"Picture {number}",
            origin=options.get("origin", Origin.Code.LOCAL),
            retention_class=RetentionClass.Code.SUPPORTING,
            file_name="p.png",
        )
        run_renditions(version.blob_id)
        return version.asset

    return made


@pytest.fixture
def page(browser: Browser, server: str, creator: User) -> Iterator[Page]:
    """A window in which the creator is signed in."""
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    found = context.new_page()
    problems: list[str] = []
    found.on("pageerror", lambda error: problems.append(str(error)))
    found.set_default_timeout(10_000)
    context.set_default_navigation_timeout(20_000)
    found.goto(f"{server}/login/")
    found.fill("[name=username]", creator.username)
    found.fill("[name=password]", PASSWORD)
    found.click("main button")
    found.wait_for_url(f"{server}/")
    found.base = server  # type: ignore[attr-defined]
    yield found
    context.close()
    assert problems == []


def go(page: Page, path: str = "/library/") -> None:
    page.goto(page.base + path)  # type: ignore[attr-defined]
    until(page, "Boolean(window.htmx && customElements.get('live-feed'))")


def tell(page: Page, kind: str, **message: Any) -> None:
    """As the live feed would."""
    page.evaluate(
        "([kind, detail]) => document.body.dispatchEvent("
        "new CustomEvent(kind, {detail, bubbles: true}))",
        [kind, message],
    )


def test_scrolling_brings_more_without_doubles(page: Page, creator: User, project: Project) -> None:
    from tests.assets.library.test_pages import add_rows

    add_rows(creator, project, 130)
    go(page)
    expect(page.locator(".tile-box")).to_have_count(60)
    for count in (120, 130):
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        expect(page.locator(".tile-box")).to_have_count(count)
    expect(page.locator("#library-more")).to_contain_text("That is all")
    codes = page.eval_on_selector_all(".tile-box", "all => all.map((one) => one.dataset.asset)")
    assert len(set(codes)) == 130


def test_rows_are_even_and_nothing_moves(page: Page, add: Callable[..., Asset]) -> None:
    for _ in range(14):
        add()
    page.route("**/thumb/**", lambda route: route.abort())
    go(page)
    expect(page.locator("blur-up canvas")).to_have_count(14)
    boxes = """all => all.map((one) => { const box = one.getBoundingClientRect();
        return [box.left, box.top, box.width, box.height].map(Math.round); })"""
    before = page.eval_on_selector_all(".tile-box", boxes)
    page.unroute("**/thumb/**")
    go(page)
    until(page, "[...document.querySelectorAll('.tile img')].every((image) => image.complete)")
    assert page.eval_on_selector_all(".tile-box", boxes) == before
    rows: dict[int, set[int]] = {}
    for _, top, _, height in before:
        rows.setdefault(top, set()).add(height)
    assert len(rows) >= 2
    assert all(max(heights) - min(heights) <= 2 for heights in rows.values())


def test_keyboard_selects_and_one_post_changes(page: Page, add: Callable[..., Asset]) -> None:
    assets = [add() for _ in range(8)][::-1]
    go(page)
    posts: list[str] = []
    page.on("request", lambda request: request.method == "POST" and posts.append(request.url))
    page.focus(".tile-box .tile")
    for key in ("ArrowRight", "Space", "Shift+ArrowRight", "Shift+ArrowRight"):
        page.keyboard.press(key)
    expect(page.locator("[data-selection-count]")).to_have_text("3 selected")
    expect(page.locator("[data-selection-size]")).to_have_text(re.compile(r"\d kB"))
    page.click(".selection-bar [value=favourite]")
    expect(page.locator(".favourite[aria-pressed=true]")).to_have_count(3)
    page.focus(f"#tile-{assets[1].code} .tile")
    page.keyboard.press("Delete")
    page.click("#confirm-dialog [value=confirm]")
    expect(page.locator(".tile-box")).to_have_count(5)
    expect(page.locator(".selection-bar")).to_be_hidden()
    assert len(posts) == 2
    trashed = set(Asset.objects.trashed().values_list("code", flat=True))
    assert trashed == {asset.code for asset in assets[1:4]}
    go(page, "/library/?trash=1")
    page.focus(".tile-box .tile")
    page.keyboard.press("Control+a")
    page.click(".selection-bar [value=restore]")
    expect(page.locator(".tile-box")).to_have_count(0)
    assert Asset.objects.trashed().count() == 0


def test_shift_click_selects_a_range(page: Page, add: Callable[..., Asset]) -> None:
    for _ in range(8):
        add()
    go(page)
    boxes = page.locator(".tile-box input")
    boxes.nth(1).check(force=True)
    boxes.nth(5).click(modifiers=["Shift"], force=True)
    expect(page.locator("[data-selection-count]")).to_have_text("5 selected")
    page.keyboard.press("Escape")
    expect(page.locator(".selection-bar")).to_be_hidden()
    page.locator(".tile").nth(3).click(modifiers=["Control"])
    expect(page.locator("[data-selection-count]")).to_have_text("1 selected")
    assert page.url.endswith("/library/")


def test_filters_change_the_address_and_back_undoes_them(
    page: Page, add: Callable[..., Asset]
) -> None:
    add("Fox"), add("Owl"), add("Fox uploaded", origin=Origin.Code.UPLOAD)
    go(page)
    page.fill("#filter-q", "fox")
    expect(page.locator(".tile-box")).to_have_count(2)
    page.select_option("#filter-origin", "upload")
    expect(page.locator(".tile-box")).to_have_count(1)
    assert page.url.endswith("/library/?q=fox&origin=upload")
    page.go_back()
    page.wait_for_url("**/library/?q=fox")
    expect(page.locator(".tile-box")).to_have_count(2)
    expect(page.locator("#filter-origin")).to_have_value("")
    page.click("[data-filters-clear]")
    page.wait_for_url("**/library/")
    expect(page.locator(".tile-box")).to_have_count(3)


def test_new_assets_are_announced_without_losing_the_place(
    page: Page, add: Callable[..., Asset]
) -> None:
    for _ in range(30):
        add()
    go(page)
    page.evaluate("window.scrollTo(0, 400)")
    made = add("New one")
    tell(page, "asset-added", code=str(made.code))
    pill = page.locator("[data-library-show]")
    expect(pill).to_have_text(re.compile("1 new"))
    assert page.evaluate("window.scrollY") == 400
    pill.click()
    expect(page.locator(f"#tile-{made.code}")).to_have_count(1)
    expect(pill).to_have_count(0)
    page.evaluate("window.scrollTo(0, 0)")
    other = add("At the top")
    tell(page, "asset-added", code=str(other.code))
    expect(page.locator(".tile-box").first).to_have_attribute("data-asset", str(other.code))


def test_tiles_follow_their_assets(page: Page, add: Callable[..., Asset], creator: User) -> None:
    asset = add("Before")
    go(page)
    Asset.objects.filter(pk=asset.pk).update(title="After")
    tell(page, "asset-renamed", code=str(asset.code))
    expect(page.locator(".tile-caption")).to_have_text("After")
    Asset.objects.filter(pk=asset.pk).update(deleted_at="2026-01-01T00:00:00Z")
    tell(page, "asset-trashed", code=str(asset.code))
    expect(page.locator(".tile-box")).to_have_count(0)


def test_upload_by_dialog_and_by_drop(page: Page, project: Project, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    good.write_bytes(encoded(gradient(40, 30), "PNG"))
    bad.write_bytes(b"no picture at all")
    go(page)
    page.click("[data-library-upload]")
    page.set_input_files("dialog [type=file]", [good, bad])
    expect(page.locator("[data-upload-chosen]")).to_contain_text("2 files")
    page.select_option("#upload-project", str(project.code))
    page.check("#upload-retention_2")
    page.click("dialog .button.primary")
    expect(page.locator("[data-upload-state]")).to_have_text("Done · 1 refused")
    expect(page.locator(".upload-row[data-state=refused]")).to_contain_text("not a kind of file")
    asset = Asset.objects.get()
    assert (asset.project, asset.retention_class_id) == (project, RetentionClass.Code.SUPPORTING)
    content = io.BytesIO()
    Image.new("RGB", (9, 9), "red").save(content, "PNG")
    page.evaluate(
        """(bytes) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([new Uint8Array(bytes)], "drop.png"));
            const send = (name) => document.getElementById("content").dispatchEvent(
                new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true }));
            ["dragenter", "dragover", "drop"].forEach(send);
        }""",
        list(content.getvalue()),
    )
    expect(page.locator("[data-upload-chosen]")).to_contain_text("drop.png")


def test_one_asset_by_keyboard(page: Page, add: Callable[..., Asset], creator: User) -> None:
    assets = [add(f"Number {n}") for n in range(3)][::-1]
    go(page)
    page.locator(".tile").nth(1).click()
    page.wait_for_url(f"**/library/{assets[1].code}/")
    page.click("[data-zoom=full]")
    expect(page.locator("[data-zoom-scale]")).to_have_text("100 %")
    page.focus(".viewer-stage")
    page.keyboard.press("+")
    expect(page.locator("[data-zoom-scale]")).to_have_text("150 %")
    page.keyboard.press("0")
    expect(page.locator("[data-zoom=fit]")).to_have_attribute("aria-pressed", "true")
    page.click("#asset-title a")
    page.fill("#id_title", "By hand")
    page.keyboard.press("Enter")
    expect(page.locator("#asset-title h1")).to_have_text("By hand")
    page.keyboard.press("s")
    expect(page.locator(".favourite")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**/library/{assets[2].code}/")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(f"**/library/{assets[1].code}/")
    page.click("summary[aria-label=More]")
    page.click(".menu-item.danger")
    expect(page.locator("#dialog-title")).to_have_text("Put “By hand” in the trash?")
    page.click("dialog .danger-fill")
    page.wait_for_url("**/library/")
    assert Asset.objects.trashed().get() == assets[1]


@pytest.mark.parametrize("appearance", ["obsidian.dark", "neon.light"])
def test_axe_finds_nothing(
    page: Page, add: Callable[..., Asset], creator: User, appearance: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    assets = [add() for _ in range(4)]
    set_favourite(actor=creator, asset=assets[0], favourite=True)
    cookie = {"name": "appearance", "value": appearance, "url": page.base}  # type: ignore[attr-defined]
    page.context.add_cookies([cookie])
    code = Version.objects.latest("id").asset.code
    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 900})
        for path in ("", "?q=nothing", "?trash=1", f"{code}/", "upload/"):
            go(page, f"/library/{path}")
            if not path:
                page.focus(".tile-box .tile")
                page.keyboard.press("Space")
            # policy: the page allows no eval, which axe's runner does not need either
            found = axe.run(page).response["violations"]
            assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == [], path
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{path} is {wide} px wide at {width}"
