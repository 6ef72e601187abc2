"""Scene types whose takes a workflow makes, for the page of that workflow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Max
from django.urls import reverse

from pipeline.scenes.models import SceneType
from pipeline.workflows.models import Workflow
from pipeline.workflows.usage import USERS, Use, offers_of


def scene_types_of(workflow: Workflow, user: Any) -> Iterable[Use]:
    """Scene types in use of which a version names the workflow. One query."""
    found = (
        SceneType.objects.visible_to(user)
        .filter(versions__offer__in=offers_of(workflow), archived_at=None)
        .order_by("name")
        .values_list("code", "name")
        .annotate(last_at=Max("versions__created_at"))
    )
    for code, name, last_at in found:
        yield Use("Scene type", name, reverse("pipeline:scene-type", args=[code]), last_at=last_at)


USERS.append(scene_types_of)
