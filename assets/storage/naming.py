"""File names as people gave them: checked, shown, never used as a path."""

from __future__ import annotations

import re
import unicodedata

from studio.core.errors import Invalid

MAX_FILE_NAME = 255
#: Control, formatting (such as right-to-left override, which disguises endings), unassigned.
_UNWANTED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
#: Endings that make a file run or render somewhere; hidden before another ending they deceive.
_ACTIVE_ENDINGS = frozenset(
    re.findall(
        r"\w+",
        "apk app asp aspx bat cgi cmd com cpl dll dmg exe hta htm html jar js jsp lnk mht mjs msi"
        " php phtml pif pl ps1 py rb scr sh shtml svg svgz vbs wsf xht xhtml xml",
    )
)


def check_file_name(name: str) -> str:
    """The name of an uploaded file, fit for display.

    Raises:
        Invalid: it is empty, too long, holds a path or control characters, or hides an ending
            that would make the file run.
    """
    problem = ""
    if not name.strip(" ."):
        problem = "A file needs a name."
    elif len(name) > MAX_FILE_NAME:
        problem = f"A file name has at most {MAX_FILE_NAME} characters."
    elif "/" in name or "\\" in name:
        problem = "A file name must not hold a path."
    elif any(unicodedata.category(c) in _UNWANTED for c in name):
        problem = "A file name must not hold control or invisible characters."
    elif hidden := _ACTIVE_ENDINGS.intersection(name.lower().split(".")[1:-1]):
        problem = f"A file name must not hide the ending “.{min(hidden)}”."
    if problem:
        raise Invalid(
            problem, remedy="Rename the file and try again.", fields={"file_name": [problem]}
        )
    return display_name(name)


def display_name(name: str) -> str:
    r"""The last part of a file name, without anything that could deceive a reader or a header.

    `../../etc/passwd` becomes `passwd`, `C:\jane\a.png` becomes `a.png`; empty when nothing is
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


def ending_of(name: str) -> str:
    """The ending in small letters, without its dot; empty without one."""
    stem, dot, ending = name.rpartition(".")
    return ending.lower() if dot and stem else ""


def title_from(file_name: str) -> str:
    """A title for a file: its name without the ending, with spaces for underscores."""
    name = display_name(file_name)
    stem, dot, ending = name.rpartition(".")
    if dot and stem and len(ending) <= 8:
        name = stem
    return " ".join(name.replace("_", " ").split())[:200] or "Untitled"
