"""From the Create page to jobs: what is asked for, what it would cost, variations of a picture."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.create.forms import CreateForm, size_note
from pipeline.jobs.models import DerivationKind, Job, JobOutput, Recipe
from pipeline.jobs.recipes import recipe_document, sha256_of
from pipeline.jobs.requests import request_from
from pipeline.jobs.submit import JobRequest, Plan, find_reusable, plan_job, submit_job
from pipeline.operations.create_image import CREATE_IMAGE
from pipeline.operations.declaration import MAX_RANDOM_SEED
from studio.core.errors import Conflict, Invalid
from studio.core.models import Project, User

MOST_VARIATIONS = 10


@dataclass(frozen=True)
class Estimate:
    """What a press of the button would do.

    `earlier` is a job whose results would be handed out instead, free of charge.
    """

    plan: Plan
    note: str
    earlier: Job | None

    @property
    def allowed(self) -> bool:
        """Whether the button works."""
        return self.earlier is not None or self.plan.preflight.allowed


def request_of(form: CreateForm) -> JobRequest:
    """The request that a valid form stands for."""
    provider, model = form.offer
    return JobRequest(
        operation=CREATE_IMAGE.code,
        parameters=form.parameters.model_dump(mode="json"),
        provider=provider,
        model=model,
        reuse=form.cleaned_data["reuse"],
    )


def estimate(*, actor: User, project: Project, form: CreateForm) -> Estimate:
    """What a valid form would make and cost; nothing is done.

    Raises:
        NotFound, Forbidden, Conflict, Invalid: as `plan_job`.
    """
    request = request_of(form)
    plan = plan_job(actor=actor, project=project, request=request)
    earlier = _earlier(project, plan) if request.reuse else None
    return Estimate(plan=plan, note=size_note(plan.parameters, plan.offer), earlier=earlier)


def submit_creation(*, actor: User, project: Project, form: CreateForm) -> Job:
    """Make the job that a valid form stands for.

    Raises:
        As `submit_job`.
    """
    return submit_job(actor=actor, project=project, request=request_of(form))


def make_new_ones(*, actor: User, job: Job) -> Job:
    """Make pictures anew with the parameters of a job whose results were reused.

    Raises:
        As `submit_job`.
    """
    request = JobRequest(
        operation=job.offer.operation.code,
        parameters=job.parameters,
        provider=job.offer.model.provider.code,
        model=job.offer.model.code,
        reuse=False,
    )
    return submit_job(actor=actor, project=job.project, request=request)


def vary_picture(*, actor: User, output: JobOutput, number: int) -> Job:
    """Make pictures like this one: the same parameters, from the next neighbouring random seed.

    Args:
        number: how many, 1–10.

    Raises:
        Invalid: the number is out of range.
        As `submit_job`.
    """
    if not 1 <= number <= MOST_VARIATIONS:
        raise Invalid(f"Make 1 to {MOST_VARIATIONS} variations at a time.")
    source = output.job
    if source.offer.operation.code != CREATE_IMAGE.code:
        raise Conflict("Only pictures that were created from a prompt can be varied.")
    kind = DerivationKind.Code.VARY
    earlier = source.derived.filter(kind_id=kind.value).count()
    request = request_from(
        source,
        kind=kind,
        random_seed=neighbour_seed(source.random_seed, earlier + 1),
        variations=number,
    )
    return submit_job(actor=actor, project=source.project, request=request)


def neighbour_seed(seed: int, turn: int) -> int:
    """The seed's neighbours in turn: +1, −1, +2, −2 …; beyond an end they go on at the other."""
    step = (turn + 1) // 2
    return (seed + (step if turn % 2 else -step)) % (MAX_RANDOM_SEED + 1)


def _earlier(project: Project, plan: Plan) -> Job | None:
    seed = plan.parameters.random_seed
    inputs = [(role.code, version.blob.sha256) for role, version in plan.inputs]
    document = recipe_document(plan.spec, plan.offer, plan.document, seed or 0, inputs)
    if seed is None:
        agnostic = {key: value for key, value in document.items() if key != "random_seed"}
        wanted = Recipe(agnostic_sha256=sha256_of(agnostic))
        return find_reusable(project, wanted, same_seed=False)
    recipe = Recipe.objects.filter(sha256=sha256_of(document)).first()
    return find_reusable(project, recipe, same_seed=True) if recipe else None
