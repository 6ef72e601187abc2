"""What can be started with an asset: “send to” actions that other slices offer.

For instance `register("Upscale", "pipeline:upscale", kinds=(AssetKind.Code.IMAGE,))`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from assets.storage.models import AssetKind


@dataclass(frozen=True, slots=True)
class Action:
    """An action.

    Args:
        url_name: name of the URL pattern of the page where it begins; its only argument is the
            code of a version.
        kinds: the kinds of asset that it takes; empty: all.
        order: actions stand by it, then by label.
    """

    label: str
    url_name: str
    kinds: frozenset[int] = frozenset()
    icon: str = "send"
    order: int = 100

    def url(self, version: UUID) -> str:
        """Where it begins for a version."""
        return reverse(self.url_name, args=[version])


_actions: dict[tuple[str, str], Action] = {}


def register(
    label: str,
    url_name: str,
    *,
    kinds: Collection[AssetKind.Code] = (),
    icon: str = "send",
    order: int = 100,
) -> None:
    """Offer an action on the page of every asset of these kinds, to people who may create."""
    found = frozenset(int(kind) for kind in kinds)
    _actions[url_name, label] = Action(label, url_name, found, icon, order)


def registered(kind_id: int) -> list[Action]:
    """The actions for a kind of asset (id of its row), in their order."""
    found = [a for a in _actions.values() if not a.kinds or kind_id in a.kinds]
    return sorted(found, key=lambda action: (action.order, action.label))
