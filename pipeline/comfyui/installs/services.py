"""What people do about missing nodes: plan their installation, approve it, discard it, stop it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils import timezone

from pipeline.comfyui.installs.events import InstallEvents
from pipeline.comfyui.installs.git import Git
from pipeline.comfyui.installs.live import publish_plan
from pipeline.comfyui.installs.programs import ProgramFailed, Programs
from pipeline.comfyui.installs.registry import Package, Resolved, resolve
from pipeline.comfyui.managed import Managed, managed_installations
from pipeline.comfyui.models import (
    InstallNode,
    InstallPlan,
    InstallRequirement,
    InstallState,
    InstallStep,
    Instance,
    InstanceCatalogue,
)
from studio.core.access import RoleCode, require_admin
from studio.core.errors import Conflict, Forbidden, Invalid
from studio.core.models import User
from studio.core.tasks import enqueue
from studio.live.services import record_event

S = InstallState.Code
MOST_CLASSES = 200
RUN = "pipeline.comfyui.installs.runner.run_plan"


def plan_nodes(*, actor: User, instance: Instance, node_classes: Iterable[str]) -> InstallPlan:
    """Plan the installation of whatever brings these node classes; nothing is changed by that.

    Args:
        node_classes: those that are missing; what the instance has is left out.

    Returns:
        The plan, which waits for an Admin; classes that nobody is known to bring are part of it.

    Raises:
        Forbidden: `actor` neither makes things nor is an Admin.
        Invalid: no node class was named, or one that can't be.
        Conflict: it is not managed here, nothing is missing or known, a plan is open already, or
            what lies in its folder can't be replaced.
        Unavailable: the registry or the file of managed installations can't be read.
    """
    require_planner(actor)
    classes = _checked_classes(node_classes)
    managed = require_managed(instance)
    missing = sorted(classes - _present(instance))
    if not missing:
        raise Conflict(f"“{instance.worker.name}” has all of these nodes.")
    found = resolve(missing)
    if not found.packages:
        raise Conflict(
            f"The registry of custom nodes knows nobody who brings {_some(missing)}.",
            remedy="Ask the server's operator to add the package to the registry file.",
        )
    before = {package: _revision_there(managed, package) for package in found.packages}
    try:
        with transaction.atomic():
            plan = _write(actor, instance, found, before)
            tell(InstallEvents.INSTALL_PLANNED, actor, plan)
    except IntegrityError as error:
        raise Conflict(
            f"An installation on “{instance.worker.name}” is already planned.",
            remedy="Approve or discard that one first.",
        ) from error
    return plan


def approve_plan(*, actor: User, plan: InstallPlan) -> None:
    """Let a plan be carried out, in a task.

    Raises:
        Forbidden: `actor` is no Admin.
        Conflict: it does not wait for approval, or its instance is not managed any more.
        Unavailable: the file of managed installations can't be read.
    """
    require_admin(actor)
    require_managed(plan.instance)
    with transaction.atomic():
        here = InstallPlan.objects.filter(pk=plan.pk, state_id=S.PLANNED)
        if not here.update(state_id=S.APPROVED, approved_by=actor):
            raise Conflict("This installation does not wait for approval.")
        tell(InstallEvents.INSTALL_APPROVED, actor, plan)
        enqueue(RUN, plan.pk)


def discard_plan(*, actor: User, plan: InstallPlan) -> None:
    """Give up a plan that waits for approval: an Admin, or who asked for it.

    Raises:
        Forbidden: `actor` is neither.
        Conflict: it does not wait for approval.
    """
    if actor.pk != plan.requested_by_id:
        require_admin(actor)
    with transaction.atomic():
        here = InstallPlan.objects.filter(pk=plan.pk, state_id=S.PLANNED)
        if not here.update(state_id=S.DISCARDED, ended_at=timezone.now()):
            raise Conflict("This installation does not wait for approval.")
        tell(InstallEvents.INSTALL_DISCARDED, actor, plan)


def stop_plan(*, actor: User, plan: InstallPlan) -> None:
    """Stop an installation; what it has done is undone.

    Raises:
        Forbidden: `actor` is no Admin.
        Conflict: it is not under way, or was stopped already.
    """
    require_admin(actor)
    with transaction.atomic():
        here = InstallPlan.objects.filter(
            pk=plan.pk, state_id__in=(S.APPROVED, S.RUNNING), stopped_by=None
        )
        if not here.update(stopped_by=actor):
            raise Conflict("This installation is not under way.")
        tell(InstallEvents.INSTALL_STOPPED, actor, plan)


def require_planner(user: User) -> None:
    """Only those who make things may ask for nodes.

    Raises:
        Forbidden: the person only looks and comments.
    """
    if user.role_id not in (RoleCode.ADMIN, RoleCode.CREATOR):
        raise Forbidden("Only people who make things may plan installations.")


def require_managed(instance: Instance) -> Managed:
    """Where an instance is installed on this machine, and how it is restarted.

    Raises:
        Conflict: it is retired, or not managed, or can't be restarted; and what to do about that.
        Unavailable: the file of managed installations can't be read.
    """
    name = instance.worker.name
    if instance.retired_at is not None:
        raise Conflict(f"“{name}” is retired.", remedy="Bring it back before you use it.")
    found = managed_installations().get(instance.install_name) if instance.install_name else None
    if found is None:
        raise Conflict(
            f"“{name}” is not managed by the studio: it can't install anything there.",
            remedy="Install the nodes there by hand, or add the installation to the file that"
            " SEEDFRAME_MANAGED_COMFYUI names and choose it in the worker's form.",
        )
    if not found.restart:
        raise Conflict(
            f"“{name}” has no restart command, and new nodes are loaded at a start only.",
            remedy="Add one to its entry in the file that SEEDFRAME_MANAGED_COMFYUI names.",
        )
    return found


def tell(kind: InstallEvents, actor: User | None, plan: InstallPlan) -> None:
    """Write an event down and tell open pages; call in the transaction."""
    name = plan.instance.worker.name
    record_event(kind, actor=actor, subject_code=plan.code, label=name)
    publish_plan(plan)


def revision_there(programs: Programs, nodes: Path, package: str) -> str:
    """The commit of a package's folder; empty: there is none.

    Raises:
        ProgramFailed: there is something else of that name.
    """
    folder = nodes / package
    if nodes.is_dir():
        names = [item.name for item in nodes.iterdir() if item.name != package]
        alike = [name for name in names if name.lower() == package.lower()]
        if alike:
            raise ProgramFailed(f"there is a folder “{alike[0]}”, written another way")
    if folder.is_symlink() or (folder.exists() and not (folder / ".git").is_dir()):
        raise ProgramFailed("what lies there was not cloned by git, or is a link")
    return Git(programs, folder).head() if folder.exists() else ""


def _revision_there(managed: Managed, package: Package) -> str:
    programs = Programs(
        log=lambda text: None, stop=lambda: None, began=lambda child: None, seconds=20
    )
    nodes = managed.folder / "custom_nodes"
    if not nodes.is_dir():
        raise Conflict(f"There is no folder “{nodes}” on this machine.")
    try:
        there = revision_there(programs, nodes, package.package)
    except (ProgramFailed, ValueError) as error:
        raise Conflict(
            f"“{package.package}” can't be replaced: {error}",
            remedy="Take that folder away by hand, then plan again.",
        ) from error
    if there == package.revision:
        raise Conflict(
            f"“{package.package}” is installed at this very commit and does not bring these nodes.",
            remedy="Look into ComfyUI's own log for why it could not be loaded.",
        )
    return there


def _checked_classes(node_classes: Iterable[str]) -> set[str]:
    found = {name.strip() for name in node_classes} - {""}
    if not found:
        raise Invalid("No node class was named.", fields={"nodes": ["Name at least one."]})
    if len(found) > MOST_CLASSES:
        raise Invalid(f"At most {MOST_CLASSES} node classes.", fields={"nodes": ["Too many."]})
    if any(len(name) > 200 or not name.isprintable() for name in found):
        raise Invalid("This is no node class.", fields={"nodes": ["A name is not one."]})
    return found


def _present(instance: Instance) -> set[str]:
    known = InstanceCatalogue.objects.filter(instance=instance).first()
    return set(known.object_info) if known else set()


def _write(
    actor: User, instance: Instance, found: Resolved, before: dict[Package, str]
) -> InstallPlan:
    plan = InstallPlan.objects.create(instance=instance, requested_by=actor)
    nodes = [InstallNode(plan=plan, node_class=name) for name in found.unknown]
    for package, classes in found.packages.items():
        step = InstallStep.objects.create(
            plan=plan,
            package=package.package,
            repository=package.repository,
            revision=package.revision,
            previous_revision=before[package],
            licence=package.licence,
            reads_requirements=package.requirements_file,
        )
        wanted = dict.fromkeys(package.requirements)
        InstallRequirement.objects.bulk_create(
            InstallRequirement(step=step, requirement=text) for text in wanted
        )
        nodes += [InstallNode(plan=plan, step=step, node_class=name) for name in classes]
    InstallNode.objects.bulk_create(nodes)
    return plan


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"
