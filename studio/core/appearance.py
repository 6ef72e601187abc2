"""How the studio looks to a person: kept with the person, carried to each browser by a cookie."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse

from studio.core.models import PreferenceName, User

#: Read by the shell on every page; written here and by the theme switch in the browser.
COOKIE = "appearance"
DEFAULT = {"theme": "obsidian", "scheme": "auto"}


def appearance_of(user: User) -> dict[str, str]:
    """Theme and scheme that a person has set, with defaults. Causes a query."""
    names = {
        PreferenceName.Code.THEME.value: "theme",
        PreferenceName.Code.SCHEME.value: "scheme",
    }
    rows = user.preferences.filter(name_id__in=names).values_list("name_id", "value")
    found: dict[str, Any] = {names[name]: value for name, value in rows}
    return DEFAULT | found


def remember_in_browser(response: HttpResponse, user: User) -> HttpResponse:
    """Set the cookie from which the shell takes theme and scheme."""
    found = appearance_of(user)
    response.set_cookie(
        COOKIE,
        f"{found['theme']}.{found['scheme']}",
        max_age=365 * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    return response
