"""Who serves a model at Hugging Face: the hub's mapping, and our choice among those who do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from pipeline.providers.answers import Answer, field_of
from pipeline.providers.base import ErrorClass, ProviderError
from pipeline.providers.http import ProviderClient
from pipeline.providers.huggingface.refusals import NAME
from pipeline.providers.huggingface.routes import ROUTES


@dataclass(frozen=True)
class Served:
    """Who serves the model (a key of `ROUTES`), and how they name it."""

    route: str
    provider_id: str


def served_by(http: ProviderClient, model: str, task: str, secret: str) -> Served:
    """Ask the hub who serves a model, and choose the first that we can use.

    Args:
        http: the client of the run, which trusts the hub's host.
        model: the repository; `owner/name:provider` takes that one and no other.
        task: "text-to-image" or "image-to-image".
        secret: the key; the hub is Hugging Face's own.

    Raises:
        ProviderError: nobody serves it now, or the hub does not know it.
    """
    repository, _, fixed = model.partition(":")
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        raise ProviderError(
            f"“{repository[:80]}” is no repository at {NAME}.", error_class=ErrorClass.INPUT
        )
    answer = http.get(
        f"{settings.HUGGINGFACE_HUB_URL}/api/models/{repository}",
        params={"expand": "inferenceProviderMapping"},
        headers={"authorization": f"Bearer {secret}"},
    )
    found = _live(answer, task)
    usable = [name for name in ROUTES if name in found and task in ROUTES[name].tasks]
    for name in usable:
        if fixed in ("", name):
            return Served(name, found[name])
    by = f" by {fixed}" if fixed else ""
    raise ProviderError(
        f"{repository} is not served{by} at {NAME} at the moment. Choose another model.",
        detail=f"live for {task}: {', '.join(found) or 'nobody'}; {answer.told()}",
    )


def _live(answer: Answer, task: str) -> Mapping[str, str]:
    """Who is live for a task, and their names of the model; the hub has two forms of the table."""
    table: Any = field_of(answer.json(), "inferenceProviderMapping")
    if isinstance(table, list):
        entries = [(field_of(entry, "provider"), entry) for entry in table]
    elif isinstance(table, dict):
        entries = list(table.items())
    else:
        raise answer.unreadable("no inferenceProviderMapping")
    return {
        str(name): str(entry["providerId"])
        for name, entry in entries
        if field_of(entry, "status") == "live"
        and field_of(entry, "task") == task
        and re.fullmatch(r"[\w.:-]+(/[\w.:-]+)*", str(entry.get("providerId") or ""))
        and ".." not in str(entry["providerId"])
    }
