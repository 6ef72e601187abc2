"""Pictures on their way to a provider: what is left alone, written anew, or refused."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from pipeline.providers.base import ErrorClass, ProviderError
from pipeline.providers.pictures import (
    PictureRule,
    finish_picture,
    prepare_mask,
    prepare_picture,
)
from tests.pipeline.providers.running import input_file, picture

ANY = PictureRule()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("kind", ["png", "jpg", "webp"])
def test_a_plain_picture_goes_out_byte_for_byte(tmp_path: Path, kind: str) -> None:
    file = picture(tmp_path, kind=kind, noise=True)
    ready = prepare_picture(file, ANY)
    assert ready.content == file.path.read_bytes()
    assert (ready.media_type, ready.width_px, ready.height_px) == (file.media_type, 96, 80)
    assert ready.file_name == f"image.{kind}"


def test_a_turned_photo_is_sent_upright(tmp_path: Path) -> None:
    image = Image.new("RGB", (40, 20), "black")
    image.paste("white", (0, 0, 20, 20))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    path = tmp_path / "turned.jpg"
    image.save(path, exif=exif, quality=95)
    ready = prepare_picture(input_file(path, "base", "image/jpeg"), ANY)
    sent = opened(ready.content)
    assert (sent.size, ready.width_px, ready.height_px) == ((20, 40), 20, 40)
    assert sent.getpixel((10, 5))[0] > 200 > 50 > sent.getpixel((10, 35))[0]


def test_sixteen_bits_become_eight(tmp_path: Path) -> None:
    path = tmp_path / "deep.png"
    Image.new("I;16", (8, 8), 0x8000).save(path)
    sent = opened(prepare_picture(input_file(path, "base", "image/png"), ANY).content)
    assert sent.mode in ("L", "RGB")


def test_a_colour_profile_is_applied(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = tmp_path / "profiled.png"
    Image.new("RGB", (8, 8), (200, 30, 40)).save(path, icc_profile=profile)
    sent = opened(prepare_picture(input_file(path, "base", "image/png"), ANY).content)
    assert "icc_profile" not in sent.info
    assert all(abs(a - b) <= 2 for a, b in zip(sent.getpixel((4, 4)), (200, 30, 40), strict=True))


def test_transparency_is_kept(tmp_path: Path) -> None:
    file = picture(tmp_path, mode="RGBA", colour=(1, 2, 3, 0), kind="tiff")
    assert opened(prepare_picture(file, ANY).content).getpixel((0, 0))[3] == 0


def test_a_png_that_is_too_long_becomes_a_shorter_webp_without_loss(tmp_path: Path) -> None:
    path = tmp_path / "plain.png"
    image = Image.effect_noise((120, 120), 30).convert("RGB")
    image.save(path, compress_level=0)
    ready = prepare_picture(input_file(path, "base", "image/png"), PictureRule(max_bytes=18_000))
    assert ready.media_type in ("image/webp", "image/png")
    assert len(ready.content) <= 18_000
    assert opened(ready.content).convert("RGB").tobytes() == image.tobytes()


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (PictureRule(min_side_px=81), "too small (96×80 px); the provider needs 81 px a side"),
        (PictureRule(min_pixels=8000), "needs 8,000 px in all"),
        (PictureRule(max_side_px=95), "takes up to 95 px a side"),
        (PictureRule(max_pixels=7000), "takes up to 7,000 px in all. Make it smaller"),
        (PictureRule(max_aspect=1.1), "too elongated"),
        (PictureRule(max_bytes=100), "MiB"),
    ],
)
def test_limits(tmp_path: Path, rule: PictureRule, words: str) -> None:
    with pytest.raises(ProviderError) as caught:
        prepare_picture(picture(tmp_path, noise=True), rule)
    assert caught.value.error_class == ErrorClass.INPUT
    assert words in caught.value.message


@pytest.mark.parametrize(
    "prepare", [lambda f: prepare_picture(f, ANY), lambda f: prepare_mask(f, 9, 9)]
)
def test_what_is_no_picture_is_refused(tmp_path: Path, prepare: object) -> None:
    path = tmp_path / "text.png"
    path.write_text("no picture")
    with pytest.raises(ProviderError, match="can't be read as a picture") as caught:
        prepare(input_file(path, "base", "image/png"))  # type: ignore[operator]
    assert caught.value.error_class == ErrorClass.INPUT


def test_transparent_parts_of_a_mask_are_kept(tmp_path: Path) -> None:
    image = Image.new("RGBA", (10, 10), (255, 255, 255, 0))
    image.paste((255, 255, 255, 255), (0, 0, 5, 10))
    path = tmp_path / "mask.png"
    image.save(path)
    sent = opened(prepare_mask(input_file(path, "mask", "image/png"), 10, 10).content)
    assert (sent.mode, sent.getpixel((2, 5)), sent.getpixel((8, 5))) == ("L", 255, 0)


def test_an_answer_in_the_wanted_size_keeps_its_pixels(tmp_path: Path) -> None:
    came = picture(tmp_path, noise=True).path.read_bytes()
    made, sentence = finish_picture(
        came, wanted=(96, 80), embed={"a": "b"}, random_seed=5, provider="X"
    )
    picture_made = opened(made)
    assert picture_made.tobytes() == opened(came).tobytes()
    assert picture_made.text == {"a": "b", "seedframe:random-seed": "5"}  # type: ignore[attr-defined]
    assert sentence == "96×80 as it came"


@pytest.mark.parametrize("keep", [0, 20, 200])
def test_an_answer_that_was_cut_is_no_picture(tmp_path: Path, keep: int) -> None:
    came = picture(tmp_path, noise=True).path.read_bytes()[:keep]
    with pytest.raises(ProviderError, match="cut short"):
        finish_picture(came, wanted=None, embed={}, random_seed=5, provider="X")
