"""Structured prompts: having one made, looking at what came, making pictures from one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from assets.storage.store import open_blob
from pipeline.create.structured_forms import PICTURE, REFINE, Checked, SettingsForm
from pipeline.imaging.structured import Document, Unreadable, read_text
from pipeline.imaging.structured_words import Change, differences
from pipeline.jobs.models import Job
from pipeline.jobs.requests import JobRequest
from pipeline.jobs.shown import ShownJob
from pipeline.jobs.submit import Plan, plan_job, submit_job
from pipeline.operations.create_image import CREATE_IMAGE
from pipeline.operations.structured_prompt import STRUCTURE_PROMPT
from studio.core.errors import DomainError, Invalid, NotFound
from studio.core.models import Project, User

#: Most bytes of a finished document that are read.
MOST_BYTES = 200_000


@dataclass(frozen=True)
class Priced:
    """What a button would do: its plan, or what stands in its way."""

    plan: Plan | None = None
    problem: DomainError | None = None

    @property
    def allowed(self) -> bool:
        """Whether the button works."""
        return self.plan is not None and self.plan.preflight.allowed


def request_document(form: SettingsForm, checked: Checked, picture: UUID | None) -> JobRequest:
    """The request for a document, by the way that was chosen.

    Raises:
        Invalid: a document is to be refined that is no JSON, or says nothing.
    """
    way, words = form.cleaned_data["way"], form.cleaned_data["words"]
    if way == REFINE and checked.document is None:
        raise Invalid("The document is no JSON yet, so it can’t be refined.")
    if way == REFINE and not checked.words:
        raise Invalid(
            "The document is empty, so there is nothing to refine.",
            remedy="Have one made from words first, or fill in the form.",
        )
    return JobRequest(
        operation=STRUCTURE_PROMPT.code,
        parameters={
            "prompt": words,
            "structured_prompt": checked.text if way == REFINE else "",
        },
        inputs=[("base", picture)] if way == PICTURE and picture else [],
        reuse=False,
    )


def request_picture(form: SettingsForm, checked: Checked) -> JobRequest:
    """The request for pictures: the document for who reads it, its sentences for all others.

    Raises:
        Invalid: the document is not complete.
    """
    if not checked.is_usable:
        raise Invalid("Complete the document first.", remedy="The list above it says what to do.")
    given = form.cleaned_data
    provider, _, model = given["model"].partition("/")
    parameters: dict[str, Any] = {
        "prompt": checked.words,
        "structured_prompt": checked.text,
        "aspect": given["aspect"] or "1:1",
        "quality": given["quality"] or "standard",
        "variations": given["variations"] or 1,
    }
    if given["random_seed"] is not None:
        parameters["random_seed"] = given["random_seed"]
    return JobRequest(
        operation=CREATE_IMAGE.code, parameters=parameters, provider=provider, model=model
    )


def price(*, actor: User, form: SettingsForm, request: JobRequest) -> Priced:
    """What a request would cost in the form's project; nothing is done."""
    try:
        return Priced(plan_job(actor=actor, project=project_of(actor, form), request=request))
    except DomainError as error:
        return Priced(problem=error)


def submit(*, actor: User, form: SettingsForm, request: JobRequest) -> Job:
    """Make the job of a request in the form's project.

    Raises:
        As `submit_job`.
    """
    return submit_job(actor=actor, project=project_of(actor, form), request=request)


def project_of(actor: User, form: SettingsForm) -> Project:
    """The project that the form names, if the person may see it.

    Raises:
        NotFound: it is not visible, or there is none.
    """
    return Project.objects.get_visible(actor, code=form.cleaned_data["project"])


@dataclass(frozen=True)
class Proposal:
    """A job that makes a document; `document` and `changes` once it is there."""

    shown: ShownJob
    text: str = ""
    document: Document | None = None
    changes: tuple[Change, ...] = ()
    problem: str = ""


def proposal_of(shown: ShownJob, current: Document) -> Proposal:
    """What a job proposes, against the current document.

    Raises:
        NotFound: the job makes no documents.
    """
    if shown.job.offer.operation.code != STRUCTURE_PROMPT.code:
        raise NotFound("This job makes no structured prompt.")
    if not shown.outputs:
        return Proposal(shown)
    with open_blob(shown.outputs[0].output.version.blob) as file:
        content = file.read(MOST_BYTES + 1)
    text = content.decode("utf-8", "replace")
    try:
        document = read_text(text)
    except Unreadable as error:
        return Proposal(shown, problem=f"What came can’t be read. {error}")
    return Proposal(shown, text, document, tuple(differences(current, document)))


def recalled_document(job: Job) -> Document | None:
    """The document that a job was made from; None: it has none that can be read."""
    text = job.parameters.get("structured_prompt")
    try:
        return read_text(text) if isinstance(text, str) and text else None
    except Unreadable:
        return None
