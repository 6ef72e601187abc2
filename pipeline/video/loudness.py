"""Integrated loudness after ITU-R BS.1770-5 and EBU R 128: K-weighting, blocks, two gates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import av
import av.error
import numpy as np
import numpy.typing as npt
from scipy import signal

from pipeline.video.frames import UnreadableVideo

Samples = npt.NDArray[np.float64]

#: Loudness of silence, and the absolute gate, in LUFS.
ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
_BLOCK_S = 0.4
_STEPS_PER_BLOCK = 4
_OFFSET_LU = -0.691
_SURROUND = 1.41

#: Weights of the channels by layout, in FFmpeg's order; low frequency effects count nothing.
_WEIGHTS: dict[str, tuple[float, ...]] = {
    "5.0": (1, 1, 1, _SURROUND, _SURROUND),
    "5.0(side)": (1, 1, 1, _SURROUND, _SURROUND),
    "5.1": (1, 1, 1, 0, _SURROUND, _SURROUND),
    "5.1(side)": (1, 1, 1, 0, _SURROUND, _SURROUND),
}


@dataclass(frozen=True)
class Loudness:
    """How loud a sound track is.

    Attributes:
        integrated_lufs: programme loudness; -inf for silence.
        peak_dbfs: the largest sample, in dB below full scale; -inf for silence.
    """

    integrated_lufs: float
    peak_dbfs: float


def k_weighted(samples: Samples, rate_hz: int) -> Samples:
    """Filter sound as BS.1770 weighs it: a shelf for the head, then a high-pass.

    The standard gives coefficients for 48 kHz; for other rates the same analogue filters are
    transformed bilinearly.

    Args:
        samples: shape (channels, samples), full scale ±1.
        rate_hz: samples per second.
    """
    for b, a in (_shelf(rate_hz), _high_pass(rate_hz)):
        samples = np.asarray(signal.lfilter(b, a, samples, axis=-1), np.float64)
    return samples


def _shelf(rate_hz: int) -> tuple[list[float], list[float]]:
    frequency, gain_db, q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
    k = math.tan(math.pi * frequency / rate_hz)
    high = 10 ** (gain_db / 20)
    band = high**0.4996667741545416
    norm = 1 + k / q + k * k
    b = [
        (high + band * k / q + k * k) / norm,
        2 * (k * k - high) / norm,
        (high - band * k / q + k * k) / norm,
    ]
    return b, [1.0, 2 * (k * k - 1) / norm, (1 - k / q + k * k) / norm]


def _high_pass(rate_hz: int) -> tuple[list[float], list[float]]:
    frequency, q = 38.13547087602444, 0.5003270373238773
    k = math.tan(math.pi * frequency / rate_hz)
    norm = 1 + k / q + k * k
    return [1.0, -2.0, 1.0], [1.0, 2 * (k * k - 1) / norm, (1 - k / q + k * k) / norm]


def integrated_loudness(
    samples: Samples, rate_hz: int, weights: tuple[float, ...] | None = None
) -> float:
    """Programme loudness in LUFS; -inf for silence or for less than one block of 400 ms.

    Args:
        samples: shape (channels, samples), full scale ±1.
        rate_hz: samples per second.
        weights: of the channels; None: 1 each.

    Raises:
        ValueError: the shape or the number of weights does not fit.
    """
    if samples.ndim != 2 or (weights is not None and len(weights) != samples.shape[0]):
        raise ValueError(f"samples of {samples.shape} do not fit {weights}")
    step = round(rate_hz * _BLOCK_S / _STEPS_PER_BLOCK)
    steps = samples.shape[1] // step
    if steps < _STEPS_PER_BLOCK:
        return -math.inf
    power = np.square(k_weighted(samples.astype(np.float64), rate_hz))[:, : steps * step]
    by_step = power.reshape(len(samples), steps, step).mean(axis=2)
    by_block = np.lib.stride_tricks.sliding_window_view(by_step, _STEPS_PER_BLOCK, axis=1)
    weighed = np.asarray(weights if weights is not None else [1.0] * len(samples))
    blocks = weighed @ by_block.mean(axis=2)
    kept = blocks[blocks > _power_of(ABSOLUTE_GATE_LUFS)]
    if not kept.size:
        return -math.inf
    gate = _power_of(_lufs(float(kept.mean())) + _RELATIVE_GATE_LU)
    return _lufs(float(kept[kept > gate].mean()))


def _lufs(power: float) -> float:
    return _OFFSET_LU + 10 * math.log10(power)


def _power_of(lufs: float) -> float:
    return float(10 ** ((lufs - _OFFSET_LU) / 10))


def measure_loudness(path: Path | str) -> Loudness | None:
    """Loudness of a file's first sound track, or None when it has none.

    Raises:
        UnreadableVideo: the file or its sound can't be read.
    """
    try:
        with av.open(str(path), metadata_errors="replace") as container:
            if not container.streams.audio:
                return None
            stream = container.streams.audio[0]
            layout, rate_hz = stream.layout.name, stream.rate
            resampler = av.AudioResampler(format="dblp", layout=stream.layout, rate=rate_hz)
            parts = [
                piece.to_ndarray()
                for frame in (*container.decode(stream), None)
                for piece in resampler.resample(frame)
            ]
    except av.error.FFmpegError as error:
        name = Path(path).name
        raise UnreadableVideo(f"The sound of “{name}” can't be read ({error.strerror}).") from error
    if not parts:
        return Loudness(-math.inf, -math.inf)
    samples = np.concatenate(parts, axis=1).astype(np.float64)
    peak = float(np.abs(samples).max())
    return Loudness(
        integrated_loudness(samples, rate_hz, _WEIGHTS.get(layout)),
        20 * math.log10(peak) if peak else -math.inf,
    )
