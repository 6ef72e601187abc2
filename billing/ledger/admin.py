"""The books in the back office."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from billing.credits import credits_text
from billing.fields import CreditsField
from billing.ledger.models import Account, Entry, Hold, Transfer, TransferKind
from billing.ledger.services import charged_microcredits, grant_credits, refund_charge
from studio.core.back_office import ReadOnlyAdmin, ReadOnlyInline, tell
from studio.core.errors import DomainError
from studio.core.models import User


class EntryInline(ReadOnlyInline):
    """What a transfer moved."""

    model = Entry
    fields = ["account", "credits"]
    readonly_fields = ["account", "credits"]

    @admin.display(description="credits")
    def credits(self, entry: Entry) -> str:
        """The amount."""
        return credits_text(entry.amount_microcredits, signed=True)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        """With the accounts' owners."""
        found = super().get_queryset(request)
        return found.select_related("account__kind", "account__user", "account__project")


class GrantForm(forms.ModelForm):  # type: ignore[type-arg]
    """Adding a transfer in the back office means giving credits."""

    user = forms.ModelChoiceField(User.objects.filter(is_active=True).order_by("username"))
    credits = CreditsField()
    memo = forms.CharField(label="Reason", max_length=200, required=False)

    class Meta:
        model = Transfer
        fields: list[str] = []


@admin.register(Transfer)
class TransferAdmin(ReadOnlyAdmin):
    """Every movement; adding one gives credits."""

    list_display = ["created_at", "kind", "actor", "hold", "memo"]
    list_filter = [("kind", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["kind", "actor", "hold"]
    search_fields = ["code__exact", "memo", "actor__username"]
    ordering = ["-id"]
    inlines = [EntryInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Admins give credits."""
        return bool(request.user.is_active and getattr(request.user, "is_admin", False))

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The grant's form for a new one."""
        return super().get_form(request, obj, change, **kwargs) if obj else GrantForm

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The grant's fields for a new one."""
        if obj is None:
            return [(None, {"fields": ["user", "credits", "memo"]})]
        return super().get_fieldsets(request, obj)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Entries of what exists."""
        return self.inlines if obj else []

    def save_model(self, request: Any, obj: Transfer, form: Any, change: bool) -> None:
        """Give the credits by the service; `obj` becomes the transfer that it wrote."""
        made = grant_credits(
            actor=request.user,
            user=form.cleaned_data["user"],
            amount_microcredits=form.cleaned_data["credits"],
            memo=form.cleaned_data["memo"],
        )
        obj.pk, obj.kind, obj.code = made.pk, made.kind, made.code


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    """Who has how much."""

    list_display = ["__str__", "kind", "credits"]
    list_filter = ["kind"]
    list_select_related = ["kind", "user", "project", "balance"]
    search_fields = ["user__username", "project__name"]

    @admin.display(description="credits", ordering="balance__amount_microcredits")
    def credits(self, account: Account) -> str:
        """The balance; grants have none, for they may be overdrawn."""
        balance = getattr(account, "balance", None)
        return credits_text(balance.amount_microcredits) if balance else "–"


class TransferInline(ReadOnlyInline):
    """The movements of a hold."""

    model = Transfer
    fields = readonly_fields = ("created_at", "kind", "actor", "memo")
    show_change_link = True


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    """What was set aside, and how it ended."""

    list_display = ["created_at", "wallet", "project", "credits", "state"]
    list_filter = ["state"]
    list_select_related = ["wallet__kind", "wallet__user", "project", "state"]
    search_fields = ["code__exact", "wallet__user__username", "project__name"]
    ordering = ["-id"]
    inlines = [TransferInline]
    actions = ["refund"]

    @admin.display(description="credits", ordering="amount_microcredits")
    def credits(self, hold: Hold) -> str:
        """The amount."""
        return credits_text(hold.amount_microcredits)

    @admin.action(description="Refund what was charged")
    def refund(self, request: Any, queryset: QuerySet[Hold]) -> None:
        """Give the whole charges of the chosen holds back."""
        done = 0
        for hold in queryset.select_related("project"):
            left = charged_microcredits(hold)
            if left:
                try:
                    refund_charge(
                        actor=request.user,
                        hold=hold,
                        amount_microcredits=left,
                        memo=f"{TransferKind.Code.CORRECTION.label} by {request.user}",
                    )
                    done += 1
                except DomainError as error:
                    tell(request, error)
        messages.success(request, f"{done} of {len(queryset)} refunded.")
