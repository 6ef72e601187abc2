"""What can be done to people."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from studio.core.access import RoleCode, require_admin
from studio.core.errors import Conflict, Invalid
from studio.core.models import (
    Membership,
    Preference,
    PreferenceName,
    Profile,
    Project,
    ProjectKind,
    User,
)
from studio.core.services.sessions import end_sessions
from studio.core.signals import user_created
from studio.live.kinds import StudioEvents
from studio.live.services import publish, record_event, user_group


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
        password: None means that nobody can sign in as this person yet.

    Raises:
        Forbidden: `actor` is no Admin.
        Invalid: the name or address is malformed, or the password too weak.
        Conflict: the name or address is taken.
    """
    if actor is not None:
        require_admin(actor)
    username, email = username.strip(), email.strip()
    _check_names(username, email)
    called = _display_name(display_name or username)
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
            Profile.objects.create(user=user, display_name=called)
            _create_personal_project(user, called)
            user_created.send(sender=User, user=user)
            record_event(
                StudioEvents.USER_CREATED, actor=actor, subject_code=user.code, label=username
            )
            return user
    except IntegrityError as error:
        raise _taken(error) from error


def _create_personal_project(user: User, called: str) -> None:
    project = Project.objects.create(
        name=f"{called[:110]}'s own", kind_id=ProjectKind.Code.PERSONAL, owner=user
    )
    Membership.objects.create(project=project, user=user, role_id=RoleCode.CREATOR)


def _taken(error: IntegrityError) -> Exception:
    """The conflict behind a violated unique name or address; any other violation as it is."""
    constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
    if constraint == "user_email_unique":
        return Conflict(
            "Somebody already has this e-mail address.",
            fields={"email": ["This e-mail address is taken."]},
        )
    if constraint.startswith(("user_username", "studio_user_username")):
        return Conflict(
            "Somebody already has this user name.",
            fields={"username": ["This user name is taken."]},
        )
    return error


def add_person(
    *,
    actor: User,
    username: str,
    role: RoleCode = RoleCode.CREATOR,
    email: str = "",
    display_name: str = "",
) -> tuple[User, str]:
    """Add a person with a one-time password, to be replaced on first sign-in.

    Returns:
        The person and the password in clear (shown once, kept nowhere).

    Raises:
        Forbidden, Invalid, Conflict: as `create_user`.
    """
    password = secrets.token_urlsafe(12)
    user = create_user(
        actor=actor,
        username=username,
        password=password,
        role=role,
        email=email,
        display_name=display_name,
        must_change_password=True,
    )
    return user, password


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


def change_password(*, user: User, old: str, new: str, keep_session: str = "") -> None:
    """Replace a person's own password; every other session of theirs ends.

    Args:
        keep_session: key of the session that goes on.

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
    with transaction.atomic():
        user.save(update_fields=["password", "must_change_password"])
        end_sessions(user=user, keep=keep_session)
        record_event(
            StudioEvents.PASSWORD_CHANGED, actor=user, subject_code=user.code, label=user.username
        )


def reset_password(*, actor: User, user: User) -> str:
    """Give a person a one-time password; all their sessions and tokens end.

    Returns:
        The password in clear (shown once, kept nowhere).

    Raises:
        Forbidden: `actor` is no Admin.
    """
    require_admin(actor)
    password = secrets.token_urlsafe(12)
    user.set_password(password)
    user.must_change_password = True
    with transaction.atomic():
        user.save(update_fields=["password", "must_change_password"])
        end_sessions(user=user)
        record_event(
            StudioEvents.PASSWORD_RESET, actor=actor, subject_code=user.code, label=user.username
        )
    return password


def _check_names(username: str, email: str) -> None:
    """Raise Invalid unless both are well-formed."""
    fields: dict[str, list[str]] = {}
    try:
        User._meta.get_field("username").run_validators(username)
        if not username:
            raise ValidationError("Give a user name.")
    except ValidationError as error:
        fields["username"] = list(error.messages)
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            fields["email"] = list(error.messages)
    if fields:
        raise Invalid("Some values are not right.", fields=fields)


def _check_password(password: str, username: str, field: str = "password") -> None:
    try:
        validate_password(password, User(username=username))
    except ValidationError as error:
        raise Invalid(
            "Choose a stronger password.", fields={field: list(error.messages)}
        ) from error


def set_user_role(*, actor: User, user: User, role: RoleCode) -> None:
    """Give a person another global role; it holds from the next request on.

    Raises:
        Forbidden: `actor` is no Admin.
        Conflict: it would leave the studio without an Admin.
    """
    require_admin(actor)
    with transaction.atomic():
        if role != RoleCode.ADMIN:
            _keep_an_admin(user)
        changed = User.objects.filter(pk=user.pk).exclude(role_id=role).update(role_id=role)
        user.role_id = role
        if changed:
            record_event(
                StudioEvents.USER_ROLE_CHANGED,
                actor=actor,
                subject_code=user.code,
                label=user.username,
                data={"role": role.code},
            )
            publish([user_group(user.pk)], {"kind": "access.changed"})


def set_user_active(*, actor: User, user: User, active: bool) -> None:
    """Let a person in again, or keep them out: sessions end, tokens and keys stop working.

    Raises:
        Forbidden: `actor` is no Admin.
        Conflict: it would leave the studio without an Admin.
    """
    require_admin(actor)
    with transaction.atomic():
        if not active:
            _keep_an_admin(user)
        changed = User.objects.filter(pk=user.pk, is_active=not active).update(is_active=active)
        user.is_active = active
        if changed:
            if not active:
                end_sessions(user=user)
            kind = StudioEvents.USER_REACTIVATED if active else StudioEvents.USER_DEACTIVATED
            record_event(kind, actor=actor, subject_code=user.code, label=user.username)
            publish([user_group(user.pk)], {"kind": "access.changed"})


def _keep_an_admin(user: User) -> None:
    # All Admins are locked, so that two of them can't step down at the same moment.
    admins = list(
        User.objects.select_for_update()
        .filter(role_id=RoleCode.ADMIN, is_active=True)
        .values_list("pk", flat=True)
    )
    if admins == [user.pk]:
        raise Conflict(
            "The studio would be left without an Admin.", remedy="Make somebody else Admin first."
        )


def set_display_name(*, user: User, display_name: str) -> None:
    """Call a person something else, on their own wish.

    Raises:
        Invalid: empty or longer than 120 characters.
    """
    called = _display_name(display_name)
    Profile.objects.update_or_create(user=user, defaults={"display_name": called})


def _display_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise Invalid(
            "A name has 1 to 120 characters.",
            fields={"display_name": ["Give a name of 1 to 120 characters."]},
        )
    return name


def set_email(*, user: User, email: str) -> None:
    """Change a person's e-mail address; empty removes it.

    Raises:
        Invalid: malformed.
        Conflict: somebody else has it.
    """
    email = User.objects.normalize_email(email.strip())
    _check_names(user.username, email)
    try:
        with transaction.atomic():
            User.objects.filter(pk=user.pk).update(email=email)
    except IntegrityError as error:
        raise _taken(error) from error
    user.email = email


def set_preference(*, user: User, name: PreferenceName.Code, value: Any) -> None:
    """Remember how a person has set a preference."""
    Preference.objects.update_or_create(user=user, name_id=name, defaults={"value": value})
