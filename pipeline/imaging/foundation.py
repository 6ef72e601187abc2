"""Forward, from Seed A to Seed B: a foundation picture composed around the person of a portrait.

Classical means, no model: the person is cut out of the portrait and keeps every feature; the
setting is drawn by the sketch engine from the words of the prompt, or is a studio backdrop in
colours that suit the portrait when the prompt names no setting; a colour word before a garment
dyes the clothes. Pose and body stay what the portrait shows.
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.imaging import placement
from pipeline.imaging.faces import Face, find_faces
from pipeline.imaging.filters import skin_mask
from pipeline.imaging.matte import CutOut, cut_out
from pipeline.imaging.measures import Pixels
from pipeline.imaging.placement import Picture
from pipeline.imaging.sizes import SizeRange, fit_to, plan_size
from pipeline.imaging.sketch import SketchSpec, compose
from pipeline.imaging.sketch.reading import read_prompt
from pipeline.imaging.sketch.spec import Reporter
from pipeline.imaging.sketch.stream import Stream

_BACKDROP_SIZES = SizeRange(min_side_px=256, max_side_px=1024, multiple_px=8, max_pixels=600_000)
_PEOPLE = "person, people, woman, man, girl, boy, child, couple, crowd, portrait, face, figure"
_FACE_SHARE = (0.2, 0.27)  # of the height, drawn anew for every variation
_MOST_FACE_SHARE = 0.42
_EYE_LINE = (0.33, 0.39)
_MATTE_SIDE_PX = 1280


@dataclass(frozen=True, kw_only=True)
class FoundationSpec:
    """Everything that decides a foundation besides the portrait.

    Attributes:
        prompt: setting, light, wardrobe colour, style; may be empty.
        negative_prompt: what the setting must not show.
        width_px, height_px: of the result, 64 … 4096.
        random_seed: 0 … 2**63-1; changes setting, framing and light.
    """

    prompt: str
    width_px: int
    height_px: int
    random_seed: int
    negative_prompt: str = ""


@dataclass(frozen=True)
class Foundation:
    """A finished foundation.

    Attributes:
        pixels: uint8 (height_px, width_px, 3).
        has_face: whether a face was found; without one the most salient thing was cut out.
        setting: how the setting came about: ``sketch`` or ``backdrop``.
        dyed: whether the clothes were given another colour.
    """

    pixels: Pixels
    has_face: bool
    setting: str
    dyed: bool


def compose_foundation(
    rgb: Pixels, spec: FoundationSpec, report: Reporter | None = None
) -> Foundation:
    """Compose a foundation; equal arguments give equal bits on one machine.

    Args:
        rgb: the portrait, uint8 (height, width, 3).
        report: is told how far it is and may raise ``sketch.Cancelled``.
    """
    report = report or Reporter(None, None)
    stream = Stream(spec.random_seed, "foundation")
    report.reach(0.02, "finding the person")
    portrait = _bounded(rgb)
    face = next(iter(find_faces(portrait)), None)
    cut = cut_out(portrait, face)
    colour = placement.wanted_dye(spec.prompt)
    if colour is not None:
        chin = face.top + 1.12 * face.height if face else 0.45 * portrait.shape[0]
        cut = placement.dyed(cut, chin, skin_mask(portrait), colour)
    report.reach(0.3, "drawing the setting")
    backdrop, setting = _setting(spec, stream, cut, report)
    report.reach(0.75, "placing the person")
    placed, focus = _placed(cut, face, (spec.width_px, spec.height_px), stream.child("frame"))
    picture = _united(placed, backdrop, focus, stream.child("light"))
    report.reach(0.97, "finishing")
    pixels = _finished(picture, stream.child("grain"))
    return Foundation(pixels, face is not None, setting, colour is not None)


def _bounded(rgb: Pixels) -> Pixels:
    factor = _MATTE_SIDE_PX / max(rgb.shape[:2])
    if factor >= 1:
        return rgb
    size = (max(8, round(rgb.shape[1] * factor)), max(8, round(rgb.shape[0] * factor)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


# --- the setting --------------------------------------------------------------------------------


def _setting(
    spec: FoundationSpec, stream: Stream, cut: CutOut, report: Reporter
) -> tuple[Picture, str]:
    """The setting in the size of the result, 0 … 1, a little out of focus."""
    plan = plan_size(_BACKDROP_SIZES, spec.width_px, spec.height_px)
    wanted = SketchSpec(
        prompt=spec.prompt,
        negative_prompt=", ".join(part for part in (spec.negative_prompt, _PEOPLE) if part),
        width_px=plan.request_width_px,
        height_px=plan.request_height_px,
        random_seed=stream.seed,
    )
    reading = read_prompt(wanted)
    if not (reading.mentions or reading.lights or reading.weathers or reading.seasons):
        size = (spec.width_px, spec.height_px)
        return _backdrop(cut, size, stream.child("backdrop")), "backdrop"
    drawn = compose(wanted, lambda done, doing: report.reach(0.3 + 0.45 * done, doing))
    picture = fit_to(drawn, plan).astype(np.float32) / np.float32(255)
    # A portrait lens: the setting is soft, so that its being drawn does not show.
    blur = min(spec.width_px, spec.height_px) * stream.child("lens").uniform(0.006, 0.011)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), max(0.6, blur)), np.float32), "sketch"


def _backdrop(cut: CutOut, size: tuple[int, int], stream: Stream) -> Picture:
    """A studio backdrop: a pool of light on painted canvas, in a colour that suits the person."""
    weight = np.where(cut.alpha > 0.9, 1.0, 0.0).ravel()
    pixels = cut.rgb.reshape(-1, 3)
    mean = np.average(pixels, axis=0, weights=weight) if weight.sum() else pixels.mean(axis=0)
    hue, lightness, _ = colorsys.rgb_to_hls(*(mean / 255))
    hue = (hue + stream.pick((0.5, 0.46, 0.54, 0.58, 0.08)) + stream.normal(0.02)) % 1
    middle = 0.62 if lightness < 0.35 else 0.42
    light = np.array(colorsys.hls_to_rgb(hue, middle + 0.1, stream.uniform(0.1, 0.26)))
    dark = np.array(colorsys.hls_to_rgb(hue, middle * 0.42, stream.uniform(0.12, 0.3)))
    width, height = size
    x, y = stream.uniform(0.3, 0.7), stream.uniform(0.28, 0.48)
    xs = (np.arange(width, dtype=np.float32)[None, :] / width - x) * (width / height) ** 0.5
    ys = np.arange(height, dtype=np.float32)[:, None] / height - y
    pool = np.exp(-(np.square(xs) + np.square(ys)) / np.float32(0.16))
    cloth = np.zeros((height, width), np.float32)
    for octave, cells in enumerate((3, 6, 13)):
        grid = stream.child(f"cloth {octave}").array(cells + 1, cells + 1) - np.float32(0.5)
        grown = cv2.resize(grid, size, interpolation=cv2.INTER_CUBIC)
        cloth += np.asarray(grown, np.float32) * np.float32(0.2 / (octave + 1))
    share = np.clip(pool + cloth, 0, 1)[..., None]
    return np.asarray(dark + share * (light - dark), np.float32)


# --- the person -----------------------------------------------------------------------------------


def _placed(
    cut: CutOut, face: Face | None, size: tuple[int, int], stream: Stream
) -> tuple[CutOut, tuple[float, float]]:
    """The person at its size and place in the frame, and where the face came to be (fractions)."""
    width, height = size
    rows, columns = cut.alpha.shape
    jitter, aside = stream.uniform(), stream.uniform(-0.05, 0.05)
    eye_line = stream.uniform(*_EYE_LINE)
    if face is None:
        scale = 0.86 * min(width / columns, height / rows) * (0.9 + 0.2 * jitter)
        x, y = columns / 2, rows / 2
        at = (width * (0.5 + aside), height - rows * scale / 2)
    else:
        share = _FACE_SHARE[0] + jitter * (_FACE_SHARE[1] - _FACE_SHARE[0])
        x, y = face.centre[0], face.top + 0.36 * face.height
        # Large enough for the portrait's lower edge to reach the frame's, within reason.
        reaching = (1 - eye_line) * face.height / max(1.0, rows - y)
        share = min(_MOST_FACE_SHARE, max(share, reaching))
        scale = share * height / face.height
        at = (width * (0.5 + aside), max(eye_line * height, height - (rows - y) * scale))
    matrix = np.array([[scale, 0, at[0] - scale * x], [0, scale, at[1] - scale * y]])
    rgb, alpha = cut.rgb, cut.alpha
    if scale < 0.7:
        rgb = np.asarray(cv2.GaussianBlur(rgb, (0, 0), 0.4 / scale), np.uint8)
        alpha = np.asarray(cv2.GaussianBlur(alpha, (0, 0), 0.4 / scale), np.float32)
    colours = cv2.warpAffine(
        rgb, matrix, size, flags=cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REPLICATE
    )
    cover = cv2.warpAffine(alpha, matrix, size, flags=cv2.INTER_LINEAR)
    if scale > 1.1:
        soft = cv2.GaussianBlur(colours, (0, 0), min(3.0, 0.7 * scale))
        colours = cv2.addWeighted(colours, 1.25, soft, -0.25, 0)
    moved = CutOut(np.asarray(colours, np.uint8), np.clip(cover, 0, 1).astype(np.float32))
    return moved, (at[0] / width, at[1] / height)


def _united(
    placed: CutOut, backdrop: Picture, focus: tuple[float, float], stream: Stream
) -> Picture:
    """Person and setting in one light."""
    side = stream.sign()
    person = placement.transfer_light(placed, backdrop, 0.16)
    person = placement.wrap_light(person, backdrop, placed.alpha)
    behind = placement.cast_shadow(
        backdrop, placed.alpha, -side * stream.uniform(0.02, 0.05), stream.uniform(0.3, 0.42)
    )
    cover = placed.alpha[..., None]
    picture = np.asarray(person * cover + behind * (1 - cover), np.float32)
    picture = placement.direct_light(
        picture, side * stream.uniform(0.4, 1.0), stream.uniform(-0.7, 0.9)
    )
    return placement.vignette(picture, stream.uniform(0.35, 0.6), focus)


def _finished(picture: Picture, stream: Stream) -> Pixels:
    """Fine grain over everything, the same for person and setting; then whole numbers."""
    height, width = picture.shape[:2]
    grain = stream.array(height, width) - np.float32(0.5)
    noisy = picture + (grain * np.float32(0.022))[..., None]
    return np.asarray(np.clip(np.rint(noisy * 255), 0, 255), np.uint8)
