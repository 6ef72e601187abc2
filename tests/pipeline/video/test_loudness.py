"""Loudness against the tones of EBU Tech 3341 and against FFmpeg's ebur128."""

from __future__ import annotations

import math
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.video.frames import UnreadableVideo
from pipeline.video.loudness import integrated_loudness, measure_loudness
from tests.pipeline.video.clips import make_take


def tone(db: float, seconds: float, rate: int = 48000, hz: float = 1000) -> np.ndarray:
    time = np.arange(round(seconds * rate)) / rate
    return np.tile(10 ** (db / 20) * np.sin(2 * math.pi * hz * time), (2, 1))


def join(*parts: np.ndarray) -> np.ndarray:
    return np.concatenate(parts, axis=1)


@pytest.mark.parametrize(
    ("samples", "wanted"),
    [
        (tone(-23, 20), -23.0),  # Tech 3341, case 1
        (tone(-33, 20), -33.0),  # case 2
        (join(tone(-36, 10), tone(-23, 60), tone(-36, 10)), -23.0),  # case 3
        (join(tone(-72, 10), tone(-36, 10), tone(-23, 60), tone(-36, 10), tone(-72, 10)), -23.0),
        (join(tone(-26, 20), tone(-20, 20.1), tone(-26, 20)), -23.0),  # case 5
    ],
    ids=["1", "2", "3", "4", "5"],
)
def test_the_cases_of_tech_3341(samples: np.ndarray, wanted: float) -> None:
    assert integrated_loudness(samples, 48000) == pytest.approx(wanted, abs=0.1)


def by_ffmpeg(samples: np.ndarray, rate: int) -> float:
    """The integrated loudness that FFmpeg's filter gives for the same samples."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(format="dblp", sample_rate=rate, layout="stereo", time_base=None)
    meter = graph.add("ebur128", "metadata=1")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    found = -math.inf
    size = rate // 10
    for start in range(0, samples.shape[1] - size + 1, size):
        part = np.ascontiguousarray(samples[:, start : start + size])
        frame = av.AudioFrame.from_ndarray(part, "dblp", "stereo")
        frame.sample_rate, frame.pts = rate, start
        source.push(frame)
        while True:
            try:
                out = sink.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                break
            text = out.metadata.get("lavfi.r128.I") if hasattr(out, "metadata") else None
            found = float(text) if text is not None else found
    return found


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
def test_it_agrees_with_ffmpeg(rate: int) -> None:
    random = np.random.default_rng(rate)
    level = np.repeat(10 ** (random.uniform(-50, -6, 24) / 20), rate // 4)
    noise = random.standard_normal((2, level.size)) * level * 0.3
    expected = by_ffmpeg(noise, rate)
    assert math.isfinite(expected)
    assert integrated_loudness(noise, rate) == pytest.approx(expected, abs=0.1)


def test_silence_and_too_little_sound_have_no_loudness() -> None:
    assert integrated_loudness(np.zeros((1, 48000)), 48000) == -math.inf
    assert integrated_loudness(tone(-20, 0.3), 48000) == -math.inf
    with pytest.raises(ValueError, match="do not fit"):
        integrated_loudness(tone(-20, 1), 48000, (1.0,))


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=48000, layout="stereo")
        data = (tone(-23, 5) * 32767).round().astype(np.int16)
        frame = av.AudioFrame.from_ndarray(data.T.reshape(1, -1).copy(), "s16", "stereo")
        frame.sample_rate = 48000
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    found = measure_loudness(path)
    assert found is not None
    assert found.integrated_lufs == pytest.approx(-23, abs=0.1)
    assert found.peak_dbfs == pytest.approx(-23, abs=0.1)
    assert measure_loudness(make_take(tmp_path, 1, 3)) is None
    path.write_bytes(b"nothing")
    with pytest.raises(UnreadableVideo):
        measure_loudness(path)
