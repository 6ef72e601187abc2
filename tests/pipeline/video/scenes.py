"""Moving scenes with faults of known size, for the tests of measuring and healing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from skimage import data

from pipeline.video.normalise import Colour
from pipeline.video.similarity import Similarity

WIDTH, HEIGHT = 320, 180
_MARGIN = 60


@cache
def picture(name: str) -> np.ndarray:
    """A photograph of scikit-image, larger than the frame by a margin all around."""
    found = getattr(data, name)()
    size = (WIDTH + 2 * _MARGIN, HEIGHT + 2 * _MARGIN)
    return cv2.resize(found, size, interpolation=cv2.INTER_AREA)


PICTURES = ("astronaut", "chelsea", "coffee", "rocket")


@dataclass(frozen=True)
class Scene:
    """A photograph under a slow camera, and a subject that goes its own way."""

    seed: int = 0
    speed_px: float = 0.8
    subject_px: int = 44

    def frame(
        self,
        time: float,
        fault: Similarity | None = None,
        light: Colour | None = None,
        noise: float = 1.0,
    ) -> np.ndarray:
        """The picture at a time (frames), seen with a fault and in another light."""
        random = np.random.default_rng(self.seed)
        back = picture(PICTURES[self.seed % len(PICTURES)])
        other = picture(PICTURES[(self.seed + 1) % len(PICTURES)])
        angle = random.uniform(0, 2 * np.pi)
        way = self.speed_px * np.array([np.cos(angle), np.sin(angle)])
        start = random.uniform(-8, 8, 2)
        camera = start + way * time
        subject = np.array([0.35 * WIDTH, 0.4 * HEIGHT]) - way * time * 1.7
        view = np.array([[1, 0, _MARGIN + camera[0]], [0, 1, _MARGIN + camera[1]]])
        look = _joined(view, (fault or Similarity()).inverse(WIDTH, HEIGHT).matrix(WIDTH, HEIGHT))
        frame = _seen(back, look)
        if self.subject_px:
            place = np.array([[1, 0, 100 - subject[0]], [0, 1, 80 - subject[1]]])
            look = _joined(
                place, (fault or Similarity()).inverse(WIDTH, HEIGHT).matrix(WIDTH, HEIGHT)
            )
            mask = np.zeros(other.shape[:2], np.float32)
            cv2.circle(mask, (122, 102), self.subject_px // 2, 1.0, -1, cv2.LINE_AA)
            alpha = _seen(mask, look)[..., None]
            frame = frame * (1 - alpha) + _seen(other, look) * alpha
        light = light or Colour()
        frame = frame * np.array(light.gain) + np.array(light.offset)
        grain = np.random.default_rng([self.seed, round(time * 10), fault is not None])
        frame = frame + grain.normal(0, noise, frame.shape[:2])[..., None]
        return np.clip(np.rint(frame), 0, 255).astype(np.uint8)


def _joined(outer: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """The map that applies `inner`, then `outer`."""
    return np.hstack([outer[:, :2] @ inner[:, :2], outer[:, :2] @ inner[:, 2:] + outer[:, 2:]])


def _seen(source: np.ndarray, look: np.ndarray) -> np.ndarray:
    return cv2.warpAffine(
        source.astype(np.float32),
        look,
        (WIDTH, HEIGHT),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT_101,
    )


@dataclass(frozen=True)
class Case:
    """A left and a right run of frames with their shared moment, and the right one's fault."""

    scene: Scene
    fault: Similarity
    light: Colour
    left: list[np.ndarray]
    right: list[np.ndarray]


def faulty_case(seed: int, left: int = 14, right: int = 20) -> Case:
    """Two takes of one scene; the right one is shifted, scaled, rolled and lit by known amounts."""
    random = np.random.default_rng([77, seed])
    scene = Scene(seed, speed_px=random.uniform(0.3, 1.2))
    fault = Similarity(
        scale=1 + random.uniform(0.004, 0.03) * random.choice([-1, 1]),
        shift_x_px=random.uniform(1, 5) * random.choice([-1, 1]),
        shift_y_px=random.uniform(1, 5) * random.choice([-1, 1]),
        roll_degrees=random.uniform(0.2, 1.8) * random.choice([-1, 1]),
    )
    light = Colour(
        tuple(random.uniform(0.92, 1.08, 3).tolist()), tuple(random.uniform(-6, 6, 3).tolist())
    )
    moment = left - 1
    return Case(
        scene,
        fault,
        light,
        [scene.frame(t) for t in range(left)],
        [scene.frame(moment + t, fault, light) for t in range(right)],
    )
