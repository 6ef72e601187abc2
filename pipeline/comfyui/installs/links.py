"""The way to installations: from the feed, and from the page of a worker."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from pipeline.comfyui.links import register_panel
from studio.live.links import register

register("install.", "pipeline:install", icon="download")
register_panel("Installed nodes", "pipeline:worker-installs", order=200)


def plan_url(worker: UUID, node_classes: Iterable[str]) -> str:
    """Where an installation of missing node classes on a worker is planned, with both filled in."""
    query = urlencode([("worker", str(worker)), *(("node", name) for name in node_classes)])
    return f"{reverse('pipeline:install-new')}?{query}"
