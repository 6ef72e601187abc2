"""What can be done to people, projects, memberships, sessions and keys."""

from studio.core.services.keys import create_api_key, revoke_api_key
from studio.core.services.people import (
    add_person,
    change_password,
    create_first_admin,
    create_user,
    reset_password,
    set_display_name,
    set_email,
    set_preference,
    set_user_active,
    set_user_role,
)
from studio.core.services.projects import (
    add_member,
    create_project,
    remove_member,
    rename_project,
    require_manage,
    set_member,
    set_project_archived,
)
from studio.core.services.roles import sync_role_capabilities
from studio.core.services.sessions import end_sessions, note_sign_in, revoke_session, sign_in

__all__ = [
    "add_member",
    "add_person",
    "change_password",
    "create_api_key",
    "create_first_admin",
    "create_project",
    "create_user",
    "end_sessions",
    "note_sign_in",
    "remove_member",
    "rename_project",
    "require_manage",
    "reset_password",
    "revoke_api_key",
    "revoke_session",
    "set_display_name",
    "set_email",
    "set_member",
    "set_preference",
    "set_project_archived",
    "set_user_active",
    "set_user_role",
    "sign_in",
    "sync_role_capabilities",
]
