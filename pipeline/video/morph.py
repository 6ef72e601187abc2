"""Bringing two takes to each other by dense optical flow, both ways."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.video.measures import Flow, Frame, flow, ssim, working_grey

_FLOW_LONG_SIDE_PX = 640
_LIGHT_SIGMA = 1 / 24  # of the shorter side: what is slower than this is light, not drawing
_NO_SECOND = np.zeros(0, np.float32)  # both coordinates are in the first map


@dataclass(frozen=True)
class Morphed:
    """Two runs that meet.

    Attributes:
        left, right: as many frames as were given; those beyond the counts are the given ones. The
            last of the left and the first of the right run are the same picture.
        agreement: SSIM of the two warped pictures of the shared moment, −1 … 1; a low one says
            that the takes show different things, which no warp brings together.
    """

    left: list[Frame]
    right: list[Frame]
    agreement: float


def morph(
    left: Sequence[Frame], right: Sequence[Frame], left_count: int, right_count: int
) -> Morphed:
    """Warp the tail of one run and the head of another so that they meet in the middle.

    Both runs include the shared moment: A is the left run's last picture, B the right run's
    first. The flows A→B and B→A are measured (DIS). A frame is warped by half of its side's flow
    times an easing weight (a raised cosine: 1 at the moment, 0 past the count), sampled along the
    flow from that frame to the moment, so that it follows what moves; half of the light that
    remains between the warped pictures (a Gaussian of a 24th of the shorter side) is added by the
    same weight. The moment's own picture is the mean of both sides' warps.

    Args:
        left: frames, the last one is A.
        right: frames of the same size, the first one is B.
        left_count: frames before A that change; A changes too.
        right_count: frames from B on that change, at least 1.

    Raises:
        ValueError: a run is empty, the frames differ in size, or a count is out of range.
    """
    if not left or not right or left[-1].shape != right[0].shape:
        raise ValueError("two runs of frames of one size are needed")
    if left_count < 0 or right_count < 1:
        raise ValueError("at least one frame of the right run changes")
    a, b = left[-1], right[0]
    towards_b, towards_a = _full_flow(a, b), _full_flow(b, a)
    middle_a, middle_b = _moved(a, towards_b, 0.5), _moved(b, towards_a, 0.5)
    light = _light(middle_a, middle_b)
    met = np.asarray(cv2.addWeighted(middle_a, 0.5, middle_b, 0.5, 0), np.uint8)
    before, after = left[-2::-1][:left_count], right[1:][: right_count - 1]
    tail = [
        _eased(frame, a, towards_b, light, _weight(number, left_count + 1))
        for number, frame in enumerate(before, 1)
    ]
    head = [
        _eased(frame, b, towards_a, -light, _weight(number, right_count))
        for number, frame in enumerate(after, 1)
    ]
    return Morphed(
        [*left[: len(left) - 1 - len(tail)], *reversed(tail), met],
        [met, *head, *right[1 + len(head) :]],
        ssim(working_grey(middle_a), working_grey(middle_b)),
    )


def _weight(number: int, count: int) -> float:
    return (1 + math.cos(math.pi * number / count)) / 2


def _full_flow(a: Frame, b: Frame) -> Flow:
    """The flow between two frames in their own pixels, measured at no more than 640 px."""
    height, width = a.shape[:2]
    side = round(min(height, width) * min(1.0, _FLOW_LONG_SIDE_PX / max(height, width)))
    small_a, small_b = working_grey(a, side), working_grey(b, side)
    field = flow(small_a, small_b, is_fine=True)
    field = np.asarray(cv2.GaussianBlur(field, (0, 0), 2.0), np.float32)
    rows, columns = field.shape[:2]
    if (columns, rows) != (width, height):
        field = np.asarray(cv2.resize(field, (width, height)), np.float32)
        field *= np.array([width / columns, height / rows], np.float32)
    return field


def _places(height: int, width: int) -> Flow:
    """Each place's own coordinates, x and y."""
    return np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=2).astype(np.float32)


def _moved(frame: Frame, field: Flow, weight: float) -> Frame:
    """The frame with its content moved by a part of a (smooth) field; edges are mirrored."""
    look = _places(*frame.shape[:2])
    look -= field * np.float32(weight)
    return np.asarray(
        cv2.remap(frame, look, _NO_SECOND, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101),
        np.uint8,
    )


def _light(a: Frame, b: Frame) -> npt.NDArray[np.float32]:
    """What turns the light of ``a`` into that of ``b``: their difference without the drawing."""
    difference = b.astype(np.float32) - a.astype(np.float32)
    sigma = max(2.0, min(a.shape[:2]) * _LIGHT_SIGMA)
    return np.asarray(cv2.GaussianBlur(difference, (0, 0), sigma), np.float32)


def _eased(
    frame: Frame, moment: Frame, field: Flow, light: npt.NDArray[np.float32], weight: float
) -> Frame:
    """A frame on its way to the moment: half the moment's field and light, by the weight."""
    along = _places(*frame.shape[:2])
    along += _full_flow(frame, moment)
    carried = np.asarray(
        cv2.remap(field, along, _NO_SECOND, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        np.float32,
    )
    moved = _moved(frame, carried, weight / 2).astype(np.float32)
    return np.asarray(np.clip(np.rint(moved + light * np.float32(weight / 2)), 0, 255), np.uint8)
