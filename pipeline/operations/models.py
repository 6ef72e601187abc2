"""The catalogue as rows, so that jobs, prices and plans can refer to it."""

from __future__ import annotations

from django.db import models

from billing.models import Sku
from pipeline.providers.models import ProviderModel
from studio.core.lookups import Codes, Lookup

__all__ = ["Offer", "Operation", "OperationGroup"]


class OperationGroup(Lookup):
    """A row states that a group of operations exists."""

    class Code(Codes):
        """Groups in the order of the menu."""

        CREATE = 1, "create", "Create"
        EDIT = 2, "edit", "Edit"
        UPSCALE = 3, "upscale", "Upscale"
        TRANSFORM = 4, "transform", "Transform"
        CONTROL = 5, "control", "Control"
        SOCIAL = 6, "social", "Social"
        PROCESS = 7, "process", "Process"
        EVALUATE = 8, "evaluate", "Evaluate"
        SYSTEM = 9, "system", "System"


class Operation(models.Model):
    """A row states that the catalogue has an operation; its declaration is in code."""

    code = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    group = models.ForeignKey(OperationGroup, on_delete=models.PROTECT, related_name="operations")
    is_retired = models.BooleanField(default=False)

    class Meta:
        ordering = ["group", "code"]

    def __str__(self) -> str:
        return self.title


class Offer(models.Model):
    """A row states that a provider's model runs an operation, at the price of this SKU."""

    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="offers")
    model = models.ForeignKey(ProviderModel, on_delete=models.PROTECT, related_name="offers")
    sku = models.OneToOneField(Sku, on_delete=models.PROTECT, related_name="offer")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operation", "model"], name="offer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} by {self.model}"
