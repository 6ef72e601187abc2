"""Every frame of a cut is the right frame of the right take, and what need not be encoded isn't."""

from __future__ import annotations

import zipfile
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from pipeline.video import pieces as pieces_module
from pipeline.video.assemble import (
    CutCancelled,
    Piece,
    PreviousCut,
    UnfitPiece,
    render_cut,
)
from pipeline.video.encoding import PROFILES, TAKE
from pipeline.video.frames import UnreadableVideo, probe, read_frames
from tests.pipeline.video.clips import HEIGHT, RATES, WIDTH, make_take
from tests.support.burned import read_burned

SIZE = (WIDTH, HEIGHT)
VIDEO_PROFILES = [p for p in PROFILES.values() if not p.is_sequence]


def piece(path: Path, start: int, stop: int) -> Piece:
    return Piece(path, start, stop, path.name)


def numbers(path: Path) -> list[int]:
    return [read_burned(frame) for frame in read_frames(path)]


def expected(*ranges: tuple[int, int, int]) -> list[int]:
    return [take * 1000 + n for take, start, stop in ranges for n in range(start, stop)]


def packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(p) for p in container.demux(video=0) if p.size]


@pytest.mark.parametrize("fps", RATES, ids=str)
def test_every_frame_is_the_planned_one(tmp_path: Path, fps: Fraction) -> None:
    """Trims at both ends, a bridge, an in point between keyframes, a take used twice."""
    one, two, three = (make_take(tmp_path, take, 40, fps) for take in (1, 2, 3))
    bridge = make_take(tmp_path, 9, 7, fps)
    plan = [
        (1, 12, 31),  # keyframe in, any out
        (9, 0, 7),  # the bridge
        (2, 24, 40),
        (3, 5, 29),  # in between keyframes: 5 … 12 encoded
        (1, 37, 40),  # no keyframe left: all encoded
        (3, 0, 1),  # one frame
        (2, 0, 13),
    ]
    paths = {1: one, 2: two, 3: three, 9: bridge}
    cut = tmp_path / "cut.mp4"
    report = render_cut([piece(paths[t], a, b) for t, a, b in plan], cut, TAKE, fps=fps, size=SIZE)
    assert numbers(cut) == expected(*plan)
    assert report.frames == probe(cut).frames == sum(b - a for _, a, b in plan)
    assert (report.encoded, report.copied) == (7 + 3, report.frames - 10)
    at = 0
    for placed, (_, start, stop) in zip(report.pieces, plan, strict=True):
        assert (placed.at, placed.start, placed.stop) == (at, start, stop)
        at += stop - start
    info = probe(cut)
    assert info.fps == fps and info.is_constant_rate and info.duration == info.frames / fps
    assert info.color.matrix == 1


@pytest.mark.parametrize("fps", RATES, ids=str)
def test_unchanged_takes_are_copied_byte_by_byte(tmp_path: Path, fps: Fraction) -> None:
    takes = [make_take(tmp_path, take, 26, fps) for take in (1, 2, 3)]
    cut = tmp_path / "cut.mp4"
    report = render_cut([piece(t, 0, 25) for t in takes], cut, TAKE, fps=fps, size=SIZE)
    assert (report.encoded, report.copied) == (0, 75)
    assert packets(cut) == [p for take in takes for p in packets(take)[:25]]


@pytest.mark.parametrize("profile", VIDEO_PROFILES, ids=lambda p: p.code)
def test_a_previous_cut_spares_encoding_and_changes_no_byte(tmp_path: Path, profile) -> None:
    fps = Fraction(25)
    takes = [make_take(tmp_path, take, 30, fps) for take in (1, 2, 3, 4)]
    before = [piece(takes[0], 3, 20), piece(takes[1], 0, 30), piece(takes[2], 7, 15)]
    after = [piece(takes[0], 3, 20), piece(takes[3], 1, 9), piece(takes[2], 7, 15)]
    first = render_cut(before, tmp_path / f"old{profile.suffix}", profile, fps=fps, size=SIZE)
    old = PreviousCut(tmp_path / f"old{profile.suffix}", first.pieces)
    new, fresh = tmp_path / f"new{profile.suffix}", tmp_path / f"fresh{profile.suffix}"
    report = render_cut(after, new, profile, fps=fps, size=SIZE, previous=old)
    render_cut(after, fresh, profile, fps=fps, size=SIZE)
    assert numbers(new) == expected((1, 3, 20), (4, 1, 9), (3, 7, 15))
    assert new.read_bytes() == fresh.read_bytes()
    assert report.encoded == 8
    assert [p.encoded for p in report.pieces] == [0, 8, 0]
    assert packets(new)[:17] == packets(old.path)[:17]


def test_other_profiles_encode_every_piece(tmp_path: Path) -> None:
    fps = Fraction(24)
    takes = [make_take(tmp_path, take, 14, fps) for take in (1, 2)]
    for profile in VIDEO_PROFILES[1:]:
        cut = tmp_path / f"cut{profile.suffix}"
        report = render_cut(
            [piece(t, 1, 14) for t in takes],
            cut,
            profile,
            fps=fps,
            size=SIZE,
            timecode="10:00:00:00",
        )
        assert (report.copied, report.encoded) == (0, 26)
        info = probe(cut)
        assert (info.codec, info.timecode) == (profile.codec, "10:00:00:00")
        assert numbers(cut) == expected((1, 1, 14), (2, 1, 14))


@pytest.mark.parametrize("name", ["frames", "frames.zip"])
def test_an_image_sequence_is_lossless_and_reused(tmp_path: Path, name: str) -> None:
    fps, profile = Fraction(24), PROFILES["png-sequence"]
    takes = [make_take(tmp_path, take, 10, fps) for take in (1, 2, 3)]
    first = render_cut(
        [piece(takes[0], 2, 8), piece(takes[1], 0, 5)], tmp_path / name, profile, fps=fps, size=SIZE
    )
    old = PreviousCut(tmp_path / name, first.pieces)
    after = [piece(takes[2], 0, 3), piece(takes[1], 0, 5)]
    report = render_cut(after, tmp_path / f"new-{name}", profile, fps=fps, size=SIZE, previous=old)
    render_cut(after, tmp_path / f"fresh-{name}", profile, fps=fps, size=SIZE)
    assert (report.copied, report.encoded) == (5, 3)

    def contents(path: Path) -> dict[str, bytes]:
        if path.is_dir():
            return {p.name: p.read_bytes() for p in sorted(path.iterdir())}
        with zipfile.ZipFile(path) as archive:
            return {n: archive.read(n) for n in archive.namelist()}

    made = contents(tmp_path / f"new-{name}")
    assert list(made) == [f"frame_{n:06d}.png" for n in range(8)]
    assert made == contents(tmp_path / f"fresh-{name}")
    if name.endswith(".zip"):
        assert (tmp_path / f"new-{name}").read_bytes() == (tmp_path / f"fresh-{name}").read_bytes()
    decoded = [
        cv2.cvtColor(cv2.imdecode(np.frombuffer(c, np.uint8), 1), cv2.COLOR_BGR2RGB)
        for c in made.values()
    ]
    source = list(read_frames(takes[2], 0, 3)) + list(read_frames(takes[1], 0, 5))
    assert all(np.array_equal(a, b) for a, b in zip(decoded, source, strict=True))


def test_takes_of_another_make_are_encoded_not_copied(tmp_path: Path) -> None:
    """The same codec and size, but other parameter sets: joining them would show garbage."""
    fps = Fraction(24)
    path = tmp_path / "foreign.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=24, options={"bf": "2", "profile": "main"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for picture in read_frames(make_take(tmp_path, 1, 20, fps)):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode(None))
    cut = tmp_path / "cut.mp4"
    report = render_cut(
        [piece(path, 0, 20), piece(make_take(tmp_path, 2, 5, fps), 0, 5)],
        cut,
        TAKE,
        fps=fps,
        size=SIZE,
    )
    assert (report.encoded, report.copied) == (20, 5)
    assert numbers(cut) == expected((1, 0, 20), (2, 0, 5))


def test_another_size_is_fitted_with_borders(tmp_path: Path) -> None:
    take = make_take(tmp_path, 1, 5, width=160, height=160)
    cut = tmp_path / "cut.mp4"
    report = render_cut([piece(take, 0, 5)], cut, TAKE, fps=Fraction(24), size=(320, 160))
    assert report.encoded == 5
    frames = list(read_frames(cut))
    assert frames[0].shape == (160, 320, 3)
    assert frames[0][:, :76].max() < 24 and frames[0][:, 244:].max() < 24
    assert [read_burned(f[:, 80:240]) for f in frames] == expected((1, 0, 5))


def test_a_previous_cut_of_another_make_or_gone_is_left_alone(tmp_path: Path) -> None:
    fps = Fraction(24)
    take = make_take(tmp_path, 1, 20, fps)
    plan = [piece(take, 5, 11)]
    small = render_cut(plan, tmp_path / "small.mp4", TAKE, fps=fps, size=(80, 48))
    for old in (tmp_path / "small.mp4", tmp_path / "gone.mp4", take):
        report = render_cut(
            plan,
            tmp_path / "cut.mp4",
            TAKE,
            fps=fps,
            size=SIZE,
            previous=PreviousCut(old, small.pieces if old != take else ()),
        )
        assert report.encoded == 6
        assert numbers(tmp_path / "cut.mp4") == expected((1, 5, 11))


def test_progress_grows_to_one_and_cancelling_leaves_nothing(tmp_path: Path) -> None:
    take = make_take(tmp_path, 1, 30)
    seen: list[float] = []
    cut = tmp_path / "out" / "cut.mp4"
    cut.parent.mkdir()
    plan = [piece(take, 5, 30), piece(take, 0, 12)]
    render_cut(plan, cut, TAKE, fps=Fraction(24), size=SIZE, progress=seen.append)
    assert seen == sorted(seen) and seen[-1] == pytest.approx(1.0)
    cut.unlink()
    for profile, target in ((TAKE, cut), (PROFILES["png-sequence"], cut.with_suffix(".zip"))):
        with pytest.raises(CutCancelled):
            render_cut(
                plan,
                target,
                profile,
                fps=Fraction(24),
                size=SIZE,
                cancelled=iter([False] * 9 + [True]).__next__,
            )
        assert list(cut.parent.iterdir()) == []


def test_pieces_that_do_not_fit_are_named(tmp_path: Path) -> None:
    take = make_take(tmp_path, 1, 10)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(take.read_bytes()[:-400])
    for plan, fps, words in (
        ([], 24, "at least one piece"),
        ([piece(take, 3, 3)], 24, "Piece 1 shows no frame"),
        ([piece(take, 0, 5), piece(take, 0, 11)], 24, "Piece 2 wants frames 0 … 11"),
        ([piece(take, 0, 5)], 25, "24 frames per second, the cut at 25"),
    ):
        with pytest.raises(UnfitPiece, match=words):
            render_cut(plan, tmp_path / "cut.mp4", TAKE, fps=Fraction(fps), size=SIZE)
    with pytest.raises(UnreadableVideo, match="cut off"):
        render_cut([piece(broken, 0, 5)], tmp_path / "cut.mp4", TAKE, fps=Fraction(24), size=SIZE)
    assert not (tmp_path / "cut.mp4").exists()


def test_piece_documents_are_plain(tmp_path: Path) -> None:
    placed = pieces_module.PlacedPiece("x", 3, 9, 12, copied=6)
    assert placed.document() == {
        "identity": "x",
        "start": 3,
        "stop": 9,
        "at": 12,
        "copied": 6,
        "encoded": 0,
    }


@pytest.mark.parametrize("profile", VIDEO_PROFILES, ids=lambda p: p.code)
def test_the_poster_frame_is_noted_in_the_file(tmp_path: Path, profile) -> None:
    cut = tmp_path / f"cut{profile.suffix}"
    plan = [piece(make_take(tmp_path, 1, 3), 0, 3)]
    render_cut(plan, cut, profile, fps=Fraction(24), size=SIZE, poster_frame=2)
    with av.open(str(cut)) as container:
        assert container.metadata["comment"] == "poster_frame=2"
