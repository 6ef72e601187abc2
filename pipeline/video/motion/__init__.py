"""Camera and motion from one start picture, by classical means: no model, no network.

`prepare` looks at the picture once (depth, camera path, anchor, end picture) and returns a
`Synthesis`; its `frames` are uint8 RGB arrays (height, width, 3), equal bits for equal input with
any number of threads.
"""

from pipeline.video.motion.spec import MOTION_KINDS, Cancelled, Faults, MotionSpec
from pipeline.video.motion.synthesis import Synthesis, prepare

__all__ = [
    "MOTION_KINDS",
    "Cancelled",
    "Faults",
    "MotionSpec",
    "Synthesis",
    "prepare",
]
