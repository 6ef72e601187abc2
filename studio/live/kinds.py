"""Kinds of event, declared by the slices that record them.

Ids are fixed by package so that rows never collide: studio 100–199, assets 200–299,
billing 300–399, pipeline 400–599.
"""

from __future__ import annotations

from itertools import pairwise

from studio.core.lookups import Codes

_registered: list[type[Codes]] = []


def register(kinds: type[Codes]) -> type[Codes]:
    """Add a slice's kinds; usable as a class decorator."""
    if kinds not in _registered:
        _registered.append(kinds)
    return kinds


def all_kinds() -> list[Codes]:
    """Every registered kind, by id.

    Raises:
        ValueError: two kinds share an id.
    """
    found = sorted((kind for kinds in _registered for kind in kinds), key=int)
    for left, right in pairwise(found):
        if left == right:
            raise ValueError(f"Event kinds {left.code} and {right.code} share the id {int(left)}.")
    return found


@register
class StudioEvents(Codes):
    """What happens to people and projects."""

    PROJECT_CREATED = 100, "project.created", "Project made"
    PROJECT_RENAMED = 101, "project.renamed", "Project renamed"
    PROJECT_ARCHIVED = 102, "project.archived", "Project archived"
    PROJECT_RESTORED = 103, "project.restored", "Project restored"
    MEMBER_ADDED = 110, "member.added", "Member added"
    MEMBER_ROLE_CHANGED = 111, "member.role-changed", "Member's role changed"
    MEMBER_REMOVED = 112, "member.removed", "Member removed"
    USER_CREATED = 120, "user.created", "Person added"
    USER_ROLE_CHANGED = 121, "user.role-changed", "Person's role changed"
    USER_DEACTIVATED = 122, "user.deactivated", "Person deactivated"
    USER_REACTIVATED = 123, "user.reactivated", "Person let in again"
    PASSWORD_CHANGED = 124, "user.password-changed", "Password changed"
    PASSWORD_RESET = 125, "user.password-reset", "One-time password given"
    API_KEY_CREATED = 130, "api-key.created", "API key made"
    API_KEY_REVOKED = 131, "api-key.revoked", "API key revoked"
