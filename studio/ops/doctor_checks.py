"""The ground's own checks: database, queue, files, clocks, settings."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.executor import MigrationExecutor

from studio.core.lookups import Transition, lookup_models
from studio.ops import health, statics
from studio.ops.doctor import Finding, register
from studio.ops.folder import DataFolder
from studio.queue import canary

CLOCK_SECONDS = 2.0
FREE_BYTES = 2 * 1024**3
ANSWER_SECONDS = 15.0


def _rows(query: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())


@register("migrations")
def check_migrations() -> Iterator[Finding]:
    """Every migration is applied."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield Finding(f"{migration} is not applied.", remedy="Run `manage.py migrate`.")


@register("lookups")
def check_lookups() -> Iterator[Finding]:
    """The rows of lookups and transitions are those of the code."""
    remedy = "Run `manage.py migrate`, which writes them."
    for model in lookup_models():
        columns = [f.attname for f in model._meta.concrete_fields]
        wanted = {row.pk: tuple(getattr(row, c) for c in columns) for row in model.rows()}
        present = {row[0]: row for row in model._default_manager.values_list("pk", *columns)}
        for pk, row in wanted.items():
            if pk not in present:
                yield Finding(f"{model._meta.label} lacks {row}.", remedy=remedy)
            elif present[pk][1:] != row:
                yield Finding(f"{model._meta.label} has {present[pk][1:]}, not {row}.", remedy)
        for pk in present.keys() - wanted.keys():
            yield Finding(
                f"{model._meta.label} has a row {pk} that the code does not know.",
                remedy="It may belong to a newer version; nothing uses it.",
                is_problem=False,
            )
    transitions: list[Any] = [m for m in apps.get_models() if issubclass(m, Transition)]
    for transition in transitions:
        allowed = {(a.value if a is not None else None, b.value) for a, b in transition.allowed}
        rows = transition._default_manager.values_list("from_state_id", "to_state_id")
        if set(rows) != allowed:
            yield Finding(f"{transition._meta.label} differs from the code.", remedy=remedy)


@register("database")
def check_database() -> Iterator[Finding]:
    """The server is recent enough, has pgvector, and keeps what it has committed."""
    version = connection.cursor().connection.info.server_version
    if version < 150000:
        yield Finding(f"PostgreSQL {version // 10000} is too old.", remedy="Use 15 or later.")
    if not _rows("SELECT FROM pg_extension WHERE extname = 'vector'"):
        yield Finding(
            "The extension pgvector is missing.", remedy="CREATE EXTENSION vector (as its owner)."
        )
    for name in ("fsync", "full_page_writes"):
        if _rows("SELECT current_setting(%s)", [name]) != [("on",)]:
            yield Finding(
                f"{name} is off: a power cut may destroy the database.",
                remedy=f"Set {name} = on in postgresql.conf.",
            )
    invalid = _rows("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")
    for (index,) in invalid:
        yield Finding(f"The index {index} is invalid.", remedy=f"REINDEX INDEX {index};")
    unproven = _rows("SELECT conname::text FROM pg_constraint WHERE NOT convalidated")
    for (constraint,) in unproven:
        yield Finding(f"The constraint {constraint} has not been proven for all rows.")


@register("storage")
def check_storage() -> Iterator[Finding]:
    """Files can be written, and the disk has room."""
    try:
        health.check_storage()
    except Exception as error:  # whatever the storage's driver raises
        yield Finding(f"Files can't be stored: {error}", remedy="Check rights, disk and S3 keys.")
    free = shutil.disk_usage(settings.DATA_DIR).free
    if free < FREE_BYTES:
        yield Finding(
            f"The data folder's disk has {free / 1024**3:.1f} GiB left.", remedy="Make room."
        )


@register("clocks")
def check_clocks() -> Iterator[Finding]:
    """This machine's clock agrees with the database's."""
    before = time.time()
    theirs = float(_rows("SELECT extract(epoch FROM clock_timestamp())")[0][0])
    skew = theirs - (before + time.time()) / 2
    if abs(skew) > CLOCK_SECONDS:
        yield Finding(
            f"The database's clock is {skew:+.1f} s from this machine's: heartbeats and links"
            " would expire too soon or too late.",
            remedy="Synchronise both with a time server.",
        )


@register("queues")
def check_queues() -> Iterator[Finding]:
    """Each task queue that is served lets a task through."""
    conf: dict[str, Any] = settings.Q_CLUSTER
    served = {
        name.removeprefix("seedframe tasks ")
        for (name,) in _rows(
            "SELECT application_name FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name LIKE 'seedframe tasks %%'"
        )
    }
    sent: list[canary.Canary] = []
    for queue in [conf["name"], *conf.get("ALT_CLUSTERS", {})]:
        if queue in served:
            sent.append(canary.send(queue))
        else:
            yield Finding(f"No cluster serves the queue {queue} now.", is_problem=False)
    end = time.monotonic() + ANSWER_SECONDS
    while sent and time.monotonic() < end:
        sent = [bird for bird in sent if not bird.is_answered()]
        time.sleep(0.05)
    for bird in sent:
        bird.withdraw()
        yield Finding(
            f"The queue {bird.queue} let no task through in {ANSWER_SECONDS:g} s.",
            remedy="Long jobs may hold all its workers; else restart it.",
            is_problem=False,
        )


@register("static")
def check_static() -> Iterator[Finding]:
    """The static files that are served are those of this version."""
    folder = DataFolder(settings.DATA_DIR)
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        yield Finding("No static files are collected.", remedy="Run `manage.py collectstatic`.")
    elif (folder.run / "static.sha256").exists() and not statics.are_current(
        folder, statics.fingerprint()
    ):
        yield Finding("The static files are older than the code.", remedy="Restart `up`.")


@register("settings")
def check_settings() -> Iterator[Finding]:
    """The settings fit together."""
    for message in checks.run_checks(include_deployment_checks=settings.SECURE_SSL_REDIRECT):
        yield Finding(
            f"{message.id or ''} {message.msg}".strip(),
            remedy=message.hint or "",
            is_problem=message.level >= checks.ERROR,
        )
    if settings.DEBUG and settings.SECURE_SSL_REDIRECT:
        yield Finding("SEEDFRAME_DEBUG is on at a public address: errors show the source code.")
    conf: dict[str, Any] = settings.Q_CLUSTER
    for name, found in {conf["name"]: conf, **conf.get("ALT_CLUSTERS", {})}.items():
        merged = conf | found
        if merged["retry"] <= merged["timeout"]:
            yield Finding(f"Queue {name}: retry must exceed timeout, or tasks run twice at once.")
    key = settings.DATA_DIR / "secret_key"
    if key.exists() and key.stat().st_mode & 0o077:
        yield Finding(f"{key} can be read by others.", remedy=f"chmod 600 {key}")
