"""What the Create page reads."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from assets.models import Version
from pipeline.jobs.models import Job, JobOutput
from pipeline.jobs.provenance import maker_of
from pipeline.jobs.queries import for_list
from pipeline.jobs.rights import projects_allowing
from pipeline.jobs.shown import ShownJob, show_jobs
from pipeline.operations.create_image import CREATE_IMAGE
from studio.core.access import CapabilityCode
from studio.core.errors import NotFound
from studio.core.models import Project

RECENT = 12
#: Most pictures side by side.
MOST_COMPARED = 4


def creatable_projects(user: Any) -> list[Project]:
    """Projects to make pictures in: the personal one first, the others by name. One query."""
    found = list(projects_allowing(user, CapabilityCode.CREATE).select_related("kind"))
    return sorted(
        (p for p in found if not (p.is_personal and p.owner_id != user.pk)),
        key=lambda p: (not p.is_personal, p.name.lower()),
    )


def last_used(user: Any, projects: list[Project]) -> Project | None:
    """The project that this person last made something in, else the first. One query."""
    last = Job.objects.filter(creator=user).order_by("-id").values_list("project_id", flat=True)
    wanted = last.first()
    return next((p for p in projects if p.pk == wanted), projects[0] if projects else None)


def recent_jobs(user: Any) -> list[ShownJob]:
    """One's own latest jobs of this page, newest first. A fixed number of queries."""
    mine = Job.objects.visible_to(user).filter(
        creator=user, offer__operation__code=CREATE_IMAGE.code
    )
    return show_jobs(user, list(for_list(mine).order_by("-id")[:RECENT]))


def shown_job(user: Any, code: UUID) -> ShownJob:
    """A job for the results.

    Raises:
        NotFound: there is none for this person.
    """
    jobs: Any = for_list(Job.objects.all())
    return show_jobs(user, [jobs.get_visible(user, code=code)])[0]


def visible_output(user: Any, version: UUID) -> JobOutput:
    """The output as which a version was made.

    Raises:
        NotFound: the version is not visible to this person, or no job made it.
    """
    found = maker_of(Version.objects.get_visible(user, code=version))
    if found is None:
        raise NotFound("No job made this file.", remedy="It was uploaded or imported.")
    return found


def compared_outputs(user: Any, codes: list[UUID]) -> list[JobOutput]:
    """The outputs of 2–4 versions in the order given. Two queries.

    Raises:
        NotFound: one of them is not visible to this person, or no job made it.
    """
    visible = Version.objects.visible_to(user).filter(code__in=codes[:MOST_COMPARED])
    outputs = (
        JobOutput.objects.filter(version__in=visible)
        .select_related("job", "version__asset", "version__blob__image")
        .order_by("-id")
    )
    found = {output.version.code: output for output in outputs}
    if len(codes) < 2 or any(code not in found for code in codes[:MOST_COMPARED]):
        raise NotFound("Choose two to four pictures that you may see.")
    return [found[code] for code in dict.fromkeys(codes[:MOST_COMPARED])]
