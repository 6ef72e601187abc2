"""Health of this process, for supervisors and load balancers."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from studio.core.web import login_exempt
from studio.ops.health import readiness


@login_exempt
@never_cache
@require_safe
async def healthz(request: HttpRequest) -> HttpResponse:
    """The process is up; says nothing about the database."""
    return JsonResponse({"status": "up"})


@login_exempt
@never_cache
@require_safe
async def readyz(request: HttpRequest) -> HttpResponse:
    """Database, broker, storage and channel layer work: 200, or 503 with the part that doesn't."""
    parts = await readiness()
    ready = all(part.ok for part in parts.values())
    document = {
        "status": "ready" if ready else "not ready",
        "parts": {name: asdict(part) for name, part in parts.items()},
    }
    return JsonResponse(document, status=200 if ready else 503)
