"""The quality profile of a project: what seed images are judged by."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from pipeline.seeds.models import SeedCheck
from pipeline.seeds.profile import reset_threshold, set_threshold, shown_profile
from studio.core.access import CapabilityCode, capabilities, require
from studio.core.errors import Invalid
from studio.core.forms import CodeChoiceField, StudioForm
from studio.core.models import Project
from studio.core.web import redirect, render_page


class ThresholdForm(StudioForm):
    """Other thresholds for one check; without figures those of the studio."""

    check = CodeChoiceField(SeedCheck.Code)
    warn = forms.FloatField(required=False)
    fail = forms.FloatField(required=False)

    def clean(self) -> dict[str, Any]:
        """Both figures, or neither."""
        found: dict[str, Any] = super().clean() or {}
        if (found.get("warn") is None) != (found.get("fail") is None) and not self.errors:
            self.add_error("fail", "Give both figures, or neither.")
        return found


@require_http_methods(["GET", "HEAD", "POST"])
def quality(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """The thresholds; a POST replaces those of one check, or brings the studio's back."""
    user: Any = request.user
    project = Project.objects.select_related("owner__profile").get_visible(user, code=code)
    form = ThresholdForm(request.POST or None)
    if request.method == "POST":
        require(user, CapabilityCode.MANAGE, project)
        if form.is_valid() and _save(request, project, form):
            return redirect(request, reverse("pipeline:quality", args=[project.code]))
    context = {
        "project": project,
        "lines": shown_profile(project),
        "form": form,
        "section": "quality",
        "may_manage": CapabilityCode.MANAGE in capabilities(user, project),
    }
    status = Invalid.status if form.errors else 200
    return render_page(request, "pipeline/seeds/quality.html", context, status=status)


def _save(request: HttpRequest, project: Project, form: ThresholdForm) -> bool:
    """Write the thresholds that a valid form describes; whether that was possible."""
    user: Any = request.user
    values = form.cleaned_data
    check = SeedCheck.Code(values["check"])
    if values["warn"] is None:
        reset_threshold(actor=user, project=project, check=check)
        messages.success(request, f"{check.label}: the studio’s thresholds.")
        return True
    try:
        set_threshold(
            actor=user, project=project, check=check, warn=values["warn"], fail=values["fail"]
        )
    except Invalid as error:
        form.add_problem(error)
        return False
    messages.success(request, f"{check.label}: saved. Checks made before stay as they are.")
    return True
