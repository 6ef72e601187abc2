"""How ready characters are: badges that each slice contributes, worked out for many at once.

    @register(order=50)
    def scenes(characters: Sequence[Character]) -> Mapping[int, list[Badge]]: ...

A badge that is not ready says why in words and leads to where that is put right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assets.models import Version
from pipeline.characters.models import Character


@dataclass(frozen=True, slots=True)
class Badge:
    """One sign of readiness.

    Args:
        code: stable name, such as `seed-a`, `rights`.
        label: what is shown, such as `A`, `Scenes 3/8`.
        is_ready: whether nothing is missing.
        reason: what is missing, a sentence; for what is ready, what is there.
        url: where it is put right.
    """

    code: str
    label: str
    is_ready: bool
    reason: str
    url: str


Resolver = Callable[[Sequence[Character]], Mapping[int, list[Badge]]]
PortraitResolver = Callable[[Sequence[Character]], Mapping[int, Version]]

_resolvers: dict[str, tuple[int, Resolver]] = {}
_portraits: list[PortraitResolver] = []


def register(*, order: int) -> Callable[[Resolver], Resolver]:
    """Contribute badges; a resolver makes a fixed number of queries however many characters."""

    def add(resolver: Resolver) -> Resolver:
        _resolvers[f"{resolver.__module__}.{resolver.__qualname__}"] = (order, resolver)
        return resolver

    return add


def register_portraits(resolver: PortraitResolver) -> PortraitResolver:
    """Say which version shows a character in lists, by the character's primary key."""
    _portraits[:] = [resolver]
    return resolver


def readiness_of(characters: Sequence[Character]) -> dict[int, list[Badge]]:
    """The badges of each character by primary key, in their order."""
    found: dict[int, list[Badge]] = {character.pk: [] for character in characters}
    for _, resolver in sorted(_resolvers.values(), key=lambda pair: pair[0]):
        answers = resolver(characters)
        for pk, badges in found.items():
            badges += answers.get(pk, [])
    return found


def portraits_of(characters: Sequence[Character]) -> dict[int, Version]:
    """The version that shows each character, by primary key; loaded `with_file`."""
    return {pk: version for r in _portraits for pk, version in r(characters).items()}
