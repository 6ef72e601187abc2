"""Lighting a sprite and setting it into the picture: shade, rim, shadow, reflection, air."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.imaging.sketch.canvas import Planes
from pipeline.imaging.sketch.noise import blurred
from pipeline.imaging.sketch.sprite import Sprite
from pipeline.imaging.sketch.stage import Stage
from pipeline.imaging.sketch.stream import Plane


@dataclass(frozen=True)
class Setting:
    """How a thing stands in the picture.

    Attributes:
        distance: 0 at the viewer … 1 at the horizon; veils it with air.
        volume: 0 flat … 1 strongly rounded shading.
        rim: 0 … 1, light along the edge that faces the sun.
        shadow: 0 … 1, how dark a shadow it throws on the ground.
        mirror: 0 … 1, how clearly the water under it reflects it.
        blur: out of focus, sigma in px.
        alpha: opacity of the whole.
        lit: exposure.
    """

    distance: float = 0.0
    volume: float = 0.6
    rim: float = 0.5
    shadow: float = 0.0
    mirror: float = 0.0
    blur: float = 0.0
    alpha: float = 1.0
    lit: float = 1.0


def place(sprite: Sprite, setting: Setting) -> None:
    """Light the sprite and composite it onto its stage's canvas."""
    stage = sprite.stage
    if float(sprite.alpha.max(initial=0.0)) <= 0.004:
        return
    rgb = _lighted(sprite, setting)
    alpha = sprite.alpha * np.float32(setting.alpha)
    rgb *= np.float32(setting.alpha)
    if setting.shadow > 0:
        _throw_shadow(sprite, setting)
    if setting.mirror > 0:
        _reflect(stage, sprite, rgb, alpha, setting.mirror)
    if setting.blur > 0.4:
        for channel in range(3):
            rgb[channel] = cv2.GaussianBlur(rgb[channel], (0, 0), setting.blur)
        alpha = np.asarray(cv2.GaussianBlur(alpha, (0, 0), setting.blur), np.float32)
    _composite(stage, rgb, alpha, sprite.left, sprite.top)
    if sprite.glow is not None:
        _add_glow(stage, sprite, setting)


def _backlight(stage: Stage) -> float:
    """Return 0 … 1, how much the light comes from behind the things."""
    light = stage.script.light
    if stage.frontal:
        return 0.0
    return max(0.0, 1.0 - light.height * 2.2) * (1 - light.overcast)


def _lighted(sprite: Sprite, setting: Setting) -> Planes:
    stage, script = sprite.stage, sprite.stage.script
    light = script.light
    x, y = sprite.middle, sprite.foot - sprite.scale * 0.5
    dx, dy = stage.toward_light(x, y)
    back = _backlight(stage)
    facing: Plane | float = 0.0
    if setting.volume > 0:
        facing = _facing(sprite, dx, dy) * np.float32(setting.volume * (1 - 0.55 * light.overcast))
    ramp = np.linspace(1, 0, sprite.height, dtype=np.float32)[:, None]
    level = np.clip(0.6 - 0.34 * back + facing + (ramp - 0.5) * np.float32(0.14), 0, 1)
    rgb = np.empty_like(sprite.rgb)
    haze = min(0.92, setting.distance * (0.42 + 0.5 * light.mist))
    for channel in range(3):
        low = light.ambient[channel] * (0.8 - 0.2 * back)
        tint = low + (light.illum[channel] * 1.04 - low) * level
        rgb[channel] = sprite.rgb[channel] * tint * np.float32(setting.lit)
    if script.grey:
        grey = rgb[0] * 0.299 + rgb[1] * 0.587 + rgb[2] * 0.114
        rgb[:] = grey
    if setting.rim > 0 and light.overcast < 0.95:
        edge = _rim(sprite, dx, dy)
        amount = np.float32(setting.rim * (0.35 + 0.5 * back) * (1 - light.overcast))
        for channel in range(3):
            bright = edge * amount
            rgb[channel] += (light.glow[channel] * sprite.alpha - rgb[channel]) * bright
    if haze > 0.003:
        for channel in range(3):
            rgb[channel] += (light.haze[channel] * sprite.alpha - rgb[channel]) * np.float32(haze)
    return rgb


def _facing(sprite: Sprite, dx: float, dy: float) -> Plane:
    """Return about -0.5 … 0.5, how far the swelling form turns to the light."""
    total = np.zeros_like(sprite.alpha)
    luma = (sprite.rgb[0] + sprite.rgb[1] + sprite.rgb[2]) * np.float32(1 / 3)
    for reach, weight in ((0.06, 0.5), (0.02, 0.32)):
        sigma = max(0.8, reach * sprite.scale)
        # Inner lines and patches of colour swell a little too, so faces and wheels show.
        body = blurred(sprite.alpha + luma * np.float32(0.25), sigma)
        slope_x = cv2.Sobel(body, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
        slope_y = cv2.Sobel(body, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
        turn = (slope_x * np.float32(dx) + slope_y * np.float32(dy)) * np.float32(-sigma * 2.4)
        total += np.clip(turn, -1, 1) * np.float32(weight)
    return np.asarray(total, np.float32)


def _rim(sprite: Sprite, dx: float, dy: float) -> Plane:
    """Return 0 … 1 along the edges that face the light."""
    reach = max(1.0, 0.013 * sprite.scale)
    matrix = np.array([[1, 0, dx * reach], [0, 1, dy * reach]], np.float64)
    size = (sprite.width, sprite.height)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    beyond = cv2.warpAffine(sprite.alpha, matrix, size, flags=flags)
    edge = sprite.alpha * (1 - beyond)
    return np.asarray(cv2.GaussianBlur(edge, (0, 0), max(0.5, reach * 0.35)), np.float32)


def _throw_shadow(sprite: Sprite, setting: Setting) -> None:
    """Darken the ground where the sprite stands in the light's way."""
    stage = sprite.stage
    light = stage.script.light
    dx, _ = stage.toward_light(sprite.middle, sprite.foot)
    length = 0.2 + 0.28 * (1 - min(1.0, light.height * 1.4))
    shear = -dx * (1.1 + 0.9 * (1 - light.height))
    top = int(sprite.foot - sprite.scale * 0.05)
    bottom = int(min(stage.canvas.height, sprite.foot + sprite.scale * length * 1.2))
    reach = int(abs(shear) * sprite.scale * length * 1.2)
    left, right = sprite.left - reach, sprite.left + sprite.width + reach
    if bottom - top < 2:
        return
    # Shadow pixel (x, y) shows the sprite's pixel (x - shear·down, foot - down / length).
    down0 = top - sprite.foot
    matrix = np.array(
        [
            [1, -shear, left - sprite.left - shear * down0],
            [0, -1 / length, sprite.foot - sprite.top - down0 / length],
        ],
        np.float64,
    )
    size = (right - left, bottom - top)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cast = cv2.warpAffine(sprite.alpha, matrix, size, flags=flags)
    cast = blurred(np.asarray(cast, np.float32), max(0.8, sprite.scale * 0.012))
    fade = np.linspace(1, 0.25, bottom - top, dtype=np.float32)[:, None]
    soft = setting.shadow * (1 - 0.65 * light.overcast) * (1 - 0.4 * light.night)
    _darken(stage, cast * fade * np.float32(soft), left, top)
    contact = _contact(sprite)
    _darken(stage, contact[0] * np.float32(min(1.0, setting.shadow * 0.95)), contact[1], contact[2])


def _contact(sprite: Sprite) -> tuple[Plane, int, int]:
    """Return the soft dark touch right under the sprite, with its place."""
    row = min(sprite.height - 1, max(0, int(sprite.foot - sprite.top - sprite.scale * 0.03)))
    band = sprite.alpha[max(0, row - max(2, int(sprite.scale * 0.05))) : row + 1].max(axis=0)
    tall = max(3, int(sprite.scale * 0.06))
    profile = np.exp(-(np.linspace(-1.6, 1.6, 2 * tall, dtype=np.float32)[:, None] ** 2))
    mask = profile * band[None, :]
    return blurred(mask, max(0.8, sprite.scale * 0.028)), sprite.left, int(sprite.foot) - tall


def _window(
    stage: Stage, left: int, top: int, width: int, height: int
) -> tuple[slice, slice, slice, slice] | None:
    """Return the rows and columns of the canvas and of a patch where they overlap."""
    x0, x1 = max(0, left), min(stage.canvas.width, left + width)
    y0, y1 = max(0, top), min(stage.canvas.height, top + height)
    if x1 <= x0 or y1 <= y0:
        return None
    return (
        slice(y0, y1), slice(x0, x1), slice(y0 - top, y1 - top), slice(x0 - left, x1 - left)
    )  # fmt: skip


def _darken(stage: Stage, mask: Plane, left: int, top: int) -> None:
    view = _window(stage, left, top, mask.shape[1], mask.shape[0])
    if view is None:
        return
    rows, columns, own_rows, own_columns = view
    part = mask[own_rows, own_columns]
    shade = stage.script.light.ambient
    for channel in range(3):
        plane = stage.canvas.rgb[channel, rows, columns]
        plane *= 1 - part * np.float32(1 - 0.55 * shade[channel])


def _composite(stage: Stage, rgb: Planes, alpha: Plane, left: int, top: int) -> None:
    view = _window(stage, left, top, alpha.shape[1], alpha.shape[0])
    if view is None:
        return
    rows, columns, own_rows, own_columns = view
    part = alpha[own_rows, own_columns]
    for channel in range(3):
        plane = stage.canvas.rgb[channel, rows, columns]
        plane *= 1 - part
        plane += rgb[channel, own_rows, own_columns]


def _reflect(stage: Stage, sprite: Sprite, rgb: Planes, alpha: Plane, amount: float) -> None:
    """Lay the sprite upside down on the water under it, shaken by the ripples."""
    foot = round(sprite.foot)
    reach = min(stage.canvas.height - foot, round(sprite.scale * 0.9))
    if reach < 3:
        return
    down = np.arange(reach, dtype=np.float32)[:, None]
    stream = stage.stream.child("reflection")
    wave = stream.array(reach, 1) - 0.5
    wave = np.asarray(cv2.GaussianBlur(wave, (1, 5), 1.0), np.float32)
    shake = wave.reshape(-1, 1) * np.float32(sprite.scale * 0.06)
    swell = np.sin(down * np.float32(140.0 / stage.unit)) * np.float32(sprite.scale * 0.012)
    columns = np.arange(sprite.width, dtype=np.float32)[None, :] + (shake + swell) * (
        0.3 + down / np.float32(reach)
    )
    source = np.broadcast_to(sprite.foot - sprite.top - 1 - down, columns.shape)
    map_x, map_y = columns.astype(np.float32), np.ascontiguousarray(source, np.float32)
    fade = np.float32(amount) * np.exp(-down / np.float32(reach) * 1.6)
    flipped = np.empty((3, reach, sprite.width), np.float32)
    for channel in range(3):
        cv2.remap(rgb[channel], map_x, map_y, cv2.INTER_LINEAR, dst=flipped[channel])
    cover = cv2.remap(alpha, map_x, map_y, cv2.INTER_LINEAR)
    flipped *= fade * np.float32(0.9)
    _composite(stage, flipped, np.asarray(cover * fade, np.float32), sprite.left, foot)


def _add_glow(stage: Stage, sprite: Sprite, setting: Setting) -> None:
    assert sprite.glow is not None
    view = _window(stage, sprite.left, sprite.top, sprite.width, sprite.height)
    if view is None:
        return
    rows, columns, own_rows, own_columns = view
    strength = np.float32(setting.alpha * (1 - 0.5 * setting.distance))
    glow = sprite.glow
    if stage.script.grey:
        glow = np.repeat((glow.sum(axis=0) / 3)[None], 3, axis=0)
    for channel in range(3):
        light = glow[channel]
        if setting.blur > 0.4:
            light = cv2.GaussianBlur(light, (0, 0), setting.blur)
        plane = stage.canvas.rgb[channel, rows, columns]
        plane += np.maximum(0, 1 - plane) * light[own_rows, own_columns] * strength
