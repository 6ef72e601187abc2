"""Panels on the page of an asset that other slices fill, such as its provenance.

For instance `register("Provenance", "pipeline:provenance", icon="workflow")`.

The page fetches each from its address, which takes the code of the version shown; the slice that
registered it decides there who may see what. A panel that answers 204 is left out.
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
            is the code of a version.
        order: panels stand by it, then by title.
    """

    title: str
    url_name: str
    icon: str = "info"
    order: int = 100

    def url(self, version: UUID) -> str:
        """Where the panel of a version is fetched."""
        return reverse(self.url_name, args=[version])


_panels: dict[str, Panel] = {}


def register(title: str, url_name: str, *, icon: str = "info", order: int = 100) -> None:
    """Show a panel on the page of every asset; registering a name again replaces it."""
    _panels[url_name] = Panel(title, url_name, icon, order)


def registered() -> list[Panel]:
    """All panels in their order."""
    return sorted(_panels.values(), key=lambda panel: (panel.order, panel.title))
