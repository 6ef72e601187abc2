"""Keys, models of providers and webhooks for staff; no key is ever shown."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from pipeline.providers import keys as services
from pipeline.providers.models import ProviderKey, WebhookReceipt
from studio.core.back_office import ReadOnlyAdmin


@admin.register(ProviderKey)
class ProviderKeyAdmin(ReadOnlyAdmin):
    """Who has a key of which provider, and what the provider said of it."""

    list_display = ["provider", "owner", "hint", "state", "message", "checked_at"]
    list_filter = ["provider", "state"]
    list_select_related = ["provider", "owner", "state"]
    fields = [
        *("code", "provider", "owner", "hint", "state", "message", "checked_at"),
        *("created_by", "created_at"),
    ]
    actions = ["check_keys", "remove_keys"]

    @admin.action(description="Check the studio's keys", permissions=["view"])
    def check_keys(self, request: HttpRequest, queryset: Any) -> None:
        """Ask the providers; people's own keys are theirs to check."""
        user: Any = request.user
        chosen = list(queryset.filter(owner=None))
        for key in chosen:
            services.check_key(actor=user, code=key.code)
        self.message_user(request, f"{len(chosen)} being checked.")

    @admin.action(description="Remove the studio's keys", permissions=["view"])
    def remove_keys(self, request: HttpRequest, queryset: Any) -> None:
        """Forget them; people's own keys are theirs to remove."""
        user: Any = request.user
        chosen = list(queryset.filter(owner=None))
        for key in chosen:
            services.remove_key(actor=user, code=key.code)
        self.message_user(request, f"{len(chosen)} removed.")


@admin.register(WebhookReceipt)
class WebhookReceiptAdmin(ReadOnlyAdmin):
    """Deliveries that were taken in lately."""

    list_display = ["provider", "delivery_id", "received_at"]
    list_filter = ["provider"]
    list_select_related = ["provider"]
