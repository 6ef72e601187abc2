"""Films and sound on their way to a provider and back: exact frames, exact length.

A model makes films of its own lengths, rate and size. A take has exact frames, rate and size in
the house encoding: each of its frames is the film's picture of that moment, and its first is the
film's first. FFmpeg is loaded only by who makes use of it.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from pipeline.imaging.focus import focal_point
from pipeline.imaging.sizes import SizePlan, fit_to
from pipeline.providers.base import Cancelled, ErrorClass, InputFile, ProviderError
from pipeline.providers.pictures import Picture, PictureRule, prepare_picture

if TYPE_CHECKING:
    from pipeline.video.frames import VideoInfo

#: A film that lasts less than this share of its take is refused; another short one is slowed down.
LEAST_SHARE = Fraction(3, 4)
#: Sound is sent like this: mono, whole numbers of 16 bit.
SOUND_HZ = 44_100
#: Aspect ratios that differ by less are the same.
SAME_ASPECT = 0.01

#: Only files of these kinds are opened as sound, and nothing that they name.
_SOUNDS = {
    "protocol_whitelist": "file",
    "format_whitelist": "wav,mp3,flac,ogg,aac,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm",
}


@dataclass(frozen=True)
class Wanted:
    """What a take is to be.

    Attributes:
        frames: exactly so many.
        fps: frames per second.
        width_px, height_px: even sides.
        is_framed: the start frame was sent within a frame that is cut away again.
    """

    frames: int
    fps: Fraction
    width_px: int
    height_px: int
    is_framed: bool = False

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Wanted:
        """From the parameters of `transform.image_to_video`."""
        return cls(
            parameters["frames"],
            Fraction(parameters["fps_num"], parameters["fps_den"]),
            parameters["width_px"],
            parameters["height_px"],
        )


def finish_take(
    content: bytes, wanted: Wanted, *, provider: str, cancelled: Callable[[], bool]
) -> tuple[bytes, dict[str, str]]:
    """A provider's film as a take in the house encoding, of exactly these frames, rate and size.

    Its sound is left out: takes are silent.

    Args:
        content: the file that came.
        wanted: what the take is to be.
        provider: its name, for messages.
        cancelled: asked for each frame.

    Returns:
        The take, and notes about what was done to it.

    Raises:
        ProviderError: what came is no film, is cut short, or far shorter than asked for.
        Cancelled: it was asked to stop.
    """
    from pipeline.video.encoding import TAKE, VideoWriter
    from pipeline.video.frames import read_frames

    with _film(content, provider) as (came, info):
        numbers = _numbers(info, wanted, provider)
        path = came.with_name(f"take{TAKE.suffix}")
        plan = SizePlan(wanted.width_px, wanted.height_px, info.width_px, info.height_px)
        with VideoWriter(path, TAKE, wanted.width_px, wanted.height_px, wanted.fps) as writer:
            counts = {number: len(list(run)) for number, run in groupby(numbers)}
            focus = None
            for number, frame in enumerate(read_frames(came, 0, numbers[-1] + 1)):
                if cancelled():
                    raise Cancelled
                if number not in counts:
                    continue
                if focus is None:  # one crop for the whole take
                    seeks = plan.crops and not wanted.is_framed
                    focus = focal_point(frame) if seeks else (0.5, 0.5)
                fitted = np.ascontiguousarray(fit_to(frame, plan, focus))
                for _ in range(counts[number]):
                    writer.write(fitted)
        return path.read_bytes(), _notes(info, wanted, plan)


def check_film(content: bytes, *, provider: str) -> tuple[str, str]:
    """Check a film that is kept as it came, with its sound.

    Returns:
        Its media type, and a sentence about it.

    Raises:
        ProviderError: it is no film, or is cut short.
    """
    from pipeline.video.frames import read_frame

    with _film(content, provider) as (came, info):
        read_frame(came, info.frames - 1)
    media_type = "video/webm" if content[:4] == b"\x1aE\xdf\xa3" else "video/mp4"
    sound = "with" if info.has_audio else "without"
    return media_type, (
        f"{info.width_px}×{info.height_px}, {float(info.duration):.2f} s, {sound} sound, as it came"
    )


def start_picture(file: InputFile, wanted: Wanted, rule: PictureRule) -> Picture:
    """The start frame as it is sent: cut to the take's aspect ratio where it has another one.

    Raises:
        ProviderError: it is no picture, or breaks a limit.
    """
    picture = prepare_picture(file, rule)
    aspect = picture.width_px / picture.height_px
    if abs(aspect * wanted.height_px / wanted.width_px - 1) <= SAME_ASPECT:
        return picture
    with Image.open(io.BytesIO(picture.content)) as opened:
        pixels = np.asarray(opened.convert("RGB"), np.uint8)
    plan = SizePlan(wanted.width_px, wanted.height_px, picture.width_px, picture.height_px)
    buffer = io.BytesIO()
    Image.fromarray(fit_to(pixels, plan)).save(buffer, "PNG", compress_level=4)
    return Picture(buffer.getvalue(), "image/png", wanted.width_px, wanted.height_px)


def framed_picture(picture: Picture, aspect: float) -> Picture:
    """A picture within mirrored edges, so that it has another aspect ratio and loses nothing.

    Args:
        picture: as it is sent.
        aspect: width by height of what the provider makes.
    """
    here = picture.width_px / picture.height_px
    if abs(here / aspect - 1) <= SAME_ASPECT:
        return picture
    width = max(picture.width_px, round(picture.height_px * aspect))
    height = max(picture.height_px, round(picture.width_px / aspect))
    left, top = (width - picture.width_px) // 2, (height - picture.height_px) // 2
    right, bottom = width - picture.width_px - left, height - picture.height_px - top
    with Image.open(io.BytesIO(picture.content)) as opened:
        pixels = np.asarray(opened.convert("RGB"), np.uint8)
    padded = np.pad(pixels, ((top, bottom), (left, right), (0, 0)), mode="symmetric")
    buffer = io.BytesIO()
    Image.fromarray(padded).save(buffer, "PNG", compress_level=4)
    return Picture(buffer.getvalue(), "image/png", width, height)


def sound_seconds(file: InputFile) -> float:
    """How long a recording is.

    Raises:
        ProviderError: it holds no sound.
    """
    return len(_samples(file, None)) / SOUND_HZ


def sound_of_length(file: InputFile, seconds: int) -> bytes:
    """A recording as FLAC of exactly this length: cut, or followed by silence.

    Raises:
        ProviderError: it holds no sound.
    """
    import av

    length = seconds * SOUND_HZ
    samples = np.zeros(length, np.int16)
    given = _samples(file, length)[:length]
    samples[: len(given)] = given
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="flac") as target:
        stream = target.add_stream("flac", rate=SOUND_HZ, layout="mono")
        for first in range(0, length, 4096):
            piece = samples[None, first : first + 4096]
            frame = av.AudioFrame.from_ndarray(piece, format="s16", layout="mono")
            frame.sample_rate, frame.pts = SOUND_HZ, first
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return buffer.getvalue()


def _samples(file: InputFile, most: int | None) -> npt.NDArray[np.int16]:
    """The sound of a file, mono, at least the first so many samples; None: all."""
    import av
    import av.error

    pieces: list[npt.NDArray[np.int16]] = []
    count = 0
    try:
        with av.open(str(file.path), options=_SOUNDS, metadata_errors="replace") as source:
            if not source.streams.audio:
                raise _refuse("The recording holds no sound.")
            resampler = av.AudioResampler(format="s16", layout="mono", rate=SOUND_HZ)
            for frame in source.decode(source.streams.audio[0]):
                for part in resampler.resample(frame):
                    pieces.append(part.to_ndarray().reshape(-1).astype(np.int16, copy=False))
                    count += len(pieces[-1])
                if most is not None and count >= most:
                    break
            pieces += [
                p.to_ndarray().reshape(-1).astype(np.int16) for p in resampler.resample(None)
            ]
    except av.error.FFmpegError as error:
        raise _refuse("The recording can't be read as sound.", str(error)[:600]) from error
    if not count:
        raise _refuse("The recording holds no sound.")
    return np.concatenate(pieces)


@contextmanager
def _film(content: bytes, provider: str) -> Iterator[tuple[Path, VideoInfo]]:
    """What came as a file that can be read; whatever is wrong with it is the provider's."""
    from pipeline.video.frames import UnreadableVideo, probe

    with tempfile.TemporaryDirectory(prefix="seedframe-film-") as folder:
        path = Path(folder) / "came.mp4"
        path.write_bytes(content)
        try:
            yield path, probe(path)
        except UnreadableVideo as error:
            raise ProviderError(
                f"What {provider} sent is no film, or was cut short. Try again.",
                detail=f"{len(content)} bytes, starting {content[:16]!r}: {error}",
            ) from error


def _numbers(info: VideoInfo, wanted: Wanted, provider: str) -> Sequence[int]:
    """For each frame of the take, the film's picture of that moment."""
    lasts = wanted.frames / wanted.fps
    if info.duration < LEAST_SHARE * lasts:
        raise ProviderError(
            f"{provider} sent a film of {float(info.duration):.1f} s; the take lasts"
            f" {float(lasts):.1f} s. Try again, or ask for fewer frames.",
            detail=f"{info.frames} pictures at {info.fps} a second",
        )
    # A film that is a little short is slowed down, so that it moves to its end.
    rate = info.fps / wanted.fps * min(Fraction(1), info.duration / lasts)
    half = Fraction(1, 2)
    return [min(info.frames - 1, int(n * rate + half)) for n in range(wanted.frames)]


def _notes(info: VideoInfo, wanted: Wanted, plan: SizePlan) -> dict[str, str]:
    film = f"{info.width_px}×{info.height_px}, {info.frames} pictures at {float(info.fps):g} fps"
    notes = {
        "film": f"{film} as it came",
        "fps": f"{wanted.fps.numerator}/{wanted.fps.denominator}",
        "size": plan.sentence,
    }
    if info.fps != wanted.fps:
        notes["rate"] = f"{float(info.fps):g} fps brought to {float(wanted.fps):g}"
    if info.duration < wanted.frames / wanted.fps:
        notes["slowed"] = "the film was a little short and runs slower"
    return notes


def _refuse(message: str, detail: str = "") -> ProviderError:
    return ProviderError(message, detail=detail, error_class=ErrorClass.INPUT)
