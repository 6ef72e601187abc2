"""What the checks of a seed image say to people: what was found, why it matters, what to do."""

from __future__ import annotations

_GOOD = {
    "short_side": "{value:.0f} px on the short side.",
    "aspect": "The longer side is {value:.2f} times the shorter.",
    "sharpness": "The picture is in focus.",
    "clipped_shadows": "The shadows keep their detail.",
    "clipped_highlights": "The highlights keep their detail.",
    "face_size": "The face takes {value:.0f} % of the height.",
    "centring": "The face is where a portrait has it.",
    "roll": "The head is level.",
    "compression": "No visible compression.",
}

_BAD = {
    "short_side": (
        "The short side is only {value:.0f} px. Detail that is missing here is missing in every "
        "take. Upload a larger original, at least {bound:.0f} px on the short side."
    ),
    "aspect": (
        "The longer side is {value:.2f} times the shorter. Models cut away or squeeze so long a "
        "picture. Crop it to {bound:.0f}:1 or less."
    ),
    "sharpness": (
        "The picture is soft (sharpness {value:.1f}, wanted {bound:.0f}). Soft features come out "
        "different in every take. Upload a picture with the eyes in focus."
    ),
    "clipped_shadows": (
        "{value:.0f} % of the picture is plain black. What is lost there will be invented. "
        "Upload a brighter exposure, or lift the shadows before uploading."
    ),
    "clipped_highlights": (
        "{value:.0f} % of the picture is plain white. What is lost there will be invented. "
        "Upload a darker exposure, or one with softer light."
    ),
    "face_size": (
        "The face takes only {value:.0f} % of the height. A likeness needs its pixels. "
        "Crop closer, so that the face takes at least {bound:.0f} %."
    ),
    "centring": (
        "The face is {value:.0f} % away from where a portrait has it. Crops and camera moves "
        "would cut into it. Use the automatic crop."
    ),
    "roll": (
        "The head is tilted by {value:.0f}°. The tilt would be taken for a feature. "
        "Level the picture (Refine), or choose another."
    ),
    "compression": (
        "The picture shows blocks of strong compression ({value:.0f} %). They would be copied "
        "into every take. Upload the original file."
    ),
}

_JPEG_HINT = " Save it as PNG, or as JPEG of quality 90 or more."


def advice(
    code: str, value: float, verdict: str, bound: float | None, slot: str, media_type: str
) -> str:
    """The message of a finding.

    Args:
        code: of the check.
        value: what was measured, in the check's unit.
        verdict: pass, warn or fail.
        bound: the threshold that was missed; None when none was.
        slot: A or B.
        media_type: of the file.
    """
    if code == "faces":
        return _faces(int(value), slot)
    if verdict == "pass":
        return _GOOD[code].format(value=value)
    message = _BAD[code].format(value=value, bound=bound if bound is not None else value)
    if code == "compression" and media_type in ("image/jpeg", "image/webp"):
        message += _JPEG_HINT
    return message


def _faces(count: int, slot: str) -> str:
    if slot == "B":
        if count <= 1:
            return "One face was found." if count else "No face was found; a foundation needs none."
        return (
            f"{count} faces were found. Which of them is the character can't be told. Crop to one "
            "person, or keep it if the others belong to the setting."
        )
    if count == 1:
        return "One face was found."
    if count == 0:
        return (
            "No face was found. Seed A is the ground truth of the likeness. Upload a portrait "
            "that shows one face from the front, in good light, not smaller than a tenth of the "
            "picture."
        )
    return (
        f"{count} faces were found. Seed A must show one person only, or the likeness can't be "
        "told apart. Crop the picture to one face, or upload another portrait."
    )
