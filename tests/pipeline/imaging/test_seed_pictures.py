"""Foundations from portraits and portraits from foundations."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import pytest
from skimage import data

from pipeline.imaging.faces import find_faces
from pipeline.imaging.foundation import Foundation, FoundationSpec, compose_foundation
from pipeline.imaging.likeness import likeness
from pipeline.imaging.matte import CutOut, cut_out
from pipeline.imaging.placement import wanted_dye
from pipeline.imaging.portrait import NoFace, PortraitSpec, take_portrait
from pipeline.imaging.seedchecks import check_seed
from pipeline.imaging.sketch import Cancelled
from pipeline.imaging.sketch.spec import Reporter
from tests.pipeline.imaging.faces_given import astronaut, by_code, turned

SIZE = {"width_px": 304, "height_px": 380}


@lru_cache(maxsize=8)
def foundation(prompt: str, random_seed: int) -> Foundation:
    spec = FoundationSpec(prompt=prompt, random_seed=random_seed, **SIZE)
    return compose_foundation(astronaut(), spec)


@lru_cache(maxsize=1)
def person() -> CutOut:
    return cut_out(astronaut(), find_faces(astronaut())[0])


def test_the_person_is_cut_out_in_one_piece() -> None:
    alpha = person().alpha
    assert alpha[90:140, 190:250].min() > 0.98  # the face
    assert alpha[280:420, 130:320].mean() > 0.99  # the suit
    assert alpha[:200, :60].max() < 0.02  # the flag
    assert alpha[:220, 380:].max() < 0.02  # the shuttle
    figures = cv2.connectedComponentsWithStats((alpha > 0.5).astype(np.uint8))[2]
    areas = sorted(figures[1:, cv2.CC_STAT_AREA])
    assert areas[-1] > 0.995 * sum(areas)


def test_the_matte_has_a_soft_edge_and_clean_colours() -> None:
    alpha, rgb = person().alpha, person().rgb
    soft = (alpha > 0.1) & (alpha < 0.9)
    edge = cv2.Canny((alpha > 0.5).astype(np.uint8) * 255, 50, 100) > 0
    assert 0.5 < soft.sum() / edge.sum() < 20
    solid = alpha > 0.98
    assert np.array_equal(rgb[solid], astronaut()[solid])


def test_the_same_seed_is_the_same_picture_and_another_is_another() -> None:
    first = foundation("harbour at dusk", 1)
    spec = FoundationSpec(prompt="harbour at dusk", random_seed=1, **SIZE)
    again = compose_foundation(astronaut(), spec)
    assert np.array_equal(first.pixels, again.pixels)
    other = foundation("harbour at dusk", 2)
    assert np.abs(first.pixels.astype(int) - other.pixels).mean() > 8


def test_a_foundation_has_its_size_its_face_and_the_likeness() -> None:
    made = foundation("harbour at dusk", 1)
    assert made.pixels.shape == (380, 304, 3) and made.pixels.dtype == np.uint8
    assert (made.has_face, made.setting, made.dyed) == (True, "sketch", False)
    [face] = find_faces(made.pixels)
    assert 0.15 < face.height / 380 < 0.45
    assert likeness(astronaut(), made.pixels).value > 0.75
    found = by_code(check_seed(made.pixels, media_type="image/png", slot="B"))
    assert found["faces"].verdict == "pass"


def test_without_setting_words_there_is_a_backdrop() -> None:
    made = foundation("", 3)
    assert made.setting == "backdrop"
    corner = made.pixels[:40, :40].astype(float)
    assert corner.std() < 20


def test_a_colour_word_before_a_garment_dyes_it() -> None:
    assert wanted_dye("a walk, in a long teal coat.") is not None
    assert wanted_dye("a teal sea and a coat") is None
    assert wanted_dye("red sky") is None
    plain, dyed = foundation("", 3), foundation("in a blue suit", 3)
    assert dyed.dyed

    def redness(made: Foundation) -> float:
        chest = made.pixels[300:370, 100:200].astype(float)
        return float((chest[..., 0] - chest[..., 2]).mean())

    assert redness(plain) > 40 > 0 > redness(dyed)


def test_composing_can_be_stopped() -> None:
    spec = FoundationSpec(prompt="harbour", random_seed=1, **SIZE)
    with pytest.raises(Cancelled):
        compose_foundation(astronaut(), spec, Reporter(None, lambda: True))


def test_without_a_face_the_salient_thing_is_placed() -> None:
    spec = FoundationSpec(prompt="", random_seed=1, width_px=320, height_px=240)
    made = compose_foundation(data.cat(), spec)
    assert not made.has_face
    assert made.pixels.shape == (240, 320, 3)


def test_a_portrait_is_taken_level_centred_and_large() -> None:
    made = take_portrait(turned(astronaut(), 10), PortraitSpec(400, 500, 7))
    assert made.pixels.shape == (500, 400, 3)
    assert made.levelled_degrees == pytest.approx(13, abs=3)  # 3 of them her own
    found = by_code(check_seed(made.pixels, media_type="image/png", slot="A"))
    assert {found[code].verdict for code in ("faces", "face_size", "centring", "roll")} == {"pass"}
    assert found["face_size"].value > 28
    assert likeness(astronaut(), made.pixels).value > 0.75


def test_portraits_of_other_seeds_differ_a_little() -> None:
    first, again, other = (
        take_portrait(astronaut(), PortraitSpec(200, 250, seed)).pixels for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert 1 < np.abs(first.astype(int) - other).mean() < 80


def test_a_portrait_needs_a_face() -> None:
    with pytest.raises(NoFace, match="No face was found"):
        take_portrait(data.coffee(), PortraitSpec(200, 250, 1))
