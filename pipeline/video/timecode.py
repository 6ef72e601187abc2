"""Timecodes: SMPTE ST 12-1, with drop-frame counting at 29.97 and 59.94 frames a second."""

from __future__ import annotations

import re
from fractions import Fraction

_TIMECODE = re.compile(r"(\d\d):([0-5]\d):([0-5]\d)[:;](\d\d)")


def timecode(frame: int, fps: Fraction) -> str:
    """The timecode of a frame, counted from 00:00:00:00.

    At 30000/1001 and 60000/1001 drop-frame is counted, marked by a semicolon: the first two (four)
    numbers of each minute are skipped, except in every tenth, so that the figures agree with the
    clock. At 24000/1001 none are, as is the custom.

    Args:
        frame: 0-based.
        fps: frames a second.

    Raises:
        ValueError: the frame is negative or the rate not positive.
    """
    if frame < 0 or fps <= 0:
        raise ValueError("a timecode needs a frame from 0 on and a positive rate")
    nominal = round(fps)
    drops = fps.denominator == 1001 and nominal % 30 == 0
    counted = frame
    if drops:
        skipped = nominal // 15
        per_ten, per_minute = nominal * 600 - 9 * skipped, nominal * 60 - skipped
        tens, rest = divmod(frame, per_ten)
        counted += 9 * skipped * tens
        if rest >= skipped:
            counted += skipped * ((rest - skipped) // per_minute)
    seconds, frames = divmod(counted, nominal)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{';' if drops else ':'}{frames:02}"


def frame_of(text: str, fps: Fraction) -> int:
    """The frame that bears a timecode: the inverse of `timecode`.

    Raises:
        ValueError: it is no timecode, or one that is skipped at this rate.
    """
    found = _TIMECODE.fullmatch(text)
    if found is None or fps <= 0:
        raise ValueError(f"no timecode: {text[:20]}")
    hours, minutes, seconds, frames = (int(part) for part in found.groups())
    nominal = round(fps)
    counted = ((hours * 60 + minutes) * 60 + seconds) * nominal + frames
    if fps.denominator == 1001 and nominal % 30 == 0:
        passed = hours * 60 + minutes
        counted -= nominal // 15 * (passed - passed // 10)
    if counted < 0 or timecode(counted, fps) != text:
        raise ValueError(f"no timecode at this rate: {text}")
    return counted
