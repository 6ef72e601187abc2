"""A cut after one of 60 segments was redone against a full render, in one run.

    python -m tests.benchmarks.cut_redo [--segments 60] [--frames 48]

For each codec profile: the first cut is rendered in full; then segment 30 gets another take and the
cut is rendered again, with the first one to copy from. For H.264 the takes themselves are copied,
so its full render, for comparison, decodes every take and encodes it again.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from pipeline.video.assemble import PreviousCut, render_cut
from pipeline.video.encoding import PROFILES, TAKE, CodecProfile, VideoWriter
from pipeline.video.frames import read_frames
from pipeline.video.pieces import Piece
from tests.benchmarks.clips import FPS, make_take
from tests.support.burned import read_burned

SIZE = (640, 360)
GOAL_FRAMES, GOAL_TIME = 0.05, 0.05


def full_h264(pieces: list[Piece], target: Path) -> None:
    """Decode every take and encode the whole."""
    with VideoWriter(target, TAKE, *SIZE, FPS) as writer:
        for piece in pieces:
            for frame in read_frames(piece.path, piece.start, piece.stop):
                writer.write(frame)


def measure(
    profile: CodecProfile, before: list[Piece], after: list[Piece], folder: Path
) -> tuple[float, float, int, int]:
    """Seconds of the full render and of the redo, frames encoded by the redo and in all."""
    old, new = (folder / f"{name}{profile.suffix}" for name in ("old", "new"))
    start = time.perf_counter()
    first = render_cut(before, old, profile, fps=FPS, size=SIZE)
    full = time.perf_counter() - start
    if profile is TAKE:
        start = time.perf_counter()
        full_h264(before, folder / "full.mp4")
        full = time.perf_counter() - start
    start = time.perf_counter()
    report = render_cut(
        after, new, profile, fps=FPS, size=SIZE, previous=PreviousCut(old, first.pieces)
    )
    return full, time.perf_counter() - start, report.encoded, report.frames


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--segments", type=int, default=60)
    parser.add_argument("--frames", type=int, default=48)
    parser.add_argument("--profiles", nargs="*", default=["h264", "h265", "av1", "prores-422"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sf-bench-") as name:
        folder = Path(name)
        before = [make_take(folder, n, options.frames, SIZE) for n in range(options.segments)]
        redone = options.segments // 2
        after = list(before)
        after[redone] = make_take(folder, options.segments + 1, options.frames, SIZE)
        print(f"{options.segments} segments of {options.frames} frames, {SIZE[0]}×{SIZE[1]} px")
        for code in options.profiles:
            profile = PROFILES[code]
            full, redo, encoded, frames = measure(profile, before, after, folder)
            at = redone * options.frames
            new = folder / f"new{profile.suffix}"
            shown = [read_burned(f) // 200 for f in read_frames(new, at - 1, at + 1)]
            assert shown == [redone - 1, options.segments + 1], shown
            print(
                f"{code:11} full {full:6.2f} s   redo {redo:6.3f} s   ratio {redo / full:.3f}×"
                f" (goal ≤ {GOAL_TIME}×)   frames encoded {encoded} of {frames}"
                f" = {encoded / frames:.1%} (goal ≤ {GOAL_FRAMES:.0%})"
            )


if __name__ == "__main__":
    main()
