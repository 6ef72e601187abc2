"""What each of those behind the router takes, written from the facts and not from the adapter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.standins.fields import Is

PROMPT, SEED = Is("text", required=True), Is("whole", least=0, most=2**32 - 1)
SIDE, STEPS = Is("whole", least=256, most=1440), Is("whole", least=1, most=50)
GUIDANCE = Is("number", least=0, most=20)
URI, URIS = Is("url", required=True), Is("urls", required=True)

INFERENCE = {"inputs": PROMPT, "parameters": Is("object")}
INFERENCE_TEXT = {
    "guidance_scale": GUIDANCE,
    "negative_prompt": Is("text"),
    "num_inference_steps": STEPS,
    "width": SIDE,
    "height": SIDE,
    "scheduler": Is("text"),
    "seed": SEED,
}
INFERENCE_IMAGE = {
    "prompt": PROMPT,
    "negative_prompt": Is("text"),
    "guidance_scale": GUIDANCE,
    "num_inference_steps": STEPS,
    "target_size": Is("object"),
}
FLAT = {"prompt": PROMPT, "seed": SEED, "guidance_scale": GUIDANCE, "num_inference_steps": STEPS}
FAL_TEXT = {**FLAT, "image_size": Is("object", required=True), "loras": Is("things")}
FAL_IMAGE = {**FLAT, "image_url": URI, "image_urls": URIS}
REPLICATE_TEXT = {**FLAT, "width": SIDE, "height": SIDE}
REPLICATE_IMAGE = {**FLAT, "image": URI, "images": URIS, "input_image": URI, "input_images": URIS}
WAVESPEED_TEXT = {**FLAT, "size": Is("size", least=256, most=1536)}
WAVESPEED_IMAGE = {**FLAT, "image": URI, "images": URIS}
TOGETHER = {
    "prompt": PROMPT,
    "model": Is("text", required=True),
    "response_format": Is("text", required=True, values=("base64",)),
    "steps": STEPS,
    "guidance_scale": GUIDANCE,
    "width": SIDE,
    "height": SIDE,
    "seed": SEED,
    "image_url": Is("url"),
}
NSCALE = {
    "prompt": PROMPT,
    "model": Is("text", required=True),
    "response_format": Is("text", required=True, values=("b64_json",)),
    "size": Is("text"),
    "seed": SEED,
}

T2I, I2I = "text-to-image", "image-to-image"
SCHNELL = "black-forest-labs/FLUX.1-schnell"
DEV, KREA = "black-forest-labs/FLUX.1-dev", "black-forest-labs/FLUX.1-Krea-dev"
KLEIN = "black-forest-labs/FLUX.2-klein-9B"
SD3 = "stabilityai/stable-diffusion-3-medium-diffusers"


def live(task: str, name: str, status: str = "live") -> dict[str, str]:
    """One entry of the hub's table."""
    return {"status": status, "providerId": name, "task": task}


def documented() -> dict[str, dict[str, Any]]:
    """The documented mappings; Krea's name at fal.ai is only told by the mapping call."""
    return {
        DEV: {
            "fal-ai": live(T2I, "fal-ai/flux/dev"),
            "replicate": live(T2I, "black-forest-labs/flux-dev"),
            "wavespeed": live(T2I, "wavespeed-ai/flux-dev"),
            "together": live(T2I, "black-forest-labs/FLUX.1-dev", "staging"),
        },
        SCHNELL: {"nscale": live(T2I, SCHNELL)},
        KREA: {"fal-ai": live(T2I, "fal-ai/flux/krea")},
        KLEIN: {
            "fal-ai": live(I2I, "fal-ai/flux-2/klein/9b/edit"),
            "replicate": live(I2I, "black-forest-labs/flux-2-klein-9b"),
        },
        SD3: {"hf-inference": live(T2I, SD3)},
    }


Rules = Mapping[str, Is]
