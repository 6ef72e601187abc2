"""Reading videos by frame number: exact, whatever the file's time stamps look like.

Frame n is the n-th picture a player shows. Its number comes from the order of the presentation
time stamps of all packets, never from a time divided by a rate: that is wrong as soon as a file
starts late, rounds its stamps or re-orders its packets.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import av
import av.container
import av.error
import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from av.video.stream import VideoStream

#: One picture: uint8, (height, width, 3), RGB.
Frame = npt.NDArray[np.uint8]

#: Interpolation of every conversion: bit-exact, with chroma taken at full precision.
EXACT = (
    Interpolation.BICUBIC
    | Interpolation.ACCURATE_RND
    | Interpolation.BITEXACT
    | Interpolation.FULL_CHR_H_INT
    | Interpolation.FULL_CHR_H_INP
)

#: From this height on, a file that names no colour matrix is taken for BT.709, below for BT.601.
_HD_HEIGHT_PX = 720

#: Only files of these kinds are opened, and nothing that they name: no playlist, no address.
_CLOSED = {
    "protocol_whitelist": "file",
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm",
}

_MATRIX = {1: Colorspace.ITU709, 5: Colorspace.ITU601, 6: Colorspace.ITU601, 9: Colorspace.BT2020}


class UnreadableVideo(ValueError):
    """The file holds no video that can be read; the message says why, for people."""


#: Formats whose first plane is luma in bytes.
_PLANAR_8_BIT = frozenset({"yuv420p", "yuv422p", "yuv444p", "nv12"})


@dataclass(frozen=True)
class ColorTags:
    """The colour description a file carries, as the numbers of ITU-T H.273 (2: not said)."""

    primaries: int
    transfer: int
    matrix: int
    is_full_range: bool


@dataclass(frozen=True)
class VideoInfo:
    """What a video file is.

    Attributes:
        width_px, height_px: size of the pictures as coded.
        fps: frames per second.
        frames: pictures that a player shows, at least 1.
        codec: name of the codec, as "h264", "hevc", "av1", "prores".
        pixel_format: as "yuv420p".
        keyframes: numbers of the frames at which decoding may start, ascending.
        has_audio: whether there is a sound track.
        duration: frames / fps, in seconds.
        color: the colour tags.
        timecode: start timecode as "01:00:00:00", or empty.
        bytes: size of the file.
        is_constant_rate: whether all frames last equally long (within rounding of the stamps).
    """

    width_px: int
    height_px: int
    fps: Fraction
    frames: int
    codec: str
    pixel_format: str
    keyframes: tuple[int, ...]
    has_audio: bool
    duration: Fraction
    color: ColorTags
    timecode: str
    bytes: int
    is_constant_rate: bool


@dataclass(frozen=True)
class Stamps:
    """Time stamps of a stream's pictures in display order, and the keyframes among them."""

    pts: tuple[int, ...]
    keyframes: tuple[int, ...]

    @cached_property
    def number_of(self) -> dict[int, int]:
        """Frame number by time stamp."""
        return {pts: number for number, pts in enumerate(self.pts)}

    def keyframe_before(self, number: int) -> int:
        """The last keyframe at or before a frame; 0 when the file marks none."""
        place = bisect.bisect_right(self.keyframes, number)
        return self.keyframes[place - 1] if place else 0


@contextmanager
def open_video(path: Path | str) -> Iterator[tuple[av.container.InputContainer, VideoStream]]:
    """Open a file's first video stream (cover pictures don't count).

    Raises:
        UnreadableVideo: it is missing, damaged or holds no video; also when decoding fails while
            the context is open.
    """
    name = Path(path).name
    try:
        with av.open(str(path), options=_CLOSED, metadata_errors="replace") as container:
            streams = [s for s in container.streams.video if not s.disposition & _COVER]
            if not streams:
                raise UnreadableVideo(f"“{name}” holds no video stream.")
            # Frame threads only change the speed; slices are decoded alike.
            streams[0].thread_type = "AUTO"
            yield container, streams[0]
    except FileNotFoundError as error:
        raise UnreadableVideo(f"“{name}” is not there.") from error
    except av.error.EOFError as error:
        raise UnreadableVideo(
            f"“{name}” can't be read: it is cut off, or a video without a single frame."
        ) from error
    except av.error.FFmpegError as error:
        raise UnreadableVideo(
            f"“{name}” can't be read: the file is damaged or no video ({error.strerror})."
        ) from error


_COVER = av.stream.Disposition.attached_pic


def read_stamps(
    container: av.container.InputContainer, stream: VideoStream, path: Path | str
) -> Stamps:
    """Number the pictures of a stream, from the index where that is complete, else from packets.

    Raises:
        UnreadableVideo: there is no picture, or the file ends before its last picture.
    """
    stamps = _from_index(container, stream, path) or _from_packets(container, stream)
    if not stamps.pts:
        raise UnreadableVideo(f"“{Path(path).name}” holds a video stream without a single frame.")
    return stamps


def _from_index(
    container: av.container.InputContainer, stream: VideoStream, path: Path | str
) -> Stamps | None:
    """Stamps from the table of an MP4 or MOV whose pictures are not re-ordered, or None."""
    if "mp4" not in container.format.name or stream.codec_context.has_b_frames:
        return None
    entries = list(stream.index_entries)
    if not entries or len(entries) != stream.frames or any(e.is_discard for e in entries):
        return None
    if max(e.pos + e.size for e in entries) > Path(path).stat().st_size:
        raise UnreadableVideo(f"“{Path(path).name}” ends before its last frame: it is cut off.")
    keyframes = tuple(n for n, e in enumerate(entries) if e.is_keyframe)
    return Stamps(tuple(e.timestamp for e in entries), keyframes)


def _from_packets(container: av.container.InputContainer, stream: VideoStream) -> Stamps:
    pictures: list[tuple[int, bool]] = []
    for packet in container.demux(stream):
        stamp = packet.pts if packet.pts is not None else packet.dts
        if packet.size and stamp is not None and not packet.is_discard:
            pictures.append((stamp, packet.is_keyframe))
    pictures.sort()
    if pictures:
        container.seek(pictures[0][0], stream=stream, backward=True)
    keyframes = tuple(n for n, (_, is_keyframe) in enumerate(pictures) if is_keyframe)
    return Stamps(tuple(pts for pts, _ in pictures), keyframes)


def probe(path: Path | str) -> VideoInfo:
    """Read what a video file is, without decoding its pictures.

    Raises:
        UnreadableVideo: see `open_video` and `read_stamps`; or its size or rate is not stated.
    """
    with open_video(path) as (container, stream):
        context = stream.codec_context
        stamps = read_stamps(container, stream, path)
        fps = rate_of(stream, stamps)
        if not fps or not context.width or not context.height:
            raise UnreadableVideo(f"“{Path(path).name}” does not state its size or frame rate.")
        return VideoInfo(
            width_px=context.width,
            height_px=context.height,
            fps=fps,
            frames=len(stamps.pts),
            codec=context.codec.canonical_name,
            pixel_format=context.pix_fmt or "",
            keyframes=stamps.keyframes,
            has_audio=bool(container.streams.audio),
            duration=len(stamps.pts) / fps,
            color=_colors(stream),
            timecode=_timecode(container, stream),
            bytes=Path(path).stat().st_size,
            is_constant_rate=_is_constant(stamps, fps, stream.time_base),
        )


def rate_of(stream: VideoStream, stamps: Stamps) -> Fraction:
    """Frames per second as the file states it; from its stamps where it states none."""
    rate = stream.average_rate or stream.guessed_rate
    if rate:
        return Fraction(rate)
    if len(stamps.pts) < 2 or not stream.time_base:
        return Fraction(0)
    span = (stamps.pts[-1] - stamps.pts[0]) * stream.time_base
    return ((len(stamps.pts) - 1) / span).limit_denominator(1001) if span else Fraction(0)


def _is_constant(stamps: Stamps, fps: Fraction, time_base: Fraction | None) -> bool:
    """Whether each stamp lies within one tick (or 1 ms) of where its number puts it."""
    base = time_base or Fraction(1, 1000)
    slack = max(base, Fraction(1, 1000))
    first = stamps.pts[0]
    return all(
        abs((pts - first) * base - number / fps) <= slack for number, pts in enumerate(stamps.pts)
    )


def _colors(stream: VideoStream) -> ColorTags:
    context = stream.codec_context
    return ColorTags(
        primaries=int(context.color_primaries),
        transfer=int(context.color_trc),
        matrix=int(context.colorspace),
        is_full_range=int(context.color_range) == ColorRange.JPEG,
    )


def _timecode(container: av.container.InputContainer, stream: VideoStream) -> str:
    stated = stream.metadata.get("timecode") or container.metadata.get("timecode", "")
    for track in container.streams.data:
        stated = stated or track.metadata.get("timecode", "")
    return stated


def read_frames(path: Path | str, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
    """Yield the frames [start, stop) of a video, decoding from the keyframe before `start`.

    Args:
        path: the file.
        start: number of the first frame.
        stop: number of the frame after the last one; None: to the end.

    Raises:
        UnreadableVideo: the file can't be read, or a frame of the range can't be decoded.
        IndexError: the range reaches outside the video.
    """
    for picture in _decoded(path, start, stop):
        yield to_rgb(picture)


def read_lumas(path: Path | str, step: int = 1) -> Iterator[Frame]:
    """Yield the luma plane of every frame, 16 … 235, taking every `step`-th row and column.

    Raises:
        UnreadableVideo: the file can't be read to its last frame.
    """
    for picture in _decoded(path, 0, None):
        if picture.format.name not in _PLANAR_8_BIT:
            picture = picture.reformat(format="yuv444p", dst_color_range=ColorRange.MPEG)
        plane = picture.planes[0]
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        yield rows[: picture.height : step, : picture.width : step].copy()


def _decoded(path: Path | str, start: int, stop: int | None) -> Iterator[VideoFrame]:
    """The pictures [start, stop) as decoded."""
    with open_video(path) as (container, stream):
        stamps = read_stamps(container, stream, path)
        end = len(stamps.pts) if stop is None else stop
        if not 0 <= start <= end <= len(stamps.pts):
            raise IndexError(f"frames {start} … {end} of a video with {len(stamps.pts)} frames")
        wanted = start
        if wanted == end:
            return
        size = stream.codec_context.width, stream.codec_context.height
        _seek(container, stream, stamps, start)
        for frame in container.decode(stream):
            number = stamps.number_of.get(frame.pts) if frame.pts is not None else None
            if (frame.width, frame.height) != size:  # the limits were checked for the first one
                raise UnreadableVideo(f"The pictures of “{Path(path).name}” change their size.")
            if number is None or number < wanted:
                continue
            if number > wanted:
                break
            yield frame
            wanted += 1
            if wanted == end:
                return
    raise UnreadableVideo(f"Frame {wanted} of “{Path(path).name}” can't be decoded.")


def read_frame(path: Path | str, number: int) -> Frame:
    """Decode one frame by its number.

    Raises:
        UnreadableVideo, IndexError: as for `read_frames`.
    """
    for frame in read_frames(path, number, number + 1):
        return frame
    raise IndexError(f"frame {number}")


def _seek(
    container: av.container.InputContainer, stream: VideoStream, stamps: Stamps, number: int
) -> None:
    keyframe = stamps.keyframe_before(number)
    if keyframe:
        container.seek(stamps.pts[keyframe], stream=stream, backward=True)


def to_rgb(frame: VideoFrame) -> Frame:
    """A decoded picture as full-range RGB, by the colour matrix and range it is tagged with."""
    matrix = _MATRIX.get(int(frame.colorspace))
    if matrix is None:
        matrix = Colorspace.ITU709 if frame.height >= _HD_HEIGHT_PX else Colorspace.ITU601
    if frame.format.name in ("rgb24", "gbrp", "rgb48be", "rgba", "pal8"):
        return np.ascontiguousarray(frame.to_ndarray(format="rgb24"), np.uint8)
    full = int(frame.color_range) == ColorRange.JPEG or frame.format.name.startswith("yuvj")
    converted = frame.reformat(
        format="rgb24",
        src_colorspace=matrix,
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG if full else ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
        interpolation=int(EXACT),
        threads=1,
    )
    return np.ascontiguousarray(converted.to_ndarray(), np.uint8)
