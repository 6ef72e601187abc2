"""A small valid request for every operation that paid providers serve."""

from __future__ import annotations

from typing import Any

PARAMETERS: dict[str, dict[str, Any]] = {
    "create.image": {"prompt": "a lighthouse", "variations": 2, "guidance": 4},
    "prompt.structure": {"prompt": "a lighthouse"},
    "edit.erase": {"variations": 2},
    "edit.inpaint": {"prompt": "a boat"},
    "edit.outpaint": {"left_px": 200},
    "edit.search_replace": {"search_prompt": "the boat", "prompt": "a whale"},
    "edit.search_recolor": {"select_prompt": "the boat", "prompt": "red"},
    "edit.remove_background": {},
    "edit.replace_background": {"background_prompt": "a beach"},
    "edit.prompt": {"instruction": "make it winter", "variations": 3, "resolution": "8k"},
    "upscale.fast": {},
    "upscale.conservative": {"prompt": "a lighthouse"},
    "upscale.creative": {"prompt": "a lighthouse"},
    "upscale.increase": {"factor": 4},
    "transform.image_to_video": {"prompt": "waves roll in", "frames": 150, "height_px": 1080},
    "transform.talking_avatar": {"seconds": 7, "resolution": "720p"},
    "transform.image_to_3d": {},
    "control.sketch": {"prompt": "a lighthouse"},
    "control.structure": {"prompt": "a lighthouse"},
    "control.style": {"prompt": "a lighthouse"},
    "control.style_transfer": {},
}
