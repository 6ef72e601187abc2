"""Run inside a studio's shell: makes the cast and prints it as JSON."""

from __future__ import annotations

import json

from studio.core.access import RoleCode
from studio.core.models import ApiScope, User
from studio.core.services import create_api_key, create_project, create_user, set_member

PASSWORD = "correct-horse-battery"
ROLES = {
    "ada": ("admin", RoleCode.ADMIN),
    "cleo": ("creator", RoleCode.CREATOR),
    "rex": ("reviewer", RoleCode.REVIEWER),
    "otto": ("outsider", RoleCode.CREATOR),
}

people: dict[str, User] = {}
told = {}
for username, (name, role) in ROLES.items():
    user = create_user(actor=None, username=username, password=PASSWORD, role=role)
    people[name] = user
    scopes = [s for s in ApiScope.Code if s != ApiScope.Code.ADMIN or role == RoleCode.ADMIN]
    _key, secret = create_api_key(actor=user, name="tests", scopes=scopes)
    told[name] = {"username": username, "password": PASSWORD, "key": secret}
project = create_project(actor=people["creator"], name="Lighthouse")
set_member(
    actor=people["creator"], project=project, user=people["reviewer"], role=RoleCode.REVIEWER
)
print(json.dumps({"people": told, "project": str(project.code)}))
