"""Plans and who has them, in the back office."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from billing.credits import credits_number, credits_text
from billing.fields import CreditsField
from billing.plans.models import Plan, PlanGrant, Subscription
from billing.plans.services import subscribe
from studio.core.back_office import ReadOnlyAdmin
from studio.core.models import User


class PlanForm(forms.ModelForm):  # type: ignore[type-arg]
    """A plan, its credits as people read them."""

    monthly_credits = CreditsField(label="Credits a month")

    class Meta:
        model = Plan
        fields = ["code", "title", "concurrent_jobs", "is_unlimited"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["monthly_credits"] = credits_number(self.instance.monthly_microcredits)

    def save(self, commit: bool = True) -> Any:
        """With the credits."""
        self.instance.monthly_microcredits = self.cleaned_data["monthly_credits"]
        return super().save(commit)


class PlanGrantInline(admin.TabularInline):  # type: ignore[type-arg]
    """What the plan includes; an empty cell means any."""

    model = PlanGrant
    extra = 0


@admin.register(Plan)
class PlanAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Plans; changes hold from the next month's credits and the next job on."""

    form = PlanForm
    list_display = ["title", "code", "credits", "concurrent_jobs", "is_unlimited"]
    ordering = ["is_unlimited", "monthly_microcredits"]
    inlines = [PlanGrantInline]

    @admin.display(description="credits a month", ordering="monthly_microcredits")
    def credits(self, plan: Plan) -> str:
        """The month's credits."""
        return credits_text(plan.monthly_microcredits)


class SubscribeForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who gets which plan from now on.

    The fields are not called as the columns: the present subscription would count as an overlap.
    """

    person = forms.ModelChoiceField(User.objects.filter(is_active=True).order_by("username"))
    next_plan = forms.ModelChoiceField(Plan.objects.all(), label="Plan")

    class Meta:
        model = Subscription
        fields: list[str] = []


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    """Who had which plan when; adding one ends the present one."""

    list_display = ["user", "plan", "starts_at", "ends_at"]
    list_filter = ["plan"]
    list_select_related = ["user", "plan"]
    search_fields = ["user__username"]
    ordering = ["-id"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Admins give plans."""
        return bool(request.user.is_active and getattr(request.user, "is_admin", False))

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Person and plan for a new one."""
        return super().get_form(request, obj, change, **kwargs) if obj else SubscribeForm

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Person and plan for a new one."""
        if obj is None:
            return [(None, {"fields": ["person", "next_plan"]})]
        return super().get_fieldsets(request, obj)

    def save_model(self, request: Any, obj: Subscription, form: Any, change: bool) -> None:
        """Subscribe by the service; `obj` becomes the subscription that it wrote."""
        values = form.cleaned_data
        made = subscribe(actor=request.user, user=values["person"], plan=values["next_plan"])
        obj.pk, obj.user, obj.plan, obj.starts_at = made.pk, made.user, made.plan, made.starts_at
