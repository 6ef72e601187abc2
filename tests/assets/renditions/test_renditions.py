"""Thumbnails: sizes, pixels, orientation, transparency; done once; failures seen."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import thumbhash as reference
from PIL import Image
from rest_framework.test import APIClient

from assets.library.models import Version
from assets.renditions import tasks
from assets.renditions.models import Rendition, RenditionFailure, RenditionKindCode
from assets.renditions.tasks import run_renditions
from assets.renditions.thumbhash import thumb_hash
from assets.storage.models import Blob
from assets.storage.store import local_copy, open_blob
from studio.core.models import User
from tests.assets.conftest import client_of
from tests.assets.pictures import encoded, gradient

Make = Callable[..., Version]


def rendered(
    version: Version, kind: RenditionKindCode = RenditionKindCode.THUMB_320
) -> Image.Image:
    run_renditions(version.blob_id)
    with open_blob(Rendition.objects.get(source=version.blob, kind_id=kind).blob) as file:
        return Image.open(io.BytesIO(file.read()))


def colours(image: Image.Image) -> Any:
    return np.asarray(image.convert("RGB"), dtype=float)


def test_sizes_and_pixels(make_version: Make) -> None:
    picture = gradient(2000, 1000)
    version = make_version(content=encoded(picture, "PNG"))
    for kind, size in (
        (RenditionKindCode.THUMB_320, (320, 160)),
        (RenditionKindCode.THUMB_640, (640, 320)),
        (RenditionKindCode.THUMB_1280, (1280, 640)),
    ):
        made = rendered(version, kind)
        assert made.format == "WEBP" and made.size == size
        wanted = picture.resize(size, Image.Resampling.LANCZOS)
        assert np.abs(colours(made) - colours(wanted)).mean() < 3


def test_small_pictures_are_not_blown_up(make_version: Make) -> None:
    assert rendered(make_version(content=encoded(gradient(40, 30), "PNG"))).size == (40, 30)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied_and_metadata_dropped(make_version: Make, orientation: int) -> None:
    upright = gradient(120, 80)
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif.get_ifd(0x8825).update({1: "N", 2: (47.0, 22.0, 0.0)})  # where it was taken
    content = encoded(stored, "JPEG", quality=95, exif=exif)
    version = make_version(content=content, media_type="image/jpeg")
    made = rendered(version)
    assert made.size == (120, 80)
    assert np.abs(colours(made) - colours(upright)).mean() < 4
    assert not made.getexif() and "icc_profile" not in made.info
    assert (version.blob.image.width_px, version.blob.image.height_px) == (120, 80)


def test_transparency_is_kept(make_version: Make) -> None:
    picture = Image.new("RGBA", (100, 100), (255, 0, 0, 255))
    picture.paste((0, 0, 0, 0), (0, 0, 50, 100))
    made = rendered(make_version(content=encoded(picture, "PNG")))
    alpha = np.asarray(made.convert("RGBA"))[..., 3]
    assert alpha[:, :45].max() == 0 and alpha[:, 55:].min() == 255


def test_other_colours_become_srgb(make_version: Make) -> None:
    print_colours = Image.new("CMYK", (50, 50), (0, 255, 255, 0))
    made = rendered(make_version(content=encoded(print_colours, "JPEG"), media_type="image/jpeg"))
    red, green, blue = colours(made).mean((0, 1))
    assert made.mode == "RGB" and red > 180 and max(green, blue) < 90
    grey = rendered(make_version(content=encoded(Image.new("L", (50, 50), 77), "PNG")))
    assert np.abs(colours(grey) - 77).max() <= 2
    deep = rendered(make_version(content=encoded(Image.new("I;16", (50, 50), 77 * 257), "PNG")))
    assert np.abs(colours(deep) - 77).max() <= 2


def test_wide_colours_are_brought_into_srgb(make_version: Make) -> None:
    import pyvips

    flat = pyvips.Image.black(60, 60, bands=3).linear([1, 1, 1], [60, 160, 90]).cast("uchar")
    flat = flat.copy(interpretation="srgb")
    wide = flat.icc_transform("p3", input_profile="srgb").pngsave_buffer(keep="icc")
    made = rendered(make_version(content=wide))
    assert np.abs(colours(made).mean((0, 1)) - (60, 160, 90)).max() <= 3
    assert "icc_profile" not in made.info


def test_a_profile_that_says_nothing_keeps_no_picture_from_being_shown(make_version: Make) -> None:
    broken = encoded(Image.new("RGB", (50, 50), (60, 160, 90)), "PNG", icc_profile=bytes(600))
    assert np.abs(colours(rendered(make_version(content=broken))) - (60, 160, 90)).max() <= 3


def test_first_frame_of_an_animation(make_version: Make) -> None:
    frames = [Image.new("RGB", (50, 50), colour) for colour in ("blue", "red")]
    content = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    made = rendered(make_version(content=content, media_type="image/gif"))
    assert getattr(made, "n_frames", 1) == 1
    assert made.size == (50, 50) and colours(made)[..., 2].min() > 240


def test_done_once(make_version: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    version = make_version()
    run_renditions(version.blob_id)
    assert Rendition.objects.count() == 3
    blobs = Blob.objects.count()

    def again(*_: object) -> None:
        raise AssertionError("rendered again")

    monkeypatch.setattr(tasks, "make_thumbnails", again)
    run_renditions(version.blob_id)
    assert Rendition.objects.count() == 3 and Blob.objects.count() == blobs
    run_renditions(10**9)  # gone meanwhile


def test_other_kinds_have_none(make_version: Make) -> None:
    version = make_version(content=b"hello", media_type="text/plain")
    run_renditions(version.blob_id)
    assert not Rendition.objects.exists() and not RenditionFailure.objects.exists()


def test_pages_are_told(make_version: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(tasks, "publish", lambda groups, message: told.append((groups, message)))
    version = make_version()
    run_renditions(version.blob_id)
    group = f"project.{version.asset.project.code.hex}"
    message = {"kind": "asset.rendered", "code": str(version.asset.code), "failed": False}
    assert told == [([group], message)]


def test_a_failure_is_seen_and_can_be_tried_again(
    make_version: Make, api: APIClient, reviewer: User
) -> None:
    version = make_version()
    path = local_copy(version.blob)
    content = path.read_bytes()
    path.unlink()
    run_renditions(version.blob_id)
    assert RenditionFailure.objects.get().reason == "The store has lost the file."
    asset = f"/api/v1/assets/{version.asset.code}/"
    assert api.get(asset).json()["current"]["renditions"] == "failed"
    address = f"/api/v1/versions/{version.code}/renditions/"
    assert client_of(reviewer).post(address).status_code == 403
    path.write_bytes(content)
    assert api.post(address).status_code == 202
    assert api.get(asset).json()["current"]["renditions"] == "pending"
    run_renditions(version.blob_id)
    shown = api.get(asset).json()["current"]
    assert shown["renditions"] == "made" and shown["picture"]["thumbhash"]
    assert shown["thumbnails"]["px_320"].endswith("/thumb/320.webp")


@pytest.mark.parametrize("size", [(100, 60), (31, 100), (1, 1), (100, 1), (64, 64)])
def test_thumbhash_is_the_reference_s(size: tuple[int, int]) -> None:
    picture = gradient(*size).convert("RGBA")
    wanted = reference.rgba_to_thumb_hash(*size, list(picture.tobytes()))
    found = thumb_hash(np.asarray(picture))
    assert len(found) == len(wanted) and list(found[:5]) == wanted[:5]
    # a frequency of nothing lies between two steps, and the last bit of a float decides
    for mine, theirs in zip(found[5:], wanted[5:], strict=True):
        assert abs((mine >> 4) - (theirs >> 4)) <= 1 and abs((mine & 15) - (theirs & 15)) <= 1


def test_thumbhash_of_a_transparent_picture_decodes() -> None:
    picture = Image.new("RGBA", (80, 80), (255, 0, 0, 255))
    picture.paste((0, 0, 0, 0), (0, 0, 40, 80))
    found = thumb_hash(np.asarray(picture))
    red, green, _, alpha = reference.thumb_hash_to_average_rgba(list(found))
    assert red > 0.9 and green < 0.1 and 0.4 < alpha < 0.6
    with pytest.raises(ValueError, match="RGBA"):
        thumb_hash(np.zeros((200, 10, 4), dtype=np.uint8))
