"""Endpoints for jobs. Submitting is typed by operation: one path, one schema each."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from pipeline.imaging.sizes import plan_size
from pipeline.jobs import control
from pipeline.jobs.api.serializers import (
    EstimateSerializer,
    JobDetailSerializer,
    JobEventSerializer,
    JobSerializer,
    PrioritySerializer,
    SubmitSerializer,
)
from pipeline.jobs.models import DerivationKind, Job, JobEvent, JobState, LossPolicy
from pipeline.jobs.queries import for_list
from pipeline.jobs.submit import JobRequest, Plan, plan_job, submit_job
from pipeline.operations.declaration import OperationSpec
from pipeline.operations.schema import parameter_schema
from pipeline.providers.models import Provider
from studio.core.errors import Invalid
from studio.core.models import ApiScope, Project, User

_MAX_KEY = 100


def get_job(user: Any, code: UUID) -> Job:
    """A job that this person may see, with what actions and pages read.

    Raises:
        NotFound: there is none for this person.
    """
    jobs: Any = for_list(Job.objects.select_related("recipe", "price__unit"))
    found: Job = jobs.get_visible(user, code=code)
    return found


def job_document(request: Request, code: UUID) -> dict[str, Any]:
    """A job as the API shows it to whoever asks.

    Raises:
        NotFound: there is none for this person.
    """
    found = get_job(request.user, code)
    return JobDetailSerializer(found, context={"request": request}).data


def job_request(spec: OperationSpec, data: dict[str, Any], key: str = "") -> JobRequest:
    """The service's request from a checked body."""
    return JobRequest(
        operation=spec.code,
        parameters=data["parameters"],
        provider=data["provider"],
        model=data["model"],
        inputs=[(item["role"], item["version"]) for item in data["inputs"]],
        priority=data["priority"],
        loss_policy=(
            LossPolicy.Code.FAIL if data["on_worker_loss"] == "fail" else LossPolicy.Code.REQUEUE
        ),
        start_at=data["start_at"],
        needs=data["needs"],
        reuse=data["reuse"],
        choose=data["choose"],
        may_fall_back=data["may_fall_back"],
        idempotency_key=key,
    )


class OperationBody(APIView):
    """What submitting and estimating share: the body of one operation."""

    spec: OperationSpec

    def read(self, request: Request) -> tuple[Project, JobRequest]:
        """The project and the request of a body.

        Raises:
            NotFound: the project is not visible.
            Invalid: the body does not fit.
        """
        body = SubmitSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        project = Project.objects.get_visible(request.user, code=body.validated_data["project"])
        key = request.headers.get("Idempotency-Key", "")
        if len(key) > _MAX_KEY or not key.isprintable():
            raise Invalid(f"An idempotency key has at most {_MAX_KEY} printable characters.")
        return project, job_request(self.spec, body.validated_data, key)


class SubmitView(OperationBody):
    """Submit a job; the answer is the job, which may have ended already by reuse."""

    required_scope = ApiScope.Code.SPEND

    def post(self, request: Request) -> Response:
        """Make a job: 201, or 200 when the same `Idempotency-Key` made it before."""
        project, wanted = self.read(request)
        user: Any = request.user
        known = (
            bool(wanted.idempotency_key)
            and user.idempotency_keys.filter(key=wanted.idempotency_key).exists()
        )
        job = submit_job(actor=user, project=project, request=wanted)
        body = job_document(request, job.code)
        return Response(body, status=status.HTTP_200_OK if known else status.HTTP_201_CREATED)


class EstimateView(OperationBody):
    """What a request would cost."""

    required_scope = ApiScope.Code.READ

    def post(self, request: Request) -> Response:
        """Check and price a request; nothing is made."""
        project, wanted = self.read(request)
        user: Any = request.user
        plan = plan_job(actor=user, project=project, request=wanted)
        return Response(EstimateSerializer(estimate_document(plan)).data)


def estimate_document(plan: Plan) -> dict[str, Any]:
    """An estimate as API and pages show it."""
    return {
        "allowed": plan.preflight.allowed,
        "amount_microcredits": plan.quote.amount_microcredits,
        "is_upper_bound": plan.quote.is_upper_bound,
        "balance_microcredits": plan.preflight.balance_microcredits,
        "reasons": plan.preflight.reasons,
        "explanation": plan.quote.explanation,
        "size": size_sentence(plan),
        "provider": plan.offer.provider,
        "model": plan.offer.model,
        "selection": plan.choice.reason if plan.choice else "",
    }


def size_sentence(plan: Plan) -> str:
    """How the wanted size is reached, empty where the operation has none."""
    width = getattr(plan.parameters, "width_px", None)
    height = getattr(plan.parameters, "height_px", None)
    if plan.offer.sizes is None or width is None or height is None:
        return ""
    return plan_size(plan.offer.sizes, width, height).sentence


class JobListView(ListAPIView[Job]):
    """Jobs of one's projects, newest first."""

    serializer_class = JobSerializer

    @extend_schema(
        parameters=[
            OpenApiParameter("project", UUID),
            OpenApiParameter("operation", str),
            OpenApiParameter("state", str, enum=[member.code for member in JobState.Code]),
            OpenApiParameter("mine", bool, description="only my own"),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One page of jobs."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Job]:
        """Filtered by the query."""
        query = self.request.query_params
        jobs: QuerySet[Job] = Job.objects.visible_to(self.request.user)
        if project := query.get("project"):
            jobs = jobs.filter(project__code=_uuid(project, "project"))
        if operation := query.get("operation"):
            jobs = jobs.filter(offer__operation__code=operation)
        if state := query.get("state"):
            try:
                jobs = jobs.filter(state_id=JobState.Code.by_code(state))
            except KeyError:
                raise Invalid(
                    "There is no such state.", fields={"state": ["No such state."]}
                ) from None
        if query.get("mine") in ("1", "true"):
            jobs = jobs.filter(creator_id=self.request.user.pk)
        return for_list(jobs)


def _uuid(value: str, name: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise Invalid(f"{name} must be a UUID.", fields={name: ["Not a UUID."]}) from None


class JobView(APIView):
    """One job."""

    @extend_schema(responses={200: JobDetailSerializer})
    def get(self, request: Request, code: UUID) -> Response:
        """A job with attempts, outputs, recipe and cost."""
        return Response(job_document(request, code))


class JobHistoryView(ListAPIView[JobEvent]):
    """A job's history, oldest first; `events/` streams the same lines."""

    serializer_class = JobEventSerializer
    keyset_order = ("number",)
    queryset = JobEvent.objects.none()

    def get_queryset(self) -> QuerySet[JobEvent]:
        """Lines of one job."""
        return get_job(self.request.user, self.kwargs["code"]).history.all()


class JobAction(APIView):
    """One action on one job: fetch through the access rule, act, answer the job as it is now."""

    required_scope = ApiScope.Code.WRITE
    act: Callable[[User, Job, Request], Job]

    def post(self, request: Request, code: UUID) -> Response:
        """Act."""
        user: Any = request.user
        job = type(self).act(user, get_job(user, code), request)
        return Response(job_document(request, job.code))


def _own(method: Callable[..., Response]) -> Callable[..., Response]:
    """A function of its own that does the same: `extend_schema` writes on the function it gets."""

    @functools.wraps(method)
    def post(self: APIView, request: Request, *args: Any, **kwargs: Any) -> Response:
        return method(self, request, *args, **kwargs)

    return post


def job_action(
    act: Callable[[User, Job, Request], Job | None],
    summary: str,
    *,
    scope: ApiScope.Code = ApiScope.Code.WRITE,
    body: Any = None,
) -> Any:
    """The view of one action; `act` returns the job to answer with, or None for the same one."""

    def acting(user: User, job: Job, request: Request) -> Job:
        return act(user, job, request) or job

    documented = extend_schema(summary=summary, request=body, responses={200: JobDetailSerializer})
    members = {
        "required_scope": scope,
        "act": staticmethod(acting),
        "post": documented(_own(JobAction.post)),
        "__doc__": summary,
    }
    view: type[JobAction] = type("JobAction", (JobAction,), members)
    return view.as_view()


def _set_priority(user: User, job: Job, request: Request) -> None:
    body = PrioritySerializer(data=request.data)
    body.is_valid(raise_exception=True)
    control.set_priority(actor=user, job=job, priority=body.validated_data["priority"])


_SPEND = ApiScope.Code.SPEND
cancel = job_action(
    lambda user, job, _: control.cancel_job(actor=user, job=job),
    "Cancel: at once when it has not started, else as soon as its worker hears of it.",
)
pause = job_action(
    lambda user, job, _: control.pause_job(actor=user, job=job),
    "Pause a job that has not started.",
)
resume = job_action(
    lambda user, job, _: control.resume_job(actor=user, job=job), "Resume a paused job."
)
retry = job_action(
    lambda user, job, _: control.retry_job(actor=user, job=job),
    "Queue a failed or cancelled job again, for the outputs that are missing.",
    scope=_SPEND,
)
make_again = job_action(
    lambda user, job, _: control.repeat_job(
        actor=user, job=job, kind=DerivationKind.Code.MAKE_AGAIN
    ),
    "A new job with the same parameters and random seed, past the cache.",
    scope=_SPEND,
)
determinism_check = job_action(
    lambda user, job, _: control.repeat_job(
        actor=user, job=job, kind=DerivationKind.Code.DETERMINISM_CHECK
    ),
    "A new job whose outputs are compared with the first ones.",
    scope=_SPEND,
)
priority = job_action(
    _set_priority,
    "Set the priority of a job that has not started; urgent is for Admins.",
    body=PrioritySerializer,
)


def typed_views(spec: OperationSpec) -> tuple[Any, Any]:
    """The submit and estimate views of one operation, with its own schema in OpenAPI."""
    name = "".join(part.title() for part in spec.code.replace(".", "_").split("_"))
    body = {"application/json": _body_schema(spec)}
    key = OpenApiParameter(
        "Idempotency-Key",
        str,
        OpenApiParameter.HEADER,
        description="The same key never makes two jobs.",
    )
    submit = extend_schema(
        operation_id=f"jobs_submit_{spec.code.replace('.', '_')}",
        summary=f"Submit: {spec.title}",
        request=body,
        parameters=[key],
        responses={201: JobDetailSerializer, 200: JobDetailSerializer},
    )
    estimate = extend_schema(
        operation_id=f"estimates_{spec.code.replace('.', '_')}",
        summary=f"Estimate: {spec.title}",
        request=body,
        responses={200: EstimateSerializer},
    )

    def make(base: type[APIView], decorate: Any, suffix: str) -> Any:
        members = {"spec": spec, "post": decorate(_own(vars(base)["post"]))}
        view: type[APIView] = type(f"{name}{suffix}", (base,), members)
        return view.as_view()

    return make(SubmitView, submit, "Submit"), make(EstimateView, estimate, "Estimate")


def _body_schema(spec: OperationSpec) -> dict[str, Any]:
    """The body of a request as JSON Schema; the fields are those of `SubmitSerializer`."""
    return {
        "type": "object",
        "required": ["project", "parameters"],
        "properties": {
            "project": {"type": "string", "format": "uuid"},
            "parameters": json.loads(json.dumps(parameter_schema(spec))),
            "provider": {
                "type": "string",
                "enum": ["", *(provider.code for provider in Provider.Code)],
                "description": "Empty: by the rule `choose`, else the operation's first offer.",
            },
            "model": {
                "type": "string",
                "description": "One of the provider's for this operation; workflows that are bound"
                " to it are models of `comfyui`.",
            },
            "choose": {"type": ["string", "null"], "enum": ["price", "speed", "quality", None]},
            "may_fall_back": {"type": "boolean", "default": False},
            "inputs": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["role", "version"],
                    "properties": {
                        "role": {"type": "string"},
                        "version": {"type": "string", "format": "uuid"},
                    },
                },
            },
            "priority": {"type": "string", "enum": ["urgent", "normal", "background"]},
            "start_at": {"type": ["string", "null"], "format": "date-time"},
            "needs": {"type": "array", "items": {"type": "string", "format": "uuid"}},
            "reuse": {"type": "boolean", "default": True},
            "on_worker_loss": {"type": "string", "enum": ["requeue", "fail"]},
        },
    }
