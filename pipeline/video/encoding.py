"""Writing videos: one set of explicit parameters per codec, equal frames give equal bytes.

Every profile makes closed groups of pictures without re-ordered frames, each starting with a
keyframe: so a clip can be cut before any frame, joined at any keyframe and mixed with clips of the
same profile without decoding. Encoders get a fixed number of threads (some give other bytes with
another), no time of day and no version strings.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import av
import av.codec.context
import av.container
import numpy as np
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import (
    ColorPrimaries,
    ColorRange,
    Colorspace,
    ColorTrc,
)
from av.video.stream import VideoStream

from pipeline.video.frames import EXACT, Frame, VideoInfo, probe

#: BT.709 as ITU-T H.273 numbers it, for primaries, transfer and matrix.
BT709 = 1


@dataclass(frozen=True, eq=False)
class CodecProfile:
    """How a video is written.

    Profiles are compared by identity, so that they can be keys.

    Attributes:
        code: name of the profile in settings and reports.
        title: for people.
        encoder: FFmpeg's encoder.
        codec: what `probe` calls the result; "png" for an image sequence.
        pixel_format: how pixels are stored.
        container: "mp4", "mov" or "zip" (an image sequence).
        gop: frames from one keyframe to the next.
        options: every encoder option that decides about the bytes.
        codec_tag: four characters that name the codec in the file, where players insist.
        max_bits_per_pixel: above this the compliance report warns.
    """

    code: str
    title: str
    encoder: str
    codec: str
    pixel_format: str
    container: str = "mp4"
    gop: int = 12
    options: Mapping[str, str] = field(default_factory=dict)
    codec_tag: str = ""
    max_bits_per_pixel: float = 2.0

    @property
    def suffix(self) -> str:
        """File name extension with its dot."""
        return f".{self.container}"

    @property
    def media_type(self) -> str:
        """Media type of the finished file."""
        return _MEDIA_TYPES[self.container]

    @property
    def is_sequence(self) -> bool:
        """Whether this makes one picture file per frame."""
        return self.container == "zip"

    @property
    def needs_even_sides(self) -> bool:
        """Whether chroma is stored for two pixels at once, so that sides must be even."""
        return "420" in self.pixel_format or "422" in self.pixel_format


_MEDIA_TYPES = {"mp4": "video/mp4", "mov": "video/quicktime", "zip": "application/zip"}

# mbtree is off: with it, about one encoding in a hundred came out different (500 runs; without it,
# none). Quality is set by crf, so this costs size alone.
_X264 = (
    "keyint={gop}:min-keyint={gop}:scenecut=0:open-gop=0:bframes=0:ref=3:mbtree=0:rc-lookahead=12:"
    "threads=2:sliced-threads=0:lookahead-threads=1:colorprim=bt709:transfer=bt709:"
    "colormatrix=bt709:range=tv:force-cfr=1"
)
_X265 = (
    "keyint={gop}:min-keyint={gop}:scenecut=0:open-gop=0:bframes=0:cutree=0:rc-lookahead=12:"
    "pools=2:frame-threads=1:wpp=1:info=0:log-level=none:colorprim=bt709:transfer=bt709:"
    "colormatrix=bt709:range=limited"
)
_SVT = "pred-struct=1:keyint={gop}:irefresh-type=2:scd=0:lp=1:tune=1:enable-overlays=0"

#: The house encoding of takes and bridges; cuts in H.264 use it too, so they are copied.
TAKE = CodecProfile(
    code="h264",
    title="H.264",
    encoder="libx264",
    codec="h264",
    pixel_format="yuv420p",
    options={"preset": "veryfast", "crf": "16", "profile": "high", "x264-params": _X264},
    codec_tag="avc1",
)

PROFILES: dict[str, CodecProfile] = {
    profile.code: profile
    for profile in (
        TAKE,
        CodecProfile(
            code="h265",
            title="H.265",
            encoder="libx265",
            codec="hevc",
            pixel_format="yuv420p",
            options={"preset": "superfast", "crf": "18", "x265-params": _X265},
            codec_tag="hvc1",
        ),
        CodecProfile(
            code="av1",
            title="AV1",
            encoder="libsvtav1",
            codec="av1",
            pixel_format="yuv420p",
            gop=24,
            options={"preset": "9", "crf": "24", "svtav1-params": _SVT},
        ),
        CodecProfile(
            code="prores-422",
            title="ProRes 422",
            encoder="prores_ks",
            codec="prores",
            pixel_format="yuv422p10le",
            container="mov",
            gop=1,
            options={"profile": "standard", "vendor": "apl0"},
            codec_tag="apcn",
            max_bits_per_pixel=12.0,
        ),
        CodecProfile(
            code="png-sequence",
            title="Image sequence (PNG)",
            encoder="png",
            codec="png",
            pixel_format="rgb24",
            container="zip",
            gop=1,
            max_bits_per_pixel=48.0,
        ),
    )
}


def timescale(fps: Fraction) -> int:
    """Ticks per second in which every frame number lies on a whole tick."""
    return fps.numerator if fps.denominator > 1 else fps.numerator * 1000


def container_options(fps: Fraction) -> dict[str, str]:
    """Options of the MP4 and MOV writer: index in front, exact ticks, no version strings."""
    return {
        "movflags": "+faststart+write_colr",
        "video_track_timescale": str(timescale(fps)),
        "fflags": "+bitexact",
    }


class VideoWriter:
    """Writes frames to a video file; use as a context manager, the file is complete afterwards.

    Args:
        target: path of the file, or a binary file object open for writing.
        profile: how to write; not an image sequence (see `assemble.render_cut` for these).
        width_px, height_px: size of every frame; even where the profile halves chroma.
        fps: constant frame rate.
        timecode: start timecode such as "01:00:00:00", written to the container.

    Raises:
        ValueError: the size, rate or profile can't be written.
    """

    def __init__(
        self,
        target: Path | str | IO[bytes],
        profile: CodecProfile,
        width_px: int,
        height_px: int,
        fps: Fraction,
        timecode: str | None = None,
    ) -> None:
        check_target(profile, width_px, height_px, fps)
        self.profile, self.fps = profile, fps
        self.width_px, self.height_px = width_px, height_px
        self.frames = 0
        file: Any = target if hasattr(target, "write") else str(target)
        self._container = av.open(
            file, "w", format=profile.container, container_options=container_options(fps)
        )
        if timecode:
            self._container.metadata["timecode"] = timecode
        self._stream = _add_stream(self._container, profile, width_px, height_px, fps)

    def write(self, frame: Frame) -> None:
        """Append one frame, uint8 RGB of the writer's size.

        Raises:
            ValueError: its shape or type is another one.
        """
        if frame.shape != (self.height_px, self.width_px, 3) or frame.dtype != np.uint8:
            raise ValueError(
                f"frames must be uint8 of {self.width_px}×{self.height_px} px, "
                f"got {frame.dtype} {frame.shape}"
            )
        picture = from_rgb(frame, self.profile.pixel_format)
        picture.pts = self.frames
        picture.time_base = 1 / self.fps
        # Forced, so that every encoder puts its keyframes where the others do.
        is_key = self.frames % self.profile.gop == 0
        picture.pict_type = PictureType.I if is_key else PictureType.NONE
        # The encoder is opened, and starts its threads, with the first picture.
        with contextlib.nullcontext() if self.frames else ordinary_priority():
            self._mux(self._stream.encode(picture))
        self.frames += 1

    def close(self) -> None:
        """Write what the encoder still holds and the file's index."""
        try:
            if self.frames:
                self._mux(self._stream.encode(None))
        finally:
            self._container.close()

    def _mux(self, packets: Iterable[av.Packet[Any]]) -> None:
        for packet in packets:
            # Without it the last frame would have no length in the file's index.
            packet.duration = packet.duration or 1
            self._container.mux(packet)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


@contextlib.contextmanager
def ordinary_priority() -> Iterator[None]:
    """Keep the threads of this process from real-time priority, whoever asks for it meanwhile.

    Run by root, SVT-AV1 puts its threads and the one that opens it under SCHED_FIFO at the highest
    priority, and every process started after that inherits it: one busy loop then stops the
    machine.
    """
    try:
        yield
    finally:
        if sys.platform.startswith("linux"):
            for thread in (int(task.name) for task in Path("/proc/self/task").iterdir()):
                with contextlib.suppress(ProcessLookupError):  # it has ended meanwhile
                    if os.sched_getscheduler(thread) in (os.SCHED_FIFO, os.SCHED_RR):
                        os.sched_setscheduler(thread, os.SCHED_OTHER, os.sched_param(0))


def check_target(profile: CodecProfile, width_px: int, height_px: int, fps: Fraction) -> None:
    """Refuse sizes and rates that a profile can't hold.

    Raises:
        ValueError: with a message for people.
    """
    if fps <= 0:
        raise ValueError(f"The frame rate must be above 0, not {fps}.")
    if width_px < 16 or height_px < 16:
        raise ValueError(f"A video needs sides of at least 16 px, not {width_px}×{height_px}.")
    if profile.needs_even_sides and (width_px % 2 or height_px % 2):
        raise ValueError(f"{profile.title} needs even sides, not {width_px}×{height_px} px.")


def _add_stream(
    container: av.container.OutputContainer,
    profile: CodecProfile,
    width_px: int,
    height_px: int,
    fps: Fraction,
) -> VideoStream:
    if profile.encoder == "libsvtav1":
        # The encoder prints its settings to standard error unless told to report errors only.
        os.environ.setdefault("SVT_LOG", "1")
    options = {name: text.format(gop=profile.gop) for name, text in profile.options.items()}
    if profile.encoder != "libsvtav1":
        options["threads"] = "1" if profile.encoder == "prores_ks" else "2"
    stream = container.add_stream(profile.encoder, rate=fps, options=options)
    assert isinstance(stream, VideoStream)
    stream.width, stream.height, stream.pix_fmt = width_px, height_px, profile.pixel_format
    stream.time_base = 1 / fps
    context = stream.codec_context
    context.time_base = 1 / fps
    context.framerate = fps
    context.gop_size = profile.gop
    context.max_b_frames = 0
    context.color_primaries = ColorPrimaries.BT709
    context.color_trc = ColorTrc.BT709
    context.colorspace = BT709
    context.color_range = ColorRange.MPEG
    context.flags |= av.codec.context.Flags.bitexact
    if profile.codec_tag:
        context.codec_tag = profile.codec_tag
    return stream


def from_rgb(frame: Frame, pixel_format: str) -> VideoFrame:
    """A picture of the encoder from full-range RGB, in limited-range BT.709."""
    picture = VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
    if pixel_format == "rgb24":
        return picture
    picture = picture.reformat(
        format=pixel_format,
        src_colorspace=Colorspace.ITU709,
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        interpolation=int(EXACT),
        threads=1,
    )
    picture.colorspace, picture.color_range = BT709, ColorRange.MPEG
    return picture


def write_video(
    path: Path | str,
    frames: Iterable[Frame],
    profile: CodecProfile = TAKE,
    *,
    fps: Fraction,
    timecode: str | None = None,
) -> VideoInfo:
    """Write frames to a file and say what it became.

    Raises:
        ValueError: there is no frame, or one that can't be written.
    """
    rest = iter(frames)
    first = next(rest, None)
    if first is None:
        raise ValueError("A video needs at least one frame.")
    height_px, width_px = first.shape[:2]
    with VideoWriter(path, profile, width_px, height_px, fps, timecode) as writer:
        for frame in chain([first], rest):
            writer.write(frame)
    return probe(path)
