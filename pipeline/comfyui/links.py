"""The way from the feed to workers; what slices above show on the page of an instance."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from studio.live.links import Argument, register

register("worker.", "pipeline:worker", icon="server")
# it has no page any more
register("worker.removed", "pipeline:workers", argument=Argument.NOTHING, icon="server")


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel on the page of an instance, fetched from its own address.

    Args:
        url_name: name of a URL pattern whose only argument is the worker's code.
        order: panels stand by it, then by title.
    """

    title: str
    url_name: str
    order: int = 100

    def url(self, worker: UUID) -> str:
        """Where the panel of a worker is fetched."""
        return reverse(self.url_name, args=[worker])


_panels: dict[str, Panel] = {}


def register_panel(title: str, url_name: str, *, order: int = 100) -> None:
    """Show a panel on the page of every instance; registering a name again replaces it."""
    _panels[url_name] = Panel(title, url_name, order)


def registered_panels() -> list[Panel]:
    """All panels in their order."""
    return sorted(_panels.values(), key=lambda panel: (panel.order, panel.title))
