"""A cut from takes with nothing changed against a plain stream copy of the same files, in one run.

    python -m tests.benchmarks.cut_concat [--takes 60] [--rounds 9]

The plain copy is what one would write by hand with PyAV: open each file, shift its time stamps,
write its packets to one MP4. Ours also compares how each take is coded, checks that no frame is
missing, states the exact length of every frame and puts the index in front, so that players can
start at once. Who goes first alternates.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import av

from pipeline.video.assemble import Piece, render_cut
from pipeline.video.encoding import TAKE
from pipeline.video.frames import probe
from tests.benchmarks.clips import FPS, make_take

SIZE, FRAMES, GOAL = (1280, 720), 72, 1.5


def plain(pieces: Sequence[Piece], target: Path) -> None:
    """What one would write by hand."""
    with av.open(str(target), "w") as out:
        stream = None
        shift = 0
        for piece in pieces:
            with av.open(str(piece.path)) as source:
                video = source.streams.video[0]
                stream = stream or out.add_stream_from_template(video)
                last = 0
                for packet in source.demux(video):
                    if packet.dts is None:
                        continue
                    last = packet.pts + packet.duration
                    packet.pts += shift
                    packet.dts += shift
                    packet.stream = stream
                    out.mux(packet)
                shift += last


def ours(pieces: Sequence[Piece], target: Path) -> None:
    """The renderer."""
    report = render_cut(pieces, target, TAKE, fps=FPS, size=SIZE)
    assert report.encoded == 0


def timed(work: Callable[[], None]) -> float:
    """Seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--takes", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    found: dict[str, list[float]] = {"ours": [], "plain": []}
    with tempfile.TemporaryDirectory(prefix="sf-bench-") as name:
        folder = Path(name)
        pieces = [make_take(folder, n, FRAMES, SIZE) for n in range(options.takes)]
        ways = [("ours", ours), ("plain", plain)]
        for number in range(options.rounds + 1):
            for label, way in ways if number % 2 else reversed(ways):
                target = folder / f"{label}.mp4"
                seconds = timed(lambda way=way, target=target: way(pieces, target))
                if number:  # the first round warms up
                    found[label].append(seconds)
        for label in found:
            assert probe(folder / f"{label}.mp4").frames == options.takes * FRAMES
        mebibytes = (folder / "ours.mp4").stat().st_size / 1024**2
    for label, values in found.items():
        print(f"{label:5} p50 {statistics.median(values) * 1000:6.0f} ms")
    ratio = statistics.median(found["ours"]) / statistics.median(found["plain"])
    print(f"{options.takes} takes of {FRAMES} frames, {SIZE[0]}×{SIZE[1]}, {mebibytes:.0f} MiB")
    print(f"ratio p50 {ratio:.2f}×   (ours / plain stream copy; goal ≤ {GOAL}×)")


if __name__ == "__main__":
    main()
