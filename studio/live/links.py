"""Where a line of the feed leads: kinds of event are mapped to pages by the slices that own them.

    register("job.", "pipeline:job", icon="list-checks")

The longest registered prefix of the kind's code wins; a kind without one is shown without a link.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from django.urls import reverse

if TYPE_CHECKING:
    from studio.live.models import Event


class Argument(Enum):
    """What a page's address is made with."""

    SUBJECT = "code of the event's subject"
    PROJECT = "code of the event's project"
    NOTHING = "no argument"


@dataclass(frozen=True)
class Link:
    """How events whose kind starts with `prefix` are shown.

    Args:
        url_name: name of the page's URL pattern, such as `pipeline:job`.
        argument: what the pattern takes as its only argument.
        icon: name of an icon of the shell.
    """

    prefix: str
    url_name: str
    argument: Argument = Argument.SUBJECT
    icon: str = "activity"


_links: dict[str, Link] = {}


def register(
    prefix: str,
    url_name: str,
    *,
    argument: Argument = Argument.SUBJECT,
    icon: str = "activity",
) -> None:
    """Show events whose kind starts with `prefix` with a link to `url_name`."""
    _links[prefix] = Link(prefix, url_name, argument, icon)


def registered() -> list[Link]:
    """All links, by prefix."""
    return sorted(_links.values(), key=lambda link: link.prefix)


def link_for(kind_code: str) -> Link | None:
    """The link of a kind of event."""
    found = [link for link in _links.values() if kind_code.startswith(link.prefix)]
    return max(found, key=lambda link: len(link.prefix), default=None)


def event_url(event: Event) -> str:
    """The page that an event is about; empty when there is none.

    Raises:
        NoReverseMatch: a slice registered a name that no pattern has.
    """
    link = link_for(event.kind.code)
    if link is None:
        return ""
    if link.argument is Argument.NOTHING:
        return reverse(link.url_name)
    subject = event.subject_code
    code = subject if link.argument is Argument.SUBJECT else event.project and event.project.code
    return reverse(link.url_name, args=[code]) if code else ""


register("project.", "studio:project", argument=Argument.PROJECT, icon="folder-kanban")
register("member.", "studio:project-members", argument=Argument.PROJECT, icon="users")
register("user.", "studio:people", argument=Argument.NOTHING, icon="user")
register("api-key.", "studio:api-keys", argument=Argument.NOTHING, icon="key-round")
