"""Back office of review: what was said is read only."""

from django.contrib import admin

from pipeline.review.models import FinalApproval, Verdict
from studio.core.back_office import ReadOnlyAdmin


@admin.register(Verdict)
class VerdictAdmin(ReadOnlyAdmin):
    """What people said of takes and cuts."""

    list_display = ["id", "kind", "take", "cut", "given_by", "created_at"]
    list_filter = ["kind"]
    list_select_related = ["kind", "given_by", "take__segment__scene", "cut__scene"]


@admin.register(FinalApproval)
class FinalApprovalAdmin(ReadOnlyAdmin):
    """Cuts that were declared final."""

    list_display = ["cut", "approved_by", "created_at", "note"]
    list_select_related = ["cut__scene", "approved_by"]
