"""Admin pages of the task queue, read only: a task names code, and forms must not run code."""

from __future__ import annotations

from django.contrib import admin
from django.utils import timezone
from django_q.models import Failure, OrmQ, Schedule, Success

from studio.core.back_office import ReadOnlyAdmin

for model in (Schedule, OrmQ, Success, Failure):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(Schedule)
class ScheduleAdmin(ReadOnlyAdmin):
    """What runs at set times."""

    list_display = ["name", "func", "schedule_type", "next_run", "repeats", "cluster"]
    list_filter = ["schedule_type", "cluster"]
    search_fields = ["name", "func"]


@admin.register(OrmQ)
class WaitingAdmin(ReadOnlyAdmin):
    """Tasks that wait or run; the payload is signed and of no use to people."""

    list_display = ["id", "key", "what", "lock", "waiting"]
    list_filter = ["key"]
    fields = ["key", "what", "lock"]
    readonly_fields = ["key", "what", "lock"]

    @admin.display(description="Task")
    def what(self, row: OrmQ) -> str:
        """Dotted name of the function."""
        return str(row.task.get("func", "–"))

    @admin.display(description="Waiting", boolean=True)
    def waiting(self, row: OrmQ) -> bool:
        """Whether no worker has it."""
        return bool(row.lock and row.lock <= timezone.now())


class DoneAdmin(ReadOnlyAdmin):
    """Tasks that have ended."""

    list_display = ["name", "func", "started", "stopped", "attempt_count", "cluster"]
    list_filter = ["cluster", "started"]
    search_fields = ["name", "func"]
    fields = ["name", "func", "cluster", "started", "stopped", "attempt_count", "result"]
    ordering = ["-stopped"]


admin.site.register(Success, DoneAdmin)
admin.site.register(Failure, DoneAdmin)
