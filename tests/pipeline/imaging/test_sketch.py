"""The sketch engine: determinism, the power of words, cancellation, hostile prompts."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.imaging.measures import hamming64, phash64, pixel_sha256
from pipeline.imaging.seeds import variant_seed
from pipeline.imaging.sketch import Cancelled, SketchSpec, compose, compose_sketch

ROOT = Path(__file__).resolve().parents[3]


def sketch(prompt: str = "", seed: int = 1, **more: object) -> np.ndarray:
    return compose(spec(prompt, seed, **more))


def spec(prompt: str = "", seed: int = 1, **more: object) -> SketchSpec:
    size = {"width_px": 256, "height_px": 256}
    return SketchSpec(prompt=prompt, random_seed=seed, **{**size, **more})  # type: ignore[arg-type]


def mean(image: np.ndarray) -> np.ndarray:
    return image.reshape(-1, 3).mean(axis=0)


def warmth(image: np.ndarray) -> float:
    red, _, blue = mean(image)
    return float(red - blue)


ALIKE = [
    ("red car by a lake, birds", {}),
    ("portrait of a woman", {"style_words": "oil painting"}),
    ("city at night", {"style_words": "low poly"}),
    ("a cup of coffee", {"quality": "premium", "style_words": "impressionist"}),
]


def test_equal_specs_give_equal_bits_in_another_process() -> None:
    here = [pixel_sha256(sketch(prompt, 7, **more)) for prompt, more in ALIKE]
    code = (
        "import cv2; cv2.setNumThreads(1)\n"
        "from tests.pipeline.imaging.test_sketch import ALIKE, sketch\n"
        "from pipeline.imaging.measures import pixel_sha256\n"
        "for prompt, more in ALIKE: print(pixel_sha256(sketch(prompt, 7, **more)))"
    )
    env = {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "123", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == here


def test_the_number_of_threads_changes_no_bit() -> None:
    before = cv2.getNumThreads()
    hashes = set()
    try:
        for threads in (1, 2, 5):
            cv2.setNumThreads(threads)
            image = sketch("stormy sea with a lighthouse", width_px=520, style_words="watercolour")
            hashes.add(pixel_sha256(image))
    finally:
        cv2.setNumThreads(before)
    assert len(hashes) == 1


def test_a_variant_does_not_depend_on_its_batch() -> None:
    alone = sketch("a fox in the snow", variant_seed(99, 2))
    batch = [sketch("a fox in the snow", variant_seed(99, index)) for index in range(4)]
    assert pixel_sha256(batch[2]) == pixel_sha256(alone)
    assert len({pixel_sha256(image) for image in batch}) == 4


@pytest.mark.parametrize("prompt", ["mountain lake", "portrait", "abstract", "a cup", "", "nebula"])
def test_another_seed_is_another_composition(prompt: str) -> None:
    hashes = [phash64(sketch(prompt, seed)) for seed in (1, 2, 3, 4)]
    gaps = [hamming64(hashes[0], other) for other in hashes[1:]]
    assert max(gaps) >= 10


def test_qualities_are_the_same_picture() -> None:
    images = [sketch("castle on a hill", 5, quality=q) for q in ("draft", "standard", "premium")]
    hashes = [phash64(image) for image in images]
    assert {image.shape for image in images} == {(256, 256, 3)}
    assert hamming64(hashes[1], hashes[2]) <= 8
    assert hamming64(hashes[0], hashes[1]) <= 10


@pytest.mark.parametrize("size", [(256, 256), (2048, 256), (256, 1024), (640, 360)])
def test_every_size_is_honoured(size: tuple[int, int]) -> None:
    image = sketch("sea", width_px=size[0], height_px=size[1], quality="draft")
    assert image.shape == (size[1], size[0], 3)
    assert image.dtype == np.uint8


def test_palette_and_time_of_day_show() -> None:
    for seed in (1, 2, 3):
        assert warmth(sketch("red sunset", seed)) > warmth(sketch("blue night", seed)) + 40
        assert mean(sketch("night city", seed)).sum() < mean(sketch("noon city", seed)).sum()
        noir = sketch("street, film noir", seed).astype(int)
        assert np.abs(noir[..., 0] - noir[..., 2]).mean() < 8


def test_colours_of_things_show() -> None:
    def reddish(image: np.ndarray) -> float:
        rgb = image.astype(int)
        return float(((rgb[..., 0] > 110) & (rgb[..., 1] < rgb[..., 0] * 0.6)).mean())

    assert reddish(sketch("a red car", 3)) > reddish(sketch("a blue car", 3)) + 0.02


def test_a_negative_prompt_removes() -> None:
    moon = sketch("night sky with a full moon over hills", 4)
    none = sketch("night sky with a full moon over hills", 4, negative_prompt="moon")
    assert (moon.max(axis=2) > 225).mean() > (none.max(axis=2) > 225).mean() + 0.002
    red = sketch("red sunset over the sea", 4)
    banned = sketch("red sunset over the sea", 4, negative_prompt="red, orange")
    assert warmth(red) > warmth(banned) + 30


def test_counts_and_sides_show() -> None:
    def columns(prompt: str) -> float:
        plain = compose_sketch(spec(prompt, 6, negative_prompt="birds, trees"))
        return plain.focal_point[0]

    assert columns("a castle on the left") < 0.5 < columns("a castle on the right")
    one, many = sketch("one apple", 2), sketch("six apples", 2)
    assert hamming64(phash64(one), phash64(many)) > 8


def test_guidance_saturates_and_steps_refine() -> None:
    def chroma(image: np.ndarray) -> float:
        return float((image.max(axis=2).astype(int) - image.min(axis=2)).mean())

    assert chroma(sketch("tropical beach", guidance=18)) > chroma(
        sketch("tropical beach", guidance=1)
    )
    rough, fine = (sketch("starry night over hills", steps=steps) for steps in (1, 120))
    assert pixel_sha256(rough) != pixel_sha256(fine)
    assert hamming64(phash64(rough), phash64(fine)) <= 16


def test_quoted_text_is_lettered_unless_it_cannot_be_set_rightly() -> None:
    plain = sketch("calm sea at dusk", 3)
    lettered = sketch('calm sea at dusk "HELLO"', 3)
    assert (np.abs(plain.astype(int) - lettered) > 40).mean() > 0.004
    chinese = sketch('calm sea at dusk "文字"', 3)
    assert (np.abs(plain.astype(int) - chinese) > 40).mean() > 0.003
    for unset in ('"\u200b\u2060"', '"غروب"'):
        assert pixel_sha256(sketch(f"calm sea at dusk {unset}", 3)) == pixel_sha256(plain)


HOSTILE = {
    "empty": "",
    "blank": "  \t\n ",
    "long": "dragon, " + "blue mountain lake with words " * 400,
    "one long word": "x" * 10_000,
    "emoji": "🌅🐱🚀✨👩‍👩‍👧‍👦🏳️‍🌈",
    "right to left": "غروب الشمس فوق البحر \u202e shalom שלום",
    "control": "cat\x00\x07\x1b[31m\u200b\ufeff dog\x7f",
    "surrogate": "lone \ud800 surrogate",
    "markup": "<script>alert(1)</script> {{7*7}} %s %n \\N{BULLET} ../../etc/passwd",
    "digits": "999999999999999999999999 cats 0 dogs -5 birds ٣ ½ ²",
    "quotes": '"" "unclosed \'a\' «» “” "' + "q" * 300,
    "punctuation": ",,,;;;...((()))|||:::",
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_any_text_draws_a_picture_that_is_not_blank(name: str) -> None:
    image = sketch(HOSTILE[name], 11, negative_prompt=HOSTILE[name][:200] if name == "long" else "")
    assert image.shape == (256, 256, 3)
    assert image.std() > 6


def test_unknown_words_tell_pictures_apart() -> None:
    assert hamming64(phash64(sketch("florbl")), phash64(sketch("grunk"))) >= 8


def test_progress_rises_to_one_and_names_the_work() -> None:
    seen: list[tuple[float, str]] = []
    compose(spec("harbour"), progress=lambda done, doing: seen.append((done, doing)))
    done = [fraction for fraction, _ in seen]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0.0, 1.0)
    assert len(seen) >= 6
    assert all(doing for _, doing in seen)


@pytest.mark.parametrize("after", [0, 1, 4])
def test_cancelling_stops_the_work(after: int) -> None:
    asked = 0

    def stop_after(limit: int) -> Callable[[], bool]:
        def asked_again() -> bool:
            nonlocal asked
            asked += 1
            return asked > limit

        return asked_again

    with pytest.raises(Cancelled):
        compose(spec("harbour"), cancelled=stop_after(after))
    assert asked == after + 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"width_px": 250}, {"width_px": 2056}, {"height_px": 257}, {"random_seed": -1},
        {"random_seed": 2**63}, {"quality": "best"}, {"guidance": 21}, {"steps": 0},
    ],
)  # fmt: skip
def test_a_spec_out_of_range_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must"):
        SketchSpec(**{"prompt": "", "width_px": 256, "height_px": 256, "random_seed": 1, **wrong})  # type: ignore[arg-type]
