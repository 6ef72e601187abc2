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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
    'a painting of a ' || w[1 + floor(random() * 12)::int] || ' under the moon',
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
        SELECT a.id FROM assets_asset a
        WHERE a.project_id = p.id AND a.deleted_at IS NULL AND a.id < %(before)s {where}
        ORDER BY a.id DESC LIMIT 61) AS m
    ORDER BY m.id DESC LIMIT 61)
SELECT a.id, a.code, a.title, a.kind_id, v.code, b.size_bytes, i.width_px, i.height_px, i.thumbhash,
    EXISTS (SELECT 1 FROM assets_favourite f WHERE f.asset_id = a.id AND f.user_id = %(user)s)
FROM page JOIN assets_asset a USING (id)
CROSS JOIN LATERAL (SELECT v.code, v.blob_id FROM assets_version v WHERE v.asset_id = a.id
    ORDER BY v.number DESC LIMIT 1) v
JOIN assets_blob b ON b.id = v.blob_id LEFT JOIN assets_imageproperties i ON i.blob_id = b.id
ORDER BY a.id DESC
"""


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


def median_ms(call: Callable[[], Any], rounds: int) -> float:
    """The median of several rounds after one that does not count."""
    call()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def by_hand(user: Any, before: int, where: str) -> Callable[[], Any]:
    """The hand-written query, with the person's projects known beforehand."""
    from django.db import connection

    from studio.core.models import Project

    projects = list(Project.objects.visible_to(user).values_list("pk", flat=True))
    values = {"projects": projects, "before": before, "user": user.pk}

    def run() -> Any:
        with connection.cursor() as cursor:
            cursor.execute(BY_HAND.format(where=where), values)
            return cursor.fetchall()

    return run


def measure(label: str, user: Any, values: dict[str, Any], where: str, rounds: int) -> float:
    """One list at three depths; the worst ratio of them."""
    from django.test import Client

    from assets.library.filters import AssetFilters
    from assets.library.listing import Listing
    from assets.library.models import Asset
    from studio.core.paging import encode_cursor

    client = Client()
    client.force_login(user)
    filters = AssetFilters(**values)
    ordered = filters.apply(Asset.objects.visible_to(user), user).order_by("-pk")
    total = ordered.count()
    worst = 0.0
    for depth, at in (("first", None), ("middle", total // 2), ("last", total - SIZE)):
        if at is not None and at < SIZE:
            continue
        row = ordered[at - 1] if at is not None else None
        cursor = encode_cursor(row, filters.order) if row else ""
        before = row.pk if row else 2**60
        hand = by_hand(user, before, where)
        expected = [found[0] for found in hand()][:SIZE]
        assert [
            a.pk for a in Listing(user, filters).page(cursor=cursor, tiles=True).rows
        ] == expected

        def ask(address: str = f"/library/?{filters.query(cursor=cursor)}") -> None:
            headers = {"HX-Request": "true"} if cursor else {}  # noqa: B023
            assert client.get(address, headers=headers).status_code == 200

        sql = median_ms(hand, rounds)
        listed = median_ms(lambda: Listing(user, filters).page(cursor=cursor, tiles=True), rounds)  # noqa: B023
        page = median_ms(ask, rounds)
        worst = max(worst, listed / sql)
        print(
            f"{label:34} {depth:7} {len(expected):4} {sql:8.2f} {listed:8.2f} {page:8.2f}"
            f" {listed / sql:7.1f}",
            flush=True,
        )
    return worst


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
            "text: 77 (rare)",
            many,
            {"q": "77"},
            "AND a.search @@ websearch_to_tsquery('english', '77')",
        ),
    ]
    worst = [measure(*one, rounds) for one in lists]
    print(f"\nworst ratio: {max(worst):.1f}")


if __name__ == "__main__":
    sys.exit(main())
