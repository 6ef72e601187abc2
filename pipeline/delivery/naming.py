"""Names of delivered files: a template with slots, filled with plain characters only."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Mapping

from studio.core.errors import Invalid

DEFAULT_TEMPLATE = "{project}_{character}_{scene}_v{version:03}.{ext}"
SLOTS = {
    "project": "name of the project",
    "character": "slate code of the character",
    "scene": "title of the scene",
    "version": "number of the cut; {version:03} pads it",
    "date": "day of the delivery, as 20260131",
    "ext": "extension of the file",
}
_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")
_MOST_CHARACTERS = 120
_SHORT_CHARACTERS = 32  # three such texts fit into a name by the default template


def plain(text: str) -> str:
    """A text as part of a file name: letters A–Z, digits, dot, hyphen and underscore."""
    folded = text.replace("ß", "ss")
    for before, after in (("äÄ", "ae"), ("öÖ", "oe"), ("üÜ", "ue")):
        for letter in before:
            folded = folded.replace(letter, after)
    return _PLAIN.sub("-", folded).strip("-.") or "x"


def check_template(template: str) -> None:
    """Pass a template whose slots are known and that ends on the extension.

    Raises:
        Invalid: it can't be read, names a slot that there is not, or lacks the extension.
    """
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError as error:
        raise _invalid(f"The naming template can't be read: {error}.") from error
    for _, slot, form, conversion in parts:
        if slot is None:
            continue
        if slot not in SLOTS:
            known = ", ".join(f"{{{name}}}" for name in SLOTS)
            raise _invalid(f"There is no slot {{{slot}}}. Known are {known}.")
        if conversion or (form and not (slot == "version" and re.fullmatch(r"0\d", form))):
            raise _invalid(f"Slot {{{slot}}} takes no format; only {{version:03}} pads.")
    if not template.endswith(".{ext}"):
        raise _invalid("The naming template must end on .{ext}.")


def file_name(template: str, values: Mapping[str, str | int]) -> str:
    """A file's name by a checked template; `values` has all slots, `version` as a number.

    Where long names would make it too long, each is cut short.

    Raises:
        Invalid: the name is too long nevertheless.
    """
    name = _filled(template, values, _MOST_CHARACTERS)
    if len(name) > _MOST_CHARACTERS:
        name = _filled(template, values, _SHORT_CHARACTERS)
    if len(name) > _MOST_CHARACTERS:
        raise _invalid(
            f"“{name[:40]}…” has more than {_MOST_CHARACTERS} characters. "
            "Choose a shorter template."
        )
    return name


def _filled(template: str, values: Mapping[str, str | int], most: int) -> str:
    """The template with its slots filled, texts with at most so many characters."""
    filled = {
        slot: value if isinstance(value, int) else plain(plain(value)[:most])
        for slot, value in values.items()
    }
    return _PLAIN.sub("-", template.format(**filled)).lstrip("-.")


def refuse_collisions(names: Iterable[str]) -> None:
    """Pass when all names differ, also where neither capitals nor extensions count.

    Sidecars are called like their file without its extension.

    Raises:
        Invalid: naming the first two that are the same.
    """
    seen: set[str] = set()
    for name in names:
        stem = name.lower().rpartition(".")[0]
        if stem in seen:
            raise _invalid(
                f"Two files would be called “{name}”, apart from their extension. "
                "Add {scene} or {version} to the template."
            )
        seen.add(stem)


def _invalid(message: str) -> Invalid:
    return Invalid(message, fields={"naming_template": [message]})
