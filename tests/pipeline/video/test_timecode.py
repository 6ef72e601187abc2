"""Timecodes against the figures of SMPTE's drop-frame rule, and a count by hand."""

from fractions import Fraction

import pytest

from pipeline.video.timecode import frame_of, timecode

NTSC = Fraction(30000, 1001)


@pytest.mark.parametrize(
    ("frame", "fps", "expected"),
    [
        (0, Fraction(24), "00:00:00:00"),
        (24, Fraction(24), "00:00:01:00"),
        (1799, NTSC, "00:00:59;29"),
        (1800, NTSC, "00:01:00;02"),
        (17981, NTSC, "00:09:59;29"),
        (17982, NTSC, "00:10:00;00"),
        (107892, NTSC, "01:00:00;00"),
        (3600, Fraction(60000, 1001), "00:01:00;04"),
        (86400, Fraction(24000, 1001), "01:00:00:00"),
        (90000, Fraction(25), "01:00:00:00"),
    ],
)
def test_known_figures(frame, fps, expected):
    assert timecode(frame, fps) == expected


def test_drop_frame_by_counting_every_number():
    """The rule itself: walk through the numbers and leave out those that are dropped."""
    number = 0
    for frame in range(40_000):
        seconds, frames = divmod(number, 30)
        minutes, seconds = divmod(seconds, 60)
        if seconds == 0 and frames in (0, 1) and minutes % 10:
            number += 2
            frames += 2
        hours, minutes = divmod(minutes, 60)
        assert timecode(frame, NTSC) == f"{hours:02}:{minutes:02}:{seconds:02};{frames:02}"
        number += 1


@pytest.mark.parametrize(("frame", "fps"), [(-1, Fraction(24)), (0, Fraction(0))])
def test_nonsense_is_refused(frame, fps):
    with pytest.raises(ValueError, match="timecode"):
        timecode(frame, fps)


@pytest.mark.parametrize("fps", [Fraction(24), Fraction(30000, 1001), Fraction(60000, 1001)])
def test_a_timecode_leads_back_to_its_frame(fps: Fraction) -> None:
    for frame in (0, 1, 1799, 1800, 17_982, 107_891, 107_892, 215_784, 300_001):
        assert frame_of(timecode(frame, fps), fps) == frame
    mark = ";" if fps.denominator == 1001 else ":"
    assert timecode(frame_of(f"01:00:00{mark}00", fps), fps) == f"01:00:00{mark}00"


@pytest.mark.parametrize("text", ["00:01:00;00", "nonsense", "00:00:00:00", ""])
def test_what_is_no_timecode_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no timecode"):
        frame_of(text, Fraction(30000, 1001))
