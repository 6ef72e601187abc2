"""`seed.*` on this machine: portraits, foundations, crops and merges by classical means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyvips
from PIL import Image

from pipeline.providers.base import (
    Cancelled,
    InputFile,
    Produced,
    RunRequest,
)
from pipeline.providers.local.making import Effort, refuse
from pipeline.providers.local.pictures import inputs_of, read_picture, to_png

if TYPE_CHECKING:
    from pipeline.imaging.faces import Face

Pixels = npt.NDArray[np.uint8]
Report = Callable[[float], None]
Stopper = Callable[[], bool]

_READ = 0.05  # share of the progress bar that reading the inputs takes
_SAME_SHAPE = 0.02  # two pictures of aspects this near are of one shape


@dataclass(frozen=True)
class _Made:
    pixels: Pixels
    notes: Mapping[str, Any] = field(default_factory=dict)


#: What is made of a request with this random seed; may raise Cancelled and ProviderError.
_Work = Callable[[RunRequest, int, Report, Stopper], _Made]


def _maker(work: _Work) -> Callable[[RunRequest, int, int, Report, Stopper], Produced]:
    """Measure the work and pack its picture as PNG; the quantity is this thread's CPU time."""

    def make(
        request: RunRequest, position: int, random_seed: int, report: Report, cancelled: Stopper
    ) -> Produced:
        effort = Effort()
        if cancelled():
            raise Cancelled
        made = work(request, random_seed, report, cancelled)
        if cancelled():
            raise Cancelled
        content = to_png(made.pixels, request.embed, random_seed)
        return effort.produced(
            position=position,
            content=content,
            media_type="image/png",
            random_seed=random_seed,
            notes=made.notes,
        )

    make.__doc__ = work.__doc__
    return make


def _source(request: RunRequest, role: str) -> Pixels:
    files = inputs_of(request, role)
    if not files:
        raise refuse(f"The {role} is missing.")
    return read_picture(files[0])


def _likeness(source: Pixels, made: Pixels) -> dict[str, Any]:
    from pipeline.imaging.likeness import likeness

    found = likeness(source, made)
    return {"likeness": found.value, "likeness_model": found.model}


def _forward(request: RunRequest, random_seed: int, report: Report, cancelled: Stopper) -> _Made:
    """Compose a foundation around the person of a portrait.

    Raises:
        ProviderError: the portrait can't be read.
        Cancelled: it was asked to stop.
    """
    # Loaded by the processes that make pictures; the others start without it.
    from pipeline.imaging.foundation import FoundationSpec, compose_foundation
    from pipeline.imaging.sketch import Cancelled as SketchCancelled
    from pipeline.imaging.sketch.spec import Reporter

    wanted = request.parameters
    portrait = _source(request, "source")
    report(_READ)
    spec = FoundationSpec(
        prompt=wanted["prompt"],
        negative_prompt=wanted["negative_prompt"],
        width_px=wanted["width_px"],
        height_px=wanted["height_px"],
        random_seed=random_seed,
    )
    try:
        made = compose_foundation(
            portrait,
            spec,
            Reporter(lambda done, _: report(_READ + (0.9 - _READ) * done), cancelled),
        )
    except SketchCancelled as stop:
        raise Cancelled from stop
    notes: dict[str, Any] = {
        "method": "The person cut out and placed in a drawn setting; no model.",
        "setting": made.setting,
        "dyed": made.dyed,
        "face_found": made.has_face,
    }
    return _Made(made.pixels, notes | _likeness(portrait, made.pixels))


def _reverse(request: RunRequest, random_seed: int, report: Report, cancelled: Stopper) -> _Made:
    """Take a portrait out of a foundation.

    Raises:
        ProviderError: the foundation can't be read, or shows no face.
    """
    from pipeline.imaging.portrait import NoFace, PortraitSpec, take_portrait

    wanted = request.parameters
    foundation = _source(request, "source")
    report(_READ)
    spec = PortraitSpec(wanted["width_px"], wanted["height_px"], random_seed)
    try:
        made = take_portrait(foundation, spec)
    except NoFace as problem:
        raise refuse(str(problem)) from problem
    report(0.8)
    notes: dict[str, Any] = {
        "method": "Cropped, levelled and enlarged; no model.",
        "levelled_degrees": made.levelled_degrees,
        "enlarged": made.enlarged,
    }
    return _Made(made.pixels, notes | _likeness(foundation, made.pixels))


def _refine(request: RunRequest, random_seed: int, report: Report, cancelled: Stopper) -> _Made:
    """Level, even out light, even out skin.

    Raises:
        ProviderError: the picture can't be read, or symmetry is wanted and no face is found.
    """
    from pipeline.imaging.refine import level, smooth_skin, symmetrise

    wanted = request.parameters
    picture = _source(request, "base")
    report(_READ)
    notes: dict[str, Any] = {"levelled_degrees": 0.0}
    if wanted["level"]:
        degrees = wanted["level_degrees"]
        if degrees is None:
            degrees = _tilt(picture)
            if degrees is None:
                notes["level"] = "The eyes were not found for sure, so nothing was turned."
        picture = level(picture, degrees or 0.0)
        notes["levelled_degrees"] = round(degrees or 0.0, 2)
    report(0.4)
    if wanted["symmetry"] > 0:
        face = _face(picture)
        if face is None:
            raise refuse(
                "No face was found, so its halves can't be evened out. Set symmetry to 0, or use "
                "a picture that shows the face from the front."
            )
        picture = symmetrise(picture, face, wanted["symmetry"])
    report(0.7)
    return _Made(smooth_skin(picture, wanted["skin"]), notes)


def _face(picture: Pixels) -> Face | None:
    from pipeline.imaging.faces import find_faces

    return next(iter(find_faces(picture)), None)


def _tilt(picture: Pixels) -> float | None:
    from pipeline.imaging.faces import roll_degrees

    face = _face(picture)
    return roll_degrees(picture, face) if face is not None else None


def _crop(request: RunRequest, random_seed: int, report: Report, cancelled: Stopper) -> _Made:
    """Cut a part out, pixel for pixel.

    Raises:
        ProviderError: the picture can't be read, or the part does not lie inside it.
    """
    wanted = request.parameters
    picture = _source(request, "base")
    report(_READ)
    left, top = wanted["left_px"], wanted["top_px"]
    right, bottom = left + wanted["width_px"], top + wanted["height_px"]
    height, width = picture.shape[:2]
    if right > width or bottom > height:
        raise refuse(
            f"The crop reaches to {right} × {bottom} px, but the picture is only "
            f"{width} × {height} px. Choose a part that lies inside.",
        )
    return _Made(picture[top:bottom, left:right])


def _merge(request: RunRequest, random_seed: int, report: Report, cancelled: Stopper) -> _Made:
    """Lay the second picture into the first under a mask.

    Raises:
        ProviderError: an input is missing, can't be read, or is of another shape.
    """
    from pipeline.imaging.merge import merge

    wanted = request.parameters
    sources, masks = inputs_of(request, "source"), inputs_of(request, "mask")
    if len(sources) != 2 or len(masks) != 1:
        raise refuse("A merge takes two pictures and one mask.")
    first, second = (read_picture(file) for file in sources)
    report(_READ)
    size = first.shape[1], first.shape[0]
    notes: dict[str, Any] = {"mode": wanted["mode"]}
    if second.shape != first.shape:
        notes["fitted"] = f"The second picture was brought to {size[0]} × {size[1]} px."
        second = _fitted(second, size, "second picture")
    mask = _fitted(_read_mask(masks[0]), size, "mask")
    report(0.15)
    merged = merge(first, second, mask, wanted["mode"], wanted["feather_px"])
    return _Made(merged, notes)


def _fitted(pixels: Pixels, size: tuple[int, int], name: str) -> Pixels:
    """The picture in the size of the first; only where it has its shape."""
    height, width = pixels.shape[:2]
    if (width, height) == size:
        return pixels
    ratio = (width * size[1]) / (height * size[0])
    if abs(ratio - 1) > _SAME_SHAPE:
        raise refuse(
            f"The first picture is {size[0]} × {size[1]} px and the {name} {width} × {height} px; "
            "they are not of one shape. Crop one of them to the other's aspect first."
        )
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS), np.uint8)


def _read_mask(file: InputFile) -> Pixels:
    """A mask as one plane, 0 … 255: its lightness, times its opacity where it has one.

    Raises:
        ProviderError: the file can't be decoded.
    """
    try:
        image: Any = pyvips.Image.new_from_file(str(file.path), fail_on="error").autorot()
        if image.hasalpha():
            image = image.flatten(background=[0] * (image.bands - 1))
        image = image.colourspace("b-w").extract_band(0).cast("uchar")
        values = np.frombuffer(image.write_to_memory(), dtype=np.uint8)
    except pyvips.Error as error:
        raise refuse("The mask can't be read as a picture.", str(error)[:2000]) from error
    return values.reshape(image.height, image.width).copy()


compose_foundation = _maker(_forward)
take_portrait = _maker(_reverse)
refine_seed = _maker(_refine)
crop_seed = _maker(_crop)
merge_seeds = _maker(_merge)
