"""Input takes as frames; what can't be read or is too short is said for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.providers.base import Cancelled, RunRequest
from pipeline.providers.local.making import refuse
from pipeline.providers.local.pictures import inputs_of

if TYPE_CHECKING:
    from pipeline.video.frames import VideoInfo
    from pipeline.video.measures import Frame


@dataclass(frozen=True)
class Take:
    """One input video: its file, what it is, and what people call it here."""

    path: Path
    info: VideoInfo
    name: str

    def read(
        self, start: int, stop: int, cancelled: Callable[[], bool] = lambda: False
    ) -> list[Frame]:
        """Decode frames [start, stop).

        Raises:
            ProviderError: they can't be decoded.
            Cancelled: it was asked to stop.
        """
        from pipeline.video.frames import read_frames

        frames = []
        with readable():
            for frame in read_frames(self.path, start, stop):
                if cancelled():
                    raise Cancelled
                frames.append(frame)
        return frames


@contextmanager
def readable() -> Iterator[None]:
    """Turn what the algorithms say of unfit frames into the provider's error."""
    from pipeline.video.frames import UnreadableVideo
    from pipeline.video.heal import TooShort

    try:
        yield
    except (UnreadableVideo, TooShort) as error:
        raise refuse(str(error)) from error


def takes_of(request: RunRequest, *names: str) -> list[Take]:
    """The input videos, as many as there are names for them ("take", "left take").

    Raises:
        ProviderError: one is missing or can't be read.
    """
    from pipeline.video.frames import UnreadableVideo, probe

    files = inputs_of(request, "video")
    if len(files) != len(names):
        raise refuse(f"{len(names)} videos are needed, {len(files)} came.")
    takes = []
    for file, name in zip(files, names, strict=True):
        try:
            takes.append(Take(file.path, probe(file.path), name))
        except UnreadableVideo as error:
            raise refuse(
                f"The {name} can't be read: it is damaged or holds no video. Choose another take"
                " or make it again.",
                str(error),
            ) from error
    return takes
