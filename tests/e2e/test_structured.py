"""The structured prompt editor by hand: form and JSON in step, rows and lights by keyboard."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.browser import MARKS, sync_api
from tests.e2e.conftest import Opener
from tests.e2e.looking import (
    AXE,
    COLOURS,
    DRESS,
    EVERYTHING,
    LAYOUT,
    LOOKS,
    NARROW,
    complaints,
    overflow,
)

pytestmark = MARKS
expect = sync_api.expect


@pytest.fixture
def page(open_as: Opener) -> sync_api.Page:
    found: sync_api.Page = open_as("creator")
    found.goto("/create/structured/")
    expect(found.locator("#structured-make-button")).to_be_disabled()
    found.get_by_role("radio", name="Both").check()
    return found


def document(page: sync_api.Page) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(page.locator("#structured-raw").input_value())
    return found


def test_form_and_json_are_in_step(page: sync_api.Page) -> None:
    page.get_by_label("Short description").fill("A pier at dawn")
    assert document(page)["short_description"] == "A pier at dawn"
    raw = page.locator("#structured-raw")
    changed = document(page) | {"context": "a postcard", "mystery": [1]}
    changed["objects"] = [{"description": "a gull", "number_of_objects": 3, "odd": True}]
    raw.fill(json.dumps(changed))
    expect(page.get_by_label("Context")).to_have_value("a postcard")
    expect(page.locator("#d-objects-0-number_of_objects")).to_have_value("3")
    missing = page.locator("#structured-check [data-problem='objects.0.location']")
    expect(missing).to_contain_text("This is needed.")
    expect(page.locator("#d-objects-0-location")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Context").fill("a poster")
    kept = document(page)
    assert (kept["mystery"], kept["objects"][0]["odd"]) == ([1], True)
    assert kept["objects"][0]["location"] == ""
    expect(page.locator("#structured-make-button")).to_be_enabled()
    expect(page.locator(".structured-words")).to_contain_text("3 × a gull")
    raw.fill('{\n  "context": \n}')
    expect(page.locator("#structured-check")).to_contain_text("Line 3, column 1")
    expect(page.get_by_label("Context")).to_have_value("a poster")
    expect(page.locator("#structured-make-button")).to_be_disabled()
    page.get_by_label("Context").fill("a stamp")
    assert document(page)["mystery"] == [1]
    page.reload()
    expect(page.get_by_label("Context")).to_have_value("a stamp")


def test_rows_by_keyboard(page: sync_api.Page) -> None:
    for name in ("a boat", "a buoy"):
        page.get_by_role("button", name="Add object").press("Enter")
        page.keyboard.type(name)  # the new row has the focus
    assert [item["description"] for item in document(page)["objects"]] == ["a boat", "a buoy"]
    second = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Object 2"))
    second.get_by_role("button", name="Move up").press("Enter")
    assert [item["description"] for item in document(page)["objects"]] == ["a buoy", "a boat"]
    expect(page.locator("#d-objects-0-description")).to_have_value("a buoy")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # from “Move up” over “Move down” to “Remove”
    assert [item["description"] for item in document(page)["objects"]] == ["a boat"]
    expect(page.locator("#d-objects-0-description")).to_be_focused()


def test_lights_by_keyboard(page: sync_api.Page) -> None:
    key = page.get_by_role("slider", name="Key light")
    before = key.get_attribute("transform")
    key.focus()
    for _ in range(3):
        page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("ArrowUp")
    expect(key).to_have_attribute("aria-valuenow", "-90")
    assert key.get_attribute("transform") != before
    expect(page.locator("#rig-key-azimuth")).to_have_value("-90")
    expect(page.locator("#rig-key-elevation")).to_have_value("40")
    words = page.locator("[data-light='lighting.direction']")
    expect(words).to_contain_text("key light from the left side")
    expect(page.get_by_label("Light preset")).to_have_value("")
    page.get_by_label("Light preset").select_option("rembrandt")
    expect(key).to_have_attribute("aria-valuenow", "-45")
    expect(page.locator("[data-light='lighting.conditions']")).to_contain_text("4300 K")
    page.get_by_role("button", name="Write into the document").press("Enter")
    assert "4300 K" in document(page)["lighting"]["conditions"]
    page.get_by_label("Camera preset").select_option("portrait-85")
    assert "85 mm" in document(page)["photographic_characteristics"]["lens_focal_length"]


def test_a_filled_document_is_accessible_in_every_look(open_as: Opener) -> None:
    """The list of pages sees the editor empty; here it has rows, messages and a long text."""
    page = open_as("creator")
    page.goto("/create/structured/")
    page.get_by_role("radio", name="Both").check()
    for name in ("Add object", "Add text"):
        page.get_by_role("button", name=name).press("Enter")
    expect(page.locator("#structured-check")).to_contain_text("3 to complete")
    page.evaluate(AXE)
    assert complaints(page, EVERYTHING) == []
    for theme, scheme in LOOKS[1:]:
        page.evaluate(DRESS, {"theme": theme, "scheme": scheme})
        assert complaints(page, COLOURS) == []
    page.set_viewport_size(NARROW)
    assert overflow(page) == []
    assert complaints(page, LAYOUT) == []
