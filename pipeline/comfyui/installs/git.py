"""The little of git that an installation needs: which commit is there, fetch one, check it out.

Nothing of the machine's git configuration counts, no hook runs, no submodule is fetched, and only
the protocol of the repository's own address is spoken.
"""

from __future__ import annotations

import os
from pathlib import Path

from pipeline.comfyui.installs.programs import ProgramFailed, Programs
from pipeline.comfyui.installs.registry import check_repository, check_revision

_SAFE = (
    "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "gc.auto=0",
    "-c", "submodule.recurse=false", "-c", "fetch.recurseSubmodules=false",
    "-c", "advice.detachedHead=false", "-c", "protocol.version=2",
)  # fmt: skip


class Git:
    """Git in one folder.

    Args:
        programs: what runs it.
        folder: the work tree.
    """

    def __init__(self, programs: Programs, folder: Path) -> None:
        self.programs = programs
        self.folder = folder

    def head(self) -> str:
        """The commit that is checked out.

        Raises:
            ProgramFailed: the folder is no work tree of its own, or nothing is checked out.
        """
        found = self._git("rev-parse", "--verify", "--quiet", "HEAD^{commit}", quiet=True)
        return check_revision(found.strip())

    def start(self, repository: str) -> None:
        """Make the folder an empty work tree that knows where it comes from.

        Raises:
            ProgramFailed: git could not.
        """
        self.folder.mkdir(parents=True)
        self._git("init", "--quiet", "--template=")
        self._git("remote", "add", "origin", check_repository(repository))

    def fetch(self, repository: str, revision: str, *, whole: bool) -> None:
        """Bring a commit here; all branches where a server hands out no single commit.

        Args:
            whole: with its history, which a folder that has one needs.

        Raises:
            ProgramFailed: it is not to be had.
        """
        check_revision(revision)
        common = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules"]
        depth = [] if whole else ["--depth=1"]
        protocol = repository.partition("://")[0] if "://" in repository else "file"
        place = ["--", check_repository(repository)]
        try:
            self._git(*common, *depth, *place, revision, protocol=protocol)
        except ProgramFailed:
            self.programs.log("That commit alone is not to be had: all branches are fetched.")
            every = "+refs/heads/*:refs/remotes/origin/*"
            self._git(*common, *place, every, protocol=protocol)

    def check_out(self, revision: str) -> None:
        """Put a commit into the folder; files that people have changed there are not lost.

        Raises:
            ProgramFailed: it is not there, or would overwrite a change.
        """
        self._git("checkout", "--quiet", "--detach", check_revision(revision))
        if self.head() != revision:
            raise ProgramFailed("git checked out another commit than it was told to.")

    def _git(self, *words: str, quiet: bool = False, protocol: str = "") -> str:
        place = ("--git-dir", self.folder / ".git", "--work-tree", self.folder)
        more = {
            "GIT_ALLOW_PROTOCOL": protocol or "none",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "/bin/false",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_LFS_SKIP_SMUDGE": "1",
        }
        return self.programs.run(
            ["git", *_SAFE, *place, *words], cwd=self.folder, more=more, quiet=quiet
        )
