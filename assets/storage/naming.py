"""File names as people gave them: made harmless, shown, never used as a path."""

from __future__ import annotations

import re
import unicodedata

MAX_FILE_NAME = 255
#: Control, formatting (such as right-to-left override, which disguises endings) and surrogates.
_UNWANTED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def display_name(name: str) -> str:
    """The last part of a file name, without anything that could deceive a reader or a header.

    `../../etc/passwd` becomes `passwd`, `C:\\jane\\a.png` becomes `a.png`; empty when nothing is
    left. At most 255 characters, the ending kept.
    """
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(" " if c.isspace() else c for c in name)
    name = "".join(c for c in name if unicodedata.category(c) not in _UNWANTED)
    name = re.sub(r'[<>:"|?*]', "_", name)
    name = " ".join(name.split()).strip(". ")
    if len(name) <= MAX_FILE_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 20:
        return name[:MAX_FILE_NAME]
    return stem[: MAX_FILE_NAME - len(ending) - 1] + dot + ending


def title_from(file_name: str) -> str:
    """A title for a file: its name without the ending, with spaces for underscores."""
    name = display_name(file_name)
    stem, dot, ending = name.rpartition(".")
    if dot and stem and len(ending) <= 8:
        name = stem
    return " ".join(name.replace("_", " ").split())[:200] or "Untitled"
