"""The folders of a server: inputs, outputs and temporary files, with its rules for names."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import time
from pathlib import Path

ANNOTATION = re.compile(r"^(.*) \[(input|output|temp)\]$")
IMAGES = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ""}
VIDEOS = {".mp4", ".webm", ".mov", ".mkv"}
LONGEST_NAME = 255


class Folders:
    """Three folders below one root."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        for kind in ("input", "output", "temp"):
            (self.root / kind).mkdir(parents=True, exist_ok=True)

    def of(self, kind: str) -> Path | None:
        """The folder of a type; None for an unknown one."""
        return self.root / kind if kind in {"input", "output", "temp"} else None

    def clear_temp(self) -> None:
        """What a server does when it starts."""
        shutil.rmtree(self.root / "temp")
        (self.root / "temp").mkdir()

    def input_names(self, kind: str) -> list[str]:
        """The names of the files right in the input folder, sorted."""
        wanted = IMAGES if kind == "image" else VIDEOS
        names = (path for path in (self.root / "input").iterdir() if path.is_file())
        return sorted(path.name for path in names if path.suffix.lower() in wanted)

    def annotated(self, name: str) -> Path:
        """The file behind `name`, `name [output]` or `name [temp]`; it may leave the folder."""
        match = ANNOTATION.match(name)
        kind = match[2] if match else "input"
        return Path(os.path.normpath(self.root / kind / (match[1] if match else name)))

    def hash(self, name: str) -> str:
        """SHA-256 of an input file."""
        return hashlib.sha256(self.annotated(name).read_bytes()).hexdigest()

    def next_path(
        self, kind: str, prefix: str, *, width: int = 0, height: int = 0
    ) -> tuple[Path, str, int, str]:
        """Folder, beginning of the name, first free number and subfolder for new files.

        The number follows the highest one present, whatever the extension: a deleted last file
        frees its number.
        """
        root = self.root / kind
        prefix = filled_prefix(prefix, width, height)
        whole = Path(os.path.normpath(prefix))
        name = whole.name
        subfolder = "" if whole.parent == Path() else str(whole.parent)
        folder = Path(os.path.normpath(root / subfolder))
        common = os.path.commonpath((root, folder))
        if common != str(root):
            raise Exception(
                "**** ERROR: Saving image outside the output folder is not allowed."
                f"\n full_output_folder: {folder}\n         output_dir: {root}"
                f"\n         commonpath: {common}"
            )
        folder.mkdir(parents=True, exist_ok=True)
        number = re.compile(re.escape(name) + r"_(\d+)_", re.IGNORECASE)
        taken = [int(m[1]) for path in folder.iterdir() if (m := number.match(path.name))]
        return folder, name, max(taken, default=0) + 1, subfolder

    def view(self, name: str, kind: str, subfolder: str) -> Path | int:
        """The file that `/view` means, or the status it answers with."""
        match = ANNOTATION.match(name)
        if match:
            name, kind = match[1], match[2]
        root = self.of(kind)
        if not name or name.startswith("/") or ".." in name or root is None:
            return 400
        folder = Path(os.path.normpath(root / subfolder))
        if os.path.commonpath((root, folder)) != str(root):
            return 403
        path = folder / Path(name).name
        return path if path.is_file() else 404

    def upload(
        self, content: bytes, name: str, kind: str, subfolder: str, *, overwrite: bool
    ) -> str | int:
        """Store an upload; the name it got, or the status of the refusal."""
        root = self.of(kind)
        if root is None or not name or name.startswith("/"):
            return 500
        folder = Path(os.path.normpath(root / os.path.normpath(subfolder)))
        path = Path(os.path.normpath(folder / name))
        if os.path.commonpath((root, path)) != str(root):
            return 400
        folder.mkdir(parents=True, exist_ok=True)
        if not path.parent.is_dir() or len(path.name.encode()) > LONGEST_NAME:
            return 500
        extension = Path(name).suffix
        stem = name.removesuffix(extension)
        number = 1
        while path.exists() and not overwrite:
            if path.read_bytes() == content:
                return name
            name = f"{stem} ({number}){extension}"
            path = folder / name
            number += 1
        path.write_bytes(content)
        return name


def filled_prefix(prefix: str, width: int, height: int) -> str:
    """The prefix with its tokens filled in."""
    now = time.localtime()
    tokens = {
        "width": str(width),
        "height": str(height),
        "year": str(now.tm_year),
        "month": f"{now.tm_mon:02}",
        "day": f"{now.tm_mday:02}",
        "hour": f"{now.tm_hour:02}",
        "minute": f"{now.tm_min:02}",
        "second": f"{now.tm_sec:02}",
    }
    for token, value in tokens.items():
        prefix = prefix.replace(f"%{token}%", value)
    return prefix
