"""The same flow with the files in an S3 server: sent and fetched by presigned addresses."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import boto3
import httpx
import pytest

from tests.assets.pictures import encoded, gradient
from tests.e2e import steps
from tests.e2e.browser import MARKS, PATIENCE_MS, Watch, sync_api
from tests.e2e.people import DESKTOP, run_studio
from tests.support.studio import RunningStudio, free_port

pytestmark = MARKS
expect = sync_api.expect
BUCKET = "frames"
UPLOADED = encoded(gradient(640, 400), "PNG")


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """An S3 server in a process of its own, with an empty bucket."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                httpx.get(url, timeout=2)
                break
            except httpx.TransportError:
                assert time.monotonic() < deadline, "the S3 server does not answer"
                time.sleep(0.1)
        client(url).create_bucket(Bucket=BUCKET)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def client(url: str) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="k",
        aws_secret_access_key="s",
    )


@pytest.fixture(scope="module")
def s3_studio(s3: str) -> Iterator[RunningStudio]:
    keys = {"SEEDFRAME_S3_ACCESS_KEY": "k", "SEEDFRAME_S3_SECRET_KEY": "s"}
    with run_studio(SEEDFRAME_S3_BUCKET=BUCKET, SEEDFRAME_S3_ENDPOINT=s3, **keys) as found:
        yield found


@pytest.fixture
def page(browser: sync_api.Browser, s3: str, s3_studio: RunningStudio) -> Iterator[Any]:
    """A page of the creator, which may speak to the studio and to the S3 server alone."""
    context = browser.new_context(base_url=s3_studio.url, viewport=DESKTOP)
    context.set_default_timeout(PATIENCE_MS)
    watch = Watch(context, {s3_studio.url, s3})
    page = context.new_page()
    steps.sign_in(page, s3_studio.url, s3_studio.cast["people"]["creator"])
    yield page
    context.close()
    assert watch.problems == []


def test_pictures_come_from_the_s3_server(
    page: sync_api.Page, s3: str, s3_studio: RunningStudio
) -> None:
    page.goto("/create/")
    steps.choose_template(page, "Instagram story")
    steps.fill_in(page, "Lighthouse", "A pine on a hill at dawn, mist", 2)
    fetched: list[str] = []
    page.on("response", lambda r: r.url.startswith(s3) and r.ok and fetched.append(r.url))
    making = steps.make(page, page.locator("#create-button").click, 2)
    assert making.navigations == []
    steps.until(page, lambda: fetched, "a thumbnail from the S3 server")
    pictures = [steps.decode(content) for content in steps.files_shown(page)]
    assert [(p.width_px, p.height_px) for p in pictures] == [(1080, 1920)] * 2
    saved = steps.download(page, page.get_by_label("Download variation 1"))
    assert steps.decode(saved) == pictures[0]
    page.locator("#results a.tile").first.click()
    page.wait_for_url(re.compile(rf"/library/{steps.UUID}/"))
    shown = page.locator("image-viewer img")
    steps.until(page, lambda: shown.evaluate("image => image.naturalWidth") > 0, "the picture")
    assert not list((s3_studio.folder / "files").rglob("*.png")), "nothing is kept on this disk"
    assert client(s3).list_objects_v2(Bucket=BUCKET)["KeyCount"] >= 2


def test_upload_by_a_presigned_address(page: sync_api.Page, s3: str) -> None:
    sent: list[sync_api.Request] = []
    page.on("request", lambda r: r.method == "PUT" and sent.append(r))
    page.goto("/library/")
    page.get_by_role("link", name="Upload").click()
    dialog = page.locator("dialog[open]")
    dialog.locator("input[type=file]").set_input_files(
        {"name": "hill.png", "mimeType": "image/png", "buffer": UPLOADED}
    )
    dialog.get_by_label("Project").select_option(label="Lighthouse")
    dialog.get_by_role("button", name="Upload").click()
    row = page.locator("[data-upload-list] > li")
    expect(row).to_have_attribute("data-state", "done")
    assert len(sent) == 1 and sent[0].url.startswith(f"{s3}/{BUCKET}/")
    assert "X-Amz-Signature=" in sent[0].url
    row.get_by_role("link", name="hill.png").click()
    page.wait_for_url(re.compile(rf"/library/{steps.UUID}/"))
    assert steps.download(page, page.get_by_role("link", name="Download").first) == UPLOADED
