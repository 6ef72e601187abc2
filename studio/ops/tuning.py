"""Settings that the embedded cluster is made with; its `postgresql.conf` may be edited later."""

from __future__ import annotations

import os
import sys

_MB = 1024**2


def initial_settings() -> dict[str, str]:
    """Modest settings for a machine that runs the web, the workers and the database together.

    `fsync` and `full_page_writes` stay on: what was committed survives a power cut.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    buffers = 256 * _MB if memory >= 4096 * _MB else 64 * _MB
    return {
        # web pools + workers + listeners + a few people with psql; idle ones are cheap
        "max_connections": "200",
        "shared_buffers": f"{buffers // _MB}MB",
        "effective_cache_size": f"{max(memory // 2 // _MB, 128)}MB",
        "work_mem": "16MB",
        # building an HNSW index in memory is an order of magnitude faster
        "maintenance_work_mem": f"{min(max(memory // 16 // _MB, 64), 512)}MB",
        "dynamic_shared_memory_type": _dynamic_memory(),
        "random_page_cost": "1.1",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        # our queries are short; compiling them costs more than it brings
        "jit": "off",
        # a forgotten transaction would keep the queue's dead rows for ever
        "idle_in_transaction_session_timeout": "15min",
        # the queue table is small and changes all the time
        "autovacuum_naptime": "15s",
        # the log holds what somebody should read, so that it stays small
        "log_checkpoints": "off",
        "log_line_prefix": "%m [%p] %u@%d ",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }


def _dynamic_memory() -> str:
    """POSIX shared memory, or System V where /dev/shm is tiny.

    Containers get 64 MB there, and a parallel index build would fail with "could not resize
    shared memory segment".
    """
    if not sys.platform.startswith("linux"):
        return "posix"
    try:
        found = os.statvfs("/dev/shm")
    except OSError:
        return "sysv"
    return "posix" if found.f_frsize * found.f_blocks >= 512 * _MB else "sysv"
