"""Pip in an installation's own interpreter: only adds, never changes what is there.

Everything that is installed goes into a constraint file, so that the resolver must do without
other versions of it or give up. Only wheels are taken: building runs a package's own code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from pipeline.comfyui.installs.programs import ProgramFailed, Programs
from pipeline.comfyui.installs.registry import check_requirement

#: Version by name, names as pip compares them.
Packages = Mapping[str, str]
_MORE = {"PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONNOUSERSITE": "1"}
_QUIET = ("--no-color", "--progress-bar", "off", "--only-binary", ":all:")


class Pip:
    """Pip for one installation.

    Args:
        programs: what runs it.
        python: the interpreter whose packages are meant.
        work: an existing folder for its files of requirements and its reports.
    """

    def __init__(self, programs: Programs, python: Path, work: Path) -> None:
        self.programs = programs
        self.python = python
        self.work = work

    def installed(self) -> dict[str, str]:
        """What is installed.

        Raises:
            ProgramFailed: pip does not say.
        """
        text = self._pip("list", "--format", "json", quiet=True)
        try:
            rows = json.loads(text)
            return {canonicalize_name(row["name"]): str(row["version"]) for row in rows}
        except (ValueError, TypeError, KeyError) as error:
            raise ProgramFailed("pip does not say what is installed.") from error

    def dry_run(self, requirements: Sequence[str], before: Packages) -> dict[str, str]:
        """What an installation would add; nothing is changed.

        Raises:
            ProgramFailed: it can't be done without changing something that is installed.
        """
        report = self.work / "report.json"
        self._pip("install", "--dry-run", "--report", report, *self._files(requirements, before))
        found = _added(report)
        changed = sorted(found.keys() & before.keys())
        if changed:
            names = ", ".join(f"{name} {before[name]} → {found[name]}" for name in changed[:5])
            raise ProgramFailed(f"It would change what is installed: {names}.")
        return found

    def install(self, requirements: Sequence[str], before: Packages) -> None:
        """Install requirements beside what is there.

        Raises:
            ProgramFailed: pip could not.
        """
        self._pip("install", *self._files(requirements, before))

    def restore(self, before: Packages) -> None:
        """Take away what was added since, and put back what has gone or changed.

        Raises:
            ProgramFailed: something is not as it was; the text names it.
        """
        now = self.installed()
        added = sorted(now.keys() - before.keys())
        if added:
            self._pip("uninstall", "--yes", "--no-color", "--", *added)
        lost = [name for name in sorted(before) if now.get(name) != before[name]]
        if lost:
            exact = self.work / "restore.txt"
            exact.write_text("".join(f"{name}=={before[name]}\n" for name in lost))
            self._pip("install", "--no-deps", *_QUIET, "--requirement", exact)
        after = self.installed()
        if after != dict(before):
            names = sorted(dict(after.items() ^ before.items()))
            raise ProgramFailed(f"Python packages are not as they were: {', '.join(names[:8])}.")

    def _files(self, requirements: Sequence[str], before: Packages) -> list[str | Path]:
        wanted, kept = self.work / "requirements.txt", self.work / "constraints.txt"
        wanted.write_text("".join(f"{check_requirement(text)}\n" for text in requirements))
        kept.write_text("".join(f"{n}=={v}\n" for n, v in before.items() if _is_version(v)))
        return [*_QUIET, "--requirement", wanted, "--constraint", kept]

    def _pip(self, *words: str | Path, quiet: bool = False) -> str:
        # -I would hide the installation's own pip.conf; -s and the clean environment do.
        argv = [self.python, "-s", "-m", "pip", *words]
        return self.programs.run(argv, cwd=self.work, more=_MORE, quiet=quiet)


def _added(report: Path) -> dict[str, str]:
    """Names and versions of pip's report."""
    try:
        document: Any = json.loads(report.read_text())
        rows = [item["metadata"] for item in document["install"]]
        return {canonicalize_name(row["name"]): str(row["version"]) for row in rows}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ProgramFailed("pip does not say what it would install.") from error


def _is_version(text: str) -> bool:
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True
