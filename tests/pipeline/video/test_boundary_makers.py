"""The makers of video.examine, video.measure_boundary and video.heal_boundary, on real files."""

from __future__ import annotations

import io
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pipeline.operations.boundaries import HEAL_BOUNDARY, MEASURE_BOUNDARY
from pipeline.operations.examine import EXAMINE, MAX_FRAMES
from pipeline.providers.base import Cancelled, ErrorClass, InputFile, Produced, ProviderError
from pipeline.providers.base import RunRequest as Request
from pipeline.providers.local import examine
from pipeline.providers.local.boundary import heal_boundary, measure_boundary
from pipeline.providers.local.examine import examine_take
from pipeline.video.encoding import write_video
from pipeline.video.frames import probe, read_frame, read_frames
from pipeline.video.measures import exposure
from tests.pipeline.video.scenes import Scene, faulty_case

FPS = Fraction(24)
SMALL = (slice(0, 144), slice(0, 192))
MAKERS = {
    EXAMINE.code: examine_take,
    MEASURE_BOUNDARY.code: measure_boundary,
    HEAL_BOUNDARY.code: heal_boundary,
}


def run(spec: Any, videos: list[Path], *, cancelled: bool = False, **parameters: Any) -> Produced:
    inputs = [InputFile("video", path, "video/mp4", "0" * 64) for path in videos]
    cleaned = spec.clean(parameters).model_dump(mode="json", exclude={"random_seed"})
    request = Request(spec.code, "m", cleaned, 7, [0], inputs, {"seedframe:recipe": "{}"})
    seen: list[float] = []
    made = MAKERS[spec.code](request, 0, 7, seen.append, lambda: cancelled)
    assert seen == sorted(seen)
    assert 0 <= min(seen) <= max(seen) <= 1
    return made


def refusal(spec: Any, videos: list[Path], **parameters: Any) -> str:
    with pytest.raises(ProviderError) as caught:
        run(spec, videos, **parameters)
    assert caught.value.error_class == ErrorClass.INPUT
    return caught.value.message


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("boundaries")


@pytest.fixture(scope="module")
def takes(folder: Path) -> list[Path]:
    """Two takes of one scene; the right one is shifted, scaled, rolled and lit differently."""
    case = faulty_case(5, left=14, right=32)
    paths = [folder / "left.mp4", folder / "right.mp4"]
    for path, frames in zip(paths, (case.left, case.right), strict=True):
        write_video(path, [frame[SMALL] for frame in frames], fps=FPS)
    return paths


@pytest.fixture(scope="module")
def still(folder: Path) -> Path:
    """A take that rests at frames 15 to 17 of 24."""
    scene, time, frames = Scene(3), 0.0, []
    for number in range(24):
        time += 0.05 if 15 <= number <= 18 else 2.0
        frames.append(scene.frame(time, noise=0.0)[SMALL])
    path = folder / "still.mp4"
    write_video(path, frames, fps=FPS)
    return path


def test_the_end_frame_is_the_still_moment_bit_for_bit(still: Path) -> None:
    made = run(EXAMINE, [still], shortest=8)
    assert made.notes["end_frame"] in (15, 16, 17)
    assert "most stable" in made.notes["reason"]
    picture = np.asarray(Image.open(io.BytesIO(made.content)))
    assert np.array_equal(picture, read_frame(still, made.notes["end_frame"]))
    assert Image.open(io.BytesIO(made.content)).text["seedframe:recipe"] == "{}"


def test_the_report_of_a_take(still: Path) -> None:
    made = run(EXAMINE, [still], shortest=20, longest=22, elastic=False, samples=4)
    notes = made.notes
    assert json.loads(json.dumps(notes)) == notes
    assert (notes["end_frame"], notes["frames"], notes["fps"]) == (21, 24, "24/1")
    assert (notes["width_px"], notes["height_px"]) == (192, 144)
    assert set(notes["measures"]) == {
        "drift_mean",
        "drift_max",
        "likeness_min",
        "flicker",
        "motion_mean",
        "sharpness",
        "exposure_shadows",
        "exposure_highlights",
        "grain",
        "black_frames",
        "frozen_frames",
    }
    assert [point[0] for point in notes["curve"]] == [0, 7, 14, 21]
    assert notes["curve"][0][1] == 0
    assert notes["measures"]["black_frames"] == 0
    shadows = 100 * exposure(read_frame(still, 21)).shadows
    assert notes["measures"]["exposure_shadows"] == pytest.approx(shadows, abs=0.01), "per cent"
    assert notes["models"]["likeness"]
    assert made.quantity_milli > 0


def test_black_and_frozen_frames_are_counted(folder: Path) -> None:
    path = folder / "black.mp4"
    frames = [Scene(0).frame(t)[SMALL] for t in range(4)]
    frames += [np.zeros_like(frames[0])] * 14
    write_video(path, frames, fps=FPS)
    measures = run(EXAMINE, [path], elastic=False).notes["measures"]
    assert (measures["black_frames"], measures["frozen_frames"]) == (14, 14)


def test_a_strict_boundary_is_measured(takes: list[Path]) -> None:
    made = run(MEASURE_BOUNDARY, takes)
    notes = made.notes
    assert json.loads(made.content) == notes
    assert made.media_type == "application/json"
    assert (notes["left_frame"], notes["right_frame"]) == (13, 0)
    assert (notes["left_out"], notes["right_in"]) == (13, 0)
    assert not notes["passes"]
    assert notes["within_bounds"]
    assert notes["similarity"]["confidence"] > 0.9


def test_a_take_joins_itself_where_it_was_cut(folder: Path) -> None:
    frames = [Scene(2, speed_px=2.5).frame(t)[SMALL] for t in range(30)]
    left, right = folder / "one.mp4", folder / "two.mp4"
    write_video(left, frames[:20], fps=FPS)
    write_video(right, frames[12:], fps=FPS)
    notes = run(MEASURE_BOUNDARY, [left, right], mode="validated", window=12).notes
    assert notes["left_frame"] - notes["right_frame"] == 12
    assert notes["left_out"] == notes["left_frame"] + 1
    assert notes["right_in"] == notes["right_frame"] + 1
    assert notes["passes"]


@pytest.mark.parametrize("method", ["normalise", "morph", "both"])
def test_a_bridge_heals_and_the_right_take_goes_on_at_a_keyframe(
    takes: list[Path], tmp_path: Path, method: str
) -> None:
    made = run(HEAL_BOUNDARY, takes, method=method, frames=8)
    notes = made.notes
    path = tmp_path / "bridge.mp4"
    path.write_bytes(made.content)
    info = probe(path)
    assert info.frames == notes["frames"] == notes["left_replaced"] + notes["right_replaced"]
    assert info.fps == FPS
    assert info.keyframes == ((0,) if info.frames <= 12 else (0, 12))
    assert notes["right_in"] + notes["right_replaced"] in probe(takes[1]).keyframes
    assert notes["is_kept"], notes["reason"]
    assert notes["after"]["score"] > notes["before"]["score"]
    if method != "morph":
        assert notes["keyframes"][0]["frame"] == 0
        assert notes["keyframes"][-1]["weight"] == 0


def test_a_clean_join_is_not_healed_but_its_try_can_be_looked_at(folder: Path) -> None:
    frames = [Scene(1).frame(t)[SMALL] for t in range(40)]
    left, right = folder / "clean-left.mp4", folder / "clean-right.mp4"
    write_video(left, frames[:13], fps=FPS)
    write_video(right, frames[12:], fps=FPS)
    made = run(HEAL_BOUNDARY, [left, right], frames=8)
    assert not made.notes["is_kept"]
    assert made.notes["reason"].startswith("Not kept")
    assert len(made.content) > 1000


def test_a_validated_bridge_states_where_it_lies(takes: list[Path]) -> None:
    notes = run(HEAL_BOUNDARY, takes, mode="validated", window=4, frames=6).notes
    assert notes["left_out"] == notes["left_frame"] + 1
    resume = notes["right_in"] + notes["right_replaced"]
    assert resume in probe(takes[1]).keyframes
    assert notes["frames"] == notes["left_replaced"] + notes["right_replaced"]


def test_what_cannot_be_done_is_said(
    takes: list[Path], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = folder / "damaged.mp4"
    damaged.write_bytes(takes[0].read_bytes()[:600])
    assert "damaged" in refusal(EXAMINE, [damaged])
    assert examine.MOST_FRAMES == MAX_FRAMES
    monkeypatch.setattr(examine, "MOST_FRAMES", 10)
    assert "at most 10 are examined" in refusal(EXAMINE, [takes[0]])
    monkeypatch.undo()
    assert "fewer than the 40" in refusal(EXAMINE, [takes[0]], shortest=40)
    assert "right take can't be read" in refusal(MEASURE_BOUNDARY, [takes[0], damaged])
    assert "frames 0 to 13" in refusal(MEASURE_BOUNDARY, takes, left_end=14)
    assert "frames 0 to 31" in refusal(MEASURE_BOUNDARY, takes, right_in=32)
    assert "too short" in refusal(HEAL_BOUNDARY, takes, right_out=12)
    assert "too short" in refusal(HEAL_BOUNDARY, takes, left_in=11)
    narrow, fast = folder / "narrow.mp4", folder / "fast.mp4"
    frames = list(read_frames(takes[1]))
    write_video(narrow, [frame[:, :160] for frame in frames[:4]], fps=FPS)
    write_video(fast, frames, fps=Fraction(30))
    assert "differ in size" in refusal(MEASURE_BOUNDARY, [takes[0], narrow])
    assert "one rate" in refusal(HEAL_BOUNDARY, [takes[0], fast])


@pytest.mark.parametrize("spec", [EXAMINE, MEASURE_BOUNDARY, HEAL_BOUNDARY], ids=lambda s: s.code)
def test_they_stop_when_asked_to(takes: list[Path], spec: Any) -> None:
    with pytest.raises(Cancelled):
        run(spec, takes[: 1 if spec is EXAMINE else 2], cancelled=True)
