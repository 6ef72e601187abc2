"""Who may do what at which address: the declarations that the access walk checks.

Every package declares its addresses in `tests/<package>/cast.py`:

    from tests.support.access import Rule, declare, provide

    @provide
    def asset(cast: Cast) -> Asset:          # belongs to cast.project; made once per walk
        return upload_asset(actor=cast.creator, project=cast.project, …)

    declare("assets:detail", lambda cast: {"code": cast.make(asset).code}, GET=Rule.VIEW)
    declare("assets:rename", lambda cast: {"code": cast.make(asset).code}, POST=Rule.CREATE)

An address without a declaration, a method that it answers to without one, and a declaration
without an address each fail the walk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any

from studio.core.models import Project, User


class Persona(StrEnum):
    """The people of the walk; all but the outsider have to do with the project."""

    ANONYMOUS = "anonymous"
    OUTSIDER = "outsider"
    REVIEWER = "reviewer"
    CREATOR = "creator"
    ADMIN = "admin"


class Outcome(StrEnum):
    """What an answer means for the person who asked."""

    LOGIN = "must sign in first"
    HIDDEN = "there is nothing"
    REFUSED = "not allowed"
    NO_METHOD = "not that method"
    ALLOWED = "allowed"
    BROKEN = "broken"


_LOGIN, _HIDDEN, _REFUSED, _ALLOWED = (
    Outcome.LOGIN,
    Outcome.HIDDEN,
    Outcome.REFUSED,
    Outcome.ALLOWED,
)


class Rule(Enum):
    """Expected outcomes of (anonymous, outsider, reviewer, creator, admin)."""

    #: Open to the world.
    PUBLIC = (_ALLOWED, _ALLOWED, _ALLOWED, _ALLOWED, _ALLOWED)
    #: Open to everybody in the studio; shows or changes only what is the person's own.
    SIGNED_IN = (_LOGIN, _ALLOWED, _ALLOWED, _ALLOWED, _ALLOWED, "signed in")
    #: Open to those whose global role includes making things.
    MAKERS = (_LOGIN, _ALLOWED, _REFUSED, _ALLOWED, _ALLOWED, "makers")
    #: Something of the creator's own, outside any project: nobody else's business.
    OWN = (_LOGIN, _HIDDEN, _HIDDEN, _ALLOWED, _HIDDEN)
    #: Something in the project, to see or to comment on.
    VIEW = (_LOGIN, _HIDDEN, _ALLOWED, _ALLOWED, _ALLOWED)
    #: Something in the project, to make or to change.
    CREATE = (_LOGIN, _HIDDEN, _REFUSED, _ALLOWED, _ALLOWED, "create")
    #: The project itself: members, settings.
    MANAGE = (_LOGIN, _HIDDEN, _REFUSED, _ALLOWED, _ALLOWED, "manage")
    #: The studio: people, services, money.
    ADMIN = (_LOGIN, _REFUSED, _REFUSED, _REFUSED, _ALLOWED)
    #: Open to whoever signs the request with a secret; a session counts for nothing.
    SIGNATURE = (_LOGIN, _LOGIN, _LOGIN, _LOGIN, _LOGIN)
    #: Leads nowhere with the arguments given (the reason belongs into the declaration).
    NOWHERE = (_LOGIN, _HIDDEN, _HIDDEN, _HIDDEN, _HIDDEN)

    def expected(self, persona: Persona) -> Outcome:
        """What this person must get."""
        outcome: Outcome = self.value[list(Persona).index(persona)]  # type: ignore[assignment]
        return outcome


@dataclass
class Cast:
    """The people, the project, and what packages put into it."""

    anonymous: None
    outsider: User
    reviewer: User
    creator: User
    admin: User
    project: Project
    #: What people type as titles, notes and names, for makers that need some text.
    text: str = "Harbour at dusk"
    made: dict[Callable[[Cast], Any], Any] = field(default_factory=dict)

    def make(self, maker: Callable[[Cast], Any]) -> Any:
        """What `maker` makes, made once."""
        if maker not in self.made:
            self.made[maker] = maker(self)
        return self.made[maker]

    def user(self, persona: Persona) -> User | None:
        """The person's row; None for anonymous."""
        found: User | None = getattr(self, persona.value)
        return found


Arguments = Callable[[Cast], Mapping[str, Any]]


@dataclass(frozen=True)
class Declaration:
    """Who may use one address.

    Args:
        name: the URL's name with its namespace, or its route when it has no name.
        arguments: values of the route's parameters, belonging to the cast's project.
        rules: rule by method.
        bodies: what to send by method; nothing: an empty body, which the address may call invalid.
        query: appended to the address, made from the cast.
    """

    name: str
    arguments: Arguments
    rules: Mapping[str, Rule]
    bodies: Mapping[str, Callable[[Cast], Mapping[str, Any]]]
    query: Callable[[Cast], str] = lambda cast: ""


DECLARED: dict[str, Declaration] = {}


def provide(maker: Callable[[Cast], Any]) -> Callable[[Cast], Any]:
    """Mark a function that makes something for the walk; `cast.make(it)` calls it once."""
    return maker


def declare(
    name: str,
    arguments: Arguments = lambda cast: {},
    *,
    query: Callable[[Cast], str] = lambda cast: "",
    bodies: Mapping[str, Callable[[Cast], Mapping[str, Any]]] | None = None,
    **rules: Rule,
) -> None:
    """Say who may use an address: `declare("studio:home", GET=Rule.SIGNED_IN)`.

    Raises:
        ValueError: declared twice.
    """
    if name in DECLARED:
        raise ValueError(f"{name} is declared twice.")
    DECLARED[name] = Declaration(name, arguments, rules, bodies or {}, query)
