"""Copying coded pictures by frame number, without decoding them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import av.container
import av.error
import numpy as np
from av.video.stream import VideoStream

from pipeline.video.encoding import CodecProfile, VideoWriter, container_options
from pipeline.video.frames import Stamps, UnreadableVideo, open_video, rate_of, read_stamps


@dataclass(frozen=True)
class Layout:
    """All that a decoder is told before the first picture; equal layouts can be joined.

    `setup` is the codec's own description (for H.264 the SPS and PPS), byte by byte.
    """

    codec: str
    codec_tag: str
    width_px: int
    height_px: int
    pixel_format: str
    colors: tuple[int, int, int, int]
    setup: bytes

    @classmethod
    def of(cls, stream: VideoStream) -> Layout:
        """The layout of an opened stream."""
        context = stream.codec_context
        return cls(
            codec=context.codec.canonical_name,
            codec_tag=context.codec_tag,
            width_px=context.width,
            height_px=context.height,
            pixel_format=context.pix_fmt or "",
            colors=(
                int(context.color_primaries),
                int(context.color_trc),
                int(context.colorspace),
                int(context.color_range),
            ),
            setup=bytes(context.extradata or b""),
        )


class Source:
    """An opened video whose coded pictures are handed out by frame number.

    Raises:
        UnreadableVideo: on entering, or while packets are read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._opened = open_video(path)

    def __enter__(self) -> Self:
        self._container, self._stream = self._opened.__enter__()
        try:
            self.stamps: Stamps = read_stamps(self._container, self._stream, self.path)
        except BaseException as error:
            self._opened.__exit__(type(error), error, error.__traceback__)
            raise
        self._next = 0
        self.layout = Layout.of(self._stream)
        self.fps: Fraction = rate_of(self._stream, self.stamps)
        self.is_reordered = bool(self._stream.codec_context.has_b_frames)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        return self._opened.__exit__(kind, error, trace)

    @property
    def frames(self) -> int:
        """How many pictures it shows."""
        return len(self.stamps.pts)

    def next_keyframe(self, number: int) -> int | None:
        """The first keyframe at or after a frame, or None."""
        return next((k for k in self.stamps.keyframes if k >= number), None)

    def packets(self, start: int, stop: int) -> Iterator[av.Packet[Any]]:
        """The coded pictures [start, stop); `start` is a keyframe.

        Raises:
            UnreadableVideo: one of them is not in the file.
        """
        if start:
            self._container.seek(self.stamps.pts[start], stream=self._stream, backward=True)
        elif self._next:
            self._container.seek(self.stamps.pts[0], stream=self._stream, backward=True)
        self._next = stop
        wanted = start
        for packet in self._container.demux(self._stream):
            if not packet.size or packet.pts is None or packet.pts < self.stamps.pts[wanted]:
                continue
            if packet.pts != self.stamps.pts[wanted] or packet.is_corrupt:
                break
            yield packet
            wanted += 1
            if wanted == stop:
                return
        raise UnreadableVideo(f"Frame {wanted} of “{self.path.name}” is missing or damaged.")


@lru_cache(maxsize=32)
def reference_clip(profile: CodecProfile, width_px: int, height_px: int, fps: Fraction) -> bytes:
    """One black frame as the profile writes it: the pattern of every joined file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"reference{profile.suffix}"
        with VideoWriter(path, profile, width_px, height_px, fps) as writer:
            writer.write(np.zeros((height_px, width_px, 3), np.uint8))
        return path.read_bytes()


class Joiner:
    """Writes coded pictures of equal layout one after the other, at a constant rate."""

    def __init__(
        self, container: av.container.OutputContainer, stream: VideoStream, fps: Fraction
    ) -> None:
        self._container, self._stream, self._fps = container, stream, fps
        self.frames = 0

    def add(self, packets: Iterable[av.Packet[Any]]) -> Iterator[int]:
        """Append coded pictures, yielding how many frames the file has after each.

        Raises:
            OSError: the target can't be written.
        """
        for packet in packets:
            packet.stream = self._stream
            packet.time_base = 1 / self._fps
            packet.pts = packet.dts = self.frames
            packet.duration = 1
            try:
                self._container.mux_one(packet)
            except av.error.FFmpegError as error:
                raise OSError(error.errno, f"The cut can't be written: {error.strerror}") from error
            self.frames += 1
            yield self.frames


@contextmanager
def joined_file(
    target: Path,
    profile: CodecProfile,
    size: tuple[int, int],
    fps: Fraction,
    metadata: Mapping[str, str],
) -> Iterator[tuple[Joiner, Layout]]:
    """Open a file for joining; the layout is what every picture added must have.

    Raises:
        OSError: the target can't be written.
    """
    with tempfile.TemporaryDirectory() as folder:
        pattern = Path(folder) / f"pattern{profile.suffix}"
        pattern.write_bytes(reference_clip(profile, *size, fps))
        with open_video(pattern) as (_, template):
            layout = Layout.of(template)
            container = av.open(
                str(target), "w", format=profile.container, container_options=container_options(fps)
            )
            try:
                container.metadata.update(metadata)
                stream = container.add_stream_from_template(template, opaque=True)
                stream.time_base = 1 / fps
                # The writer needs both: it takes neither from the template.
                stream.codec_context.framerate = fps
                if profile.codec_tag:
                    stream.codec_context.codec_tag = profile.codec_tag
                yield Joiner(container, stream, fps), layout
            finally:
                try:
                    container.close()
                except av.error.FFmpegError as error:
                    raise OSError(error.errno, f"The cut can't be finished: {error}") from error
