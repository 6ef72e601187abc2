"""The metadata schema of a project: which traits it keeps of its characters."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from pipeline.characters import queries, services
from pipeline.characters.forms import FieldForm
from pipeline.characters.models import MetadataField, MetadataType
from pipeline.characters.proposing import readable_keys
from studio.core.access import CapabilityCode, capabilities, require
from studio.core.errors import DomainError, Invalid, NotFound
from studio.core.models import Project
from studio.core.web import redirect, render_page

PAGE = "pipeline/characters/metadata.html"


@require_http_methods(["GET", "HEAD", "POST"])
def metadata(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """The fields, and a form for one more; `?field=` brings one into the form."""
    user: Any = request.user
    project = Project.objects.select_related("owner__profile").get_visible(user, code=code)
    fields = queries.fields_of(project, retired=True)
    chosen = next((f for f in fields if f.key == request.GET.get("field")), None)
    form = FieldForm(request.POST or None, initial=_initial(chosen) if chosen else None)
    if request.method == "POST":
        require(user, CapabilityCode.MANAGE, project)
        if form.is_valid() and _define(request, project, form):
            return redirect(request, reverse("pipeline:metadata", args=[project.code]))
    context = {
        "project": project,
        "fields": [(field, queries.type_label(field)) for field in fields],
        "form": form,
        "chosen": chosen,
        "section": "metadata",
        "may_manage": CapabilityCode.MANAGE in capabilities(user, project),
        "readable": readable_keys(),
    }
    return render_page(request, PAGE, context, status=Invalid.status if form.errors else 200)


def _initial(field: MetadataField) -> dict[str, Any]:
    return {
        "label": field.label,
        "key": field.key,
        "value_type": MetadataType.Code(field.value_type_id).code,
        "options": "\n".join(option.value for option in field.options.all()),
        "help_text": field.help_text,
        "is_required": field.is_required,
    }


def _define(request: HttpRequest, project: Project, form: FieldForm) -> bool:
    """Define the field that a valid form describes; whether that was possible."""
    user: Any = request.user
    values = dict(form.cleaned_data)
    values["options"] = values["options"].splitlines()
    try:
        field = services.define_field(actor=user, project=project, **values)
    except DomainError as error:
        form.add_problem(error)
        return False
    messages.success(request, f"“{field.label}” is kept of every character now.")
    return True


@require_POST
def retire(request: HttpRequest, code: uuid.UUID, key: str) -> HttpResponse:
    """No longer ask for a field."""
    user: Any = request.user
    project = Project.objects.get_visible(user, code=code)
    field = MetadataField.objects.select_related("project").filter(project=project, key=key).first()
    if field is None:
        raise NotFound("The project keeps no such trait.")
    services.retire_field(actor=user, field=field)
    messages.success(request, f"“{field.label}” is retired; its values stay in the history.")
    return redirect(request, reverse("pipeline:metadata", args=[project.code]))
