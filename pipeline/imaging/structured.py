"""Structured prompts: the JSON document that Bria's FIBO follows (version 1 of its schema).

The dataclasses are the declaration: the JSON Schema, the fields of a form and the messages are
made from them. Source: Bria's API reference for `/v2/structured_prompt/generate`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from functools import cache
from typing import Any, NoReturn, cast

from jsonschema import Draft202012Validator

Document = dict[str, Any]
#: Highest count of one object.
MOST_OF_ONE = 1000


def _text(title: str, help: str = "", *, rows: int = 1, least: int = 0) -> Any:
    """Text that every document has; `least` 1: it may not be empty."""
    return field(default="", metadata={"title": title, "help": help, "rows": rows, "least": least})


def _maybe(title: str, help: str = "", *, kind: str = "string", rows: int = 1) -> Any:
    """Text or a number that a document may leave out."""
    more = {"title": title, "help": help, "rows": rows, "kind": kind, "optional": True}
    return field(default=None, metadata=more)


@dataclass(frozen=True)
class SceneObject:
    """One thing in the picture, or several that are alike."""

    description: str = _text("Description", "What it is.", rows=2, least=1)
    location: str = _text("Location", "Where in the frame: centre, bottom-left foreground.")
    relationship: str = _text("Relationship", "How it stands to the others.")
    relative_size: str = _text("Relative size", "large within frame, small in the distance")
    shape_and_color: str = _text("Shape and colour")
    texture: str | None = _maybe("Texture")
    appearance_details: str | None = _maybe("Details", rows=2)
    number_of_objects: int | None = _maybe("Number", "How many of them.", kind="integer")
    pose: str | None = _maybe("Pose")
    expression: str | None = _maybe("Expression")
    clothing: str | None = _maybe("Clothing")
    action: str | None = _maybe("Action")
    gender: str | None = _maybe("Gender")
    skin_tone_and_texture: str | None = _maybe("Skin tone and texture")
    orientation: str | None = _maybe("Orientation", "Which way it faces.")


@dataclass(frozen=True)
class Lighting:
    """The light of the whole picture."""

    conditions: str = _text("Conditions", "Kind, strength and colour of the light.", rows=2)
    direction: str = _text("Direction", "Where it comes from.", rows=2)
    shadows: str = _text("Shadows", "How hard, how dark, where they fall.", rows=2)


@dataclass(frozen=True)
class Aesthetics:
    """How the picture is composed and coloured."""

    composition: str = _text("Composition")
    color_scheme: str = _text("Colour scheme")
    mood_atmosphere: str = _text("Mood and atmosphere")
    preference_score: str | None = _maybe("Preference score", "In words, such as “very high”.")
    aesthetic_score: str | None = _maybe("Aesthetic score", "In words, such as “very high”.")


@dataclass(frozen=True)
class Photography:
    """Camera and lens; a picture that is no photograph has none."""

    depth_of_field: str = _text("Depth of field", "shallow, deep")
    focus: str = _text("Focus", "What is sharp.")
    camera_angle: str = _text("Camera angle", "eye level, low angle, overhead")
    lens_focal_length: str = _text("Lens", "85 mm portrait lens")


@dataclass(frozen=True)
class TextRender:
    """Words that can be read in the picture."""

    text: str = _text("Text", "Exactly as it is to be read.", least=1)
    location: str = _text("Location")
    size: str = _text("Size")
    color: str = _text("Colour")
    font: str = _text("Font")
    appearance_details: str = _text("Details")


def _absent() -> None:
    """A group that is not there."""


def _group(title: str, kind: type[Any], *, many: bool = False, nullable: bool = False) -> Any:
    made: Any = tuple if many else _absent if nullable else kind
    more = {"title": title, "group": kind, "many": many, "nullable": nullable}
    return field(default_factory=made, metadata=more)


@dataclass(frozen=True)
class StructuredPrompt:
    """A whole document. What it leaves out is None, or an empty list."""

    short_description: str = _text(
        "Short description", "The picture in a few sentences.", rows=3, least=1
    )
    objects: tuple[SceneObject, ...] = _group("Object", SceneObject, many=True)
    background_setting: str = _text("Background", "What is behind and around.", rows=2)
    lighting: Lighting = _group("Lighting", Lighting)  # noqa: RUF009
    aesthetics: Aesthetics = _group("Aesthetics", Aesthetics)  # noqa: RUF009
    photographic_characteristics: Photography | None = _group(  # noqa: RUF009
        "Camera and lens", Photography, nullable=True
    )
    style_medium: str = _text("Medium", "photograph, oil painting, 3D render")
    artistic_style: str = _text("Artistic style", "realistic, minimalist, surreal")
    context: str = _text("Context", "What the picture is for.")
    text_render: tuple[TextRender, ...] = _group("Text", TextRender, many=True)
    edit_instruction: str | None = _maybe(
        "Edit instruction", "Only for documents that change a given picture.", rows=2
    )


@cache
def json_schema() -> Document:
    """The schema of a document, JSON Schema 2020-12. Unknown names are let through."""
    told = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Structured prompt",
    }
    return told | _schema_of(StructuredPrompt)


def _schema_of(kind: type[Any]) -> Document:
    properties: dict[str, Document] = {}
    required = []
    for item in fields(kind):
        properties[item.name] = _schema_of_field(item)
        is_left_out = item.metadata.get("nullable") or item.metadata.get("optional")
        if not is_left_out and item.name != "text_render":
            required.append(item.name)
    return {"type": "object", "properties": properties, "required": required}


def _schema_of_field(item: Field[Any]) -> Document:
    told: Document = {"title": item.metadata["title"]}
    if help := item.metadata.get("help"):
        told["description"] = help
    if inner := item.metadata.get("group"):
        schema = _schema_of(inner)
        if item.metadata["many"]:
            return told | {"type": "array", "items": schema}
        return told | schema | ({"type": ["object", "null"]} if item.metadata["nullable"] else {})
    kind = item.metadata.get("kind", "string")
    told["type"] = [kind, "null"] if item.metadata.get("optional") else kind
    if kind == "integer":
        told |= {"minimum": 1, "maximum": MOST_OF_ONE}
    if least := item.metadata.get("least"):
        told["minLength"] = least
    return told


class Unreadable(ValueError):
    """Text that is no JSON object; `line` and `column` count from 1, 0: none."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line, self.column = line, column

    def __str__(self) -> str:
        """The message with its place."""
        where = f"Line {self.line}, column {self.column}: " if self.line else ""
        return where + str(self.args[0])


def read_text(text: str) -> Document:
    """The JSON object that a text holds.

    Raises:
        Unreadable: it is no JSON, or no object.
    """
    try:
        found = json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise Unreadable(f"{error.msg}.", error.lineno, error.colno) from error
    except RecursionError as error:
        raise Unreadable("This is nested too deeply.") from error
    except ValueError as error:
        raise Unreadable("A number in it is none that JSON knows.") from error
    if not isinstance(found, dict):
        raise Unreadable("This should be a JSON object: { … }.", 1, 1)
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


@dataclass(frozen=True)
class Problem:
    """What is wrong at a path such as `objects.0.description`; empty path: the whole document.

    A note is no error: the document can be used.
    """

    path: str
    message: str
    is_note: bool = False


_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "array": "a list: [ … ]",
    "object": "an object: { … }",
}


def check(document: Document) -> list[Problem]:
    """What the schema has against a document, errors first; then names that it does not know."""
    found: dict[tuple[str, str], Problem] = {}
    validator = Draft202012Validator(json_schema())
    for error in sorted(validator.iter_errors(document), key=lambda e: [str(p) for p in e.path]):
        path = [str(part) for part in error.absolute_path]
        if error.validator == "required":
            missing = [name for name in error.validator_value if name not in error.instance]
            items = [(".".join([*path, name]), "This is needed.") for name in missing]
        else:
            items = [(".".join(path), _message(error.validator, error.validator_value))]
        for place, text in items:
            found.setdefault((place, text), Problem(place, text))
    return [*found.values(), *_unknown(StructuredPrompt, document, "")]


def _message(rule: Any, value: Any) -> str:
    if rule == "type":
        kinds = [value] if isinstance(value, str) else [kind for kind in value if kind != "null"]
        return f"This should be {_KINDS[kinds[0]]}."
    words = {
        "minLength": "This is needed.",
        "minimum": f"Must be {value} or more.",
        "maximum": f"Must be {value} or less.",
    }
    return words[str(rule)]


def _unknown(kind: type[Any], value: Any, path: str) -> Iterator[Problem]:
    """Names that the schema does not have; they are kept, for the schema may grow."""
    if not isinstance(value, dict):
        return
    known = {item.name: item for item in fields(kind)}
    for name, inner in value.items():
        place = f"{path}{name}"
        if name not in known:
            yield Problem(place, "The schema has no such name; it is kept.", is_note=True)
        elif group := known[name].metadata.get("group"):
            rows = inner if isinstance(inner, list) else [inner]
            for number, row in enumerate(rows):
                part = f"{number}." if known[name].metadata["many"] else ""
                yield from _unknown(group, row, f"{place}.{part}")


def from_document(document: Document) -> StructuredPrompt:
    """The typed document. What is of the wrong kind or missing is as if it had been left out."""
    return cast(StructuredPrompt, _typed(StructuredPrompt, document))


def _typed(kind: type[Any], given: Any) -> Any:
    values: dict[str, Any] = {}
    source = given if isinstance(given, dict) else {}
    for item in fields(kind):
        value = source.get(item.name)
        group = item.metadata.get("group")
        if group and item.metadata["many"]:
            rows = value if isinstance(value, list) else []
            values[item.name] = tuple(_typed(group, row) for row in rows)
        elif group:
            if isinstance(value, dict):
                values[item.name] = _typed(group, value)
        elif item.metadata.get("kind") == "integer":
            is_number = isinstance(value, int) and not isinstance(value, bool)
            values[item.name] = value if is_number else None
        elif isinstance(value, str) and (value or item.default is not None):
            values[item.name] = value
    return kind(**values)


def to_document(value: Any) -> Document:
    """The document of a typed one: optional parts that are None are left out."""
    made: Document = {}
    for item in fields(value):
        inner = getattr(value, item.name)
        group = item.metadata.get("group")
        if group and item.metadata["many"]:
            made[item.name] = [to_document(row) for row in inner]
        elif group:
            made[item.name] = None if inner is None else to_document(inner)
        elif inner is not None:
            made[item.name] = inner
    return made


def to_text(document: Document) -> str:
    """A document as people read and change it."""
    return json.dumps(document, ensure_ascii=False, indent=2)


def to_fields(prompt: StructuredPrompt) -> dict[str, str]:
    """The values of a form, by path. A nullable group that is there has its own path, `1`."""
    return dict(_flat(prompt, ""))


def _flat(value: Any, path: str) -> Iterator[tuple[str, str]]:
    for item in fields(value):
        inner, place = getattr(value, item.name), f"{path}{item.name}"
        group = item.metadata.get("group")
        if group and item.metadata["many"]:
            for number, row in enumerate(inner):
                yield from _flat(row, f"{place}.{number}.")
        elif group:
            if item.metadata["nullable"] and inner is not None:
                yield place, "1"
            if inner is not None:
                yield from _flat(inner, f"{place}.")
        else:
            yield place, "" if inner is None else str(inner)


def from_fields(values: Mapping[str, str]) -> Document:
    """The document that a form stands for: `from_fields(to_fields(p)) == to_document(p)`.

    A number that can't be read stays as the text that was typed, for `check` to refuse.
    """
    return _built(StructuredPrompt, values, "")


def _built(kind: type[Any], values: Mapping[str, str], path: str) -> Document:
    made: Document = {}
    for item in fields(kind):
        place = f"{path}{item.name}"
        if group := item.metadata.get("group"):
            if item.metadata["many"]:
                rows = _rows(values, place)
                made[item.name] = [_built(group, values, f"{place}.{row}.") for row in rows]
            elif item.metadata["nullable"] and not values.get(place):
                made[item.name] = None
            else:
                made[item.name] = _built(group, values, f"{place}.")
            continue
        text = values.get(place, "").replace("\r\n", "\n")
        if text or item.default not in (None, MISSING):
            made[item.name] = _number(text) if item.metadata.get("kind") == "integer" else text
    return made


def _rows(values: Mapping[str, str], place: str) -> list[int]:
    """Numbers of the rows of a list that are there, in order."""
    starts = [name.removeprefix(f"{place}.") for name in values if name.startswith(f"{place}.")]
    numbers = {start.split(".")[0] for start in starts}
    return sorted(int(number) for number in numbers if number.isdecimal() and len(number) < 6)


def _number(text: str) -> int | str:
    stripped = text.strip()
    is_number = stripped.isascii() and stripped.lstrip("-").isdecimal() and len(stripped) < 10
    return int(stripped) if is_number else text


def change_rows(document: Document, change: str) -> Document:
    """A document with a row added (`objects add`), or one taken away or moved (`objects up 1`).

    What can't be done, such as moving the first row up, changes nothing.
    """
    name, _, rest = change.partition(" ")
    action, _, number = rest.partition(" ")
    groups = {
        f.name: f.metadata["group"] for f in fields(StructuredPrompt) if f.metadata.get("many")
    }
    if name not in groups or not isinstance(document.get(name, []), list):
        return document
    rows = list(document.get(name, []))
    place = int(number) if number.isdecimal() and len(number) < 6 else -1
    if action == "add":
        rows.append(to_document(groups[name]()))
    elif 0 <= place < len(rows):
        row = rows.pop(place)
        to = {"up": place - 1, "down": place + 1}.get(action)
        if to is not None:
            rows.insert(max(0, to), row)
    return {**document, name: rows}
