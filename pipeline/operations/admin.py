"""The catalogue for staff: written by the code, looked at here."""

from __future__ import annotations

from django.contrib import admin

from pipeline.operations.models import Offer, Operation
from pipeline.providers.models import ProviderModel
from studio.core.back_office import ReadOnlyAdmin


@admin.register(Operation)
class OperationAdmin(ReadOnlyAdmin):
    """Entries of the catalogue."""

    list_display = ["code", "title", "group", "is_retired"]
    list_filter = ["group", "is_retired"]
    list_select_related = ["group"]
    search_fields = ["code", "title"]


@admin.register(ProviderModel)
class ProviderModelAdmin(ReadOnlyAdmin):
    """Models by provider."""

    list_display = ["code", "title", "provider"]
    list_filter = ["provider"]
    list_select_related = ["provider"]
    search_fields = ["code", "title"]


@admin.register(Offer)
class OfferAdmin(ReadOnlyAdmin):
    """Who runs what, at which item of the price list."""

    list_display = ["operation", "model", "sku"]
    list_filter = ["operation", "model__provider"]
    list_select_related = ["operation", "model__provider", "sku"]
    search_fields = ["operation__code", "model__code", "sku__code"]
