"""Instances for staff: registered and changed through the services that the pages call."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from pipeline.comfyui import services
from pipeline.comfyui.models import Instance, InstanceCatalogue, Vital
from studio.core.back_office import ReadOnlyAdmin, ServiceAdmin


class InstanceAdminForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a person says of an instance; its name and tags are in other tables."""

    name = forms.CharField(max_length=120)
    url = forms.CharField(max_length=300, label="URL")
    tags = forms.CharField(required=False, max_length=900, help_text="separated by spaces")

    class Meta:
        model = Instance
        fields = ["url", "capacity", "rate_permille", "install_name"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk is not None:
            self.initial.setdefault("name", self.instance.worker.name)
            self.initial.setdefault("tags", " ".join(t.tag for t in self.instance.tags.all()))


@admin.register(Instance)
class InstanceAdmin(ServiceAdmin):
    """ComfyUI instances; deleting one on which jobs have run retires it."""

    form = InstanceAdminForm
    fields = ["name", "url", "capacity", "tags", "rate_permille", "install_name"]
    list_display = ["worker", "state", "url", "capacity", "message", "retired_at"]
    list_filter = ["worker__state"]
    list_select_related = ["worker__state"]
    search_fields = ["worker__name", "url", "tags__tag"]
    ordering = ["worker__name"]
    actions = ["drain", "resume", "ask_again", "free_memory", "retire"]

    @admin.display(description="state", ordering="worker__state")
    def state(self, instance: Instance) -> str:
        """That of its worker."""
        return instance.worker.state.label

    def get_actions(self, request: HttpRequest) -> Any:
        """Without deletion in bulk, which would not pass the service."""
        found = super().get_actions(request)
        found.pop("delete_selected", None)
        return found

    def save_model(self, request: HttpRequest, obj: Instance, form: Any, change: bool) -> None:
        """Register it, or change it."""
        user: Any = request.user
        data = form.cleaned_data
        values = {key: data[key] for key in (*InstanceAdminForm.Meta.fields, "name")}
        values["tags"] = data["tags"].split()
        if change:
            stored = Instance.objects.select_related("worker").get(pk=obj.pk)
            services.change_instance(actor=user, instance=stored, **values)
        else:
            made = services.register_instance(actor=user, **values)
            obj.pk, obj.worker, obj.owner = made.pk, made.worker, made.owner
            obj._state.adding = False

    def delete_model(self, request: HttpRequest, obj: Instance) -> None:
        """Remove it, or retire it."""
        user: Any = request.user
        services.remove_instance(actor=user, instance=obj)

    @admin.action(description="Drain: finish, take nothing new", permissions=["view"])
    def drain(self, request: HttpRequest, queryset: QuerySet[Instance]) -> None:
        """Drain the chosen instances."""
        user: Any = request.user
        self.each(
            request,
            queryset.select_related("worker"),
            lambda row: services.drain_instance(actor=user, instance=row, draining=True),
            "drained",
        )

    @admin.action(description="Take work again", permissions=["view"])
    def resume(self, request: HttpRequest, queryset: QuerySet[Instance]) -> None:
        """Let the chosen instances take work again."""
        user: Any = request.user
        self.each(
            request,
            queryset.select_related("worker"),
            lambda row: services.drain_instance(actor=user, instance=row, draining=False),
            "resumed",
        )

    @admin.action(description="Ask again what they have", permissions=["view"])
    def ask_again(self, request: HttpRequest, queryset: QuerySet[Instance]) -> None:
        """Ask the chosen instances at once."""
        user: Any = request.user
        rows = queryset.select_related("worker")
        self.each(
            request, rows, lambda row: services.refresh_instance(actor=user, instance=row), "asked"
        )

    @admin.action(description="Free memory", permissions=["view"])
    def free_memory(self, request: HttpRequest, queryset: QuerySet[Instance]) -> None:
        """Let the chosen instances unload their models."""
        user: Any = request.user
        rows = queryset.select_related("worker")
        self.each(
            request, rows, lambda row: services.free_memory(actor=user, instance=row), "freed"
        )

    @admin.action(description="Remove, or retire where jobs have run", permissions=["view"])
    def retire(self, request: HttpRequest, queryset: QuerySet[Instance]) -> None:
        """Take the chosen instances off the list."""
        user: Any = request.user
        rows = queryset.select_related("worker")
        self.each(
            request,
            rows,
            lambda row: services.remove_instance(actor=user, instance=row),
            "removed or retired",
        )


@admin.register(InstanceCatalogue)
class InstanceCatalogueAdmin(ReadOnlyAdmin):
    """What instances said they have."""

    list_display = ["instance", "version", "sha256", "fetched_at"]
    list_select_related = ["instance__worker"]
    fields = ["instance", "version", "system", "model_files", "sha256", "fetched_at"]
    ordering = ["-fetched_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[InstanceCatalogue]:
        """Without the list of nodes, which is long."""
        found: QuerySet[InstanceCatalogue] = super().get_queryset(request).defer("object_info")
        return found


@admin.register(Vital)
class VitalAdmin(ReadOnlyAdmin):
    """How instances fared."""

    list_display = [
        "instance",
        "measured_at",
        "latency_ms",
        "vram_free_bytes",
        "ram_free_bytes",
        "queue_running",
        "queue_pending",
    ]
    list_select_related = ["instance__worker"]
    list_filter = ["instance"]
    ordering = ["-id"]
