"""Back office of deliveries: what was handed over is read only."""

from django.contrib import admin

from pipeline.delivery.models import Delivery, DeliveryItem, DeliveryJob
from studio.core.back_office import ReadOnlyAdmin, ReadOnlyInline


class ItemInline(ReadOnlyInline):
    """What is in it."""

    model = DeliveryItem
    fields = ["position", "file_name", "cut", "version"]


class PackageInline(ReadOnlyInline):
    """The jobs that packed it."""

    model = DeliveryJob
    fields = ["number", "job", "version"]


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """What was handed over, to whom, by whom, when."""

    list_display = ["title", "project", "number", "recipient", "created_by", "created_at"]
    list_select_related = ["project", "created_by"]
    search_fields = ["title", "recipient"]
    inlines = [ItemInline, PackageInline]
