"""The search for the best join, 720p, 24×24 frames, against a vectorised lower bound, in one run.

    python -m tests.benchmarks.boundary_search [--rounds 8] [--window 24]

The lower bound is the least that anyone must do for the same score of all pairs, written flat for
this one case with NumPy and OpenCV: read each frame once (area average to the working size), the
flow from each frame to the next, one hash for each frame, and the pairs as matrix products. It
leaves out all that a caller needs besides (checks, ties, the parts of the score, any other size).
Who goes first alternates; the decoded frames are given to both. The goal is a ratio of at most 1.5.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import time

import cv2
import numpy as np
from skimage import data

from pipeline.video.boundary import find_join

WIDTH, HEIGHT = 1280, 720
SMALL = (256, 144)
GOAL = 1.5

Frames = list[np.ndarray]


def takes(window: int) -> tuple[Frames, Frames]:
    """The tail and head of two takes of one camera move; they share half of their moments."""
    picture = cv2.resize(data.astronaut(), (1600, 1600))
    frames = [
        np.ascontiguousarray(picture[200 + t : 200 + t + HEIGHT, 100 + 2 * t : 100 + 2 * t + WIDTH])
        for t in range(window + window // 2)
    ]
    return frames[:window], frames[window // 2 :]


def lower_bound(left: Frames, right: Frames) -> tuple[int, int]:
    """The best pair by the same score, with nothing around it."""
    kernel = cv2.getGaussianKernel(11, 1.5, cv2.CV_32F)
    root = np.sqrt(kernel @ kernel.T).astype(np.float32)
    described = []
    for frames in (left, right):
        small = [cv2.resize(frame, SMALL, interpolation=cv2.INTER_AREA) for frame in frames]
        greys = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in small]
        colours = [cv2.resize(frame, (8, 8), interpolation=cv2.INTER_AREA) for frame in small]
        search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        flows = np.stack([search.calc(a, b, None).ravel() for a, b in itertools.pairwise(greys)])
        tiles = [
            cv2.resize(cv2.GaussianBlur(grey, (0, 0), 2.0), (32, 32), interpolation=cv2.INTER_AREA)
            for grey in greys
        ]
        blocks = np.stack([cv2.dct(tile.astype(np.float64))[:8, :8].ravel() for tile in tiles])
        signs = np.where(blocks > np.median(blocks[:, 1:], axis=1)[:, None], 1.0, -1.0)
        centred = np.stack(greys).astype(np.float32) - 128
        view = np.lib.stride_tricks.sliding_window_view(centred, (11, 11), (1, 2))[:, ::4, ::4]
        patches = (view.transpose(1, 2, 0, 3, 4) * root).reshape(-1, len(frames), 121)
        means = patches @ root.ravel()
        spread = np.einsum("kfp,kfp->kf", patches, patches) - means * means
        described.append((patches, means, spread, signs, np.stack(colours), flows))
    (p, mp, vp, sp, cp, fp), (q, mq, vq, sq, cq, fq) = described
    mp, mq = mp[:, :, None], mq[:, None, :]
    cross = (p @ q.transpose(0, 2, 1) - mp * mq) * 2 + 58.5225
    cross /= vp[:, :, None] + vq[:, None, :] + 58.5225
    mp, mq = mp + 128, mq + 128
    score = 0.5 * (cross * (2 * mp * mq + 6.5025) / (mp * mp + mq * mq + 6.5025)).mean(axis=0)
    score += 0.15 * (1 - np.minimum(1, (64 - sp @ sq.T) / 64))
    fp, fq = np.concatenate([fp[:1], fp]), np.concatenate([fq, fq[-1:]])
    power = np.square(fp).sum(axis=1)[:, None] + np.square(fq).sum(axis=1)[None]
    still = 0.0625 * SMALL[0] * SMALL[1]
    score += 0.2 * np.maximum(0, 2 * (fp @ fq.T + still) / (power + 2 * still))
    apart = np.abs(cp[:, None].astype(np.float32) - cq[None]).mean(axis=(2, 3, 4))
    score += 0.15 * (1 - np.minimum(1, apart / 24))
    best = np.unravel_index(np.argmax(score), score.shape)
    return int(best[0]), int(best[1])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--window", type=int, default=24)
    asked = parser.parse_args()
    left, right = takes(asked.window)
    join, bound = find_join(left, right), lower_bound(left, right)
    if (join.left - join.right) != bound[0] - bound[1]:
        raise SystemExit(f"They disagree: {join.left}, {join.right} and {bound}.")
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(asked.rounds):
        steps = [(ours, find_join), (theirs, lower_bound)]
        for found, search in steps if number % 2 else reversed(steps):
            start = time.perf_counter()
            search(left, right)
            found.append((time.perf_counter() - start) * 1000)
    mine, floor = statistics.median(ours), statistics.median(theirs)
    print(
        f"window {asked.window}×{asked.window} at {WIDTH}×{HEIGHT}: join {join.left}, {join.right}"
    )
    print(f"ours        {mine:7.1f} ms")
    print(f"lower bound {floor:7.1f} ms")
    print(f"ratio       {mine / floor:7.2f}   goal {GOAL}")


if __name__ == "__main__":
    main()
