"""The catalogue and the page of each operation."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from pipeline.operations.catalogue import get_operation
from pipeline.operations.docs import catalogue_docs, example_call, operation_doc
from studio.core.web import render_page

#: Operations that have a page of their own to work with.
PAGES = {"create.image": "pipeline:create"}


@require_safe
def operations(request: HttpRequest) -> HttpResponse:
    """What the studio can do, by whom and at which price."""
    context = {"groups": catalogue_docs()}
    return render_page(request, "pipeline/operations/list.html", context)


@require_safe
def operation(request: HttpRequest, code: str) -> HttpResponse:
    """How to use one operation, from its declaration."""
    spec = get_operation(code)
    address = f"{request.scheme}://{request.get_host()}"
    context = {
        "doc": operation_doc(spec),
        "example": example_call(spec, address),
        "page": PAGES.get(spec.code, ""),
    }
    return render_page(request, "pipeline/operations/operation.html", context)
