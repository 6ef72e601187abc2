"""The queue page: what is under way, what was, narrowed down by the page's address."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet

from pipeline.jobs.models import Job, JobState
from pipeline.jobs.queries import for_list, queue_counts
from pipeline.jobs.shown import ShownJob, show_jobs
from pipeline.jobs.states import ACTIVE, FINAL
from pipeline.operations.catalogue import CATALOGUE
from pipeline.operations.models import Operation
from studio.core.errors import Invalid
from studio.core.models import Membership, Project, User
from studio.core.paging import keyset_page

HISTORY_SIZE = 30
MOST_UNFINISHED = 200
#: Words for the tabs: which states each shows.
TABS: dict[str, tuple[str, frozenset[JobState.Code]]] = {
    "": ("All", frozenset(JobState.Code)),
    "running": ("Running", ACTIVE),
    "queued": ("Queued", frozenset({JobState.Code.QUEUED})),
    "held": (
        "Held back",
        frozenset({JobState.Code.SCHEDULED, JobState.Code.WAITING, JobState.Code.PAUSED}),
    ),
    "succeeded": ("Succeeded", frozenset({JobState.Code.SUCCEEDED})),
    "failed": ("Failed", frozenset({JobState.Code.FAILED})),
    "cancelled": ("Cancelled", frozenset({JobState.Code.CANCELLED})),
}


@dataclass(frozen=True)
class JobFilters:
    """What the queue page shows; each is a part of its address, empty for all."""

    state: str = ""
    project: str = ""
    operation: str = ""
    person: str = ""

    @classmethod
    def from_query(cls, query: Any) -> JobFilters:
        """Read from an address.

        Raises:
            Invalid: a value that no link of ours has.
        """
        found = cls(*(query.get(name, "") for name in ("state", "project", "operation", "person")))
        if found.state not in TABS:
            raise Invalid("There is no such state.", remedy="Choose a tab of the queue page.")
        for code in (found.project, found.person):
            try:
                uuid.UUID(code) if code else None
            except ValueError as error:
                raise Invalid("This address is damaged.", remedy="Open the queue anew.") from error
        return found

    def query(self, **changes: str) -> str:
        """The address with some filters changed."""
        values = {**self.__dict__, **changes}
        return urlencode({name: value for name, value in values.items() if value})

    @property
    def is_narrow(self) -> bool:
        """Whether anything but a tab is chosen."""
        return bool(self.project or self.operation or self.person)


@dataclass(frozen=True)
class Tab:
    """One tab: its words, how many, and its address."""

    label: str
    query: str
    count: int | None
    is_current: bool


class Listing:
    """The jobs that a person sees through some filters."""

    def __init__(self, user: Any, filters: JobFilters) -> None:
        self.user = user
        self.filters = filters
        jobs: QuerySet[Job] = Job.objects.visible_to(user)
        if filters.project:
            jobs = jobs.filter(project__code=filters.project)
        if filters.operation:
            jobs = jobs.filter(offer__operation__code=filters.operation)
        if filters.person:
            jobs = jobs.filter(creator__code=filters.person)
        self.jobs = jobs
        self.states = TABS[filters.state][1]

    def unfinished(self) -> list[ShownJob]:
        """What runs, then what waits in the order of the queue; at most `MOST_UNFINISHED`."""
        wanted = [int(state) for state in self.states - FINAL]
        if not wanted:
            return []
        found = for_list(self.jobs.filter(state_id__in=wanted))
        rows = list(found.order_by("priority__ordinal", "id")[:MOST_UNFINISHED])
        rows.sort(key=_urgency)
        return show_jobs(self.user, rows)

    def history(self, cursor: str = "", *, down_to: int = 0) -> tuple[list[ShownJob], str]:
        """What has ended, newest first, and the cursor of what is older.

        Args:
            down_to: everything down to this job instead of a page, for the live part of a page
                that has grown; no further than `MOST_UNFINISHED`.
        """
        wanted = [int(state) for state in self.states & FINAL]
        if not wanted:
            return [], ""
        found = for_list(self.jobs.filter(state_id__in=wanted))
        if down_to:
            found = found.filter(pk__gte=down_to)
            page = keyset_page(found, size=MOST_UNFINISHED)
        else:
            page = keyset_page(found, cursor=cursor, size=HISTORY_SIZE)
        return show_jobs(self.user, page.rows), page.next_cursor

    def tabs(self) -> list[Tab]:
        """The tabs, with numbers of what is under way. One query."""
        counts = queue_counts(self.jobs)
        return [
            Tab(
                label=label,
                query=self.filters.query(state=name),
                count=sum(counts[s.code] for s in states) if name and states <= _OPEN else None,
                is_current=name == self.filters.state,
            )
            for name, (label, states) in TABS.items()
        ]

    def choices(self) -> dict[str, Any]:
        """Projects, operations and people to filter by. Three queries."""
        listed = [spec.code for spec in CATALOGUE.values() if spec.is_listed]
        projects = Project.objects.visible_to(self.user).order_by("name", "pk")
        people = User.objects.filter(
            memberships__in=Membership.objects.filter(project__in=projects.order_by())
        )
        return {
            "projects": projects,
            "operations": Operation.objects.filter(code__in=listed).order_by("title"),
            "people": people.distinct().select_related("profile").order_by("username"),
        }


_OPEN = frozenset(JobState.Code) - FINAL
_ORDER = {JobState.Code.RUNNING: 0, JobState.Code.DISPATCHED: 0, JobState.Code.QUEUED: 1}


def _urgency(job: Job) -> tuple[int, int, int]:
    return _ORDER.get(JobState.Code(job.state_id), 2), job.priority.ordinal, job.pk


def tray_jobs(user: Any) -> tuple[list[ShownJob], int]:
    """One's own jobs under way and the latest that ended, and how many are under way."""
    mine = Job.objects.visible_to(user).filter(creator=user)
    active = list(for_list(mine.exclude(state_id__in=FINAL)).order_by("id")[:20])
    active.sort(key=_urgency)
    ended = list(for_list(mine.filter(state_id__in=FINAL)).order_by("-id")[:4])
    return show_jobs(user, [*active, *ended]), len(active)


def running_count(user: Any) -> tuple[int, int]:
    """How many jobs of one's projects run and how many wait. One query."""
    counts = queue_counts(Job.objects.visible_to(user))
    return counts["running"] + counts["dispatched"], counts["queued"]
