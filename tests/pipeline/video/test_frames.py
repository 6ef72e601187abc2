from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.video.encoding import PROFILES, VideoWriter, write_video
from pipeline.video.frames import UnreadableVideo, probe, read_frame, read_frames
from tests.assets.films import film
from tests.pipeline.video.clips import RATES, make_take, moving, texture
from tests.support.burned import burn, read_burned

VIDEO_PROFILES = [p for p in PROFILES.values() if not p.is_sequence]


@pytest.mark.parametrize("fps", RATES, ids=str)
@pytest.mark.parametrize("profile", VIDEO_PROFILES, ids=lambda p: p.code)
def test_written_frames_come_back_by_number(tmp_path: Path, profile, fps) -> None:
    path = make_take(tmp_path, 7, 29, fps, profile)
    info = probe(path)
    assert (info.width_px, info.height_px, info.frames) == (160, 96, 29)
    assert (info.fps, info.codec, info.pixel_format) == (fps, profile.codec, profile.pixel_format)
    assert info.keyframes == tuple(range(0, 29, profile.gop))
    assert info.is_constant_rate and not info.has_audio and info.duration == 29 / fps
    tags = info.color
    assert (tags.primaries, tags.transfer, tags.matrix, tags.is_full_range) == (1, 1, 1, False)
    assert [read_burned(frame) for frame in read_frames(path)] == list(range(7000, 7029))
    for number in (0, 5, 11, 12, 13, 28):
        assert read_burned(read_frame(path, number)) == 7000 + number
    assert [read_burned(f) for f in read_frames(path, 10, 14)] == [7010, 7011, 7012, 7013]


@pytest.mark.parametrize("profile", VIDEO_PROFILES, ids=lambda p: p.code)
def test_equal_frames_give_equal_bytes(tmp_path: Path, profile) -> None:
    for name in ("a", "b"):
        write_video(
            tmp_path / name, moving(1, 14), profile, fps=Fraction(25), timecode="01:00:00:00"
        )
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert probe(tmp_path / "a").timecode == "01:00:00:00"


def test_a_single_read_equals_the_same_frame_of_a_run(tmp_path: Path) -> None:
    path = make_take(tmp_path, 1, 26)
    run = list(read_frames(path))
    for number in (0, 11, 12, 25):
        assert np.array_equal(run[number], read_frame(path, number))


def test_colours_survive(tmp_path: Path) -> None:
    flat = np.zeros((64, 64, 3), np.uint8)
    for row, colour in enumerate([(200, 30, 40), (30, 180, 60), (40, 60, 210), (128, 128, 128)]):
        flat[row * 16 : row * 16 + 16] = colour
    for profile in VIDEO_PROFILES:
        write_video(tmp_path / "c", [flat] * 3, profile, fps=Fraction(24))
        back = read_frame(tmp_path / "c", 1)[8::16, 32].astype(int)
        assert np.abs(back - flat[8::16, 32]).max() <= 6, profile.code


def test_reordered_frames_and_a_late_start_are_numbered_as_shown(tmp_path: Path) -> None:
    path = tmp_path / "foreign.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"bf": "3", "g": "250"})
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for number, picture in enumerate(moving(3, 40)):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = number + 30
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    assert probe(path).frames == 40
    assert [read_burned(f) for f in read_frames(path)] == list(range(3000, 3040))
    assert [read_burned(read_frame(path, n)) for n in (0, 17, 39)] == [3000, 3017, 3039]


def test_unreadable_files_say_why(tmp_path: Path) -> None:
    whole = make_take(tmp_path, 1, 30)
    content = whole.read_bytes()
    (tmp_path / "cut.mp4").write_bytes(content[: len(content) * 2 // 3])
    (tmp_path / "text.mp4").write_text("no video at all")
    (tmp_path / "nothing.mp4").write_bytes(b"")
    with av.open(str(tmp_path / "sound.mp4"), "w") as out:
        sound = out.add_stream("aac", rate=48000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate = 48000
        out.mux(sound.encode(frame))
        out.mux(sound.encode(None))
    for name, words in {
        "cut.mp4": "cut off",
        "text.mp4": "damaged or no video",
        "nothing.mp4": "damaged or no video",
        "sound.mp4": "no video stream",
        "missing.mp4": "not there",
    }.items():
        with pytest.raises(UnreadableVideo, match=words):
            probe(tmp_path / name)
        with pytest.raises(UnreadableVideo, match=words):
            read_frame(tmp_path / name, 0)


def test_a_clip_without_frames_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").write_bytes(film(frames=0))
    (tmp_path / "empty.mkv").write_bytes(film("matroska", frames=0))
    with pytest.raises(UnreadableVideo, match="no video stream"):
        probe(tmp_path / "empty.mp4")
    with pytest.raises(UnreadableVideo, match="without a single frame"):
        probe(tmp_path / "empty.mkv")
    with pytest.raises(ValueError, match="at least one frame"):
        write_video(tmp_path / "none.mp4", [], fps=Fraction(24))


def test_damaged_pictures_are_told(tmp_path: Path) -> None:
    path = make_take(tmp_path, 1, 30)
    content = bytearray(path.read_bytes())
    content[content.index(b"mdat") + 4 :] = bytes(len(content) - content.index(b"mdat") - 4)
    path.write_bytes(content)
    with pytest.raises(UnreadableVideo):
        list(read_frames(path))


def test_ranges_outside_the_video_are_refused(tmp_path: Path) -> None:
    path = make_take(tmp_path, 1, 5)
    for start, stop in ((0, 6), (-1, 3), (4, 2)):
        with pytest.raises(IndexError):
            list(read_frames(path, start, stop))
    assert list(read_frames(path, 5)) == []
    with pytest.raises(IndexError):
        read_frame(path, 5)


@pytest.mark.parametrize("size", [(161, 96), (160, 97), (8, 8)])
def test_sizes_that_cannot_be_written_are_refused(tmp_path: Path, size) -> None:
    with pytest.raises(ValueError, match="sides"):
        write_video(tmp_path / "x.mp4", [texture(1, *size)], fps=Fraction(24))


def test_frames_of_another_shape_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="frames must be"):
        write_video(tmp_path / "x.mp4", [texture(1), texture(1, 64, 64)], fps=Fraction(24))


def test_burned_numbers_are_checked() -> None:
    picture = texture(5)
    assert read_burned(burn(picture, 2**20 - 1)) == 2**20 - 1
    with pytest.raises(ValueError):
        read_burned(picture)
    with pytest.raises(ValueError):
        burn(picture, 2**20)


def test_a_video_that_changes_its_size_is_refused(tmp_path: Path) -> None:
    """The limits are checked for the first picture; no later one may be larger."""
    small, large = tmp_path / "small.mp4", tmp_path / "large.mp4"
    write_video(small, moving(1, 12, 64, 48), fps=Fraction(24))
    write_video(large, moving(2, 12, 128, 96), fps=Fraction(24))
    mixed = tmp_path / "mixed.mkv"
    with av.open(str(mixed), "w") as target:
        with av.open(str(small)) as first:
            stream = target.add_stream_from_template(first.streams.video[0], opaque=True)
            _append(target, stream, first, 0)
        with av.open(str(large)) as second:
            extra = bytes(second.streams.video[0].codec_context.extradata)
            _append(target, stream, second, 12, extra)
    with pytest.raises(UnreadableVideo, match="change their size"):
        list(read_frames(mixed))


def _append(target, stream, source, at: int, setup: bytes = b"") -> None:
    for number, packet in enumerate(p for p in source.demux(video=0) if p.size):
        content = bytes(packet)
        if setup and not number:  # the parameter sets travel with the first picture
            content = _parameter_sets(setup) + content
        copy = av.Packet(content)
        copy.stream, copy.time_base = stream, Fraction(1, 24)
        copy.pts = copy.dts = at + number
        copy.is_keyframe = packet.is_keyframe
        target.mux_one(copy)


def _parameter_sets(setup: bytes) -> bytes:
    """SPS and PPS of an avcC record, each with its length in four bytes as in the pictures."""
    found, at = b"", 6
    for _ in range(2):
        size = int.from_bytes(setup[at : at + 2], "big")
        found += size.to_bytes(4, "big") + setup[at + 2 : at + 2 + size]
        at += 2 + size + 1
    return found


def test_a_playlist_is_not_followed(tmp_path: Path) -> None:
    make_take(tmp_path, 1, 3)
    playlist = tmp_path / "list.mp4"
    playlist.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n/etc/hostname\n")
    with pytest.raises(UnreadableVideo):
        probe(playlist)


@pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="no scheduling classes here")
def test_no_encoder_takes_the_machine(tmp_path: Path) -> None:
    """Threads of an encoder that root runs, and what is started later, run like all others."""
    frames = [np.full((64, 64, 3), level, np.uint8) for level in (0, 80, 160)]
    with VideoWriter(tmp_path / "a.mp4", PROFILES["av1"], 64, 64, fps=Fraction(24)) as writer:
        for frame in frames:
            writer.write(frame)
        threads = [int(task.name) for task in Path("/proc/self/task").iterdir()]
        assert {os.sched_getscheduler(thread) for thread in threads} == {os.SCHED_OTHER}
    assert os.sched_getscheduler(0) == os.SCHED_OTHER
