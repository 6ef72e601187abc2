"""What the admin pages of all packages share: reading only, calling services, cheap counts."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db import connection, models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property

from studio.core.errors import DomainError
from studio.core.lookups import Lookup, Transition

#: Below this many rows an exact count is cheap enough.
COUNT_EXACTLY_BELOW = 20_000


class EstimatedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts large tables by the planner's estimate instead of reading them."""

    @cached_property
    def count(self) -> int:
        """Number of rows: exact for small tables and filtered lists."""
        query = getattr(self.object_list, "query", None)
        if query is None or query.where:
            return super().count
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass",
                [query.get_meta().db_table],
            )
            estimate = int(cursor.fetchone()[0])
        return estimate if estimate >= COUNT_EXACTLY_BELOW else super().count


class StudioModelAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Common to all admin pages of the studio."""

    show_full_result_count = False
    paginator = EstimatedPaginator
    list_per_page = 50
    actions_on_bottom = False


class ReadOnlyAdmin(StudioModelAdmin):
    """Rows that are looked at: history, money, what machines write."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nothing is added by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is changed by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted by hand."""
        return False


class ReadOnlyInline(admin.TabularInline):  # type: ignore[type-arg]
    """Rows of a parent that are looked at."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is added by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is changed by hand."""
        return False


class ServiceAdmin(StudioModelAdmin):
    """Rows that are changed through services: what those refuse is shown beside the form.

    Subclasses override `save_model` (and `delete_model`) to call a service and nothing else.
    """

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """The page of one row; a domain error sends back to it with the reason."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as error:
            return self.refuse(request, error)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """As `changeform_view`."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except DomainError as error:
            return self.refuse(request, error)

    def refuse(self, request: HttpRequest, error: DomainError) -> HttpResponse:
        """Back to the page, with what happened and what can be done."""
        told = [error.detail, *(m for texts in error.fields.values() for m in texts), error.remedy]
        text = " ".join(dict.fromkeys(part for part in told if part))
        self.message_user(request, text, messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())

    def each(
        self, request: HttpRequest, rows: models.QuerySet[Any], service: Any, done: str
    ) -> None:
        """Run `service(row)` on each chosen row; tell how many were `done`, and why not others."""
        count = 0
        for row in rows:
            try:
                service(row)
            except DomainError as error:
                self.message_user(request, f"{row}: {error.detail}", messages.ERROR)
            else:
                count += 1
        if count:
            self.message_user(request, f"{count} {done}.", messages.SUCCESS)


class LookupAdmin(ReadOnlyAdmin):
    """Rows that the code declares."""

    list_display = ["id", "code", "label", "ordinal"]
    search_fields = ["code", "label"]
    ordering = ["ordinal"]


class TransitionAdmin(ReadOnlyAdmin):
    """Changes of state that the code allows."""

    list_display = ["id", "from_state", "to_state"]
    list_select_related = ["from_state", "to_state"]


def tell(request: HttpRequest, error: DomainError) -> None:
    """Show what a service had to say."""
    messages.error(request, f"{error.detail} {error.remedy}".strip())


def register_lookups(app_label: str) -> None:
    """Show every lookup and transition of an app that has no page of its own yet."""
    for model in apps.get_app_config(app_label).get_models():
        if not admin.site.is_registered(model):
            if issubclass(model, Lookup):
                admin.site.register(model, LookupAdmin)
            elif issubclass(model, Transition):
                admin.site.register(model, TransitionAdmin)
