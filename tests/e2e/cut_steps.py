"""What people do from a portrait to a delivered cut, one step each."""

from __future__ import annotations

import base64
import io
import re
import time
from pathlib import Path
from typing import Any

import av
import numpy as np
import pyvips
import skimage.data
from numpy.typing import NDArray

from tests.e2e.browser import sync_api
from tests.e2e.steps import UUID, until

expect = sync_api.expect
Frame = NDArray[np.uint8]

#: Three short segments of a small picture: 3 × (16 − 1) + 1 frames in the cut.
WIDTH_PX, HEIGHT_PX, SEGMENTS, SEGMENT_FRAMES = 256, 144, 3, 16
CUT_FRAMES = SEGMENTS * (SEGMENT_FRAMES - 1) + 1
RECIPE = {
    "width_px": WIDTH_PX,
    "height_px": HEIGHT_PX,
    "target_frames": CUT_FRAMES,
    "tolerance_frames": 0,
    "segment_min_frames": SEGMENT_FRAMES,
    "segment_max_frames": SEGMENT_FRAMES,
}

#: Looks many times a second at what a person sees of a scene under way.
_WATCH = """() => {
  window.untouched = true;
  window.samples = [];
  window.watching = setInterval(() => {
    const now = {
      state: document.querySelector('.scene-head .chip')?.textContent.trim() ?? '',
      done: document.querySelector('.scene-progress progress')?.value ?? 0,
      segments: document.querySelectorAll('.timeline-segment').length,
      takes: [...document.querySelectorAll('live-progress progress')].map((bar) => bar.value),
      joins: [...document.querySelectorAll('.timeline-join .join')].map((one) => one.dataset.state),
    };
    const last = window.samples.at(-1);
    if (JSON.stringify(last) !== JSON.stringify(now)) window.samples.push(now);
  }, 30);
}"""


def write_portrait(folder: Path) -> Path:
    """A portrait as a file on disk: an astronaut, in the public domain."""
    file = folder / "portrait.png"
    pyvips.Image.new_from_array(skimage.data.astronaut()).pngsave(str(file))
    return file


def code_in(address: str) -> str:
    """The code that an address names."""
    found = re.search(UUID, address)
    assert found is not None, address
    return found[0]


def make_project(page: sync_api.Page, name: str) -> str:
    """A project of one's own; its code."""
    page.goto("/projects/")
    page.get_by_role("button", name="New project").first.click()
    page.locator("#new-project").get_by_label("Name").fill(name)
    page.get_by_role("button", name="Make project").click()
    page.wait_for_url(re.compile(rf"/projects/{UUID}/"))
    return code_in(page.url)


def make_character(page: sync_api.Page, project: str, name: str) -> str:
    """From the empty list of the project's characters; the character's code."""
    page.goto(f"/characters/?project={project}")
    expect(page.get_by_text("No characters yet")).to_be_visible()
    page.get_by_role("button", name="New character").first.click()
    dialog = page.locator("#new-character")
    dialog.get_by_label("Name", exact=True).fill(name)
    expect(dialog.get_by_label("Slate code")).not_to_have_value("")
    dialog.get_by_role("button", name="Add character").click()
    page.wait_for_url(re.compile(rf"/characters/{UUID}/"))
    return code_in(page.url)


def upload_seed(page: sync_api.Page, file: Path) -> None:
    """Into the seed manager that is open."""
    page.locator("seed-manager .seed-drop input[type=file]").set_input_files(file)


def open_seed(page: sync_api.Page, character: str, slot: str) -> None:
    """The seed manager of “a” or “b”, by its link on the character's page."""
    page.goto(f"/characters/{character}/")
    page.locator(f"section[aria-labelledby=seed-{slot}] a.button").click()
    page.wait_for_url(re.compile(rf"/seed-images/{UUID}/"))


def choose_hero(page: sync_api.Page) -> list[str]:
    """Wait for the checks of the first variation, give a word on its warnings, make it the hero.

    The lines of the checks, as they are read.
    """
    tile = page.locator("li.variation").first
    expect(tile.locator(".check-chips")).to_be_visible()
    tile.locator(".variation-picture").click()
    page.wait_for_url(re.compile(rf"/variations/{UUID}/"))
    lines = [" ".join(text.split()) for text in page.locator(".check-row").all_inner_texts()]
    waive = page.locator("form.waive")
    while (left := waive.count()) > 0:
        waive.first.get_by_placeholder("Why it is all right").fill("Good enough for this scene.")
        waive.first.get_by_role("button", name="Accept").click()
        expect(waive).to_have_count(left - 1)
    page.get_by_role("button", name="Choose as hero").click()
    expect(page.get_by_role("heading", name="This is the hero")).to_be_visible()
    return lines


def make_seed_b(page: sync_api.Page, prompt: str) -> None:
    """Have Seed B made from Seed A, in the seed manager that is open."""
    page.get_by_role("link", name="Make from Seed A").click()
    dialog = page.locator("#generate-form")
    dialog.get_by_label("Prompt", exact=False).first.fill(prompt)
    for label, value in (("Width", 640), ("Height", 360), ("Variations", 1)):
        field = dialog.get_by_label(re.compile(rf"^{label}\b"))
        if not field.first.is_visible():
            dialog.locator("summary").click()
        field.first.fill(str(value))
    button = dialog.locator("#tool-button button")
    until(page, lambda: "Make 1" in button.inner_text(), "a price for Seed B")
    button.click()
    expect(page.locator("li.variation")).to_have_count(1)


def write_recipe(page: sync_api.Page, project: str, name: str, prompt: str) -> None:
    """A scene type with nothing but its form."""
    page.goto(f"/scene-types/new/?project={project}")
    page.get_by_label("Name", exact=True).fill(name)
    page.locator("textarea[name=prompt]").fill(prompt)
    for field, value in RECIPE.items():
        page.locator(f"input[name={field}]").fill(str(value))
    page.locator("input[name=is_elastic]").uncheck()
    page.get_by_role("button", name="Save the scene type").click()
    page.wait_for_url(re.compile(rf"/scene-types/{UUID}/$"))


def make_scene(page: sync_api.Page, project: str) -> str:
    """By the matrix, whose only cell is ticked; the scene's code."""
    page.goto(f"/scenes/matrix/?project={project}")
    expect(page.locator("[data-matrix-count]")).to_have_text("1")
    page.get_by_role("button", name="Make the chosen scenes").click()
    page.wait_for_url(re.compile(r"/scenes/(\?|$)"))
    page.locator("a.scene-line").first.click()
    page.wait_for_url(re.compile(rf"/scenes/{UUID}/"))
    return code_in(page.url)


def watch_scene(
    page: sync_api.Page, start: str, ready_seconds: float = 120
) -> list[dict[str, Any]]:
    """Press a key or a button's id, then only look until the scene is ready; what was seen."""
    page.evaluate(_WATCH)
    page.locator(f"#{start}").focus()
    page.keyboard.press("Enter")
    wait_ready(page, SEGMENTS, ready_seconds)
    # the samples are taken by a clock: go on until one of them shows the end
    page.wait_for_function("window.samples.at(-1)?.state === 'Ready'")
    assert page.evaluate("window.untouched") is True, "the page was loaded again"
    samples: list[dict[str, Any]] = page.evaluate("clearInterval(window.watching), window.samples")
    return samples


def wait_ready(page: sync_api.Page, segments: int, seconds: float = 120) -> None:
    """Until the scene page says that nothing is under way, and all boundaries are scored."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        scores = page.locator(".timeline-join .join-score").all_inner_texts()
        is_scored = len(scores) == segments - 1 and all(re.search(r"\d", one) for one in scores)
        waiting = page.locator(".timeline-join .join[data-state=healing]").count()
        if is_scored and not waiting and page.locator("live-progress").count() == 0:
            return
        page.wait_for_timeout(60)
    raise AssertionError(f"not ready: {page.locator('#scene-top').inner_text()[:600]}")


# --- pictures --------------------------------------------------------------------------------


def decode_frames(content: bytes) -> list[Frame]:
    """The brightness of all frames of a video, 16 to 235, by PyAV: the reference."""
    with av.open(io.BytesIO(content)) as container:
        decoded = [frame.to_ndarray(format="yuv420p") for frame in container.decode(video=0)]
    return [planes[: planes.shape[0] * 2 // 3] for planes in decoded]


_PICTURE = """(selector) => {
  const shown = document.querySelector(`${selector} :is(video:not([data-side]), canvas)`);
  if (shown.tagName === 'CANVAS') return shown.toDataURL('image/png');
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: shown.videoWidth, height: shown.videoHeight });
  canvas.getContext('2d').drawImage(shown, 0, 0);
  return canvas.toDataURL('image/png');
}"""


def shown_picture(page: sync_api.Page, within: str) -> Frame:
    """The pixels that a video or a canvas shows now."""
    address = page.evaluate(_PICTURE, within)
    image = pyvips.Image.new_from_buffer(base64.b64decode(address.split(",", 1)[1]), "")
    found: Frame = image.extract_band(0, n=3).numpy()
    return found


def differences(picture: Frame, frames: list[Frame]) -> list[float]:
    """Mean difference in brightness of a picture to each frame, in levels.

    Of brightness (BT.709), because programs differ in how they enlarge the colours.
    """
    luma = 16 + picture @ np.array([0.2126, 0.7152, 0.0722]) * 219 / 255
    return [float(np.abs(luma - frame).mean()) for frame in frames]


def video_of(page: sync_api.Page, within: str = "frame-player") -> bytes:
    """The file behind the player."""
    answer = page.request.get(page.locator(f"{within} video").first.get_attribute("src") or "")
    assert answer.status == 200
    return answer.body()


# --- the scene -------------------------------------------------------------------------------


def segment(page: sync_api.Page, number: int) -> sync_api.Locator:
    """The column of a segment in the timeline."""
    return page.locator(f".timeline-segment[data-number='{number}']")


def redo_by_keys(page: sync_api.Page, number: int) -> None:
    """Home, right to the segment, r, and the form as it is; the new take isn't chosen by itself."""
    page.locator("#timeline-strip").focus()
    page.keyboard.press("Home")
    for _ in range(number - 1):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("r")
    panel = page.locator(".redo-panel")
    expect(panel).to_be_visible()
    expect(panel.get_by_role("heading", name=f"Redo segment {number}")).to_be_focused()
    panel.locator("input[name=select]").uncheck()
    panel.locator("button.primary").focus()
    page.keyboard.press("Enter")
    expect(segment(page, number).locator(".take-row")).to_have_count(2)


def render_cut(page: sync_api.Page, number: int) -> str:
    """Press the button on the scene page and open the cut when it is there; its code."""
    page.locator("#do-render").click()
    row = page.locator("section[aria-labelledby=scene-cuts] tbody tr", has_text=f"Cut {number}")
    expect(row).to_be_visible()
    until(page, lambda: row.locator("live-progress").count() == 0, "the cut")
    row.get_by_role("link", name=f"Cut {number}").click()
    page.wait_for_url(re.compile(rf"/cuts/{UUID}/"))
    return code_in(page.url)


def record_rights(page: sync_api.Page, character: str, holder: str) -> None:
    """On the character's page."""
    page.goto(f"/characters/{character}/")
    rights = page.locator("#rights")
    expect(rights).to_contain_text("Not valid")
    rights.locator("summary", has_text="Record rights").click()
    rights.get_by_label("Basis").select_option("licence")
    rights.locator("[name=holder]").fill(holder)
    rights.get_by_role("button", name="Record", exact=True).click()
    expect(rights.locator(".panel-head .chip")).to_have_text("Valid")


def press_until(
    page: sync_api.Page, number: int, key: str, shown: sync_api.Locator, text: str
) -> None:
    """Press a key on a segment until something is shown.

    A person who is told that the scene has changed meanwhile presses again, too.
    """
    for _ in range(4):
        segment(page, number).locator(".segment-open").focus()
        page.keyboard.press(key)
        try:
            expect(shown).to_have_text(text, timeout=8_000)
        except AssertionError:
            continue
        return
    expect(shown).to_have_text(text)
