"""What every page's frame needs, as the template variable `shell`; read only when used."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

from studio.core.access import RoleCode
from studio.core.models import Project
from studio.shell import navigation, tokens

APPEARANCE_COOKIE = "appearance"
THEMES = ("obsidian", "neon")
SCHEMES = ("dark", "light", "auto")
PROJECTS_SHOWN = 50


class SectionLink(NamedTuple):
    """A section as the rail shows it on this page."""

    label: str
    icon: str
    url: str
    current: str
    narrow: bool


class ProjectLink(NamedTuple):
    """A project as the switcher shows it."""

    code: UUID
    name: str
    url: str
    icon: str


class Shell:
    """The frame of one response. Attributes cause their queries when the template reads them."""

    version: str = settings.VERSION

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        # Error pages are also rendered for requests that failed before they had a user.
        self._user: Any = getattr(request, "user", None)
        theme, _, scheme = request.COOKIES.get(APPEARANCE_COOKIE, "").partition(".")
        self.theme = theme if theme in THEMES else tokens.DEFAULT_THEME
        self.scheme = scheme if scheme in SCHEMES else "auto"

    @property
    def color_scheme(self) -> str:
        """For the `color-scheme` meta element: the canvas is right before any style sheet is."""
        return "dark light" if self.scheme == "auto" else self.scheme

    @cached_property
    def signed_in(self) -> bool:
        """Whether the frame may show what belongs to a person."""
        return bool(self._user is not None and self._user.is_authenticated)

    @property
    def frame(self) -> str:
        """The template that a page extends when it also serves people who are not signed in."""
        return f"studio/shell/{'base' if self.signed_in else 'bare'}.html"

    @cached_property
    def person(self) -> str:
        """Display name, or user name. Causes a query."""
        if not self.signed_in:
            return ""
        profile = getattr(self._user, "profile", None)
        return (profile.display_name if profile else "") or self._user.get_username()

    @property
    def role(self) -> str:
        """Label of the person's global role."""
        return RoleCode(self._user.role_id).label if self.signed_in else ""

    @property
    def is_admin(self) -> bool:
        """Whether the frame leads to what only Admins may do."""
        return bool(self.signed_in and self._user.is_admin)

    @cached_property
    def _sections(self) -> list[navigation.Section]:
        return [s for s in navigation.SECTIONS if self.is_admin or not s.admins]

    @property
    def sections(self) -> list[SectionLink]:
        """The rail."""
        path = self._request.path
        return [
            SectionLink(s.label, s.icon, s.url, s.current(path), s.narrow) for s in self._sections
        ]

    @cached_property
    def projects(self) -> list[ProjectLink]:
        """Projects of the switcher, by name, at most 50. Causes a query."""
        if not self.signed_in:
            return []
        found = Project.objects.visible_to(self._user).open().order_by("name", "pk")
        return [project_link(project) for project in found[:PROJECTS_SHOWN]]

    @property
    def keys(self) -> list[navigation.KeyGroup]:
        """The keys that work on every page."""
        return navigation.key_groups(self._sections)

    @property
    def tray_url(self) -> str:
        """Fragment with the jobs under way."""
        return navigation.reverse_or_empty("pipeline:tray")

    @property
    def running_url(self) -> str:
        """Fragment with the number of running jobs."""
        return navigation.reverse_or_empty("pipeline:running")

    @property
    def balance_url(self) -> str:
        """Fragment with the credits left."""
        return navigation.reverse_or_empty("billing:balance")

    @property
    def appearance_url(self) -> str:
        """Where the theme switch keeps the choice with the person."""
        return navigation.reverse_or_empty("studio:appearance") if self.signed_in else ""

    @property
    def bell_url(self) -> str:
        """Fragment with the number of unread notifications."""
        return navigation.reverse_or_empty("studio:notifications-unread")

    @property
    def services_url(self) -> str:
        """Fragment with the state of the studio's services, for Admins."""
        return navigation.reverse_or_empty("studio:services") if self.is_admin else ""


def project_link(project: Project) -> ProjectLink:
    """The project's entry in the switcher."""
    url = navigation.reverse_or_empty("studio:project", project.code)
    icon = "circle-user" if project.is_personal else "folder-kanban"
    return ProjectLink(project.code, project.name, url or f"/projects/{project.code}/", icon)


def shell(request: HttpRequest) -> Mapping[str, Shell]:
    """Context processor: adds `shell`."""
    return {"shell": Shell(request)}
