"""Where providers call back."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from rest_framework.throttling import SimpleRateThrottle

from pipeline.providers.signatures import SCHEMES, BadSignature
from pipeline.providers.webhooks import take_in
from studio.core.web import client_address, login_exempt

logger = logging.getLogger(__name__)


class RefusedDeliveries(SimpleRateThrottle):
    """How many bad deliveries of an address are logged in a minute; more are only refused.

    Good ones always count: a provider may share its address with whoever sends bad ones.
    """

    scope = "webhooks"
    rate = "30/min"

    def get_cache_key(self, request: Any, view: Any) -> str:
        """By the sender's address."""
        return self.cache_format % {"scope": self.scope, "ident": client_address(request)}


@csrf_exempt
@login_exempt
@require_POST
def hook(request: HttpRequest, provider: str) -> HttpResponse:
    """Take in a webhook. Whoever has not signed it learns nothing from the answer."""
    if provider not in {known.code for known in SCHEMES}:
        return HttpResponse(status=404)
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length.isdecimal() or int(length) > settings.WEBHOOK_MAX_BYTES:
        return HttpResponse(status=413)
    try:
        take_in(
            provider_code=provider,
            key_code=request.GET.get("key", ""),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=request.body,
        )
    except BadSignature as error:
        if not RefusedDeliveries().allow_request(request, None):  # type: ignore[arg-type]
            return HttpResponse(status=429)
        logger.warning("webhook for %s from %s: %s", provider, client_address(request), error)
        return HttpResponse(status=401)
    return HttpResponse(status=204)
