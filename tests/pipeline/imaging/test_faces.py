"""Faces, eyes and likeness, on a portrait with known places and planted changes."""

from __future__ import annotations

import itertools
import math
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data

from pipeline.imaging.faces import CASCADE, Face, eyes, find_faces, roll_degrees
from pipeline.imaging.likeness import APPEARANCE_MODEL, FACE_MODEL, compare, likeness, portrait
from tests.pipeline.imaging.faces_given import LEFT_EYE, RIGHT_EYE, astronaut, jpeg, turned


def the_face(rgb) -> Face:
    [face] = find_faces(rgb)
    return face


def holds_the_eyes(face: Face) -> bool:
    return all(
        face.left < x < face.left + face.width and face.top < y < face.top + face.height
        for x, y in (LEFT_EYE, RIGHT_EYE)
    )


def test_the_one_face_of_a_portrait_is_found_and_the_detector_is_named() -> None:
    face = the_face(astronaut())
    assert holds_the_eyes(face)
    assert 80 < face.width < 140
    assert face.detector == CASCADE
    assert 0 < face.score <= 1


@pytest.mark.parametrize("name", ["coffee", "cat", "rocket", "clock", "brick", "coins", "moon"])
def test_pictures_without_a_person_have_no_face(name: str) -> None:
    assert find_faces(getattr(data, name)()) == []


def test_two_faces_come_largest_first() -> None:
    small = cv2.resize(astronaut(), (360, 360), interpolation=cv2.INTER_AREA)
    padded = np.pad(small, ((152, 0), (0, 0), (0, 0)), mode="edge")
    faces = find_faces(np.hstack([padded, astronaut()]))
    assert len(faces) == 2
    assert faces[0].area_px > faces[1].area_px
    assert faces[0].left > 360


@pytest.mark.parametrize("factor", [0.6, 1.7])
def test_the_box_scales_with_the_picture(factor: float) -> None:
    scaled = cv2.resize(astronaut(), None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    face, whole = the_face(scaled), the_face(astronaut())
    assert face.width / factor == pytest.approx(whole.width, rel=0.15)
    assert face.centre[0] / factor == pytest.approx(whole.centre[0], abs=8)


def test_eyes_are_where_they_are() -> None:
    pair = eyes(astronaut(), the_face(astronaut()))
    assert pair is not None
    for found, known in zip(pair, (LEFT_EYE, RIGHT_EYE), strict=True):
        assert math.dist(found, known) < 4


@pytest.mark.parametrize("degrees", [-20, -12, -5, 5, 12, 20])
def test_roll_follows_a_planted_turn(degrees: int) -> None:
    own = roll_degrees(astronaut(), the_face(astronaut()))
    picture = turned(astronaut(), degrees)
    roll = roll_degrees(picture, the_face(picture))
    assert own is not None and roll is not None
    assert roll - own == pytest.approx(degrees, abs=3)


def test_unsure_eyes_are_not_claimed() -> None:
    flat = np.full((100, 100, 3), 120, np.uint8)
    face = Face(10, 10, 80, 80, 1.0, CASCADE)
    assert eyes(flat, face) is None
    assert roll_degrees(flat, face) is None


def test_grey_and_tiny_pictures_and_a_missing_model_are_no_errors() -> None:
    grey = cv2.cvtColor(astronaut(), cv2.COLOR_RGB2GRAY)
    assert holds_the_eyes(the_face(grey))
    assert find_faces(astronaut()[:10, :10]) == []
    assert holds_the_eyes(find_faces(astronaut(), Path("no-such-model.onnx"))[0])


def test_a_megapixel_is_searched_quickly() -> None:
    big = cv2.resize(astronaut(), (1024, 1024), interpolation=cv2.INTER_CUBIC)
    find_faces(big)
    spent = min(_cpu_of(big) for _ in range(3))
    assert spent < 0.3  # twice what it was measured to take


def _cpu_of(rgb) -> float:
    started = time.thread_time()
    find_faces(rgb)
    return time.thread_time() - started


# --- likeness ------------------------------------------------------------------------------------


def falls(values: list[float]) -> bool:
    return all(a > b for a, b in itertools.pairwise(values))


def test_a_picture_is_like_itself_and_its_copies() -> None:
    same = likeness(astronaut(), astronaut())
    assert (same.value, same.model, same.faces) == (1.0, FACE_MODEL, 2)
    small = cv2.resize(astronaut(), (320, 320), interpolation=cv2.INTER_AREA)
    for copy in (jpeg(astronaut(), 70), small, astronaut()[:320, 60:390]):
        assert likeness(astronaut(), copy).value > 0.9


def test_order_does_not_matter_and_portraits_can_be_kept() -> None:
    other = jpeg(turned(astronaut(), 4), 80)
    a, b = portrait(astronaut()), portrait(other)
    assert compare(a, b) == compare(b, a) == likeness(astronaut(), other)


def test_a_colour_cast_lowers_it_steadily() -> None:
    cast = np.array([60.0, 0.0, -60.0])
    pictures = (
        np.clip(astronaut() + share * cast, 0, 255).astype(np.uint8)
        for share in (0, 0.25, 0.5, 0.75, 1)
    )
    assert falls([likeness(astronaut(), picture).value for picture in pictures])


def test_another_face_growing_through_lowers_it_steadily() -> None:
    other = cv2.cvtColor(
        cv2.resize((data.lfw_subset()[15] * 255).astype(np.uint8), (120, 120)),
        cv2.COLOR_GRAY2RGB,
    )
    values = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        picture = astronaut().copy()
        part = picture[60:180, 165:285]
        picture[60:180, 165:285] = (part * (1 - share) + other * share).astype(np.uint8)
        values.append(likeness(astronaut(), picture).value)
    assert falls(values)
    assert values[-1] < 0.7


def test_strangers_are_less_alike_than_copies() -> None:
    grey = cv2.cvtColor(cv2.cvtColor(astronaut(), cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    for face in data.lfw_subset()[:8]:
        big = cv2.resize(face, (200, 200), interpolation=cv2.INTER_CUBIC).clip(0, 1)
        assert likeness(grey, (big * 255).astype(np.uint8)).value < 0.7


def test_without_faces_the_whole_pictures_are_compared() -> None:
    coffee = data.coffee()
    found = likeness(coffee, data.cat())
    assert found.model == APPEARANCE_MODEL and found.faces == 0 and found.value < 0.5
    assert likeness(coffee, jpeg(coffee, 90)).value > 0.9


def test_a_face_seen_in_one_picture_only_is_sought_in_the_other() -> None:
    soft = cv2.GaussianBlur(astronaut(), (0, 0), 4)
    found = likeness(astronaut(), soft)
    assert found.faces == 1 and found.model == FACE_MODEL
    assert likeness(astronaut(), data.coffee()).value < found.value < 0.9
