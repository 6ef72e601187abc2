"""The catalogue for staff: written by the code, looked at here; how models are named may change."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from pipeline.operations.models import Offer, Operation
from pipeline.providers.models import ProviderModel
from studio.core.back_office import ReadOnlyAdmin, StudioModelAdmin


@admin.register(Operation)
class OperationAdmin(ReadOnlyAdmin):
    """Entries of the catalogue."""

    list_display = ["code", "title", "group", "is_retired"]
    list_filter = ["group", "is_retired"]
    list_select_related = ["group"]
    search_fields = ["code", "title"]


@admin.register(ProviderModel)
class ProviderModelAdmin(StudioModelAdmin):
    """Models by provider: how it names them, when it takes them away, and what comes instead."""

    list_display = ["code", "title", "provider", "identifier", "retires_on", "successor"]
    list_filter = ["provider"]
    list_select_related = ["provider", "successor__provider"]
    search_fields = ["code", "title"]
    fields = ["provider", "code", "title", "identifier", "retires_on", "successor"]
    readonly_fields = ["provider", "code"]
    autocomplete_fields = ["successor"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Models come with the operations that they run."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ProviderModel | None = None) -> bool:
        """Models stay: jobs refer to them."""
        return False


@admin.register(Offer)
class OfferAdmin(ReadOnlyAdmin):
    """Who runs what, at which item of the price list."""

    list_display = ["operation", "model", "sku"]
    list_filter = ["operation", "model__provider"]
    list_select_related = ["operation", "model__provider", "sku"]
    search_fields = ["operation__code", "model__code", "sku__code"]
