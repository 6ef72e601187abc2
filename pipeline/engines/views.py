"""The page of the capability matrix."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from pipeline.engines.matrix import MatrixFilters, entries_for, rows_of, states_of
from pipeline.engines.queries import HEALTH_DAYS
from pipeline.operations.models import OperationGroup
from pipeline.providers.models import Provider
from studio.core.web import render_page


@require_safe
def matrix(request: HttpRequest) -> HttpResponse:
    """Who can run what, at which price, and how well they did."""
    user: Any = request.user
    filters = MatrixFilters.from_query(request.GET)
    entries = entries_for(user)
    context = {
        "rows": rows_of(entries, filters),
        "filters": filters,
        "states": states_of(entries),
        # lists: templates call what can be called, and an enumeration can
        "groups": list(OperationGroup.Code),
        "providers": list(Provider.Code),
        "health_days": HEALTH_DAYS,
        "section": "matrix",
    }
    return render_page(request, "pipeline/engines/matrix.html", context, part="table")
