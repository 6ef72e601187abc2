"""What a hold paid for, told by the slices above that made it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    """Where the thing is that credits were spent on, and how it is called."""

    url: str
    label: str


#: Takes ids of holds and tells the links of those it knows, in a fixed number of queries.
Resolver = Callable[[Collection[int]], Mapping[int, Link]]

_resolvers: list[Resolver] = []


def register_resolver(resolver: Resolver) -> Resolver:
    """Add a resolver; usable as a decorator."""
    if resolver not in _resolvers:
        _resolvers.append(resolver)
    return resolver


def links_for(hold_ids: Collection[int]) -> dict[int, Link]:
    """Links by id of hold; holds that nobody knows are left out."""
    found: dict[int, Link] = {}
    if hold_ids:
        for resolver in _resolvers:
            found.update(resolver(hold_ids))
    return found
