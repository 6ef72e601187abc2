"""A structured prompt as plain language, for models that read sentences; and what has changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from pipeline.imaging.structured import (
    Document,
    SceneObject,
    StructuredPrompt,
    TextRender,
    from_document,
)

#: Longest prompt that operations take, in characters.
MOST_CHARACTERS = 4000
#: How far encoders of common models read, in tokens: the name, the limit.
READERS = (("CLIP (SD 1.5, SDXL)", 77), ("Imagen", 480), ("T5 (FLUX, SD 3.5)", 512))
#: Characters of English in one token, on average.
CHARACTERS_PER_TOKEN = 4

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_SENTENCE_END = re.compile(r"[.!?…:;]$")


def expand(document: Document, most: int = MOST_CHARACTERS) -> str:
    """The document in sentences, most important first, no longer than `most` characters.

    What does not fit is left off at the end of a sentence. Made of a document with wrong or
    missing parts too, of what can be read.
    """
    whole = " ".join(_sentences(from_document(document)))
    if len(whole) <= most:
        return whole
    cut = whole[:most]
    end = cut.rfind(". ")
    return cut[: end + 1] if end > 0 else cut.rstrip()


def length_of(document: Document) -> int:
    """Characters of the whole expansion, before anything is left off."""
    return len(" ".join(_sentences(from_document(document))))


def tokens_of(text: str) -> int:
    """About how many tokens a text is; encoders differ by a fifth or so."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def read_in_part(text: str) -> list[str]:
    """Names and limits of the encoders that read only the beginning of a text."""
    tokens = tokens_of(text)
    return [f"{name}: {limit} tokens" for name, limit in READERS if tokens > limit]


def _sentences(prompt: StructuredPrompt) -> Iterator[str]:
    made: list[str] = [prompt.short_description]
    made += [_object(item) for item in prompt.objects]
    made.append(_led("Background", prompt.background_setting))
    made += [_quoted(item) for item in prompt.text_render]
    light, look = prompt.lighting, prompt.aesthetics
    made.append(_led("Lighting", light.conditions, light.direction, _with("shadows", light)))
    if lens := prompt.photographic_characteristics:
        made.append(
            _led(
                "Camera",
                lens.camera_angle,
                lens.lens_focal_length,
                _ended(lens.depth_of_field, "depth of field"),
                _ended(lens.focus, "focus", before=True),
            )
        )
    made.append(_led("Composition", look.composition))
    made.append(_led("Colours", look.color_scheme))
    made.append(_led("Mood", look.mood_atmosphere))
    made.append(_led("Style", prompt.style_medium, prompt.artistic_style))
    made.append(_led("Made for", prompt.context))
    for text in made:
        if clean := _CONTROL.sub(" ", text).strip():
            yield clean if _SENTENCE_END.search(clean) else f"{clean}."


def _with(name: str, light: Any) -> str:
    return _ended(light.shadows, name)


def _ended(text: str, word: str, *, before: bool = False) -> str:
    """The text with a word that says what it is about, where it does not say so itself."""
    bare = text.strip().rstrip(".")
    if not bare or word.split()[0] in bare.lower():
        return bare
    return f"{word} {bare}" if before else f"{bare} {word}"


def _led(lead: str, *parts: str) -> str:
    given = [part.strip().rstrip(".") for part in parts if part and part.strip()]
    return f"{lead}: {', '.join(given)}" if given else ""


def _object(item: SceneObject) -> str:
    count = f"{item.number_of_objects} × " if (item.number_of_objects or 1) > 1 else ""
    about = [getattr(item, f.name) for f in fields(item) if f.name not in _SAID_APART]
    parts = [part.strip().rstrip(".") for part in (item.description, *about) if part]
    return count + ", ".join(part for part in parts if part)


_SAID_APART = ("description", "number_of_objects")


def _quoted(item: TextRender) -> str:
    if not item.text:
        return ""
    about = (item.location, item.size, item.color, item.font, item.appearance_details)
    parts = ", ".join(part.strip().rstrip(".") for part in about if part.strip())
    return f"The text “{item.text}”" + (f": {parts}" if parts else "")


@dataclass(frozen=True)
class Change:
    """What differs at a path; `before` or `after` is empty where it is not there."""

    path: str
    before: str
    after: str


def differences(before: Document, after: Document) -> list[Change]:
    """What turns one document into another, in the order of the new one."""
    old, new = dict(_leaves(before, "")), dict(_leaves(after, ""))
    paths = [*new, *(path for path in old if path not in new)]
    found = (Change(path, old.get(path, ""), new.get(path, "")) for path in paths)
    return [change for change in found if change.before != change.after]


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for number, inner in enumerate(value, start=1):
            yield from _leaves(inner, f"{path} {number}")
    elif value is not None:
        yield path, str(value)
