"""Names of delivered files, whatever the things they are named after are called."""

from __future__ import annotations

import pytest

from pipeline.delivery.naming import DEFAULT_TEMPLATE, file_name
from studio.core.errors import Invalid

VALUES = {
    "project": "Night Walk",
    "character": "ADA",
    "scene": "Harbour",
    "version": 3,
    "date": "20260131",
    "ext": "mp4",
}


def test_short_names_stand_as_they_are() -> None:
    assert file_name(DEFAULT_TEMPLATE, VALUES) == "Night-Walk_ADA_Harbour_v003.mp4"


def test_long_names_are_cut_short_so_that_the_file_can_be_delivered() -> None:
    long = VALUES | {"project": "Långe Straße " * 8, "scene": "Harbour " * 15, "version": 1234}
    name = file_name(DEFAULT_TEMPLATE, long)
    assert len(name) <= 120
    assert name.endswith("_v1234.mp4")
    assert "ADA" in name and name.isascii()


def test_a_template_that_is_too_long_itself_is_refused() -> None:
    with pytest.raises(Invalid, match="shorter template"):
        file_name("x" * 130 + ".{ext}", VALUES)
