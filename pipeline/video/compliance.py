"""Does a finished cut keep what its profile promises? A report, check by check."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from pipeline.video.blackfreeze import Luma, Run, find_black_and_frozen
from pipeline.video.encoding import BT709, CodecProfile
from pipeline.video.frames import UnreadableVideo, probe, read_lumas
from pipeline.video.loudness import measure_loudness

#: EBU R 128: the loudness of a programme and how far it may lie from that.
LOUDNESS_LUFS = -23.0
LOUDNESS_TOLERANCE_LU = 1.0
#: Pictures this wide are enough to tell black and standstill; wider ones are thinned out.
_LUMA_WIDTH_PX = 320


class Verdict(StrEnum):
    """What a check says."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One check: what was wanted and what was found, in words with units, and the verdict."""

    check: str
    wanted: str
    found: str
    verdict: Verdict


@dataclass(frozen=True)
class ComplianceReport:
    """All checks of one cut."""

    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of all."""
        worst = [Verdict.FAIL, Verdict.WARN, Verdict.PASS]
        return next(v for v in worst if v == Verdict.PASS or self._has(v))

    def _has(self, verdict: Verdict) -> bool:
        return any(finding.verdict == verdict for finding in self.findings)

    def document(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "verdict": self.verdict.value,
            "findings": [asdict(finding) for finding in self.findings],
        }


@dataclass(frozen=True)
class Wanted:
    """What a cut must be: size, rate and length by plan, and its profile."""

    profile: CodecProfile
    size: tuple[int, int]
    fps: Fraction
    frames: int
    loudness_lufs: float = LOUDNESS_LUFS


def check_compliance(
    path: Path, wanted: Wanted, *, cancelled: Callable[[], bool] = lambda: False
) -> ComplianceReport:
    """Check a finished cut; every frame is decoded once. Stops early when `cancelled` says so.

    Raises:
        UnreadableVideo: the file can't be read to its last frame.
    """
    if wanted.profile.is_sequence:
        return _check_sequence(path, wanted, cancelled)
    info = probe(path)
    profile, fps = wanted.profile, wanted.fps
    bits = info.bytes * 8 / float(info.duration)
    most = profile.max_bits_per_pixel * wanted.size[0] * wanted.size[1] * float(fps)
    tags = (info.color.primaries, info.color.transfer, info.color.matrix)
    findings = [
        _equal("resolution", _size(wanted.size), _size((info.width_px, info.height_px))),
        _equal("frame rate", _rate(fps), _rate(info.fps)),
        _equal("constant rate", "yes", "yes" if info.is_constant_rate else "no"),
        _equal("codec", profile.codec, info.codec),
        _equal("pixel format", profile.pixel_format, info.pixel_format),
        _equal("colour", "BT.709", "BT.709" if tags == (BT709,) * 3 else f"tags {tags}"),
        Finding(
            "bit rate",
            f"at most {most / 1e6:.1f} Mbit/s",
            f"{bits / 1e6:.2f} Mbit/s",
            Verdict.PASS if bits <= most else Verdict.WARN,
        ),
        _equal("duration", _length(wanted.frames, fps), _length(info.frames, info.fps)),
    ]
    step = max(1, info.width_px // _LUMA_WIDTH_PX)
    findings += _runs(_until(read_lumas(path, step), cancelled), fps)
    findings.append(_loudness(path, wanted.loudness_lufs))
    return ComplianceReport(tuple(findings))


def _until(pictures: Iterator[Luma], cancelled: Callable[[], bool]) -> Iterator[Luma]:
    for picture in pictures:
        if cancelled():
            return
        yield picture


def _equal(check: str, wanted: str, found: str) -> Finding:
    return Finding(check, wanted, found, Verdict.PASS if wanted == found else Verdict.FAIL)


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]}×{size[1]} px"


def _rate(fps: Fraction) -> str:
    exact = "" if fps.denominator == 1 else f" ({fps.numerator}/{fps.denominator})"
    return f"{float(fps):.5g} frames per second{exact}"


def _length(frames: int, fps: Fraction) -> str:
    return f"{frames} frames, {float(frames / fps):.3f} s"


def _runs(pictures: Iterator[Luma], fps: Fraction) -> list[Finding]:
    """Black and standing pictures are sometimes meant: they warn."""
    found = find_black_and_frozen(pictures, frozen_least=max(2, round(fps / 2)))
    return [
        _run_finding("black frames", found.black),
        _run_finding("frozen frames", found.frozen),
    ]


def _run_finding(check: str, runs: tuple[Run, ...]) -> Finding:
    shown = ", ".join(f"{start}–{stop - 1}" for start, stop in runs[:10])
    more = f" and {len(runs) - 10} more" if len(runs) > 10 else ""
    return Finding(check, "none", shown + more or "none", Verdict.WARN if runs else Verdict.PASS)


def _loudness(path: Path, wanted_lufs: float) -> Finding:
    wanted = f"{wanted_lufs:.0f} LUFS ± {LOUDNESS_TOLERANCE_LU:.0f}"
    found = measure_loudness(path)
    if found is None:
        return Finding("loudness", wanted, "no audio", Verdict.PASS)
    if math.isinf(found.integrated_lufs):
        return Finding("loudness", wanted, "silence", Verdict.WARN)
    is_near = abs(found.integrated_lufs - wanted_lufs) <= LOUDNESS_TOLERANCE_LU
    words = f"{found.integrated_lufs:.1f} LUFS, peak {found.peak_dbfs:.1f} dBFS"
    return Finding("loudness", wanted, words, Verdict.PASS if is_near else Verdict.WARN)


def _check_sequence(path: Path, wanted: Wanted, cancelled: Callable[[], bool]) -> ComplianceReport:
    """Check the pictures in a ZIP."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            sizes: set[tuple[int, int]] = set()

            def pictures() -> Iterator[Luma]:
                for name in names:
                    grey = cv2.imdecode(
                        np.frombuffer(archive.read(name), np.uint8), cv2.IMREAD_GRAYSCALE
                    )
                    if grey is None:
                        raise UnreadableVideo(f"The picture {name} is damaged.")
                    sizes.add((grey.shape[1], grey.shape[0]))
                    step = max(1, grey.shape[1] // _LUMA_WIDTH_PX)
                    limited = 16 + grey[::step, ::step].astype(np.float32) * (219 / 255)
                    yield limited.round().astype(np.uint8)

            runs = _runs(_until(pictures(), cancelled), wanted.fps)
    except zipfile.BadZipFile as error:
        raise UnreadableVideo(f"“{path.name}” is no image sequence.") from error
    found = ", ".join(_size(size) for size in sorted(sizes)) or "none"
    ordered = [f"frame_{n:06d}.png" for n in range(len(names))] == names
    return ComplianceReport(
        (
            _equal("resolution", _size(wanted.size), found),
            _equal("codec", "png", "png" if all(n.endswith(".png") for n in names) else "other"),
            _equal("numbering", "without gaps", "without gaps" if ordered else "with gaps"),
            _equal("duration", _length(wanted.frames, wanted.fps), _length(len(names), wanted.fps)),
            *runs,
        )
    )
