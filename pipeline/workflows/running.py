"""How a job reaches a ComfyUI server: the graphs written out, and what it keeps afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from pipeline.comfyui.models import CachedPrefix, Instance
from pipeline.imaging.seeds import variant_seed
from pipeline.jobs.models import Attempt, AttemptOutcome, Job, JobState
from pipeline.providers.base import ComfyTarget, ErrorClass, ProviderError, RunRequest
from pipeline.providers.models import Provider
from pipeline.workflows.binding import RUN
from pipeline.workflows.catalogues import catalogue_of
from pipeline.workflows.graph import Graph, class_of
from pipeline.workflows.mapping import BadValue
from pipeline.workflows.models import Workflow
from pipeline.workflows.objectinfo import ObjectInfo, is_output_node
from pipeline.workflows.orders import (
    file_hashes,
    invalid_values,
    make_order,
    order_of,
    requested,
    unsettable,
    version_named,
)
from pipeline.workflows.policy import unknown_workflow
from pipeline.workflows.prefixes import prefix_hashes
from pipeline.workflows.pruning import UnknownClass
from studio.core.errors import DomainError, NotFound

#: How many prefixes are kept of a server that keeps more than its last graph.
MOST_PREFIXES = 5_000


def target_for(attempt: Attempt, request: RunRequest) -> ComfyTarget:
    """The server of an attempt's worker, with a graph for each output that is asked for.

    Raises:
        ProviderError: the workflow or the instance is gone, or they no longer fit.
    """
    instance = Instance.objects.filter(worker_id=attempt.worker_id, retired_at=None).first()
    if instance is None:
        raise ProviderError(
            "The ComfyUI instance of this attempt is no longer registered.",
            error_class=ErrorClass.WORKER_LOST,
        )
    catalogue = catalogue_of(instance)
    info = catalogue.object_info if catalogue is not None else {}
    try:
        order = order_of(attempt.job)
        graphs = {
            position: order.graph(variant_seed(request.random_seed, position), info)
            for position in request.positions
        }
    except (BadValue, UnknownClass, DomainError) as error:
        raise ProviderError(
            f"The workflow can't be prepared: {error}", error_class=ErrorClass.INPUT
        ) from error
    return ComfyTarget(
        url=instance.url,
        graphs=graphs,
        output_node=order.version.output_node,
        gpu_milli=instance.rate_permille,
    )


def resolve_run(values: dict[str, Any]) -> dict[str, Any]:
    """Name the version of a `comfyui.run`, and check its values: hook of the operation.

    What is stored are all values, so that a recipe says what ran, whatever defaults become. Who
    asks is not known here: of a project's workflow nothing is told, not even what is wrong with
    the values. `checking.check_request` does, once it knows that the person may run it.

    Raises:
        NotFound: no such workflow or version.
        Invalid: with messages by `values.<name>`.
    """
    slug, number, given = values.get("workflow"), values.get("version"), values.get("values", {})
    is_number = number is None or (isinstance(number, int) and not isinstance(number, bool))
    if not isinstance(slug, str) or not slug or not is_number or not isinstance(given, Mapping):
        return values  # the operation's own check names the field
    try:
        version = version_named(slug, number)
    except NotFound:
        if Workflow.objects.filter(slug=slug, project=None).exists():
            raise
        raise NotFound(unknown_workflow(slug)) from None
    _slug, _number, known = requested(RUN, slug, values, "")
    order, problems = make_order(version, known, {})
    problems += unsettable(order, given)
    if problems and version.workflow.project_id is not None:
        return {**values, "version": version.number}
    if problems:
        raise invalid_values(problems, "values.")
    return {**values, "version": version.number, "values": dict(order.values)}


def remember_prefixes(job: Job) -> int:
    """Write down what the server of a job that succeeded keeps of its graphs; how many nodes.

    A server keeps what its last prompt had, and forgets the rest at once, unless it was started
    with a larger cache.
    """
    if job.state_id != JobState.Code.SUCCEEDED or not job.outputs_expected:
        return 0
    attempt = (
        job.attempts.filter(outcome_id=AttemptOutcome.Code.SUCCEEDED).order_by("-number").first()
    )
    instance = (
        Instance.objects.filter(worker_id=attempt.worker_id).select_related("catalogue").first()
        if attempt is not None
        else None
    )
    if instance is None or (catalogue := catalogue_of(instance)) is None:
        return 0
    try:
        order = order_of(job)
        seed = variant_seed(job.random_seed, job.outputs_expected - 1)
        graph = order.graph(seed, catalogue.object_info)
        hashes = prefix_hashes(graph, file_hashes(job))
    except (BadValue, UnknownClass, DomainError, ValueError):
        return 0  # it ran; what it left in the cache is a guess that is better not made
    return _keep(instance, graph, hashes, catalogue.object_info)


def _keep(
    instance: Instance, graph: Graph, hashes: Mapping[str, str], object_info: ObjectInfo
) -> int:
    argv = _argv(instance)
    if "--cache-none" in argv:
        return 0
    # what saves a file writes it under another name each time, so it runs each time
    kept = {
        sha256
        for node_id, sha256 in hashes.items()
        if not is_output_node(object_info.get(class_of(graph, node_id), {}))
    }
    now = timezone.now()
    if "--cache-lru" not in argv:
        instance.prefixes.exclude(sha256__in=kept).delete()
    CachedPrefix.objects.bulk_create(
        [CachedPrefix(instance=instance, sha256=sha256, used_at=now) for sha256 in sorted(kept)],
        update_conflicts=True,
        unique_fields=["instance", "sha256"],
        update_fields=["used_at"],
    )
    old = instance.prefixes.order_by("-used_at").values("pk")[MOST_PREFIXES:]
    instance.prefixes.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
    return len(kept)


def _argv(instance: Instance) -> list[str]:
    """How the server was started, as it told."""
    system = getattr(instance.catalogue, "system", None)
    argv = system.get("argv") if isinstance(system, Mapping) else None
    return [str(part) for part in argv] if isinstance(argv, list) else []


def is_comfy(job: Job) -> bool:
    """Whether a job runs on the studio's own ComfyUI."""
    return bool(job.offer.model.provider_id == Provider.Code.COMFYUI)
