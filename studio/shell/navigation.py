"""Where the shell leads: sections of the rail, fixed destinations, keys that jump there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True, slots=True)
class Destination:
    """A page that the shell links to.

    Args:
        view: name of its URL pattern.
        path: its address where no pattern of that name is installed.
    """

    view: str
    path: str

    @property
    def url(self) -> str:
        """Its address on this installation."""
        return reverse_or_empty(self.view) or self.path


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the rail.

    Args:
        key: letter that follows `g` on the keyboard.
        below: the section is current on all addresses that start with this, or with one of these.
        narrow: kept in the bottom bar of a phone; the others are behind “More”.
        admins: only Admins see it.
    """

    name: str
    label: str
    icon: str
    key: str
    below: str | tuple[str, ...]
    narrow: bool = False
    admins: bool = False

    @property
    def url(self) -> str:
        """Its first page."""
        return DESTINATIONS[self.name].url

    def current(self, path: str) -> str:
        """What `aria-current` says at `path`: page, true (somewhere below), or nothing."""
        if path == self.url:
            return "page"
        return "true" if self.below != "/" and path.startswith(self.below) else ""


DESTINATIONS: dict[str, Destination] = {
    "home": Destination("studio:home", "/"),
    "create": Destination("pipeline:create", "/create/"),
    "library": Destination("assets:library", "/library/"),
    "characters": Destination("pipeline:characters", "/characters/"),
    "scenes": Destination("pipeline:scenes", "/scenes/"),
    "jobs": Destination("pipeline:jobs", "/jobs/"),
    "projects": Destination("studio:projects", "/projects/"),
    "workers": Destination("pipeline:workers", "/workers/"),
    "workflows": Destination("pipeline:workflows", "/workflows/"),
    "providers": Destination("pipeline:providers", "/providers/"),
    "operations": Destination("pipeline:operations", "/operations/"),
    "wallet": Destination("billing:wallet", "/wallet/"),
    "admin": Destination("admin:index", "/admin/"),
    "login": Destination("studio:login", "/login/"),
    "logout": Destination("studio:logout", "/logout/"),
    "me": Destination("studio:me", "/me/"),
    "people": Destination("studio:people", "/people/"),
    "api-docs": Destination("api-docs", "/api/docs/"),
}

SECTIONS: tuple[Section, ...] = (
    Section("home", "Home", "house", "h", "/", narrow=True),
    Section("create", "Create", "sparkles", "c", "/create/", narrow=True),
    Section("library", "Library", "images", "l", "/library/", narrow=True),
    Section("characters", "Characters", "user", "r", "/characters/"),
    Section("scenes", "Scenes", "clapperboard", "s", "/scenes/"),
    Section("jobs", "Jobs", "list-checks", "j", "/jobs/", narrow=True),
    Section("projects", "Projects", "folder-kanban", "p", "/projects/"),
    Section("workers", "Workers", "server", "k", ("/workers/", "/installs/")),
    Section("workflows", "Workflows", "workflow", "f", "/workflow"),
    Section("providers", "Providers", "cpu", "v", "/providers/"),
    Section("operations", "Operations", "shapes", "o", "/operations/"),
    Section("wallet", "Wallet", "wallet", "w", "/wallet/"),
    Section("admin", "Admin", "settings", "a", "/admin/", admins=True),
)


@dataclass(frozen=True, slots=True)
class Key:
    """A key, or keys pressed one after the other, and what they do.

    Args:
        keys: as typed, parts separated by a space: `g c`, `?`, `/`.
        action: what the browser does: `go` (to `url`) or a command that keys.js knows.
    """

    keys: str
    label: str
    action: str
    url: str = ""

    @property
    def parts(self) -> list[str]:
        """The keys one by one, as printed on key caps."""
        return self.keys.split()


@dataclass(frozen=True, slots=True)
class KeyGroup:
    """Keys under one heading of the help."""

    title: str
    keys: tuple[Key, ...]


COMMANDS = KeyGroup(
    "Everywhere",
    (
        Key("/", "Search the library", "focus-search"),
        Key("?", "Show these shortcuts", "show-keys"),
        Key("t", "Switch between dark and light", "switch-scheme"),
        Key("f", "Focus mode: nothing but the work", "focus-mode"),
        Key("Esc", "Close what is open", "close"),
    ),
)


def key_groups(sections: Iterable[Section]) -> list[KeyGroup]:
    """The keys of the shell for a person who sees these sections.

    Raises:
        ValueError: two entries claim the same keys.
    """
    jumps = tuple(Key(f"g {s.key}", s.label, "go", s.url) for s in sections)
    groups = [KeyGroup("Go to", jumps), COMMANDS]
    taken = [key.keys for group in groups for key in group.keys]
    doubles = {keys for keys in taken if taken.count(keys) > 1}
    if doubles:
        raise ValueError(f"claimed twice: {', '.join(sorted(doubles))}")
    return groups


def reverse_or_empty(view: str, *args: object) -> str:
    """The address of a view, or nothing where no such view is installed."""
    try:
        return reverse(view, args=args)
    except NoReverseMatch:
        return ""
