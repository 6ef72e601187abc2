from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from pipeline.video.assemble import Piece, render_cut
from pipeline.video.blackfreeze import find_black_and_frozen, is_black
from pipeline.video.compliance import Verdict, Wanted, check_compliance
from pipeline.video.encoding import PROFILES, TAKE, write_video
from pipeline.video.frames import UnreadableVideo
from tests.pipeline.video.clips import HEIGHT, WIDTH, make_take, moving, texture

SIZE = (WIDTH, HEIGHT)


def luma(level: float, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(-2, 3, (48, 64))
    return np.clip(level + noise, 0, 255).astype(np.uint8)


def test_black_is_dark_nearly_everywhere() -> None:
    dark = np.full((50, 100), 20, np.uint8)
    assert is_black(dark)
    dark[0, :] = 200  # 2 % of the pixels
    assert is_black(dark)
    dark[1, 0] = 200
    assert not is_black(dark)
    assert not is_black(np.full((50, 100), 39, np.uint8))


def test_runs_are_found_where_they_are() -> None:
    pictures = [luma(120, n) for n in range(10)]
    pictures += [luma(18, 99)] * 3  # black and equal, too short for a standstill
    pictures += [luma(120, n) for n in range(20, 25)]
    pictures += [luma(90, 7)] * 12
    found = find_black_and_frozen(iter(pictures), frozen_least=12)
    assert (found.frames, found.black, found.frozen) == (30, ((10, 13),), ((18, 30),))
    assert find_black_and_frozen(iter([])).frames == 0


def test_a_slow_drift_is_no_standstill() -> None:
    ramp = np.tile(np.arange(64, dtype=np.float64), (48, 1)) + 60
    drift = [(ramp + n * 0.2).round().astype(np.uint8) for n in range(40)]
    assert find_black_and_frozen(iter(drift), frozen_least=12).frozen == ()


def findings(path: Path, wanted: Wanted) -> dict[str, tuple[str, str]]:
    report = check_compliance(path, wanted)
    return {f.check: (f.found, f.verdict.value) for f in report.findings}


@pytest.mark.parametrize("code", PROFILES)
def test_every_profile_passes_its_own_check(tmp_path: Path, code: str) -> None:
    profile, fps = PROFILES[code], Fraction(30000, 1001)
    take = make_take(tmp_path, 1, 20, fps)
    cut = tmp_path / f"cut{profile.suffix}"
    render_cut([Piece(take, 1, 20, "a")], cut, profile, fps=fps, size=SIZE)
    report = check_compliance(cut, Wanted(profile, SIZE, fps, 19))
    assert report.verdict == Verdict.PASS, report
    assert report.document()["verdict"] == "pass"


def test_what_is_not_as_wanted_is_named(tmp_path: Path) -> None:
    path = tmp_path / "cut.mp4"
    frames = [np.zeros((HEIGHT, WIDTH, 3), np.uint8)] * 4 + list(moving(1, 6)) + [texture(2)] * 14
    write_video(path, frames, fps=Fraction(25))
    found = findings(path, Wanted(PROFILES["h265"], (320, 180), Fraction(24), 25))
    assert found["resolution"] == ("160×96 px", "fail")
    assert found["frame rate"] == ("25 frames per second", "fail")
    assert found["codec"] == ("h264", "fail")
    assert found["duration"] == ("24 frames, 0.960 s", "fail")
    assert found["black frames"] == ("0–3", "warn")
    # the first two frames after the cut are coded more coarsely, which may count as change
    assert found["frozen frames"] in {(f"{start}–23", "warn") for start in (10, 11, 12)}
    assert found["loudness"] == ("no audio", "pass")
    assert found["bit rate"][1] == "pass"
    report = check_compliance(path, Wanted(TAKE, SIZE, Fraction(25), 24))
    assert report.verdict == Verdict.WARN


def test_a_damaged_sequence_is_told(tmp_path: Path) -> None:
    path = tmp_path / "frames.zip"
    path.write_bytes(b"PK")
    with pytest.raises(UnreadableVideo):
        check_compliance(path, Wanted(PROFILES["png-sequence"], SIZE, Fraction(24), 1))
