"""How a cut-out person comes to look as if standing in a setting: light, colour, shadow."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.imaging.matte import CutOut
from pipeline.imaging.sketch.vocabulary.colours import COLOUR_WORDS

Plane = npt.NDArray[np.float32]
#: A picture as floats, (height, width, 3), 0 … 1.
Picture = npt.NDArray[np.float32]

_GARMENTS_TEXT = (
    "coat jacket suit shirt blouse dress uniform sweater jumper hoodie cardigan vest gown robe "
    "tunic kimono overall overalls spacesuit jumpsuit outfit clothes costume cape cloak "
    "top tee t-shirt turtleneck blazer wardrobe"
)
#: Words for what people wear; a colour word before one dyes the clothes.
GARMENTS = frozenset(_GARMENTS_TEXT.split())

_ADJECTIVES_BETWEEN = 2


def transfer_light(cut: CutOut, backdrop: Picture, strength: float) -> Picture:
    """The person's colours moved towards the light of the setting.

    Mean chroma moves by ``strength``, mean lightness by half of it, in CIE Lab (Reinhard et al.
    2001, without the spread, which would change contrast).

    Args:
        strength: 0 … 1.
    """
    person = cv2.cvtColor(cut.rgb.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2Lab)
    around = cv2.cvtColor(backdrop, cv2.COLOR_RGB2Lab).reshape(-1, 3)
    weight = cut.alpha[..., None]
    own = (person * weight).sum(axis=(0, 1)) / max(1.0, float(weight.sum()))
    move = (around.mean(axis=0) - own) * np.array([0.5, 1.0, 1.0]) * strength
    # A portrait stays readable: no more than a stop's worth of change.
    move = np.clip(move, [-9, -7, -9], [9, 7, 9])
    return as_rgb(np.asarray(person + move.astype(np.float32), np.float32))


def as_rgb(lab: npt.NDArray[np.float32]) -> Picture:
    """CIE Lab as RGB, 0 … 1."""
    return np.asarray(np.clip(cv2.cvtColor(lab, cv2.COLOR_Lab2RGB), 0, 1), np.float32)


def cast_shadow(backdrop: Picture, alpha: Plane, aside: float, strength: float) -> Picture:
    """The backdrop with the person's soft shadow on it.

    Args:
        aside: where the shadow falls, in widths of the picture; negative to the left.
        strength: 0 … 1, how dark.
    """
    height, width = alpha.shape
    unit = min(height, width)
    shift = np.array([[1, 0, aside * width], [0, 1, 0.02 * height]], np.float32)
    moved = cv2.warpAffine(alpha, shift, (width, height), borderMode=cv2.BORDER_REPLICATE)
    wide = cv2.GaussianBlur(moved, (0, 0), unit * 0.05)
    near = cv2.GaussianBlur(alpha, (0, 0), unit * 0.012)
    shade = 1 - np.float32(strength) * np.maximum(wide * 0.8, near * 0.6)
    return np.asarray(backdrop * shade[..., None], np.float32)


def wrap_light(person: Picture, backdrop: Picture, alpha: Plane) -> Picture:
    """The person with the setting's light spilling over the edges, as a lens lets it."""
    unit = min(alpha.shape)
    glow = cv2.GaussianBlur(backdrop, (0, 0), unit * 0.03)
    depth = cv2.GaussianBlur(alpha, (0, 0), unit * 0.008)
    edge = np.clip((1 - depth) * 0.55, 0, 1)[..., None]
    lit = 1 - (1 - person) * (1 - glow * 0.5)  # screen
    return np.asarray(person + edge * (lit - person), np.float32)


def direct_light(picture: Picture, aside: float, warmth: float) -> Picture:
    """One side lighter than the other, and the light warmer or cooler.

    Args:
        aside: -1 … 1, how much lighter the right side is.
        warmth: -1 … 1, cooler to warmer.
    """
    ramp = np.linspace(-1, 1, picture.shape[1], dtype=np.float32)[None, :, None]
    tint = np.array([1 + 0.04 * warmth, 1.0, 1 - 0.05 * warmth], np.float32)
    lit = picture * tint * (1 + np.float32(0.12 * aside) * ramp)
    return np.asarray(np.clip(lit, 0, 1), np.float32)


def vignette(picture: Picture, strength: float, focus: tuple[float, float]) -> Picture:
    """The corners darker, around a focus in fractions of the picture."""
    height, width = picture.shape[:2]
    ys = np.linspace(0, 1, height, dtype=np.float32)[:, None] - focus[1]
    xs = np.linspace(0, 1, width, dtype=np.float32)[None, :] - focus[0]
    far = np.clip(np.hypot(xs, ys * 0.9) - 0.3, 0, None)
    return np.asarray(picture * (1 - strength * np.square(far) * 2.2)[..., None], np.float32)


def wanted_dye(prompt: str) -> tuple[float, float, float] | None:
    """The colour that the prompt gives to the clothes ("in a teal coat"), RGB 0 … 1; or None."""
    words = [word.strip(".,;:!?()\"'").lower() for word in prompt.split()]
    for index, word in enumerate(words):
        if word in GARMENTS:
            before = words[max(0, index - 1 - _ADJECTIVES_BETWEEN) : index]
            for candidate in reversed(before):
                if candidate in COLOUR_WORDS:
                    return COLOUR_WORDS[candidate]
    return None


def dyed(cut: CutOut, below_px: float, skin: Plane, colour: tuple[float, float, float]) -> CutOut:
    """The person with clothes of another colour; folds, patches and trimmings stay.

    Args:
        below_px: from which row on clothes begin.
        skin: 0 … 1, where skin is; it is left alone.
        colour: RGB, 0 … 1.
    """
    lab = cv2.cvtColor(cut.rgb.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2Lab)
    rows = np.arange(lab.shape[0], dtype=np.float32)[:, None]
    place = np.clip((rows - below_px) / max(4.0, 0.02 * lab.shape[0]), 0, 1)
    cloth = place * (cut.alpha > 0.6)
    if float(cloth.sum()) < 50:
        return cut
    main = _main_colour(np.asarray(lab, np.float32), np.asarray(cloth > 0.5))
    # Skin of the cloth's own colour can't be told from it by colour; below the chin it is cloth.
    far = np.hypot(lab[..., 1] - main[1], lab[..., 2] - main[2])
    like = np.exp(-0.5 * np.square(far / 28)) * cloth
    if float(np.hypot(main[1], main[2])) < 25:
        like = like * (1 - skin)
    like = cv2.GaussianBlur(like.astype(np.float32), (0, 0), max(0.6, lab.shape[0] / 900))
    target = cv2.cvtColor(np.array([[colour]], np.float32), cv2.COLOR_RGB2Lab)[0, 0]
    move = target - main
    move[0] = np.clip(move[0] * 0.75, -38, 30)
    changed = lab + like[..., None] * move
    rgb = np.rint(as_rgb(np.asarray(changed, np.float32)) * 255).astype(np.uint8)
    return CutOut(rgb, cut.alpha)


def _main_colour(
    lab: npt.NDArray[np.float32], cloth: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float32]:
    """The commonest colour of the cloth, lively ones before greys and blacks.

    The fullest cell of a chroma histogram weighed by liveliness, refined by a median.
    """
    values = lab[cloth]
    lively = 0.1 + np.minimum(1.0, np.hypot(values[:, 1], values[:, 2]) / 40)
    counts, a_edges, b_edges = np.histogram2d(
        values[:, 1], values[:, 2], bins=24, range=((-96, 96), (-96, 96)), weights=lively
    )
    a, b = np.unravel_index(int(counts.argmax()), counts.shape)
    centre = (a_edges[a] + 4, b_edges[b] + 4)
    near = values[np.hypot(values[:, 1] - centre[0], values[:, 2] - centre[1]) < 14]
    return np.asarray(np.median(near if len(near) else values, axis=0), np.float32)
