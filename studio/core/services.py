"""What can be done to people, projects, memberships and keys."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from studio.core.access import ROLE_CAPABILITIES, CapabilityCode, RoleCode, require, require_admin
from studio.core.errors import Conflict, Forbidden, Invalid, NotFound
from studio.core.models import (
    ApiKey,
    ApiKeyScope,
    ApiScope,
    Membership,
    Preference,
    PreferenceName,
    Profile,
    Project,
    ProjectKind,
    RoleCapability,
    User,
)
from studio.core.signals import user_created
from studio.live.kinds import StudioEvents
from studio.live.services import publish, record_event, user_group


def sync_role_capabilities(using: str = "default", **_: Any) -> None:
    """Write the rows that say which role includes which capability (after `migrate`)."""
    wanted = {(int(r), int(c)) for r, found in ROLE_CAPABILITIES.items() for c in found}
    rows = RoleCapability.objects.using(using)
    present = {(r, c): pk for pk, r, c in rows.values_list("pk", "role_id", "capability_id")}
    rows.filter(pk__in=[pk for pair, pk in present.items() if pair not in wanted]).delete()
    rows.bulk_create(
        RoleCapability(role_id=r, capability_id=c) for r, c in sorted(wanted - set(present))
    )


# --- people -----------------------------------------------------------------------------------


def create_user(
    *,
    actor: User | None,
    username: str,
    password: str | None,
    role: RoleCode = RoleCode.CREATOR,
    email: str = "",
    display_name: str = "",
    must_change_password: bool = False,
) -> User:
    """Add a person with a personal project.

    Args:
        actor: an Admin, or None when the studio itself does it (first start).

    Raises:
        Forbidden: `actor` is no Admin.
        Invalid: the password is too weak.
        Conflict: the name or address is taken.
    """
    if actor is not None:
        require_admin(actor)
    if password is not None:
        _check_password(password, username)
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                username,
                password,
                email=email,
                role_id=role,
                must_change_password=must_change_password,
            )
            Profile.objects.create(user=user, display_name=display_name or username)
            project = Project.objects.create(
                name=f"{display_name or username}'s own",
                kind_id=ProjectKind.Code.PERSONAL,
                owner=user,
            )
            Membership.objects.create(project=project, user=user, role_id=RoleCode.CREATOR)
            user_created.send(sender=User, user=user)
            record_event(
                StudioEvents.USER_CREATED, actor=actor, subject_code=user.code, label=username
            )
            return user
    except IntegrityError as error:
        raise Conflict(
            "Somebody already has this user name or e-mail address.",
            fields={"username": ["This user name or e-mail address is taken."]},
        ) from error


def create_first_admin() -> tuple[User, str] | None:
    """Add the first Admin with a one-time password.

    Returns:
        The Admin and the password in clear (shown once, kept nowhere), or None when the studio
        has an Admin already.
    """
    if User.objects.filter(role_id=RoleCode.ADMIN).exists():
        return None
    password = secrets.token_urlsafe(12)
    user = create_user(
        actor=None,
        username="admin",
        password=password,
        role=RoleCode.ADMIN,
        display_name="Studio admin",
        must_change_password=True,
    )
    return user, password


def change_password(*, user: User, old: str, new: str) -> None:
    """Replace a person's own password.

    Raises:
        Invalid: the old one is wrong, or the new one is too weak or the same.
    """
    if not user.check_password(old):
        raise Invalid("The present password is wrong.", fields={"old": ["This is not it."]})
    if old == new:
        raise Invalid("Choose a new password.", fields={"new": ["This is the present one."]})
    _check_password(new, user.username, field="new")
    user.set_password(new)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])


def _check_password(password: str, username: str, field: str = "password") -> None:
    try:
        validate_password(password, User(username=username))
    except ValidationError as error:
        raise Invalid(
            "Choose a stronger password.", fields={field: list(error.messages)}
        ) from error


def set_user_role(*, actor: User, user: User, role: RoleCode) -> None:
    """Give a person another global role.

    Raises:
        Forbidden: `actor` is no Admin.
        Conflict: it would leave the studio without an Admin.
    """
    require_admin(actor)
    with transaction.atomic():
        # All Admins are locked, so that two of them can't step down at the same moment.
        admins = list(
            User.objects.select_for_update()
            .filter(role_id=RoleCode.ADMIN, is_active=True)
            .values_list("pk", flat=True)
        )
        if admins == [user.pk] and role != RoleCode.ADMIN:
            raise Conflict("The studio would be left without an Admin.")
        User.objects.filter(pk=user.pk).update(role_id=role)
        user.role_id = role
        record_event(
            StudioEvents.USER_ROLE_CHANGED,
            actor=actor,
            subject_code=user.code,
            label=user.username,
            data={"role": role.code},
        )
        publish([user_group(user.pk)], {"kind": "access.changed"})


def set_preference(*, user: User, name: PreferenceName.Code, value: Any) -> None:
    """Remember how a person has set a preference."""
    Preference.objects.update_or_create(user=user, name_id=name, defaults={"value": value})


# --- projects ---------------------------------------------------------------------------------


def create_project(*, actor: User, name: str) -> Project:
    """Make a shared project owned by `actor`.

    Raises:
        Forbidden: the global role does not include creating.
        Invalid: the name is empty or too long.
    """
    if CapabilityCode.CREATE not in ROLE_CAPABILITIES[RoleCode(actor.role_id)]:
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


# --- keys -------------------------------------------------------------------------------------


def create_api_key(
    *,
    actor: User,
    name: str,
    scopes: Iterable[ApiScope.Code],
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key for scripts that act as `actor`.

    Returns:
        The key's row and its secret; the secret is shown once and kept nowhere.

    Raises:
        Invalid: no name, no scope, or an expiry in the past.
        Forbidden: the admin scope for somebody who is no Admin.
    """
    wanted = set(scopes)
    if not name.strip() or not wanted:
        raise Invalid("A key needs a name and at least one scope.")
    if expires_at is not None and expires_at <= timezone.now():
        raise Invalid("The expiry is in the past.", fields={"expires_at": ["Choose a later time."]})
    if ApiScope.Code.ADMIN in wanted:
        require_admin(actor)
    prefix = secrets.token_hex(6)
    secret = f"sf_{prefix}_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        key = ApiKey.objects.create(
            user=actor,
            name=name.strip()[:80],
            prefix=prefix,
            digest=hashlib.sha256(secret.encode()).hexdigest(),
            expires_at=expires_at,
        )
        ApiKeyScope.objects.bulk_create(ApiKeyScope(api_key=key, scope_id=s) for s in wanted)
        record_event(
            StudioEvents.API_KEY_CREATED, actor=actor, subject_code=key.code, label=key.name
        )
    return key, secret


def revoke_api_key(*, actor: User, key: ApiKey) -> None:
    """End a key at once.

    Raises:
        NotFound: it is neither the actor's own nor is the actor an Admin.
    """
    if key.user_id != actor.pk and not actor.is_admin:
        raise NotFound("There is no such key.")
    with transaction.atomic():
        if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now()):
            record_event(
                StudioEvents.API_KEY_REVOKED, actor=actor, subject_code=key.code, label=key.name
            )
