"""Pictures of what is in the making: small, seldom, and only pictures."""

from __future__ import annotations

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from pipeline.jobs import previews
from pipeline.jobs.context import AttemptContext
from studio.live.layer import MAX_PAYLOAD_BYTES
from tests.pipeline.jobs.remote import Remote, claim_remote


def _picture(width: int, height: int, format: str = "PNG") -> bytes:
    """Noise: nothing compresses worse."""
    pixels = np.random.default_rng(3).integers(0, 255, (height, width, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, format)
    return out.getvalue()


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_a_preview_is_small_whatever_comes(format: str) -> None:
    small = previews.shrink(_picture(900, 500, format))
    assert small is not None
    assert len(small) <= previews.MOST_BYTES
    shown = Image.open(io.BytesIO(small))
    assert shown.format == "JPEG"
    assert max(shown.size) >= 64
    assert shown.width / shown.height == pytest.approx(1.8, rel=0.05)


def test_an_easy_picture_stays_large() -> None:
    out = io.BytesIO()
    Image.new("RGB", (1024, 1024), "teal").save(out, "PNG")
    small = previews.shrink(out.getvalue())
    assert small is not None
    assert Image.open(io.BytesIO(small)).size == (256, 256)


def test_what_is_no_picture_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert previews.shrink(b"<html>") is None
    assert previews.shrink(_picture(64, 64)[:200]) is None
    gif = io.BytesIO()
    Image.new("P", (8, 8)).save(gif, "GIF")
    assert previews.shrink(gif.getvalue()) is None
    monkeypatch.setattr(previews, "_MOST_PIXELS", 100)
    assert previews.shrink(_picture(64, 64)) is None


@pytest.mark.django_db
def test_previews_are_published_twice_a_second_at_most(
    remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[list[str], dict[str, object]]] = []
    monkeypatch.setattr(
        "pipeline.jobs.moves.publish", lambda groups, message: sent.append((groups, message))
    )
    remote.submit()
    attempt = claim_remote()
    assert attempt is not None
    sent.clear()
    context = AttemptContext(attempt)
    now = [100.0]
    monkeypatch.setattr("pipeline.jobs.context.time.monotonic", lambda: now[0])
    for at in (100.0, 100.1, 100.49, 100.51, 101.2):
        now[0] = at
        context.preview(_picture(300, 300), "image/png")
    context.preview(b"no picture", "image/png")
    assert len(sent) == 3
    groups, message = sent[0]
    assert message["kind"] == "job.preview"
    assert message["code"] == str(attempt.job.code)
    head, _, text = str(message["image"]).partition(",")
    assert head == "data:image/jpeg;base64"
    assert Image.open(io.BytesIO(base64.b64decode(text))).format == "JPEG"
    # with groups and envelope it fits into one notification of the database
    assert len(json.dumps([groups, {"type": "live.message", "message": message}])) < (
        MAX_PAYLOAD_BYTES - 1000
    )
