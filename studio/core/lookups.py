"""Lookup tables: every state, kind, role and priority is a row, and code names the rows.

A lookup declares its rows once, as an enumeration. The rows are written after each `migrate`, so
the table and the code cannot drift, and comparing a state needs no query:

    class JobState(Lookup):
        class Code(Codes):
            QUEUED = 3, "queued", "Queued"

    job.state_id == JobState.Code.QUEUED
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self

from django.apps import AppConfig, apps
from django.db import connections, models


class Codes(enum.IntEnum):
    """Members are `NAME = id, code, label`; the integer value is the row's primary key."""

    code: str
    label: str

    def __new__(cls, value: int, code: str = "", label: str = "") -> Codes:
        """Make a member that is its id and carries its code and its label."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.code = code
        member.label = label
        return member

    @classmethod
    def by_code(cls, code: str) -> Self:
        """The member with this code.

        Raises:
            KeyError: no member has it.
        """
        for member in cls:
            if member.code == code:
                return member
        raise KeyError(code)


class Lookup(models.Model):
    """A row states that one value of this enumeration exists, and how people call it."""

    Code: ClassVar[type[Codes]]
    #: Values of further columns by member, for lookups that state more than a name.
    extras: ClassVar[Mapping[Any, Mapping[str, Any]]] = {}

    id = models.PositiveSmallIntegerField(primary_key=True)
    code = models.CharField(max_length=60, unique=True)
    label = models.CharField(max_length=80)
    ordinal = models.PositiveSmallIntegerField()

    class Meta:
        abstract = True
        ordering: ClassVar[Sequence[str]] = ["ordinal"]

    def __str__(self) -> str:
        return self.label

    @classmethod
    def members(cls) -> Iterable[Codes]:
        """The rows that this table must hold."""
        return cls.Code

    @classmethod
    def rows(cls) -> list[Lookup]:
        """Unsaved rows for every member, in order."""
        return [
            cls(
                id=member.value,
                code=member.code,
                label=member.label,
                ordinal=ordinal,
                **cls.extras.get(member, {}),
            )
            for ordinal, member in enumerate(cls.members())
        ]


class Transition(models.Model):
    """A row states that one change of state is allowed; no `from_state` means being made.

    Subclasses declare `from_state` (nullable) and `to_state`, and list the changes in `allowed`.
    The database refuses every other change (`studio.core.sql.enforce_transitions`).
    """

    allowed: ClassVar[Sequence[tuple[Codes | None, Codes]]]

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{getattr(self, 'from_state', None) or 'new'} → {getattr(self, 'to_state', '')}"


def sync_lookups(app_config: AppConfig, using: str = "default", **_: Any) -> None:
    """Write the rows of this app's lookups and transitions (receiver of `post_migrate`)."""
    tables = set(connections[using].introspection.table_names())
    models_here = [m for m in app_config.get_models() if m._meta.db_table in tables]
    for model in models_here:
        if issubclass(model, Lookup):
            _sync_lookup(model, using)
    for model in models_here:
        if issubclass(model, Transition):
            _sync_transitions(model, using)


def _sync_lookup(model: type[Lookup], using: str) -> None:
    rows = model.rows()
    columns = [f.name for f in model._meta.concrete_fields if not f.primary_key]
    if rows:
        model._default_manager.using(using).bulk_create(
            rows, update_conflicts=True, unique_fields=["id"], update_fields=columns
        )


def _sync_transitions(model: Any, using: str) -> None:
    wanted = {(a.value if a is not None else None, b.value) for a, b in model.allowed}
    manager = model._default_manager.using(using)
    present = {
        (from_id, to_id): pk
        for pk, from_id, to_id in manager.values_list("pk", "from_state_id", "to_state_id")
    }
    manager.filter(pk__in=[pk for pair, pk in present.items() if pair not in wanted]).delete()
    manager.bulk_create(
        model(from_state_id=a, to_state_id=b)
        for a, b in sorted(wanted - set(present), key=lambda pair: (pair[0] or 0, pair[1]))
    )


def lookup_models() -> list[type[Lookup]]:
    """Every concrete lookup of the studio's own apps."""
    return [m for m in apps.get_models() if issubclass(m, Lookup)]
