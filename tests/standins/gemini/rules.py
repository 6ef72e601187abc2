"""What Gemini's two interfaces take, written from the facts and not from the adapter."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

from PIL import Image

from tests.standins.fields import Is, decoded, problems

#: Which interface a model has, and what it takes; anything else is unknown or retired.
PICTURE_MODELS = ("gemini-2.5-flash-image", "gemini-nano-banana-2.1")
FILM_MODELS = ("gemini-omni-1.1-flash",)
RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
NEW_RATIOS = ("1:4", "4:1", "1:8", "8:1")
KINDS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}

BODY: Mapping[str, Is] = {
    "contents": Is("things", required=True),
    "generationConfig": Is("object"),
    "safetySettings": Is("things"),
    "systemInstruction": Is("object"),
}
CONFIG: Mapping[str, Is] = {
    "responseModalities": Is("things", required=True),
    "imageConfig": Is("object"),
    "seed": Is("whole", least=-(2**31), most=2**31 - 1),
}
IMAGE_CONFIG: Mapping[str, Is] = {
    "aspectRatio": Is("text", values=(*RATIOS, *NEW_RATIOS)),
    "imageSize": Is("text", values=("512", "1K", "2K", "4K")),
}
INTERACTION: Mapping[str, Is] = {
    "model": Is("text", required=True),
    "input": Is("things", required=True),
    "response_format": Is("object", required=True),
    "generation_config": Is("object", required=True),
    "previous_interaction_id": Is("text"),
    "background": Is("yes-no"),
    "store": Is("yes-no"),
    "stream": Is("yes-no"),
    "webhook_config": Is("object"),
}
VIDEO_FORMAT: Mapping[str, Is] = {
    "type": Is("text", required=True, values=("video",)),
    "aspect_ratio": Is("text", values=("16:9", "9:16")),
    "duration": Is("text"),
    "resolution": Is("text", values=("360p", "720p", "1080p", "4k")),
    "delivery": Is("text", values=("inline", "uri")),
}
GENERATION: Mapping[str, Is] = {
    "seed": Is("whole", least=-(2**31), most=2**31 - 1),
    "video_config": Is("object", required=True),
}
TASKS = ("text_to_video", "image_to_video", "reference_to_video", "edit", "extend")


def content_problems(model: str, body: Any) -> list[str]:
    """All that is wrong with the body of a `generateContent`."""
    found = problems(BODY, body)
    if found:
        return found
    config = body.get("generationConfig", {})
    found = [f"generation_config.{text}" for text in problems(CONFIG, config)]
    if found:
        return found
    shape = config.get("imageConfig", {})
    found = [f"image_config.{text}" for text in problems(IMAGE_CONFIG, shape)]
    if "IMAGE" not in config["responseModalities"]:
        found.append("response_modalities: must have IMAGE")
    if model.startswith("gemini-2.5"):
        if "imageSize" in shape:
            found.append("image_size: is not supported for this model")
        if shape.get("aspectRatio") in NEW_RATIOS:
            found.append("aspect_ratio: is not supported for this model")
    return found or _parts_problems(model, body["contents"])


def _parts_problems(model: str, contents: list[Any]) -> list[str]:
    pictures = 0
    for content in contents:
        if not isinstance(content, dict) or content.get("role") not in ("user", "model"):
            return ["contents: role must be user or model"]
        for part in content.get("parts") or [{}]:
            if set(part) == {"text"} and isinstance(part["text"], str):
                continue
            if set(part) != {"inlineData"} or set(part["inlineData"]) != {"mimeType", "data"}:
                return ["contents.parts.data: required oneof field 'data' must have one value"]
            if problem := picture_problem(
                part["inlineData"]["mimeType"], part["inlineData"]["data"]
            ):
                return [f"inline_data: {problem}"]
            pictures += 1
    most = 3 if model.startswith("gemini-2.5") else 14
    return ["contents: too many images"] if pictures > most else []


def picture_problem(kind: str, text: str) -> str:
    """What is wrong with a picture in JSON."""
    if kind not in KINDS:
        return f"unsupported MIME type {kind}"
    content = decoded(text)
    try:
        with Image.open(io.BytesIO(content or b"")) as picture:
            return "" if picture.format == KINDS[kind] else "is not of its MIME type"
    except OSError:
        return "is not an image"


def interaction_problems(body: Any) -> list[str]:
    """All that is wrong with the body of an interaction that makes a film."""
    found = problems(INTERACTION, body)
    if found:
        return found
    found = [f"response_format.{text}" for text in problems(VIDEO_FORMAT, body["response_format"])]
    found += [f"generation_config.{t}" for t in problems(GENERATION, body["generation_config"])]
    if found:
        return found
    seconds = re.fullmatch(r"(\d+)s", body["response_format"].get("duration", "5s"))
    if not seconds or not 3 <= int(seconds[1]) <= 10:
        return ["response_format.duration: must be between 3s and 10s"]
    task = body["generation_config"]["video_config"].get("task")
    if task not in TASKS:
        return ["video_config.task: unknown"]
    kinds = []
    for block in body["input"]:
        kinds.append(block.get("type"))
        if kinds[-1] == "image" and (
            problem := picture_problem(block.get("mime_type", ""), block.get("data", ""))
        ):
            return [f"input: {problem}"]
    if task == "image_to_video" and kinds.count("image") != 1:
        return ["input: image_to_video needs one image"]
    return [] if "text" in kinds else ["input: a text is needed"]
