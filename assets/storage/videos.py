"""Reading videos that may be hostile: a known container and codec, limits first, then one frame."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.container
import av.error
import numpy as np
import numpy.typing as npt
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream
from django.conf import settings

from assets.storage.models import MediaTypeCode
from studio.core.errors import TooLarge, UnsupportedMedia

_M = MediaTypeCode
VIDEOS = frozenset({_M.MP4, _M.QUICKTIME, _M.WEBM, _M.MATROSKA})
#: The reader is chosen by the sniffed type, so that no playlist or other kind of FFmpeg is reached.
_READERS = {_M.MP4: "mov", _M.QUICKTIME: "mov", _M.WEBM: "matroska", _M.MATROSKA: "matroska"}
#: Decoders that may see bytes from outside.
CODECS = frozenset(
    {
        *("h264", "hevc", "av1", "vp8", "vp9", "mpeg4", "mpeg2video"),
        *("prores", "dnxhd", "mjpeg", "png", "ffv1", "rawvideo", "qtrle"),
    }
)
MAX_FRAMES = 5_000_000
#: How many pictures may come out of the decoder before the wanted one: the longest honest group.
_PATIENCE_FRAMES = 3_000
_MATRIX = {1: Colorspace.ITU709, 5: Colorspace.ITU601, 6: Colorspace.ITU601, 9: Colorspace.BT2020}
_HD_HEIGHT_PX = 720
#: How a rendered cut names the frame that stands for it, in the comment of its file.
_POSTER = re.compile(r"poster_frame=(\d{1,9})")


@dataclass(frozen=True)
class Film:
    """What a video is; the fields are those of `VideoProperties`."""

    width_px: int
    height_px: int
    fps_num: int
    fps_den: int
    frames: int
    codec: str
    has_audio: bool
    poster_frame: int


def inspect_video(path: Path, media_type: MediaTypeCode) -> Film:
    """Check a video against the limits, decode its first frame, and say what it is.

    Raises:
        TooLarge: too many pixels or frames.
        UnsupportedMedia: no video stream, no frame, an unknown codec, cut off or damaged.
    """
    with _opened(path, media_type) as (container, stream):
        context = stream.codec_context
        codec = context.codec.canonical_name
        _check_limits(context.width, context.height)
        frames = _count(container, stream, path)
        if not frames:
            raise _empty()
        if frames > MAX_FRAMES:
            raise TooLarge(f"A video may have at most {MAX_FRAMES:,} frames.")
        first = _decode_at(container, stream, Fraction(0), Fraction(0))
        _check_limits(first.width, first.height)
        is_turned = first.rotation % 180 != 0
        fps = _rate(stream, frames)
        found = _POSTER.fullmatch(container.metadata.get("comment", ""))
        poster = int(found[1]) if found else frames
        return Film(
            width_px=first.height if is_turned else first.width,
            height_px=first.width if is_turned else first.height,
            fps_num=fps.numerator,
            fps_den=fps.denominator,
            frames=frames,
            codec=codec,
            has_audio=bool(container.streams.audio),
            poster_frame=poster if poster < frames else frames // 3,
        )


def read_video_frame(
    path: Path, media_type: MediaTypeCode, number: int, fps: Fraction
) -> npt.NDArray[np.uint8]:
    """One picture of a constant-rate video, upright, as uint8 RGB (height, width, 3).

    Raises:
        UnsupportedMedia: it can't be decoded.
    """
    with _opened(path, media_type) as (container, stream):
        start = Fraction(stream.start_time or 0) * (stream.time_base or Fraction(0))
        # half a frame early: rounded time stamps still count as this frame
        moment = start + (number - Fraction(1, 2)) / fps if number else Fraction(0)
        return _upright(_decode_at(container, stream, moment, 1 / fps))


@contextmanager
def _opened(
    path: Path, media_type: MediaTypeCode
) -> Iterator[tuple[av.container.InputContainer, VideoStream]]:
    """The container and its first video stream (cover pictures don't count).

    Raises:
        UnsupportedMedia: see `inspect_video`; also for what goes wrong while it is open.
    """
    options = {"protocol_whitelist": "file"}
    try:
        with av.open(
            str(path), format=_READERS[media_type], options=options, metadata_errors="replace"
        ) as container:
            streams = [
                stream
                for stream in container.streams.video
                if not stream.disposition & Disposition.attached_pic
            ]
            if not container.streams:
                raise _empty()
            if not streams:
                raise UnsupportedMedia(
                    "There is no video in this file.",
                    remedy="Send sound as WAV, MP3, FLAC, OGG or M4A.",
                )
            _check_codec(streams[0])
            yield container, streams[0]
    except av.error.EOFError as error:  # the headers are all there is
        raise _empty() from error
    except av.error.FFmpegError as error:
        raise UnsupportedMedia(
            "The video is cut off or damaged: it can't be decoded.",
            remedy="Send it again from the original.",
        ) from error


def _empty() -> UnsupportedMedia:
    return UnsupportedMedia(
        "This video has no frames: there is nothing to show.", remedy="Export it again."
    )


def _check_codec(stream: VideoStream) -> None:
    codec = stream.codec_context
    name = codec.codec.canonical_name if codec is not None else "unknown"
    if name not in CODECS:
        raise UnsupportedMedia(
            f"The video's codec ({name[:40]}) is not accepted.",
            remedy="Export it as H.264, H.265, AV1, VP9 or ProRes.",
        )


def _check_limits(width_px: int, height_px: int) -> None:
    if not width_px or not height_px:
        raise _empty()
    if width_px * height_px > settings.IMAGE_MAX_PIXELS:
        raise TooLarge(
            f"The pictures of this video have {width_px * height_px / 1e6:,.0f} megapixels;"
            f" at most {settings.IMAGE_MAX_PIXELS / 1e6:,.0f} are accepted."
        )


def _count(container: av.container.InputContainer, stream: VideoStream, path: Path) -> int:
    """How many pictures there are: by the index where it is complete, else by reading packets."""
    entries = list(stream.index_entries)
    if stream.frames and len(entries) == stream.frames:
        if max(entry.pos + entry.size for entry in entries) > path.stat().st_size:
            raise UnsupportedMedia(
                "The video is cut off: its last frames are missing.",
                remedy="Send it again from the original.",
            )
        return sum(not entry.is_discard for entry in entries)
    count = sum(bool(p.size) and not p.is_discard for p in container.demux(stream))
    container.seek(0)
    return count


def _rate(stream: VideoStream, frames: int) -> Fraction:
    rate = stream.average_rate or stream.guessed_rate
    if not rate and stream.duration and stream.time_base:
        rate = frames / (stream.duration * stream.time_base)
    return Fraction(rate or 1).limit_denominator(100_000) or Fraction(1)


def _decode_at(
    container: av.container.InputContainer,
    stream: VideoStream,
    moment: Fraction,
    margin: Fraction,
) -> VideoFrame:
    """The first picture shown at `moment` seconds or later; the last one if there is none."""
    if moment > 0 and stream.time_base:
        early = max(moment - margin, Fraction(0))
        container.seek(int(early / stream.time_base), stream=stream)
    found: VideoFrame | None = None
    for number, frame in enumerate(container.decode(stream)):
        found = frame
        is_there = frame.pts is None or frame.pts * (frame.time_base or 0) >= moment
        if is_there or number >= _PATIENCE_FRAMES:
            break
    if found is None:
        raise UnsupportedMedia("Not a single frame of this video can be decoded.")
    return found


def _upright(frame: VideoFrame) -> npt.NDArray[np.uint8]:
    matrix = _MATRIX.get(int(frame.colorspace))
    if matrix is None:
        matrix = Colorspace.ITU709 if frame.height >= _HD_HEIGHT_PX else Colorspace.ITU601
    full = int(frame.color_range) == ColorRange.JPEG
    if "yuv" in frame.format.name:
        frame_rgb = frame.reformat(
            format="rgb24",
            src_colorspace=matrix,
            src_color_range=ColorRange.JPEG if full else ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG,
        )
    else:
        frame_rgb = frame.reformat(format="rgb24")
    pixels = np.asarray(frame_rgb.to_ndarray(), np.uint8)
    return np.ascontiguousarray(np.rot90(pixels, frame.rotation // 90))
