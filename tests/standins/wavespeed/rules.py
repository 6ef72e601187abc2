"""What each of WaveSpeed's models takes, written from the facts and not from the adapter."""

from __future__ import annotations

from collections.abc import Mapping

from tests.standins.fields import Is

PROMPT, URL, NEEDED = Is("text", required=True), Is("url"), Is("url", required=True)
SEED = Is("whole", least=-1, most=2147483647)
FLAGS = {"enable_sync_mode": Is("yes-no"), "enable_base64_output": Is("yes-no")}
FORMAT = Is("text", values=("jpeg", "png", "webp"))
QWEN_SIZE = Is("size", least=256, most=1536)
ASPECTS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")

RULES: Mapping[str, Mapping[str, Is]] = {
    "wavespeed-ai/qwen-image/text-to-image": {
        "prompt": PROMPT,
        "size": QWEN_SIZE,
        "seed": SEED,
        "output_format": FORMAT,
        **FLAGS,
    },
    "ideogram-ai/ideogram-v3-turbo": {
        "prompt": PROMPT,
        "image": URL,
        "mask_image": URL,
        "style": Is("text", values=("Auto", "General", "Realistic", "Design")),
        "aspect_ratio": Is("text", values=("1:1", "16:9", "9:16", "4:3", "3:4")),
        "reference_images": Is("urls", most=3),
        **FLAGS,
    },
    "wavespeed-ai/qwen-image/edit": {
        "image": NEEDED,
        "prompt": PROMPT,
        "size": QWEN_SIZE,
        "seed": SEED,
        "output_format": FORMAT,
        **FLAGS,
    },
    "wavespeed-ai/flux-kontext-pro": {
        "image": NEEDED,
        "prompt": PROMPT,
        "aspect_ratio": Is("text", values=ASPECTS),
        "guidance_scale": Is("number", least=1, most=20),
        **FLAGS,
    },
    "bytedance/seedream-v4.5/edit": {
        "images": Is("urls", required=True, most=10),
        "prompt": PROMPT,
        "size": Is("size", least=1024, most=4096),
        **FLAGS,
    },
    "google/nano-banana-pro/edit-ultra": {
        "images": Is("urls", required=True, most=14),
        "prompt": PROMPT,
        "aspect_ratio": Is("text", values=ASPECTS),
        "resolution": Is("text", values=("4k", "8k")),
        **FLAGS,
    },
    "alibaba/wan-2.5/image-to-video": {
        "image": NEEDED,
        "prompt": PROMPT,
        "negative_prompt": Is("text"),
        "audio": URL,
        "resolution": Is("text", values=("480p", "720p", "1080p")),
        "duration": Is("whole", values=(5, 10)),
        "enable_prompt_expansion": Is("yes-no"),
        "seed": SEED,
    },
    "wavespeed-ai/infinitetalk": {
        "audio": NEEDED,
        "image": NEEDED,
        "mask_image": URL,
        "prompt": Is("text"),
        "resolution": Is("text", values=("480p", "720p")),
        "seed": SEED,
    },
}

MOST_PICTURE_BYTES, MOST_SOUND_BYTES = 20_000_000, 50_000_000
ENDINGS = {
    "image": ("jpg", "jpeg", "png", "webp", "gif", "bmp", "tiff"),
    "video": ("mp4", "avi", "mov", "wmv", "flv", "webm", "mkv", "3gp", "ogv"),
    "audio": ("mp3", "wav", "ogg", "aac", "flac", "m4a", "opus"),
}


def kind_of(file_name: str) -> str:
    """image, video or audio by the ending; empty for anything else."""
    ending = file_name.rpartition(".")[2].lower()
    return next((kind for kind, endings in ENDINGS.items() if ending in endings), "")
