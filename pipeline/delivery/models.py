"""Deliveries: what was handed over, to whom, by whom, when."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from assets.models import Version
from pipeline.jobs.models import Job
from pipeline.scenes.models import Cut
from studio.core.access import ProjectScopedQuerySet
from studio.core.models import Project

__all__ = ["Delivery", "DeliveryItem", "DeliveryJob"]


class DeliveryQuerySet(ProjectScopedQuerySet["Delivery"]):
    """Deliveries, and who sees them."""


class Delivery(models.Model):
    """A row states that final cuts of a project are handed over, under which name, and to whom.

    Its package is made by jobs; each of them makes the same bytes.
    """

    code = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="deliveries")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    recipient = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    naming_template = models.CharField(max_length=200)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="deliveries"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="delivery_number_once"),
            models.CheckConstraint(condition=~Q(title=""), name="delivery_has_title"),
        ]

    def __str__(self) -> str:
        return self.title


class DeliveryItem(models.Model):
    """A row states that a delivery holds this version of a cut, under which name."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    cut = models.ForeignKey(Cut, on_delete=models.PROTECT, related_name="deliveries")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="deliveries")
    file_name = models.CharField(max_length=200)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["delivery", "position"], name="delivery_item_position_once"
            ),
            models.UniqueConstraint(fields=["delivery", "cut"], name="delivery_item_cut_once"),
            models.UniqueConstraint(
                fields=["delivery", "file_name"], name="delivery_item_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class DeliveryJob(models.Model):
    """A row states that a job makes, or made again, the package of a delivery.

    No `version` means that the package is not there yet, or never will be: the job tells.
    """

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="packages")
    number = models.PositiveIntegerField()
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="delivery_package")
    version = models.ForeignKey(
        Version, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="delivery_job_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.delivery} · package {self.number}"
