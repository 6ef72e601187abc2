"""Raw SQL, and the name of the rule that refuses it."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction


def run(statement: str, *values: object) -> None:
    """Execute one statement as it stands."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def refused(statement: str, *values: object, by: str) -> None:
    """The statement fails, at once or at commit, by the rule of this name."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        run(statement, *values)
        run("SET CONSTRAINTS ALL IMMEDIATE")
    diagnosis = caught.value.__cause__.diag
    assert diagnosis.constraint_name == by, f"{diagnosis.constraint_name}: {caught.value}"
