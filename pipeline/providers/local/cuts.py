"""`video.render_cut` on this machine: takes and bridges become one movie."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.providers.base import Cancelled, InputFile, Produced, ProviderError, RunRequest
from pipeline.providers.local.making import Effort, refuse

if TYPE_CHECKING:
    from pipeline.video.compliance import ComplianceReport
    from pipeline.video.pieces import Piece, PreviousCut, RenderReport

#: The biggest movie that is made: it is handed over in memory.
MAX_CUT_BYTES = 1024**3

_RENDERED = 0.9  # share of the progress bar that rendering takes; the rest is checking


def render_movie(
    request: RunRequest,
    position: int,
    random_seed: int,
    report: Callable[[float], None],
    cancelled: Callable[[], bool],
) -> Produced:
    """Render a cut and check it.

    The quantity is the CPU time of this process meanwhile, in milliseconds. The notes hold the
    numbers of frames, copied and encoded ones, the pieces with their place in the cut (what the
    next cut gives as `previous_pieces`), and the compliance report.

    Raises:
        ProviderError: a video or a piece is unfit, the movie is too big or the disk is full.
        Cancelled: it was asked to stop.
    """
    # Loaded by the processes that render; the others start without it.
    from pipeline.video.frames import UnreadableVideo
    from pipeline.video.pieces import CutCancelled, UnfitPiece

    effort = Effort(time.process_time)
    with tempfile.TemporaryDirectory(prefix="seedframe-cut-") as folder:
        try:
            content, notes, media_type = _render(request, Path(folder), report, cancelled)
        except CutCancelled as stop:
            raise Cancelled from stop
        except (UnfitPiece, UnreadableVideo) as error:
            raise refuse(str(error)) from error
        except OSError as error:
            raise ProviderError(
                "The cut can't be written; the disk may be full.", detail=str(error)
            ) from error
    return effort.produced(
        position=position,
        content=content,
        media_type=media_type,
        random_seed=random_seed,
        notes=notes,
    )


def _render(
    request: RunRequest,
    folder: Path,
    report: Callable[[float], None],
    cancelled: Callable[[], bool],
) -> tuple[bytes, dict[str, Any], str]:
    """The movie's bytes, its notes and its media type."""
    from pipeline.video.assemble import render_cut
    from pipeline.video.compliance import Wanted, check_compliance
    from pipeline.video.encoding import PROFILES
    from pipeline.video.pieces import CutCancelled

    wanted = request.parameters
    profile = PROFILES[wanted["profile"]]
    fps = Fraction(wanted["fps_num"], wanted["fps_den"])
    size = (wanted["width_px"], wanted["height_px"])
    target = folder / f"cut{profile.suffix}"

    def tell(done: float) -> None:
        _check_size(folder)
        report(_RENDERED * done)

    rendered = render_cut(
        _pieces(request, folder),
        target,
        profile,
        fps=fps,
        size=size,
        previous=_previous(request),
        timecode=wanted["timecode"] or None,
        poster_frame=wanted["poster_frame"],
        progress=tell,
        cancelled=cancelled,
    )
    size_bytes = target.stat().st_size
    if size_bytes > MAX_CUT_BYTES:
        raise refuse(
            f"The movie has {size_bytes / 1024**2:,.0f} MiB; at most"
            f" {MAX_CUT_BYTES / 1024**2:,.0f} can be kept. Choose a codec profile that makes"
            " smaller files, or render a part of it."
        )
    checked = check_compliance(
        target, Wanted(profile, size, fps, rendered.frames), cancelled=cancelled
    )
    if cancelled():
        raise CutCancelled
    return target.read_bytes(), _notes(rendered, checked, fps, wanted), profile.media_type


def _check_size(folder: Path) -> None:
    """Pass while what is written is no more than can be kept, so that no plan fills the disk."""
    written = sum(
        Path(at, name).lstat().st_size for at, _, names in os.walk(folder) for name in names
    )
    if written > MAX_CUT_BYTES:
        raise refuse(
            f"The movie gets too big: at most {MAX_CUT_BYTES / 1024**2:,.0f} MiB can be kept."
            " Choose a codec profile that makes smaller files, or render a part of it."
        )


def _pieces(request: RunRequest, folder: Path) -> list[Piece]:
    """The pieces, with files that messages can call by a name."""
    from pipeline.video.pieces import Piece

    videos = [file for file in request.inputs if file.role == "video"]
    named = [_named(file, folder / f"video {number}") for number, file in enumerate(videos, 1)]
    pieces = []
    for number, wanted in enumerate(request.parameters["pieces"], 1):
        if wanted["input"] >= len(videos):
            raise refuse(
                f"Piece {number} names video {wanted['input'] + 1}, but only {len(videos)} are"
                " given."
            )
        place = wanted["input"]
        pieces.append(Piece(named[place], wanted["start"], wanted["stop"], videos[place].sha256))
    return pieces


def _named(file: InputFile, name: Path) -> Path:
    name.symlink_to(file.path)
    return name


def _previous(request: RunRequest) -> PreviousCut | None:
    from pipeline.video.pieces import PlacedPiece, PreviousCut

    base = next((file for file in request.inputs if file.role == "base"), None)
    if base is None:
        return None
    return PreviousCut(
        base.path,
        tuple(
            PlacedPiece(piece["identity"], piece["start"], piece["stop"], piece["at"])
            for piece in request.parameters["previous_pieces"]
        ),
    )


def _notes(
    rendered: RenderReport, checked: ComplianceReport, fps: Fraction, wanted: Any
) -> dict[str, Any]:
    return {
        "frames": rendered.frames,
        "copied": rendered.copied,
        "encoded": rendered.encoded,
        "fps": f"{fps.numerator}/{fps.denominator}",
        "profile": wanted["profile"],
        "poster_frame": wanted["poster_frame"],
        "pieces": [piece.document() for piece in rendered.pieces],
        "compliance": checked.document(),
    }
