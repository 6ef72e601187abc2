"""`video.examine` on this machine: the end frame of a take and its measures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipeline.providers.base import Cancelled, Produced, RunRequest
from pipeline.providers.local.making import Effort, refuse
from pipeline.providers.local.pictures import inputs_of, read_picture, to_png
from pipeline.providers.local.takes import Take, readable, takes_of

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from pipeline.imaging.likeness import Portrait
    from pipeline.video.blackfreeze import BlackFreeze
    from pipeline.video.drift import Drift
    from pipeline.video.elastic import EndChoice
    from pipeline.video.figures import FrameFigures
    from pipeline.video.measures import Frame

#: Longest clip that is examined, frames; as the operation says of its limits.
MOST_FRAMES = 7200
_MEASURED = 0.6  # share of the progress bar that the pass over the frames takes
_TV_BLACK, _TV_RANGE = 16, 219  # of limited-range luma, which the search for black frames expects


def examine_take(
    request: RunRequest,
    position: int,
    random_seed: int,
    report: Callable[[float], None],
    cancelled: Callable[[], bool],
) -> Produced:
    """Choose the end frame, hand it out as PNG bit for bit, and report the take's measures.

    All measures speak of the frames up to the end frame, which are those that can be shown. The
    quantity is the CPU time of this process meanwhile, in milliseconds.

    Raises:
        ProviderError: the take can't be read or is shorter than asked for.
        Cancelled: it was asked to stop.
    """
    effort = Effort(time.process_time)
    wanted = request.parameters
    take = takes_of(request, "take")[0]
    work = _Examination(take, cancelled)
    length = min(take.info.frames, wanted["longest"] or take.info.frames)
    if length > MOST_FRAMES:
        raise refuse(
            f"The take has {take.info.frames:,} frames; at most {MOST_FRAMES:,} are examined."
            " Say how long it may be at most."
        )
    if length < wanted["shortest"]:
        raise refuse(
            f"The take has {take.info.frames} frames, fewer than the {wanted['shortest']} it must"
            " have. Make a longer take or allow a shorter one."
        )
    work.measure(length, lambda done: report(_MEASURED * done))
    choice = work.choose(wanted["shortest"], length, elastic=wanted["elastic"])
    report(0.75)
    reference = [read_picture(file) for file in inputs_of(request, "reference")]
    drift = work.drift(choice.frame, wanted["samples"], reference[0] if reference else None)
    report(0.95)
    content = to_png(work.frame(choice.frame), request.embed)
    return effort.produced(
        position=position,
        content=content,
        media_type="image/png",
        random_seed=random_seed,
        notes=work.report(choice, drift, has_reference=bool(reference)),
    )


@dataclass
class _Examination:
    """One take under examination."""

    take: Take
    cancelled: Callable[[], bool]
    figures: list[FrameFigures] = field(default_factory=list)
    _portraits: dict[int, Portrait] = field(default_factory=dict)
    _greys: BlackFreeze | None = None

    def measure(self, length: int, report: Callable[[float], None]) -> None:
        """One pass over the first frames."""
        from pipeline.video.blackfreeze import find_black_and_frozen

        self._greys = find_black_and_frozen(self._pass(length, report), black_least=1)

    def _pass(
        self, length: int, report: Callable[[float], None]
    ) -> Iterator[npt.NDArray[np.uint8]]:
        import numpy as np

        from pipeline.video.figures import FrameMeter
        from pipeline.video.frames import read_frames

        to_limited = np.rint(_TV_BLACK + np.arange(256) * _TV_RANGE / 255).astype(np.uint8)
        meter = FrameMeter()
        with readable():
            for number, frame in enumerate(read_frames(self.take.path, 0, length)):
                if self.cancelled():
                    raise Cancelled
                yield to_limited[meter.add(frame)]
                report((number + 1) / length)
        self.figures = meter.figures

    def frame(self, number: int) -> Frame:
        """Decode one frame."""
        return self.take.read(number, number + 1, self.cancelled)[0]

    def portrait(self, number: int) -> Portrait:
        """A frame with its largest face; looked for once."""
        from pipeline.imaging.likeness import portrait

        if number not in self._portraits:
            self._portraits[number] = portrait(self.frame(number))
        return self._portraits[number]

    def openness(self, number: int) -> float | None:
        """How open the eyes are in a frame; None where there is no face."""
        from pipeline.video.elastic import eye_contrast

        seen = self.portrait(number)
        return None if seen.face is None else eye_contrast(seen.rgb, seen.face)

    def choose(self, shortest: int, longest: int, *, elastic: bool) -> EndChoice:
        """The end frame; the last one that is allowed when the duration is not elastic."""
        from pipeline.video.elastic import EndChoice, choose_end
        from pipeline.video.figures import motion_around

        if not elastic:
            last = longest - 1
            return EndChoice(
                last, f"Frame {last} is the last one.", tuple(motion_around(self.figures))
            )
        usual = self.openness(0)
        look = None if usual is None else self.openness
        return choose_end(self.figures, shortest, longest, look, usual)

    def drift(self, end: int, samples: int, reference: Frame | None) -> Drift:
        """The drift of frames spread from the first to the end frame."""
        from pipeline.video.drift import drift_curve
        from pipeline.video.figures import spread_evenly

        numbers = spread_evenly(end + 1, samples)
        return drift_curve([(number, self.portrait(number)) for number in numbers], reference)

    def report(self, choice: EndChoice, drift: Drift, *, has_reference: bool) -> dict[str, Any]:
        """The report as plain values."""
        from pipeline.imaging.measures import sharpness
        from pipeline.video.figures import flicker_of
        from pipeline.video.measures import exposure, grain_profile

        assert self._greys is not None
        shown = self.figures[: choice.frame + 1]
        end = self.frame(choice.frame)
        light = exposure(end)
        motion = [item.motion for item in shown[1:]]
        measures = {
            "drift_mean": drift.mean,
            "drift_max": drift.most,
            "likeness_min": drift.least_likeness,
            "flicker": flicker_of(shown),
            "motion_mean": sum(motion) / len(motion) if motion else 0.0,
            "sharpness": sharpness(end),
            "exposure_shadows": 100 * light.shadows,  # per cent of the pixels
            "exposure_highlights": 100 * light.highlights,
            "grain": grain_profile(end).mean_levels,
            "black_frames": _within(self._greys.black, choice.frame + 1),
            "frozen_frames": _within(self._greys.frozen, choice.frame + 1),
        }
        info = self.take.info
        faces = {seen.face.detector for seen in drift.portraits if seen.face is not None}
        return {
            "end_frame": choice.frame,
            "reason": choice.reason,
            "frames": info.frames,
            "fps": f"{info.fps.numerator}/{info.fps.denominator}",
            "width_px": info.width_px,
            "height_px": info.height_px,
            "measures": {code: round(value, 6) for code, value in measures.items()},
            "curve": [
                [
                    point.frame,
                    point.drift,
                    round(choice.energies[point.frame], 6),
                    round(flicker_of(self.figures[max(0, point.frame - 1) : point.frame + 2]), 6),
                ]
                for point in drift.points
            ],
            "models": {
                "likeness": ", ".join(drift.models),
                "faces": ", ".join(sorted(faces)) or "none found",
                "reference": "reference" if has_reference else "first frame",
            },
        }


def _within(runs: tuple[tuple[int, int], ...], stop: int) -> int:
    """How many frames of half-open runs lie before ``stop``."""
    return sum(max(0, min(last, stop) - first) for first, last in runs)
