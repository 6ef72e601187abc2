"""Carrying out a plan, step by step, and undoing it."""

from __future__ import annotations

import time
from pathlib import Path

from django.conf import settings

from pipeline.comfyui.installs import restarting
from pipeline.comfyui.installs.git import Git
from pipeline.comfyui.installs.journal import Folders, Journal
from pipeline.comfyui.installs.log import PlanLog
from pipeline.comfyui.installs.pip import Pip
from pipeline.comfyui.installs.programs import ProgramFailed, Programs, Stopped, kill_left
from pipeline.comfyui.installs.registry import parse_requirements
from pipeline.comfyui.installs.restarting import NotReady
from pipeline.comfyui.installs.services import revision_there
from pipeline.comfyui.managed import Managed
from pipeline.comfyui.models import InstallPlan, InstallStep

#: How often it is looked up whether somebody wants it stopped.
STOP_SECONDS = 1.0
_MOST_REQUIREMENTS_BYTES = 64 * 1024


class Work:
    """One plan on its way.

    Args:
        plan: running, and nobody else's.
        managed: where its instance is installed.
        log: gets what happens.
    """

    def __init__(self, plan: InstallPlan, managed: Managed, log: PlanLog) -> None:
        self.plan = plan
        self.instance = plan.instance
        self.managed = managed
        self.log = log
        self.steps: list[InstallStep] = list(plan.steps.prefetch_related("requirements", "nodes"))
        self.folders = Folders(managed.folder / "custom_nodes", plan.code)
        self.journal = Journal()
        self.heeds_stop = True
        self._looked = 0.0
        self.programs = Programs(
            log=log.line, stop=self.stop, began=self._began, seconds=settings.INSTALL_STEP_SECONDS
        )

    def stop(self) -> None:
        """Raises `Stopped` if somebody asked for it; not while things are put back."""
        if not self.heeds_stop or time.monotonic() - self._looked < STOP_SECONDS:
            return
        self._looked = time.monotonic()
        self.log.flush()
        if InstallPlan.objects.filter(pk=self.plan.pk).exclude(stopped_by=None).exists():
            raise Stopped("Stopped by a person.")

    def _began(self, child: tuple[int, float] | None) -> None:
        self.journal.child = child
        self._keep()

    def _keep(self) -> None:
        self.folders.write(self.journal)

    # --- forwards -----------------------------------------------------------------------------

    def carry_out(self) -> None:
        """Everything, up to the proof that the nodes are there.

        Raises:
            ProgramFailed, NotReady, Stopped, OSError: it can't be done; undo it.
        """
        self.stop()
        self.journal = self.folders.begin()
        for step in self.steps:
            self._make_ready(step)
        wanted = self._requirements()
        pip = Pip(self.programs, self.managed.python, self.folders.work)
        if wanted:
            self.journal.packages = pip.installed()
            self._keep()
            added = pip.dry_run(wanted, self.journal.packages)
            names = ", ".join(f"{name} {version}" for name, version in sorted(added.items()))
            self.log.line(f"pip would add: {names or 'nothing'}")
        self._hold()
        if wanted and self.journal.packages is not None:
            self.journal.pip_began = True
            self._keep()
            pip.install(wanted, self.journal.packages)
        for step in self.steps:
            self.stop()
            self.log.line(f"Put into place: {self.folders.live(step.package)}")
            self.journal.moved_in.append(step.package)
            self._keep()
            self.folders.swap(step.package)
        self._restart()
        classes = sorted(node.node_class for step in self.steps for node in step.nodes.all())
        self.log.line(f"Waiting for {', '.join(classes)}")
        restarting.wait_for_classes(self.instance, classes, self.stop)

    def _make_ready(self, step: InstallStep) -> None:
        """Fetch a step's commit into a folder that ComfyUI does not see yet."""
        folders = self.folders
        there = revision_there(self.programs, folders.nodes, step.package)
        if there != step.previous_revision:
            raise ProgramFailed(f"“{step.package}” is not what it was when this was planned.")
        git = Git(self.programs, folders.fresh(step.package))
        if there:
            folders.copy(step.package)
        else:
            git.start(step.repository)
        git.fetch(step.repository, step.revision, whole=bool(there))
        git.check_out(step.revision)
        self.log.line(f"{step.package} is at {step.revision}")
        if (folders.fresh(step.package) / ".gitmodules").exists():
            self.log.line("It names submodules; these are not fetched.")

    def _requirements(self) -> list[str]:
        found: dict[str, None] = {}
        for step in self.steps:
            found.update(dict.fromkeys(item.requirement for item in step.requirements.all()))
            if step.reads_requirements:
                path = self.folders.fresh(step.package) / "requirements.txt"
                found.update(dict.fromkeys(_read_requirements(path)))
        return list(found)

    def _hold(self) -> None:
        self.log.line("Waiting until nothing runs there")
        self.journal.is_held = restarting.hold(self.instance)
        self._keep()
        restarting.wait_until_idle(self.instance, self.stop)
        self.journal.classes = restarting.classes_of(self.instance)
        self._keep()

    def _restart(self) -> None:
        self.journal.restart_began = True
        self._keep()
        self.log.line("Restarting ComfyUI")
        restarting.restart(self.instance)

    # --- backwards ----------------------------------------------------------------------------

    def take_over(self) -> None:
        """Go on from what a dead process has left: its journal, and a program that may still run.

        Raises:
            ProgramFailed: its journal can't be read.
        """
        self.journal = self.folders.read() or Journal()
        if self.journal.child is not None:
            kill_left(*self.journal.child)

    def undo(self) -> list[str]:
        """Put everything back; what could not be put back, in words.

        Each part is tried, whatever became of the others.
        """
        self.heeds_stop = False
        left: list[str] = []
        self.log.line("Putting everything back")
        for part in (self._undo_folders, self._undo_packages, self._undo_restart):
            try:
                part()
            except (ProgramFailed, NotReady, OSError) as error:
                self.log.line(str(error))
                left.append(str(error))
        return left

    def _undo_folders(self) -> None:
        for package in self.folders.put_back(self.journal):
            self.log.line(f"{package}: the folder is as it was")

    def _undo_packages(self) -> None:
        if self.journal.pip_began and self.journal.packages is not None:
            pip = Pip(self.programs, self.managed.python, self.folders.work)
            pip.restore(self.journal.packages)
            self.log.line("Python packages are as they were")

    def _undo_restart(self) -> None:
        if self.journal.restart_began:
            self._restart()
            restarting.wait_for_classes(self.instance, self.journal.classes)
            self.log.line("ComfyUI has all nodes that it had")

    def close(self) -> None:
        """Throw away what was put aside, and let the instance take work.

        Raises:
            OSError: the file system refuses.
        """
        self.folders.clear()
        if self.journal.is_held:
            restarting.release(self.instance)


def _read_requirements(path: Path) -> list[str]:
    if path.is_symlink() or not path.is_file():
        raise ProgramFailed("There is no requirements.txt at that commit.")
    with path.open("rb") as file:
        content = file.read(_MOST_REQUIREMENTS_BYTES + 1)
    if len(content) > _MOST_REQUIREMENTS_BYTES:
        raise ProgramFailed(f"requirements.txt is larger than {_MOST_REQUIREMENTS_BYTES} bytes.")
    try:
        return parse_requirements(content.decode())
    except ValueError as error:
        raise ProgramFailed(f"requirements.txt is not taken: {error}.") from error
