"""Reads of deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch, QuerySet

from pipeline.delivery.models import Delivery, DeliveryItem, DeliveryJob
from pipeline.scenes.models import Cut
from studio.core.access import CapabilityCode, capabilities
from studio.core.models import Project


def for_list(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """With what a line of the list shows: two queries, however many."""
    packages = DeliveryJob.objects.select_related("job__state", "version").order_by("number")
    return (
        deliveries.select_related("project", "created_by")
        .annotate(cuts=Count("items"))
        .prefetch_related(Prefetch("packages", packages))
    )


def get_delivery(user: Any, code: UUID) -> Delivery:
    """A delivery with what its page reads.

    Raises:
        NotFound: there is none for this person.
    """
    items = DeliveryItem.objects.select_related(
        "cut__scene__character", "version__asset", "version__blob"
    )
    packages = DeliveryJob.objects.select_related(
        "job__state", "job__creator", "version__blob", "version__asset"
    ).prefetch_related("job__outputs")
    deliveries: Any = Delivery.objects.select_related("project", "created_by").prefetch_related(
        Prefetch("items", items.order_by("position")),
        Prefetch("packages", packages.order_by("number")),
    )
    found: Delivery = deliveries.get_visible(user, code=code)
    return found


@dataclass(frozen=True)
class PackedFile:
    """One file of a package, as its manifest lists it."""

    path: str
    sha256: str
    size_bytes: int


def manifest_of(package: DeliveryJob) -> list[PackedFile]:
    """What a package holds; empty while it is not packed."""
    outputs = list(package.job.outputs.all())
    listed = outputs[0].notes.get("files", []) if outputs else []
    return [PackedFile(entry["path"], entry["sha256"], entry["size_bytes"]) for entry in listed]


def final_cuts(user: Any, project: Project | None = None) -> QuerySet[Cut]:
    """Final cuts that `user` sees, latest first, with what choosing among them shows."""
    cuts: Any = Cut.objects.visible_to(user).exclude(final_approval=None)
    if project is not None:
        cuts = cuts.filter(scene__character__project=project)
    found: QuerySet[Cut] = cuts.select_related(
        "scene__character__project",
        "scene__type_version__scene_type",
        "version__blob",
        "profile",
        "final_approval__approved_by",
    ).order_by("-final_approval__created_at")
    return found


def may_deliver(user: Any, project: Project) -> bool:
    """Whether a person may hand things over in a project."""
    return CapabilityCode.APPROVE in capabilities(user, project)
