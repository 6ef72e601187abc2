"""What can be done to projects and memberships."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from studio.core.access import ROLE_CAPABILITIES, CapabilityCode, RoleCode, require
from studio.core.errors import Conflict, Forbidden, Invalid, NotFound
from studio.core.models import Membership, Project, User
from studio.live.kinds import StudioEvents
from studio.live.services import publish, record_event, user_group


def create_project(*, actor: User, name: str) -> Project:
    """Make a shared project owned by `actor`.

    Raises:
        Forbidden: the global role does not include creating.
        Invalid: the name is empty or too long.
    """
    role: Any = actor.role_id
    if CapabilityCode.CREATE not in ROLE_CAPABILITIES[RoleCode(role)]:
        raise Forbidden("Reviewers can't make projects.", remedy="Ask an Admin for another role.")
    name = _project_name(name)
    with transaction.atomic():
        project = Project.objects.create(name=name, owner=actor)
        Membership.objects.create(project=project, user=actor, role_id=RoleCode.CREATOR)
        record_event(
            StudioEvents.PROJECT_CREATED,
            project=project,
            actor=actor,
            subject_code=project.code,
            label=name,
        )
        publish([user_group(actor.pk)], {"kind": "access.changed"})
    return project


def rename_project(*, actor: User, project: Project, name: str) -> None:
    """Call a project something else.

    Raises:
        NotFound, Forbidden: by the access rule (manage).
        Invalid: the name is empty or too long.
    """
    require(actor, CapabilityCode.MANAGE, project)
    name = _project_name(name)
    with transaction.atomic():
        Project.objects.filter(pk=project.pk).update(name=name)
        record_event(
            StudioEvents.PROJECT_RENAMED,
            project=project,
            actor=actor,
            subject_code=project.code,
            label=name,
            data={"before": project.name},
        )
    project.name = name


def set_project_archived(*, actor: User, project: Project, archived: bool) -> None:
    """Put a project away, or bring it back.

    Raises:
        NotFound, Forbidden: by the access rule (manage).
        Conflict: it is a personal project.
    """
    require(actor, CapabilityCode.MANAGE, project)
    if project.is_personal:
        raise Conflict("A personal project stays as long as its person.")
    with transaction.atomic():
        moved = Project.objects.filter(pk=project.pk, archived_at__isnull=archived).update(
            archived_at=timezone.now() if archived else None
        )
        if moved:
            kind = StudioEvents.PROJECT_ARCHIVED if archived else StudioEvents.PROJECT_RESTORED
            record_event(
                kind, project=project, actor=actor, subject_code=project.code, label=project.name
            )
    project.refresh_from_db(fields=["archived_at"])


def _project_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise Invalid(
            "A project needs a name of 1 to 120 characters.",
            fields={"name": ["Give a name of 1 to 120 characters."]},
        )
    return name


def require_manage(*, actor: User, project: Project) -> None:
    """Pass for those who may change the project; for views, before they look at what was sent.

    Raises:
        NotFound, Forbidden: by the access rule (manage).
    """
    require(actor, CapabilityCode.MANAGE, project)


def add_member(*, actor: User, project: Project, username: str, role: RoleCode) -> Membership:
    """Add a person to a project by user name.

    Raises:
        NotFound, Forbidden: by the access rule (manage).
        Invalid: nobody active has this name.
        Conflict: the project is personal, or the person belongs to it already.
    """
    require(actor, CapabilityCode.MANAGE, project)
    user = User.objects.filter(username__iexact=username.strip(), is_active=True).first()
    if user is None:
        raise Invalid(
            "Nobody in the studio has this user name.",
            fields={"username": ["Nobody in the studio has this user name."]},
        )
    if Membership.objects.filter(project=project, user=user).exists():
        raise Conflict(
            f"{user.username} belongs to the project already.",
            fields={"username": [f"{user.username} belongs to the project already."]},
        )
    return set_member(actor=actor, project=project, user=user, role=role)


def set_member(*, actor: User, project: Project, user: User, role: RoleCode) -> Membership:
    """Add a person to a project, or give a member another role.

    Raises:
        NotFound, Forbidden: by the access rule (manage).
        Conflict: the project is personal, or the person is its owner.
    """
    require(actor, CapabilityCode.MANAGE, project)
    _check_member_change(project, user)
    with transaction.atomic():
        membership, created = Membership.objects.update_or_create(
            project=project, user=user, defaults={"role_id": role}
        )
        record_event(
            StudioEvents.MEMBER_ADDED if created else StudioEvents.MEMBER_ROLE_CHANGED,
            project=project,
            actor=actor,
            subject_code=user.code,
            label=user.username,
            data={"role": role.code},
            notify=[user] if user.pk != actor.pk else [],
        )
        publish([user_group(user.pk)], {"kind": "access.changed"})
    return membership


def remove_member(*, actor: User, project: Project, user: User) -> None:
    """Take a person out of a project.

    Raises:
        NotFound: by the access rule, or the person is no member.
        Forbidden: by the access rule (manage; everybody may leave by themselves).
        Conflict: the project is personal, or the person is its owner.
    """
    require(actor, CapabilityCode.VIEW if actor == user else CapabilityCode.MANAGE, project)
    _check_member_change(project, user)
    with transaction.atomic():
        removed, _ = Membership.objects.filter(project=project, user=user).delete()
        if not removed:
            raise NotFound(f"{user.username} is no member of this project.")
        record_event(
            StudioEvents.MEMBER_REMOVED,
            project=project,
            actor=actor,
            subject_code=user.code,
            label=user.username,
        )
        publish([user_group(user.pk)], {"kind": "access.changed"})


def _check_member_change(project: Project, user: User) -> None:
    if project.is_personal:
        raise Conflict(
            "A personal project belongs to one person.", remedy="Make a shared project instead."
        )
    if project.owner_id == user.pk:
        raise Conflict("The owner stays in the project.")
