"""Back office of seed images: history is looked at, actions call services."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from pipeline.seeds import services
from pipeline.seeds.models import (
    CheckResult,
    CheckWaiver,
    SeedImage,
    SeedThreshold,
    Variation,
    VariationJob,
)
from pipeline.seeds.queries import with_files
from studio.core.back_office import ReadOnlyAdmin, ReadOnlyInline, ServiceAdmin


class CheckInline(ReadOnlyInline):
    """What the checks of a variation say."""

    model = CheckResult
    fields = ["check_kind", "measured_score", "warn_score", "fail_score", "verdict", "message"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CheckResult]:
        """With what is shown."""
        rows = super().get_queryset(request)
        found: QuerySet[CheckResult] = rows.select_related("check_kind", "verdict", "variation")
        return found


@admin.register(SeedImage)
class SeedImageAdmin(ReadOnlyAdmin):
    """The two of each character."""

    list_display = ["character", "slot", "code"]
    list_filter = ["slot"]
    list_select_related = ["character", "slot"]
    search_fields = ["character__name", "code"]
    ordering = ["-id"]


@admin.register(Variation)
class VariationAdmin(ServiceAdmin, ReadOnlyAdmin):
    """Candidates for seed images."""

    list_display = ["seed_image", "number", "method", "is_hero", "likeness_score", "created_by",
                    "created_at", "discarded_at"]  # fmt: skip
    list_filter = ["method", "is_hero", ("discarded_at", admin.EmptyFieldListFilter)]
    list_select_related = ["seed_image__character", "method", "created_by"]
    search_fields = ["seed_image__character__name", "code"]
    ordering = ["-id"]
    inlines = [CheckInline]
    actions = ["check_again", "discard"]

    @admin.action(description="Check the chosen variations again")
    def check_again(self, request: Any, queryset: QuerySet[Variation]) -> None:
        """By the thresholds as they are now."""
        self.each(
            request,
            with_files(queryset),
            lambda row: services.check_again(actor=request.user, variation=row),
            "are being checked",
        )

    @admin.action(description="Discard the chosen variations")
    def discard(self, request: Any, queryset: QuerySet[Variation]) -> None:
        """Out of the grid; the files stay."""
        self.each(
            request,
            with_files(queryset),
            lambda row: services.discard_variation(actor=request.user, variation=row),
            "discarded",
        )


@admin.register(VariationJob)
class VariationJobAdmin(ReadOnlyAdmin):
    """Which jobs were asked for which seed image."""

    list_display = ["job", "seed_image", "method"]
    list_filter = ["method"]
    list_select_related = ["job", "seed_image__character", "method"]
    search_fields = ["seed_image__character__name", "job__code"]
    ordering = ["-id"]


@admin.register(SeedThreshold)
class SeedThresholdAdmin(ReadOnlyAdmin):
    """Projects that judge by other thresholds."""

    list_display = ["project", "check_kind", "warn_score", "fail_score"]
    list_filter = ["check_kind"]
    list_select_related = ["project", "check_kind"]
    search_fields = ["project__name"]
    ordering = ["project", "check_kind"]


@admin.register(CheckWaiver)
class CheckWaiverAdmin(ReadOnlyAdmin):
    """Who has accepted which warning, and why."""

    list_display = ["result", "waived_by", "reason", "created_at"]
    list_select_related = ["result__check_kind", "result__verdict", "waived_by"]
    search_fields = ["reason", "waived_by__username"]
    ordering = ["-id"]
