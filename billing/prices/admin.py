"""The price book in the back office."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from billing.credits import credits_text
from billing.fields import CreditsField
from billing.prices.models import Currency, Price, Sku, Unit
from billing.prices.services import Cost, set_price
from studio.core.back_office import ReadOnlyInline


class SkuForm(forms.ModelForm):  # type: ignore[type-arg]
    """An item, and the price that it gets from now on."""

    new_credits = CreditsField(
        label="New price", required=False, help_text="Credits per unit; empty: the price stays."
    )
    new_unit = forms.ModelChoiceField(Unit.objects.all(), label="Unit", required=False)
    new_minimum = forms.IntegerField(
        label="Minimum", min_value=0, initial=0, required=False, help_text="Thousandths of the unit"
    )
    new_factors = forms.CharField(
        label="Factors",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="One a line: parameter = value × thousandths, as “quality = premium × 1500”.",
    )
    new_cost_micro_usd = forms.IntegerField(
        label="Provider's cost",
        min_value=0,
        required=False,
        help_text="Millionths of a US dollar per unit; empty: not known.",
    )

    class Meta:
        model = Sku
        fields = ["title"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        price = Price.objects.current().with_details().filter(sku=self.instance).first()
        if price is not None:
            self.initial = {
                **self.initial,
                "new_unit": price.unit_id,
                "new_minimum": price.minimum_quantity_milli,
                "new_cost_micro_usd": price.cost_micro,
                "new_factors": "\n".join(
                    f"{f.parameter} = {f.value} × {f.multiplier_permille}"
                    for f in price.factors.all()
                ),
            }

    def clean_new_factors(self) -> dict[tuple[str, str], int]:
        """Permille by parameter and value."""
        found: dict[tuple[str, str], int] = {}
        for line in self.cleaned_data["new_factors"].splitlines():
            if line.strip():
                name, _, rest = line.partition("=")
                value, _, permille = rest.partition("×")
                if not (name.strip() and value.strip() and permille.strip().isdecimal()):
                    raise forms.ValidationError(f"“{line}” is not like “quality = premium × 1500”.")
                found[name.strip(), value.strip()] = int(permille)
        return found

    def clean(self) -> dict[str, Any]:
        """A new price needs its unit."""
        values = super().clean() or self.cleaned_data
        if values.get("new_credits") is not None and not values.get("new_unit"):
            self.add_error("new_unit", "Say what one price is for.")
        return values


class PriceInline(ReadOnlyInline):
    """Present and past prices."""

    model = Price
    fields = readonly_fields = (
        "valid_from",
        "valid_until",
        "credits",
        "unit",
        "minimum_quantity_milli",
        "factor",
    )
    ordering = ["-valid_from"]

    @admin.display(description="credits")
    def credits(self, price: Price) -> str:
        """The amount per unit."""
        return credits_text(price.amount_microcredits)

    @admin.display(description="factors")
    def factor(self, price: Price) -> str:
        """The factors."""
        return ", ".join(map(str, price.factors.all())) or "–"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Price]:
        """With factors."""
        return super().get_queryset(request).select_related("unit").prefetch_related("factors")


@admin.register(Sku)
class SkuAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Items of the price list; a new price ends the present one."""

    form = SkuForm
    list_display = ["code", "title"]
    search_fields = ["code", "title"]
    ordering = ["code"]
    inlines = [PriceInline]
    readonly_fields = ["code"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Items come with the operations that sell them."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Items stay: jobs refer to their prices."""
        return False

    def save_model(self, request: Any, obj: Sku, form: Any, change: bool) -> None:
        """Save the title, and set the price by the service when one was given."""
        super().save_model(request, obj, form, change)
        values = form.cleaned_data
        if values["new_credits"] is None:
            return
        cost = values["new_cost_micro_usd"]
        set_price(
            actor=request.user,
            sku=obj,
            unit=Unit.Code(values["new_unit"].pk),
            amount_microcredits=values["new_credits"],
            minimum_quantity_milli=values["new_minimum"] or 0,
            factors=values["new_factors"],
            cost=None if cost is None else Cost(Currency.Code.USD, cost),
        )
