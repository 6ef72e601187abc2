"""Panels on the page of a character that slices above fill: its seed images, its scenes.

    register("Scenes", "pipeline:character-scenes", events=("scene-changed",))

The page fetches each from its address, which takes the character's code; the slice that registered
it decides there who may see what. A panel that answers 204 is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel.

    Args:
        url_name: name of the URL pattern that answers with the panel's content; its only argument
            is the code of a character.
        events: names of browser events after which it is fetched again, as `scene-changed`.
        order: panels stand by it, then by title.
    """

    title: str
    url_name: str
    icon: str = "info"
    order: int = 100
    events: tuple[str, ...] = ()

    def url(self, character: UUID) -> str:
        """Where the panel of a character is fetched."""
        return reverse(self.url_name, args=[character])

    @property
    def triggers(self) -> str:
        """When it is fetched, as htmx reads it."""
        again = [f"{name} from:body throttle:500ms" for name in self.events]
        return ", ".join(["load", *again, "live-resync from:body"])


_panels: dict[str, Panel] = {}


def register(
    title: str,
    url_name: str,
    *,
    icon: str = "info",
    order: int = 100,
    events: tuple[str, ...] = (),
) -> None:
    """Show a panel on the page of every character; registering a name again replaces it."""
    _panels[url_name] = Panel(title, url_name, icon, order, events)


def registered() -> list[Panel]:
    """All panels in their order."""
    return sorted(_panels.values(), key=lambda panel: (panel.order, panel.title))
