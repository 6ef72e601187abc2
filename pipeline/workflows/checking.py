"""Requests that no instance could run are refused before they are queued, and why."""

from __future__ import annotations

from collections import Counter

from pipeline.operations.offers import Request
from pipeline.providers.models import Provider
from pipeline.workflows.binding import RUN
from pipeline.workflows.mapping import BadValue
from pipeline.workflows.matching import candidates, explain_none
from pipeline.workflows.models import WorkflowState
from pipeline.workflows.orders import (
    invalid_values,
    make_order,
    requested,
    unsettable,
    version_named,
)
from pipeline.workflows.policy import instances_in_use, runnable
from studio.core.errors import Conflict, Invalid, Unavailable


def check_request(request: Request) -> None:
    """Pass where at least one registered instance has all that a request needs.

    Whether it is up just now does not count: the job waits for it. A hook of
    `pipeline.operations.offers`; other providers' requests pass.

    Raises:
        NotFound, Conflict: the workflow is not this person's to run, archived or retired.
        Invalid: values or files do not fit; no instance has what the graph needs.
        Unavailable: no instance is registered.
    """
    if request.offer.provider != Provider.Code.COMFYUI.code:
        return
    slug, number, given = requested(
        request.spec.code,
        request.offer.model,
        request.parameters.model_dump(mode="json"),
        request.offer.version,
    )
    runnable(request.actor, slug)
    version = version_named(slug, number)
    if version.state_id == WorkflowState.Code.RETIRED:
        raise Conflict(f"“{version}” was retired.", remedy="Run the version in production.")
    files = Counter(role.code for role, _version in request.inputs)
    order, problems = make_order(version, given, files)
    is_run = request.spec.code == RUN
    if is_run:
        problems += unsettable(order, request.parameters.values)
    if problems:
        raise invalid_values(problems, "values." if is_run else "")
    if missing := order.missing_files():
        said = [f"A file is needed as {label.lower()}." for label in missing]
        raise Invalid(said[0], fields={"inputs": said})
    instances = list(instances_in_use().prefetch_related("tags"))
    if not instances:
        raise Unavailable(
            "No ComfyUI instance is registered.", remedy="An Admin adds one under workers."
        )
    try:
        found = candidates(order, 0, instances)
    except BadValue as error:
        raise invalid_values([error]) from error
    if any(item.is_ready for item in found):
        return
    parts = [
        f"{item.instance.worker.name}: {part.value}"
        + (f" (node {part.node_id}, {part.field})" if part.field else "")
        for item in sorted(found, key=lambda item: len(item.missing))
        for part in item.missing
    ]
    raise Invalid(
        explain_none(order, found),
        remedy="Install what is missing, or choose another workflow.",
        fields={"workflow": parts[:20]},
    )
