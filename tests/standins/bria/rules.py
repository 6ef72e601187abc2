"""What each endpoint takes, written from the facts and not from the adapter."""

from __future__ import annotations

import base64
import binascii
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image

MOST_PICTURE_BYTES = 12_000_000
RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9")
NEW_RATIOS = (
    *("16:10", "10:16", "2:1", "1:2", "21:9", "9:21"),
    *("3:1", "1:3", "4:1", "1:4", "5:1", "1:5"),
)


class Rejected(Exception):
    """What the server answers with."""

    def __init__(self, status: int, message: str, details: str = "") -> None:
        super().__init__(message)
        self.status, self.message, self.details = status, message, details


@dataclass(frozen=True)
class Is:
    """One field: its type, and what else it must be."""

    kind: str  # text, whole, number, yes-no, picture, pictures, document, pair, ratio
    required: bool = False
    least: float | None = None
    most: float | None = None
    values: tuple[Any, ...] = ()

    def problem(self, value: Any) -> str:
        """What is wrong with a value; empty when nothing is."""
        check = getattr(self, "_" + self.kind.replace("-", "_"))
        found: str = check(value)
        if not found and self.values and value not in self.values:
            found = f"must be one of {', '.join(map(str, self.values))}"
        return found

    def _text(self, value: Any) -> str:
        return "" if isinstance(value, str) and value else "must be a string that is not empty"

    def _whole(self, value: Any) -> str:
        if not isinstance(value, int) or isinstance(value, bool):
            return "must be an integer"
        return self._number(value)

    def _number(self, value: Any) -> str:
        if not isinstance(value, int | float) or isinstance(value, bool):
            return "must be a number"
        low = self.least is not None and value < self.least
        high = self.most is not None and value > self.most
        return f"must be between {self.least} and {self.most}" if low or high else ""

    def _yes_no(self, value: Any) -> str:
        return "" if isinstance(value, bool) else "must be a boolean"

    def _picture(self, value: Any) -> str:
        if not isinstance(value, str) or not value:
            return "must be a URL or base64"
        if not value.startswith("http"):
            decode(value)
        return ""

    def _pictures(self, value: Any) -> str:
        if not isinstance(value, list) or len(value) != 1:
            return "must have exactly 1 item"
        return self._picture(value[0])

    def _document(self, value: Any) -> str:
        if not isinstance(value, str):
            return "must be a string holding JSON"
        try:
            return "" if isinstance(json.loads(value), dict) else "must be a JSON object"
        except ValueError:
            return "must be valid JSON"

    def _pair(self, value: Any) -> str:
        fits = isinstance(value, list) and len(value) == 2
        if fits and all(isinstance(one, int) and not isinstance(one, bool) for one in value):
            return ""
        return "must be a list of two integers"

    def _ratio(self, value: Any) -> str:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return "" if 0.5 <= value <= 3 else "must be between 0.5 and 3"
        return "" if value in RATIOS else "is not an aspect ratio"


TEXT, SEED, YES_NO = Is("text"), Is("whole"), Is("yes-no")
ASYNC = {"sync": YES_NO, "webhook_url": TEXT}
MODERATION = {
    "prompt_content_moderation": YES_NO,
    "visual_input_content_moderation": YES_NO,
    "visual_output_content_moderation": YES_NO,
}
STRUCTURED: Mapping[str, Is] = {
    "prompt": TEXT,
    "images": Is("pictures"),
    "structured_prompt": Is("document"),
    "seed": SEED,
    "ip_signal": YES_NO,
    **ASYNC,
    **MODERATION,
}
GENERATE: Mapping[str, Is] = {
    **STRUCTURED,
    "resolution": Is("text", values=("1MP", "4MP")),
    "negative_prompt": TEXT,
    "model_version": Is("text", values=("FIBO",)),
    "aspect_ratio": Is("text", values=(*RATIOS, *NEW_RATIOS)),
    "guidance_scale": Is("whole", least=3, most=5),
    "steps_num": Is("whole", least=35, most=50),
    "output_type": Is("text", values=("png", "jpeg")),
}
EDIT: Mapping[str, Is] = {
    "images": Is("pictures", required=True),
    "instruction": TEXT,
    "structured_instruction": Is("document"),
    "mask": Is("picture"),
    "negative_prompt": TEXT,
    "guidance_scale": Is("whole", least=3, most=5),
    "steps_num": Is("whole", least=20, most=50),
    "seed": SEED,
    "output_type": Is("text", values=("png", "jpeg")),
    "ip_signal": YES_NO,
    **ASYNC,
    **MODERATION,
}
ONE: Mapping[str, Is] = {
    "image": Is("picture", required=True),
    **ASYNC,
    "visual_input_content_moderation": YES_NO,
    "visual_output_content_moderation": YES_NO,
}
MASKED: Mapping[str, Is] = {
    **ONE,
    "mask": Is("picture", required=True),
    "preserve_alpha": YES_NO,
}
BASE = "/v2/image/edit/"

RULES: dict[str, Mapping[str, Is]] = {
    "/v2/image/generate": GENERATE,
    "/v2/image/generate/lite": {**GENERATE, "steps_num": Is("whole", least=8, most=30)},
    "/v2/structured_prompt/generate": STRUCTURED,
    "/v2/structured_prompt/generate/lite": STRUCTURED,
    "/v2/structured_prompt/generate_from_diff": {
        "structured_prompt": Is("document", required=True),
        "user_adjusted_structured_prompt": Is("document", required=True),
        "seed": SEED,
        "model_version": Is("text", values=("FIBO",)),
        **ASYNC,
    },
    "/v2/image/edit": EDIT,
    BASE + "erase": {**MASKED, "mask_type": Is("text", values=("manual", "automatic"))},
    BASE + "gen_fill": {
        **MASKED,
        "prompt": Is("text", required=True),
        "refine_prompt": YES_NO,
        "prompt_content_moderation": YES_NO,
        "negative_prompt": TEXT,
        "seed": SEED,
    },
    BASE + "replace_background": {
        **ONE,
        "prompt": TEXT,
        "ref_images": Is("pictures"),
        "mode": Is("text", values=("base", "high_control", "fast")),
        "enhance_ref_images": YES_NO,
        "refine_prompt": YES_NO,
        "prompt_content_moderation": YES_NO,
        "negative_prompt": TEXT,
        "original_quality": YES_NO,
        "force_background_detection": YES_NO,
        "seed": SEED,
    },
    BASE + "expand": {
        **ONE,
        "aspect_ratio": Is("ratio"),
        "original_image_size": Is("pair"),
        "original_image_location": Is("pair"),
        "canvas_size": Is("pair"),
        "prompt": TEXT,
        "prompt_content_moderation": YES_NO,
        "negative_prompt": TEXT,
        "seed": SEED,
    },
    BASE + "increase_resolution": {**ONE, "desired_increase": Is("whole", values=(2, 4))},
    BASE + "enhance": {**ONE, "seed": SEED, "preserve_alpha": YES_NO},
    BASE + "remove_background": {**ONE, "preserve_alpha": YES_NO},
    BASE + "replace_object_by_text": {**ONE, "instruction": Is("text", required=True)},
}


def decode(text: str) -> bytes:
    """The bytes of a picture.

    Raises:
        Rejected: it is no base64, no picture, too large, or of a type that is not taken.
    """
    try:
        content = base64.b64decode(text.rpartition(",")[2], validate=True)
    except binascii.Error:
        raise Rejected(422, "Validation error", "image: invalid base64") from None
    if len(content) > MOST_PICTURE_BYTES:
        raise Rejected(413, "Payload too large", "image: larger than 12 MB")
    try:
        with Image.open(io.BytesIO(content)) as picture:
            kind = picture.format
    except OSError:
        raise Rejected(422, "Validation error", "image: not an image") from None
    if kind not in ("PNG", "JPEG", "WEBP"):
        raise Rejected(415, "Unsupported media type", f"image: {kind}")
    return content


def check(path: str, body: Any) -> None:
    """Refuse what the endpoint does not take.

    Unknown fields are refused here, so that a wrong name is seen; whether the real server ignores
    them is not known.

    Raises:
        Rejected: with status and words.
    """
    rules = RULES[path]
    if not isinstance(body, dict):
        raise Rejected(422, "Validation error", "body: must be an object")
    problems = [f"{name}: unknown field" for name in body if name not in rules]
    problems += [
        f"{name}: is required" for name, rule in rules.items() if rule.required and name not in body
    ]
    problems += [
        f"{name}: {problem}"
        for name, value in body.items()
        if name in rules and (problem := rules[name].problem(value))
    ]
    if not problems:
        problems = _together(path, body)
    if problems:
        raise Rejected(422, "Validation error", "; ".join(problems))


def _together(path: str, body: Mapping[str, Any]) -> list[str]:
    """Checks over several fields."""
    given = {name for name in ("prompt", "images", "structured_prompt") if name in body}
    if path.startswith(("/v2/image/generate", "/v2/structured_prompt/generate")) and (
        not path.endswith("from_diff")
    ):
        allowed = [{"prompt"}, {"images"}, {"images", "prompt"}, {"structured_prompt", "prompt"}]
        if path.startswith("/v2/image"):
            allowed.append({"structured_prompt"})
        if given not in allowed:
            return [f"{' + '.join(sorted(given)) or 'nothing'}: is no input combination"]
    if path.startswith("/v2/image/generate") and body.get("aspect_ratio") in NEW_RATIOS:
        refines = given == {"structured_prompt", "prompt"}
        if body.get("resolution") == "4MP" or refines or given == {"images"}:
            return ["aspect_ratio: only at 1MP, not with refine or images alone"]
    if path == "/v2/image/edit" and ("instruction" in body) == ("structured_instruction" in body):
        return ["instruction: or structured_instruction is required"]
    if path.endswith("replace_background") and ("prompt" in body) == ("ref_images" in body):
        return ["prompt: exactly one of prompt and ref_images"]
    if path.endswith("/expand"):
        return _expand_problems(body)
    if path.endswith("/enhance") and body.get("sync"):
        return ["sync: this endpoint is asynchronous only"]
    return _mask_problems(body)


def _expand_problems(body: Mapping[str, Any]) -> list[str]:
    placed = "original_image_size" in body and "original_image_location" in body
    if placed == ("aspect_ratio" in body):
        return ["aspect_ratio: or original_image_size and original_image_location"]
    width, height = body.get("canvas_size", [1000, 1000])
    if width * height > 25_000_000:
        raise Rejected(400, "Bad request", "canvas_size: more than 25 MP")
    with Image.open(io.BytesIO(decode(body["image"]))) as picture:
        alpha = picture.getchannel("A") if "A" in picture.getbands() else None
        if alpha is not None and alpha.getextrema()[0] < 255:
            return ["image: transparent edges"]
    return []


def _mask_problems(body: Mapping[str, Any]) -> list[str]:
    if "mask" not in body:
        return []
    image = body["image"] if "image" in body else body["images"][0]
    with Image.open(io.BytesIO(decode(image))) as picture:
        size = picture.size
    with Image.open(io.BytesIO(decode(body["mask"]))) as mask:
        ratio = mask.width / mask.height
    if abs(ratio - size[0] / size[1]) > 0.01 * ratio:
        return ["mask: must have the aspect ratio of the image"]
    return []
