"""The pages about paid providers, and what is no page of them."""

from __future__ import annotations

from tests.e2e.page import Page

#: Addresses that only act, and where providers call back.
PROVIDER_NO_PAGES = {"provider-key-check", "provider-key-remove", "webhook"}

PROVIDER_PAGES = (
    Page("providers", "/providers/", person="creator"),
    Page("providers-narrow", "/providers/?provider=bria&usable=1", person="creator"),
    Page("provider-keys", "/providers/keys/", person="admin"),
    Page("provider-keys-own", "/providers/keys/", person="creator"),
)
