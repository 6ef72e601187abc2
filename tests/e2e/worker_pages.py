"""The pages of workers, and the workers that they show."""

from __future__ import annotations

import json

from tests.e2e.page import Page
from tests.support.studio import RunningStudio

#: Parts of these pages and addresses that only act.
WORKER_NO_PAGES = {
    "worker-queue", "worker-models", "worker-drain", "worker-resume", "worker-interrupt",
    "worker-free", "worker-clear", "worker-refresh", "worker-restart", "worker-remove",
    "worker-restore", "worker-installs", "install-approve", "install-discard", "install-stop",
}  # fmt: skip

WORKER_PAGES = (
    Page("workers", "/workers/"),
    Page("workers-retired", "/workers/?retired=1", person="creator"),
    Page("worker", "/workers/{worker}/"),
    Page("worker-day", "/workers/{worker}/?hours=24", person="creator"),
    Page("worker-new", "/workers/new/"),
    Page("worker-edit", "/workers/{worker}/edit/"),
    Page("installs", "/installs/", person="creator"),
    Page("install-new", "/installs/new/?worker={worker}&node=InkWash"),
    Page("install", "/installs/{install}/"),
)


def fill_workers(studio: RunningStudio) -> dict[str, str]:
    """Register two instances; the place of the one with figures."""
    done = studio.manage("shell", "-v0", "-c", "import tests.support.some_workers")
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    found: dict[str, str] = json.loads(done.stdout.strip().splitlines()[-1])
    return found
