"""What an installation has done so far, beside the folders that it has moved aside.

All of it lies in `custom_nodes/.seedframe.disabled/<plan>/`: on the same file system, so that
folders change place in one step, and below a name that ComfyUI does not load. Whoever finds it
after a crash can put everything back from it alone.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from uuid import UUID

from django.conf import settings

from pipeline.comfyui.installs.programs import ProgramFailed
from pipeline.comfyui.installs.registry import check_package

ASIDE = ".seedframe.disabled"
#: A folder with models in it is not copied aside: it takes too long and too much room.
MOST_COPIED_BYTES = 4 * 1024**3


@dataclass
class Journal:
    """What must be known to undo an installation.

    Args:
        packages: Python packages as they were; None: pip was not to be used.
        classes: node classes that ComfyUI had; empty: it did not answer.
        moved_in: packages whose folders were (or were about to be) put into place.
        pip_began, restart_began: what was begun may have had any effect.
        is_held: the worker was told to take nothing new.
        child: process id and start of the program that runs.
    """

    packages: dict[str, str] | None = None
    classes: list[str] = field(default_factory=list)
    moved_in: list[str] = field(default_factory=list)
    pip_began: bool = False
    restart_began: bool = False
    is_held: bool = False
    child: tuple[int, float] | None = None


class Folders:
    """The folders of one plan.

    Args:
        nodes: `custom_nodes` of the installation.
        code: of the plan.
    """

    def __init__(self, nodes: Path, code: UUID) -> None:
        self.nodes = nodes
        self.aside = nodes / ASIDE
        self.work = self.aside / str(code)
        self._journal = self.work / "journal.json"

    # --- the journal --------------------------------------------------------------------------

    def begin(self) -> Journal:
        """Make the place for this plan.

        Raises:
            OSError: the file system refuses.
        """
        self.work.mkdir(parents=True, exist_ok=True)
        journal = Journal()
        self.write(journal)
        return journal

    def write(self, journal: Journal) -> None:
        """Keep the journal, safely: it is whole after a crash.

        Raises:
            OSError: the file system refuses.
        """
        fresh = self._journal.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(asdict(journal), file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._journal)

    def read(self) -> Journal | None:
        """The journal; None: nothing was begun.

        Raises:
            ProgramFailed: it can't be read as one.
        """
        try:
            document = json.loads(self._journal.read_text(encoding="utf-8"))
            journal = Journal(**document)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            raise ProgramFailed(f"{self._journal} can't be read.") from error
        if journal.child is not None:
            journal.child = (int(journal.child[0]), float(journal.child[1]))
        return journal

    # --- folders ------------------------------------------------------------------------------

    def live(self, package: str) -> Path:
        """Where ComfyUI finds a package."""
        return self.nodes / check_package(package)

    def fresh(self, package: str) -> Path:
        """Where it is made ready."""
        return self.work / "new" / check_package(package)

    def former(self, package: str) -> Path:
        """Where the folder that was there waits."""
        return self.work / "old" / check_package(package)

    def copy(self, package: str) -> None:
        """Copy what is there, with all that people and programs have put into it.

        Raises:
            ProgramFailed: it is too large.
            OSError: the file system refuses.
        """
        live = self.live(package)
        size = sum(path.lstat().st_size for path in live.rglob("*"))
        if size > MOST_COPIED_BYTES:
            raise ProgramFailed(f"“{package}” holds {size // 1024**2} MB; move its models first.")
        self.fresh(package).parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(live, self.fresh(package), symlinks=True)

    def swap(self, package: str) -> None:
        """Put what was made ready into place, and what was there aside.

        Raises:
            OSError: the file system refuses.
        """
        if self.live(package).exists():
            self.former(package).parent.mkdir(parents=True, exist_ok=True)
            self.live(package).rename(self.former(package))
        self.fresh(package).rename(self.live(package))

    def put_back(self, journal: Journal) -> list[str]:
        """Undo `swap` for every package that was moved in, however far it came; which those were.

        Raises:
            OSError: the file system refuses.
        """
        undone = []
        for package in reversed(journal.moved_in):
            if self.fresh(package).exists() and not self.former(package).exists():
                continue  # it never came into place
            if self.live(package).exists() and not self.fresh(package).exists():
                self.fresh(package).parent.mkdir(parents=True, exist_ok=True)
                self.live(package).rename(self.fresh(package))
            if self.former(package).exists():
                self.former(package).rename(self.live(package))
            undone.append(package)
        return undone

    def clear(self) -> None:
        """Throw away what was made ready or put aside.

        Raises:
            OSError: the file system refuses.
        """
        if self.work.exists():
            shutil.rmtree(self.work)
        if self.aside.exists() and not any(self.aside.iterdir()):
            self.aside.rmdir()


@contextmanager
def alone_with(instance_id: int) -> Iterator[bool]:
    """Whether nobody else works on this instance's installation; ends with the process at last."""
    folder = settings.DATA_DIR / "installs"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{instance_id}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
