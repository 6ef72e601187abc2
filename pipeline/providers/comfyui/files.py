"""Files to and from a server: each content goes up once, and what comes down is looked at."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assets.storage.models import MediaTypeCode
from assets.storage.sniffing import ENDINGS, HEAD_BYTES, sniff
from pipeline.providers.base import ErrorClass, InputFile, ProviderError
from pipeline.providers.comfyui.answers import FileRef
from pipeline.providers.comfyui.errors import detail_of
from pipeline.providers.comfyui.graphs import PLACEHOLDER
from pipeline.providers.comfyui.http import (
    ComfyHttp,
    Missing,
    NoAnswer,
    Refused,
    ServerFault,
)
from studio.core.errors import UnsupportedMedia
from studio.core.outbound import ResponseTooLarge, Truncated

TRIES = 4  # of a download that breaks off


@dataclass(frozen=True)
class Fetched:
    """A file as it came, and what its bytes say it is."""

    content: bytes
    media_type: str
    sha256: str


class Uploads:
    """Which contents this process has put on which server, and under which name there."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], str] = {}
        self._lock = threading.Lock()

    def name_on(self, http: ComfyHttp, file: InputFile) -> str:
        """The name of a file on the server, which is sent there unless it still has it.

        Names are made of the content's hash, which needs no quoting and tells two apart. The name
        that the server gives back counts: it renames where another file has the same name.

        Raises:
            ProviderError: the server does not take it.
            NoAnswer: the server did not answer.
        """
        size = file.path.stat().st_size
        with self._lock:
            known = self._names.get((http.url, file.sha256))
        if known is not None and http.size_of(_input_ref(known)) == size:
            return known
        try:
            with file.path.open("rb") as content:
                name = http.upload(
                    f"{file.sha256}.{ending_for(file.media_type)}", content, file.media_type
                )
        except Refused as error:
            raise _not_taken(error, size) from error
        except ServerFault as error:
            if error.is_gateway:
                raise
            raise ProviderError(
                "The ComfyUI server failed over an input file; its own log says why.",
                detail=detail_of(answer=error.detail, file=file.sha256),
            ) from error
        with self._lock:
            self._names[http.url, file.sha256] = name
        return name


def _input_ref(name: str) -> FileRef:
    folder, _, filename = name.rpartition("/")
    return FileRef(filename, folder, "input")


def ending_for(media_type: str) -> str:
    """The file name ending for a media type; nodes choose their decoder by it."""
    try:
        return ENDINGS[MediaTypeCode.by_code(media_type)][0]
    except KeyError:
        return "bin"


def _not_taken(error: Refused, size: int) -> ProviderError:
    if error.status == 413:
        message = f"An input file ({size / 1e6:.0f} MB) is larger than the ComfyUI server takes."
    else:
        message = "The ComfyUI server did not take an input file."
    return ProviderError(
        message,
        detail=detail_of(status=error.status, body=error.body),
        error_class=ErrorClass.INPUT,
    )


def wanted_files(
    names: Sequence[str] | set[str], inputs: Sequence[InputFile]
) -> Mapping[str, InputFile]:
    """The input file that each placeholder `input:<role>:<index>` stands for.

    Raises:
        ProviderError: the job has no such input.
    """
    found = {}
    for name in sorted(names):
        match = PLACEHOLDER.fullmatch(name)
        assert match is not None  # what `placeholders` gives
        of_role = [item for item in inputs if item.role == match[1]]
        if int(match[2]) >= len(of_role):
            raise ProviderError(
                f"The workflow needs an input that this job does not have: {match[1]}"
                f" number {int(match[2]) + 1}.",
                error_class=ErrorClass.INPUT,
            )
        found[name] = of_role[int(match[2])]
    return found


def fetch(http: ComfyHttp, ref: FileRef, pause: Callable[[float], None]) -> Fetched:
    """Download a result; a broken download is tried again, since reading changes nothing.

    Args:
        http: the server.
        ref: the file.
        pause: sleeps for so many seconds; may raise `Cancelled`.

    Raises:
        Missing: the server does not have it.
        ProviderError: it can't be had, or is nothing that a job delivers.
    """
    began = time.monotonic()
    broken = 0
    while True:
        try:
            content = http.view(ref)
        except (NoAnswer, Truncated) as error:
            # files outlast a restart of the server, so it is waited for
            broken += isinstance(error, Truncated)
            if broken >= TRIES or time.monotonic() - began > http.limits.unreachable_s:
                raise _not_fetched(ref, error) from error
            pause(http.limits.poll_s * 2**broken)
            continue
        except ResponseTooLarge as error:
            raise ProviderError(
                "The result is larger than the studio takes in.",
                detail=detail_of(file=ref.filename, reason=str(error)),
            ) from error
        except Refused as error:
            raise ProviderError(
                "The ComfyUI server does not hand out the result.",
                detail=detail_of(file=ref.filename, status=error.status),
            ) from error
        return looked_at(content, ref.filename)


def _not_fetched(ref: FileRef, error: NoAnswer | Truncated) -> ProviderError:
    reason = error.detail if isinstance(error, NoAnswer) else str(error)
    return ProviderError(
        "The result could not be downloaded whole from the ComfyUI server.",
        detail=detail_of(file=ref.filename, reason=reason),
        error_class=ErrorClass.WORKER_LOST,
    )


def looked_at(content: bytes, filename: str) -> Fetched:
    """A result with its type by its bytes; what names and headers say is not believed.

    Raises:
        ProviderError: it is empty, or no kind of file that the studio keeps.
    """
    if not content:
        raise ProviderError(
            "The ComfyUI server delivered an empty file.", detail=detail_of(file=filename)
        )
    try:
        media_type = sniff(content[:HEAD_BYTES], file_name=filename).code
    except UnsupportedMedia as error:
        raise ProviderError(
            "The ComfyUI server delivered something that is no picture, film or sound.",
            detail=detail_of(file=filename, reason=error.detail, begins=repr(content[:80])),
        ) from error
    return Fetched(content, media_type, hashlib.sha256(content).hexdigest())


__all__ = ["Fetched", "Missing", "Uploads", "ending_for", "fetch", "looked_at", "wanted_files"]
