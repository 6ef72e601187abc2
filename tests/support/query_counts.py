"""A list costs the same number of queries for 2 rows and for 20, and that number is on record.

    def test_list(counted, client, project):
        counted("studio/projects", lambda: client.get("/projects/"), grow=make_some)

`tests/query_counts.json` holds the numbers; `QUERY_COUNTS=write pytest …` records them anew, and
the change shows in the diff.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

RECORD = Path(__file__).resolve().parent.parent / "query_counts.json"
FEW, MANY = 2, 20


def count(request: Callable[[], Any]) -> tuple[int, str]:
    """Number of queries that a request makes, and their text."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = request()
        if getattr(response, "streaming", False):
            b"".join(response)
    assert response.status_code == 200, response.status_code
    statements = [
        query["sql"]
        for query in captured.captured_queries
        if not query["sql"].startswith(("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO"))
    ]
    return len(statements), "\n".join(statements)


def assert_recorded_queries(
    name: str, request: Callable[[], Any], grow: Callable[[int], Any]
) -> None:
    """Make 2 rows, count; make 20, count again; compare both with each other and the record.

    Args:
        name: key of the record, `<package>/<list>`.
        request: asks for the list and returns the response.
        grow: adds rows until there are (at least) as many as its argument says.
    """
    request()  # caches of the process (content types, templates) fill before the count
    grow(FEW)
    few, texts_few = count(request)
    grow(MANY)
    many, texts_many = count(request)
    assert few == many, (
        f"{name}: {few} queries for {FEW} rows, {many} for {MANY}:\n{texts_few}\n---\n{texts_many}"
    )
    record: dict[str, int] = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    if os.environ.get("QUERY_COUNTS") == "write":
        record[name] = few
        RECORD.write_text(json.dumps(record, indent=2, sort_keys=True) + "\n")
    assert record.get(name) == few, (
        f"{name}: {few} queries, on record are {record.get(name)}; "
        f"if this is right, run with QUERY_COUNTS=write.\n{texts_few}"
    )
