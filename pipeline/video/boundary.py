"""Where two takes meet: how well two frames join, and the best join within a window.

**Frames of a join.** A join names a pair (i, j): frame i of the left take and frame j of the right
take show *the same moment*. As that moment is shown once,

* a **strict** join has i = e, the left take's end frame, and j = 0, the frame that was made from
  it; the cut shows the left take for ``[in, i)`` and the right take from frame ``j`` on;
* a **validated** join, the best pair of a window, shows the left take for ``[in, i + 1)`` and the
  right take from frame ``j + 1`` on. (The moment is shown from the left take; a pair (e, 0) makes
  a cut of the same length by either rule.)

``Join.left_stop`` and ``Join.right_start`` state this for validated joins.

**Score of a pair**, 0 … 1, measured at a shorter side of 144 px:

    0.50 · max(0, SSIM) + 0.15 · (1 − min(1, d / 32)) + 0.20 · M + 0.15 · C

* SSIM: Wang et al. 2004, window 11×11, sigma 1.5, sampled at every fourth place both ways;
* d: Hamming distance of the 64-bit perceptual hashes;
* M, motion agreement: with the flows u (left, from frame i−1 to i) and v (right, j to j+1),
  ``max(0, (2 Σ u·v + ε) / (Σ |u|² + Σ |v|² + ε))`` over the picture, ε = (0.25 px)² per pixel and
  flow: 1 when both go on alike, 0 when they go across or against each other; two still pictures
  agree. A frame at the end of its run takes its only neighbour's flow; a single frame agrees.
* C, colour agreement: ``1 − min(1, Δ / 24)`` with Δ the mean absolute difference, in levels, of
  the mean colours of 8×8 blocks.

Equal frames that move alike score 1; re-encoded ones about 0.97; unrelated ones below 0.45.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.imaging.measures import phash64
from pipeline.video.measures import SSIM_C1, SSIM_C2, Frame, flow, working_rgb

SSIM_WEIGHT, PHASH_WEIGHT, MOTION_WEIGHT, COLOUR_WEIGHT = 0.50, 0.15, 0.20, 0.15
PHASH_UNRELATED_BITS = 32
COLOUR_UNRELATED_LEVELS = 24.0
#: A join at least this good may be shown as it is.
THRESHOLD = 0.85

_WINDOW_PX, _SIGMA_PX, _STRIDE_PX = 11, 1.5, 4
_STILL_PX2 = 0.25**2
_BLOCKS = 8
_TIE = 0.002  # pairs this close to the best are equally good: the one that loses least is taken
_UNFIT_TIE = 0.05

Table = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Join:
    """A pair of frames that show the same moment, and how well they join.

    Attributes:
        left, right: frame numbers within what was compared.
        score: 0 … 1, see the module.
        ssim: −1 … 1.
        phash_distance: 0 … 64 bits.
        motion_agreement: 0 … 1.
        colour_agreement: 0 … 1.
    """

    left: int
    right: int
    score: float
    ssim: float
    phash_distance: int
    motion_agreement: float
    colour_agreement: float

    @property
    def left_stop(self) -> int:
        """Where the left take ends (exclusive) when this is a validated join."""
        return self.left + 1

    @property
    def right_start(self) -> int:
        """Where the right take begins when this is a validated join."""
        return self.right + 1


@dataclass(frozen=True)
class Described:
    """What is computed once for each frame, so that pairs cost little.

    Attributes:
        patches: (windows, frames, 121) luma − 128 under each window, times the root of its weight.
        means: (windows, frames) local means, less 128.
        variances: (windows, frames).
        hashes: 64-bit perceptual hashes.
        colours: (frames, 192) mean colours of 8×8 blocks.
        flows: (frames − 1, 2 · pixels) flow from each frame to the next, working pixels.
    """

    patches: Table
    means: Table
    variances: Table
    hashes: npt.NDArray[np.uint64]
    colours: Table
    flows: Table

    def __len__(self) -> int:
        return len(self.hashes)


def describe(frames: Sequence[Frame]) -> Described:
    """Compute what pairs are compared by, once for each frame.

    Raises:
        ValueError: there is no frame, they differ in size, or are smaller than 16 px.
    """
    if not frames:
        raise ValueError("there is no frame to compare")
    if any(frame.shape != frames[0].shape for frame in frames) or min(frames[0].shape[:2]) < 16:
        raise ValueError("frames of one size, at least 16 px, are compared")
    small = [working_rgb(frame) for frame in frames]
    greys = [np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), np.uint8) for frame in small]
    colours = np.stack(
        [cv2.resize(f, (_BLOCKS, _BLOCKS), interpolation=cv2.INTER_AREA).ravel() for f in small]
    ).astype(np.float32)
    flows = [_flow(a, b) for a, b in itertools.pairwise(greys)]
    patches, means, variances = _patches(np.stack(greys))
    return Described(
        patches,
        means,
        variances,
        np.array([phash64(grey) for grey in greys], np.uint64),
        colours,
        np.stack(flows) if flows else np.zeros((0, greys[0].size * 2), np.float32),
    )


def _flow(a: Frame, b: Frame) -> Table:
    if np.array_equal(a, b):
        return np.zeros(a.size * 2, np.float32)
    return flow(a, b).ravel()


def _patches(greys: npt.NDArray[np.uint8]) -> tuple[Table, Table, Table]:
    """Windows of all frames, weighted by the roots of the Gaussian, with means and variances."""
    kernel = cv2.getGaussianKernel(_WINDOW_PX, _SIGMA_PX, cv2.CV_32F)
    root = np.sqrt(kernel @ kernel.T).astype(np.float32)
    centred = greys.astype(np.float32) - np.float32(128)
    view = np.lib.stride_tricks.sliding_window_view(centred, (_WINDOW_PX, _WINDOW_PX), (1, 2))
    picked = view[:, ::_STRIDE_PX, ::_STRIDE_PX]
    frames, rows, columns = picked.shape[:3]
    patches = np.empty((rows, columns, frames, _WINDOW_PX, _WINDOW_PX), np.float32)
    np.multiply(picked.transpose(1, 2, 0, 3, 4), root, out=patches)
    flat = patches.reshape(rows * columns, frames, _WINDOW_PX * _WINDOW_PX)
    means = flat @ root.ravel()
    variances = np.einsum("kfp,kfp->kf", flat, flat) - means * means
    return flat, means, variances


def ssim_table(left: Described, right: Described) -> npt.NDArray[np.float64]:
    """Return the mean SSIM of every left frame with every right frame: (left, right)."""
    mean_x, mean_y = left.means[:, :, None], right.means[:, None, :]
    covariance = np.matmul(left.patches, right.patches.transpose(0, 2, 1))
    covariance -= mean_x * mean_y
    spread = left.variances[:, :, None] + right.variances[:, None, :] + np.float32(SSIM_C2)
    covariance *= 2
    covariance += np.float32(SSIM_C2)
    covariance /= spread
    mean_x, mean_y = mean_x + np.float32(128), mean_y + np.float32(128)
    light = 2 * mean_x * mean_y
    light += np.float32(SSIM_C1)
    light /= mean_x**2 + mean_y**2 + np.float32(SSIM_C1)
    light *= covariance
    return np.asarray(light.mean(axis=0, dtype=np.float64))


def phash_table(left: Described, right: Described) -> npt.NDArray[np.int64]:
    """Return the Hamming distance of every left hash to every right hash."""
    differ = left.hashes[:, None] ^ right.hashes[None, :]
    bits = np.unpackbits(differ[..., None].view(np.uint8), axis=-1)
    return np.asarray(bits.sum(axis=-1), np.int64)


def motion_table(left: Table, right: Table) -> npt.NDArray[np.float64]:
    """Return the agreement, 0 … 1, of every left flow with every right flow (rows of flows)."""
    if not left.size or not right.size:
        return np.ones((1, 1))
    still = _STILL_PX2 * left.shape[1] / 2
    cross = (left @ right.T).astype(np.float64)
    power = np.square(left).sum(axis=1)[:, None] + np.square(right).sum(axis=1)[None, :]
    return np.asarray(np.maximum(0.0, (2 * cross + 2 * still) / (power + 2 * still)), np.float64)


def colour_table(left: Described, right: Described) -> npt.NDArray[np.float64]:
    """Return the colour agreement, 0 … 1, of every left frame with every right frame."""
    apart = np.abs(left.colours[:, None, :] - right.colours[None, :, :]).mean(axis=2)
    return np.asarray(1 - np.minimum(1, apart / COLOUR_UNRELATED_LEVELS), np.float64)


def mix(
    ssim: npt.NDArray[np.float64],
    phash: npt.NDArray[np.int64],
    motion: npt.NDArray[np.float64],
    colour: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Return the score of pairs from its parts; see the module."""
    return np.asarray(
        SSIM_WEIGHT * np.clip(ssim, 0, 1)
        + PHASH_WEIGHT * (1 - np.minimum(1, phash / PHASH_UNRELATED_BITS))
        + MOTION_WEIGHT * motion
        + COLOUR_WEIGHT * colour
    )


def find_join(
    left_tail: Sequence[Frame], right_head: Sequence[Frame], threshold: float = THRESHOLD
) -> Join:
    """Find the pair of frames, one of each run, with the best score.

    All pairs are compared. Among those within 0.002 of the best, the one that throws away the
    fewest frames is taken; among these, the later left frame. When even the best pair does not
    reach the threshold, the boundary needs healing wherever it lies, and frames are thrown away
    only for a clear gain: all within 0.05 of the best count as equally good.

    Args:
        left_tail: the last frames of the left take, in order (24 is usual).
        right_head: the first frames of the right take, in order, same size.
        threshold: score from which a join may be shown as it is.

    Returns:
        The join; its numbers count within the two runs.

    Raises:
        ValueError: a run is empty or the frames differ in size.
    """
    table = _table(left_tail, right_head, whole=True)
    best = float(table.score.max())
    near = np.argwhere(table.score >= best - (_TIE if best >= threshold else _UNFIT_TIE))
    last = len(left_tail) - 1
    i, j = min(near.tolist(), key=lambda pair: (last - pair[0] + pair[1], -pair[0]))
    return table.join(i, j)


def score_pair(left_frames: Sequence[Frame], right_frames: Sequence[Frame]) -> Join:
    """Score a given join: the last of the left frames with the first of the right ones.

    The frames around the pair (one more of each take is enough) only tell how it moves.

    Args:
        left_frames: frames of the left take, the last one is the pair's.
        right_frames: frames of the right take, the first one is the pair's.

    Returns:
        The join, its numbers counting within what was given (len − 1 and 0).

    Raises:
        ValueError: there is no frame, or they differ in size.
    """
    if not left_frames or not right_frames:
        raise ValueError("there is no frame to compare")
    table = _table(left_frames[-2:], right_frames[:2], whole=False)
    found = table.join(len(left_frames[-2:]) - 1, 0)
    return replace(found, left=len(left_frames) - 1)


@dataclass(frozen=True)
class _Table:
    """The score of all pairs, and its parts."""

    score: npt.NDArray[np.float64]
    ssim: npt.NDArray[np.float64]
    phash: npt.NDArray[np.int64]
    motion: npt.NDArray[np.float64]
    colour: npt.NDArray[np.float64]

    def join(self, i: int, j: int) -> Join:
        return Join(
            left=i,
            right=j,
            score=round(float(self.score[i, j]), 6),
            ssim=round(min(1.0, float(self.ssim[i, j])), 6),
            phash_distance=int(self.phash[i, j]),
            motion_agreement=round(float(self.motion[i, j]), 6),
            colour_agreement=round(float(self.colour[i, j]), 6),
        )


def _table(left_frames: Sequence[Frame], right_frames: Sequence[Frame], *, whole: bool) -> _Table:
    """All pairs. Not `whole`: only the flows next to the pair of last and first are there."""
    left, right = describe(left_frames), describe(right_frames)
    if left_frames[0].shape != right_frames[0].shape:
        raise ValueError("the takes differ in size")
    into, out_of = left.flows, right.flows
    if not whole:
        into, out_of = into[-1:], out_of[:1]
    elif len(into) and len(out_of):  # the first has no flow into it, the last none out of it
        into, out_of = np.concatenate([into[:1], into]), np.concatenate([out_of, out_of[-1:]])
    motion = np.broadcast_to(motion_table(into, out_of), (len(left), len(right)))
    ssim, phash, colour = (
        ssim_table(left, right),
        phash_table(left, right),
        colour_table(left, right),
    )
    return _Table(mix(ssim, phash, motion, colour), ssim, phash, motion, colour)
