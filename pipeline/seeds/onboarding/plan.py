"""What an import would create: paths become characters and variations, and nothing twice.

The first folder of a path is the character, `Jane/Bio/img.jpg` is Jane's; the full relative path is
the identity of the file. One folder around everything (`cast/Jane/…, cast/Joe/…`) is looked
through when nothing else stands beside it and it holds folders only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.conf import settings

from assets.models import Asset, Origin
from pipeline.characters.models import Character
from pipeline.seeds.models import SeedSlot
from studio.core.errors import Invalid, TooLarge
from studio.core.models import Project

PICTURES = frozenset({"png", "jpg", "jpeg", "webp", "tif", "tiff", "avif"})
CAPTION = "Imported from "
_FOR_B = frozenset({"b", "seedb", "foundation", "body", "wardrobe", "outfit", "full", "fullbody"})
_LITTER = frozenset({"__macosx", "thumbs.db", "desktop.ini", ".ds_store"})
MAX_PATH = 380


@dataclass(frozen=True)
class Entry:
    """A file of an import: its path as it came, and its size in bytes."""

    path: str
    size_bytes: int


@dataclass(frozen=True)
class PlannedFile:
    """A file, for which seed image it is meant, and why it is left out, if it is."""

    entry: Entry
    path: str
    slot: SeedSlot.Code
    skipped: str = ""


@dataclass(frozen=True)
class PlannedCharacter:
    """A character with its files; `existing` is there already, by its folder or by its name."""

    name: str
    import_path: str
    existing: Character | None
    files: list[PlannedFile] = field(default_factory=list)

    @property
    def wanted(self) -> list[PlannedFile]:
        """The files that would become variations."""
        return [item for item in self.files if not item.skipped]


@dataclass(frozen=True)
class ImportPlan:
    """Everything that an import would do."""

    project: Project
    characters: list[PlannedCharacter]
    ignored: list[tuple[str, str]]

    @property
    def new_count(self) -> int:
        """How many characters would be made."""
        return sum(item.existing is None and bool(item.wanted) for item in self.characters)

    @property
    def file_count(self) -> int:
        """How many variations would be made."""
        return sum(len(item.wanted) for item in self.characters)


def plan_import(project: Project, entries: Sequence[Entry]) -> ImportPlan:
    """Work out what these files would become. Two queries, nothing is written.

    Raises:
        Invalid: a path leads out of the import, or there is nothing to import.
        TooLarge: over the limits of files, bytes or depth.
    """
    check_limits(entries)
    paths = [(entry, safe_path(entry.path)) for entry in entries]
    files, ignored = _sorted_out(paths)
    root = _common_root([path for _, path in files])
    folders: dict[str, list[tuple[Entry, str]]] = {}
    for entry, path in files:
        inner = path[len(root) :]
        if "/" not in inner:
            ignored.append((path, "It lies in no character’s folder."))
        else:
            folders.setdefault(inner.split("/", 1)[0], []).append((entry, inner))
    if not folders:
        raise Invalid(
            "There is no character in this.",
            remedy="Put each character’s pictures into a folder of its own: Jane/portrait.png.",
        )
    return ImportPlan(project, _characters(project, folders), ignored)


def check_limits(entries: Sequence[Entry]) -> None:
    """Pass when an import is small enough.

    Raises:
        TooLarge: saying which limit it breaks.
    """
    most = settings.CHARACTER_IMPORT_MAX_FILES
    if len(entries) > most:
        raise TooLarge(f"An import has at most {most:,} files.", remedy="Import it in parts.")
    total = sum(entry.size_bytes for entry in entries)
    if total > settings.CHARACTER_IMPORT_MAX_BYTES:
        limit = settings.CHARACTER_IMPORT_MAX_BYTES / 1024**3
        raise TooLarge(f"An import has at most {limit:g} GiB.", remedy="Import it in parts.")


def safe_path(text: str) -> str:
    r"""A relative path in its plain form, with `/` between its parts.

    Raises:
        Invalid: it is absolute, leads upward, holds control characters, or is too long or deep.
    """
    path = unicodedata.normalize("NFC", text)
    parts = path.split("/")
    wrong = (
        "\\" in path
        or path.startswith("/")
        or re.match(r"[A-Za-z]:", path) is not None
        or any(part in ("", ".", "..") for part in parts)
        or any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in path)
    )
    if wrong:
        raise Invalid(
            f"“{path[:80]}” is no path inside of an import; nothing was imported.",
            remedy="Pack the folders anew, without absolute paths and “..”.",
        )
    if len(path) > MAX_PATH or len(parts) > settings.CHARACTER_IMPORT_MAX_DEPTH:
        raise TooLarge(
            f"“{path[:60]}…” lies too deep.",
            remedy=f"At most {settings.CHARACTER_IMPORT_MAX_DEPTH} folders and {MAX_PATH} letters.",
        )
    return path


def slot_of(path: str) -> SeedSlot.Code:
    """Which seed image a file is meant for, by the words of its path; Seed A unless they say B."""
    inner = path.split("/", 1)[-1].rsplit(".", 1)[0].lower()
    words = set(re.split(r"[^a-z0-9]+", inner))
    joined = set(re.sub(r"[^a-z0-9/]", "", inner).split("/"))
    return SeedSlot.Code.B if (words | joined) & _FOR_B else SeedSlot.Code.A


def _sorted_out(
    paths: Sequence[tuple[Entry, str]],
) -> tuple[list[tuple[Entry, str]], list[tuple[str, str]]]:
    """Pictures, and what is none with the reason; litter of file systems is not even named."""
    files, ignored = [], []
    for entry, path in paths:
        parts = path.lower().split("/")
        if _LITTER.intersection(parts) or parts[-1].startswith("."):
            continue
        if parts[-1].rpartition(".")[2] not in PICTURES:
            ignored.append((path, "It is no picture by its ending."))
        elif entry.size_bytes < 1:
            ignored.append((path, "It is empty."))
        else:
            files.append((entry, path))
    return files, ignored


def _common_root(paths: Sequence[str]) -> str:
    """The folder around everything, with its slash, when it holds folders of characters only."""
    tops = {path.split("/", 1)[0] for path in paths}
    if len(tops) != 1 or not all(path.count("/") >= 2 for path in paths):
        return ""
    inner = {path.split("/")[1] for path in paths}
    return f"{next(iter(tops))}/" if len(inner) > 1 and not _are_parts(inner) else ""


def _are_parts(names: set[str]) -> bool:
    """Whether folders are named as parts of one character, not as characters."""
    known = _FOR_B | {"a", "seeda", "bio", "portrait", "portraits", "face", "seeds", "head"}
    return any(re.sub(r"[^a-z0-9]", "", name.lower()) in known for name in names)


def _characters(
    project: Project, folders: dict[str, list[tuple[Entry, str]]]
) -> list[PlannedCharacter]:
    present = list(Character.objects.filter(project=project).select_related("project"))
    by_path = {row.import_path: row for row in present if row.import_path}
    by_name = {row.name.lower(): row for row in present}
    known = imported_paths(project)
    found = []
    for folder, files in sorted(folders.items()):
        name = " ".join(folder.replace("_", " ").split())[:120]
        existing = by_path.get(folder) or by_name.get(name.lower())
        planned = PlannedCharacter(name, folder, existing)
        for entry, path in sorted(files, key=lambda pair: pair[1]):
            item = PlannedFile(entry, path, slot_of(path))
            if path in known:
                item = replace(item, skipped="It was imported before.")
            planned.files.append(item)
        found.append(planned)
    return found


def imported_paths(project: Project) -> set[str]:
    """The paths of all files that were imported into a project. One query."""
    rows = Asset.objects.in_project(project).from_origin(Origin.Code.IMPORT)
    captions = rows.filter(caption__startswith=CAPTION).values_list("caption", flat=True)
    return {caption.removeprefix(CAPTION) for caption in captions}
