"""The library at size: pages at any depth against one hand-written keyset query.

    python -m tests.benchmarks.library_page [--assets 100000] [--rounds 15]

A database of its own is made, filled and thrown away: 60 projects, half of all assets in one of
them. Three people look: one who is in 20 projects with the big one among them, one whose three
projects hold 30 old assets, and an Admin. For each list and depth it prints

    SQL      one hand-written keyset query that reads the same rows with all that a tile shows,
             with the projects of the person spelt out as the best plan wants them
    list     what the product does for it, up to the loaded rows (3 to 5 queries)
    page     the answer to the browser's request: session, rights, list, rendered tiles
    ratio    list / SQL

as medians of several rounds, in milliseconds, warm.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

SIZE = 60
PROJECTS = 60
WORDS = ["lighthouse", "harbour", "portrait", "dusk", "fox", "mountain"]
WORDS += ["river", "glass", "neon", "rain", "forest", "city"]

FILL = """
WITH words AS (SELECT %(words)s::text[] AS w), ids AS (SELECT %(projects)s::bigint[] AS p)
INSERT INTO assets_asset (code, project_id, kind_id, retention_class_id, origin_id, title, caption,
    created_by_id, created_at, deleted_at)
SELECT gen_random_uuid(),
    CASE WHEN g <= 30 THEN p[58 + g %% 3] WHEN random() < 0.5 THEN p[1]
        ELSE p[2 + floor(random() * 56)::int] END,
    CASE WHEN random() < 0.0005 THEN 2 ELSE 1 END,
    CASE WHEN random() < 0.02 THEN 2 WHEN random() < 0.05 THEN 1 ELSE 3 END,
    CASE WHEN random() < 0.1 THEN 1 ELSE 10 END,
    w[1 + floor(random() * 12)::int] || ' ' || g,
    'a painting of a ' || w[1 + floor(random() * 12)::int] || ' under the moon'
        || CASE WHEN g %% 5000 < 20 THEN ' zeppelin' ELSE '' END,
    (%(people)s::bigint[])[1 + floor(random() * 10)::int],
    now() - interval '1 year' * (1 - g::float / %(assets)s),
    CASE WHEN random() < 0.01 THEN now() END
FROM generate_series(1, %(assets)s) g, words, ids;
INSERT INTO assets_blob (sha256, size_bytes, media_type_id, created_at)
    SELECT encode(sha256(g::text::bytea), 'hex'), 100000 + g, 1, now()
    FROM generate_series(1, %(assets)s) g;
INSERT INTO assets_imageproperties (blob_id, width_px, height_px, frames, has_alpha, pixel_sha256,
    phash, thumbhash)
    SELECT id, 1024, 768, 1, false, sha256, id, '\\x1507121d8487089f7777f47877870588778879'
    FROM assets_blob;
INSERT INTO assets_version (code, asset_id, number, blob_id, file_name, note, created_by_id,
    created_at)
    SELECT gen_random_uuid(), a.id, 1, b.id, 'x.png', '', a.created_by_id, a.created_at
    FROM assets_asset a JOIN assets_blob b USING (id);
INSERT INTO assets_favourite (user_id, asset_id, created_at)
    SELECT %(many)s, id, now() FROM assets_asset WHERE random() < 0.01;
"""

#: By hand: each project's newest by its index, merged; then the joins, for one page only.
BY_HAND = """
WITH page AS (
    SELECT m.* FROM unnest(%(projects)s::bigint[]) AS p(id) CROSS JOIN LATERAL (
        SELECT a.id, a.created_at FROM assets_asset a
        WHERE a.project_id = p.id AND a.deleted_at IS NULL AND {behind} {where}
        ORDER BY {order} LIMIT 61) AS m
    ORDER BY {order} LIMIT 61)
SELECT a.id, a.code, a.title, a.kind_id, v.code, b.size_bytes, i.width_px, i.height_px, i.thumbhash,
    EXISTS (SELECT 1 FROM assets_favourite f WHERE f.asset_id = a.id AND f.user_id = %(user)s)
FROM page JOIN assets_asset a USING (id)
CROSS JOIN LATERAL (SELECT v.code, v.blob_id FROM assets_version v WHERE v.asset_id = a.id
    ORDER BY v.number DESC LIMIT 1) v
JOIN assets_blob b ON b.id = v.blob_id LEFT JOIN assets_imageproperties i ON i.blob_id = b.id
ORDER BY {joined_order}
"""
BY_KEY = {
    "behind": "a.id < %(id)s",
    "order": "id DESC",
    "joined_order": "a.id DESC",
}
BY_TIME = {
    "behind": "(a.created_at, a.id) < (%(time)s, %(id)s)",
    "order": "created_at DESC, id DESC",
    "joined_order": "a.created_at DESC, a.id DESC",
}


@contextmanager
def own_database() -> Iterator[None]:
    """A PostgreSQL with the settings that installations get, for this process only."""
    from studio.ops import database

    folder = Path(tempfile.mkdtemp(prefix="sf-bench-", dir="/tmp")).resolve()
    folder.chmod(0o711)
    server = database.EmbeddedDatabase(folder, tied=True)
    try:
        server.start()
        os.environ |= {"SEEDFRAME_DATA": str(folder), "DATABASE_URL": database.url(folder)}
        os.environ["DJANGO_SETTINGS_MODULE"] = "studio.conf.settings"
        yield
    finally:
        from django.db import connections

        connections.close_all()
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def fill(assets: int) -> None:
    """People, projects and assets."""
    from django.db import connection

    from studio.core.access import RoleCode
    from studio.core.services import create_project, create_user, set_member

    def person(name: str, **options: Any) -> Any:
        return create_user(actor=None, username=name, password="benchmark-only", **options)

    person("admin", role=RoleCode.ADMIN)
    many, few = person("many"), person("few")
    people = [person(f"owner{n}") for n in range(10)]
    projects = [create_project(actor=people[n % 10], name=f"P{n}") for n in range(PROJECTS)]
    for n, project in enumerate(projects):
        member = many if n < 20 else few if n >= PROJECTS - 3 else None
        if member is not None:
            set_member(actor=people[n % 10], project=project, user=member, role=RoleCode.CREATOR)
    values = {
        "words": WORDS,
        "projects": [project.pk for project in projects],
        "people": [user.pk for user in people],
        "assets": assets,
        "many": many.pk,
    }
    with connection.cursor() as cursor:
        for statement in FILL.split(";\n")[:-1]:
            cursor.execute(statement, values)
        cursor.execute("VACUUM ANALYZE")


def medians_ms(calls: Sequence[Callable[[], Any]], rounds: int) -> list[float]:
    """Medians, of each call one round after the other, so that all meet the same weather."""
    times: list[list[float]] = [[] for _ in calls]
    for number in range(rounds + 1):
        for call, found in zip(calls, times, strict=True):
            began = time.perf_counter()
            call()
            if number:  # the first one warms up
                found.append((time.perf_counter() - began) * 1000)
    return [statistics.median(found) for found in times]


def by_hand(user: Any, row: Any, where: str, *, by_time: bool) -> Callable[[], Any]:
    """The hand-written query behind a row, with the person's projects known beforehand."""
    from django.db import connection

    from studio.core.models import Project

    projects = list(Project.objects.visible_to(user).values_list("pk", flat=True))
    values = {"projects": projects, "user": user.pk, "id": row.pk if row else 2**60}
    values["time"] = row.created_at if row else datetime(9999, 1, 1, tzinfo=UTC)
    statement = BY_HAND.format(where=where, **(BY_TIME if by_time else BY_KEY))

    def run() -> Any:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()

    return run


def measure(label: str, user: Any, values: dict[str, Any], where: str, rounds: int) -> list[float]:
    """One list at three depths; the ratios."""
    from django.test import Client

    from assets.library.filters import AssetFilters
    from assets.library.listing import Listing
    from assets.library.models import Asset
    from studio.core.paging import encode_cursor

    client = Client()
    client.force_login(user)
    filters = AssetFilters(**values)
    ordered = filters.apply(Asset.objects.visible_to(user), user).order_by(*filters.order)
    total = ordered.count()
    ratios = []
    for depth, at in (("first", 0), ("middle", total // 2), ("last", total - SIZE)):
        if depth != "first" and at < SIZE:
            continue
        row = ordered[at - 1] if at else None
        cursor = encode_cursor(row, filters.order) if row else ""
        hand = by_hand(user, row, where, by_time=filters.has_days)
        listed = partial(Listing(user, filters).page, cursor=cursor, tiles=True)
        expected = [found[0] for found in hand()][:SIZE]
        assert [asset.pk for asset in listed().rows] == expected, label
        headers = {"HX-Request": "true"} if cursor else {}
        address = f"/library/?{filters.query(cursor=cursor)}"
        assert client.get(address, headers=headers).status_code == 200
        sql, list_, page = medians_ms(
            [hand, listed, partial(client.get, address, headers=headers)], rounds
        )
        ratios.append(list_ / sql)
        print(
            f"{label:34} {depth:7} {len(expected):4} {sql:8.2f} {list_:8.2f} {page:8.2f}"
            f" {list_ / sql:7.1f}",
            flush=True,
        )
    return ratios


def main() -> int:
    """Fill, measure, print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--assets", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=15)
    chosen = options.parse_args()
    with own_database():
        import django
        from django.core.management import call_command

        django.setup()
        from django.conf import settings

        settings.ALLOWED_HOSTS = ["testserver"]
        settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "whitenoise" not in name]
        settings.STORAGES = settings.STORAGES | {
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
        }
        call_command("migrate", verbosity=0)
        began = time.perf_counter()
        fill(chosen.assets)
        print(f"{chosen.assets:,} assets made in {time.perf_counter() - began:.0f} s\n")
        print(f"{'list':34} {'depth':7} rows  SQL ms  list ms  page ms   ratio")
        run_all(chosen.rounds)
    return 0


def run_all(rounds: int) -> None:
    """Every list for every person."""
    from assets.library.models import Origin, RetentionClass
    from assets.storage.models import AssetKind
    from studio.core.models import Project, User

    many, few, admin = (User.objects.get(username=name) for name in ("many", "few", "admin"))
    big = Project.objects.get(name="P0")
    owner = User.objects.get(username="owner3")
    month = (datetime.now(UTC) - timedelta(days=180)).date()
    lists: list[tuple[str, Any, dict[str, Any], str]] = [
        ("all of 20 projects", many, {}, ""),
        ("one project", many, {"project": big.code}, f"AND a.project_id = {big.pk}"),
        ("all of 3 small, old projects", few, {}, ""),
        ("everything (Admin)", admin, {}, ""),
        ("kind: video", many, {"kind": AssetKind.Code.VIDEO}, "AND a.kind_id = 2"),
        ("provider: upload", many, {"origin": Origin.Code.UPLOAD}, "AND a.origin_id = 1"),
        (
            "class: final",
            many,
            {"retention": RetentionClass.Code.FINAL},
            "AND a.retention_class_id = 2",
        ),
        ("person", many, {"creator": owner.code}, f"AND a.created_by_id = {owner.pk}"),
        (
            "days: one month, half a year ago",
            many,
            {"since": month, "until": month + timedelta(days=30)},
            f"AND a.created_at >= '{month}T00:00Z' AND a.created_at <"
            f" '{month + timedelta(days=31)}T00:00Z'",
        ),
        (
            "favourites",
            many,
            {"favourite": True},
            "AND EXISTS (SELECT 1 FROM assets_favourite f WHERE f.asset_id = a.id"
            f" AND f.user_id = {many.pk})",
        ),
        (
            "text: fox",
            many,
            {"q": "fox"},
            "AND a.search @@ websearch_to_tsquery('english', 'fox')",
        ),
        (
            "text: zeppelin (rare)",
            many,
            {"q": "zeppelin"},
            "AND a.search @@ websearch_to_tsquery('english', 'zeppelin')",
        ),
    ]
    ratios = [ratio for one in lists for ratio in measure(*one, rounds)]
    print(f"\nratio: median {statistics.median(ratios):.1f}, worst {max(ratios):.1f}")


if __name__ == "__main__":
    sys.exit(main())
