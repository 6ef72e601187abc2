"""What is asked for: a request, its files, the jobs that it waits for."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assets.models import LineageRole, Version
from pipeline.jobs.models import (
    DerivationKind,
    Job,
    JobState,
    LossPolicy,
    Priority,
    SelectionRule,
)
from pipeline.jobs.recipes import sha256_of
from pipeline.operations.declaration import InputSpec, OperationSpec
from studio.core.errors import Conflict, Invalid
from studio.core.models import Project, User

MAX_NEEDS = 100


@dataclass(frozen=True)
class JobRequest:
    """What a page, a script or a batch asks for.

    `reuse` lets an identical earlier result of the project stand in for a new one: with a random
    seed given, the same seed is meant; without, any will do.

    Who names no provider may say by which rule one is chosen; without a rule it is the first offer
    of the operation. With `may_fall_back` another provider takes its place when one fails.
    """

    operation: str
    parameters: Mapping[str, Any]
    provider: str = ""
    model: str = ""
    inputs: Sequence[tuple[str, uuid.UUID]] = ()
    priority: Priority.Code = Priority.Code.NORMAL
    loss_policy: LossPolicy.Code = LossPolicy.Code.REQUEUE
    start_at: datetime | None = None
    needs: Sequence[uuid.UUID] = ()
    reuse: bool = True
    idempotency_key: str = ""
    derived_from: tuple[Job, DerivationKind.Code] | None = None
    choose: SelectionRule.Code | None = None
    may_fall_back: bool = False

    def digest(self, project: Project) -> str:
        """SHA-256 of what was asked, to tell a repeat from another request under the same key."""
        more: dict[str, Any] = {}
        if self.choose is not None:
            more["choose"] = int(self.choose)
        if self.may_fall_back:
            more["may_fall_back"] = True
        return sha256_of(
            {
                "project": str(project.code),
                "operation": self.operation,
                "parameters": dict(self.parameters),
                "provider": self.provider,
                "model": self.model,
                "inputs": [[role, str(code)] for role, code in self.inputs],
                "priority": int(self.priority),
                "start_at": self.start_at.isoformat() if self.start_at else None,
                "needs": sorted(str(code) for code in self.needs),
                **more,
            }
        )


def request_from(job: Job, *, kind: DerivationKind.Code, **changes: Any) -> JobRequest:
    """The request that would make this job once more, with some parameters changed."""
    return JobRequest(
        operation=job.offer.operation.code,
        parameters={**job.parameters, "random_seed": job.random_seed, **changes},
        provider=job.offer.model.provider.code,
        model=job.offer.model.code,
        inputs=[
            (item.role.code, item.version.code)
            for item in job.inputs.select_related("role", "version").order_by("role", "position")
        ],
        reuse=False,
        derived_from=(job, kind),
    )


def find_needs(actor: User, project: Project, codes: Sequence[uuid.UUID]) -> list[Job]:
    """The jobs to wait for, locked so that none ends between this look and our commit."""
    if not codes:
        return []
    if len(codes) > MAX_NEEDS:
        raise Invalid(f"A job can wait for at most {MAX_NEEDS} others.")
    found = list(
        Job.objects.visible_to(actor)
        .filter(project=project, code__in=set(codes))
        .select_for_update(of=("self",))
        .order_by("id")
    )
    if len(found) != len(set(codes)):
        raise Invalid(
            "Some of the jobs to wait for do not exist in this project.",
            fields={"needs": ["Name jobs of the same project."]},
        )
    ended = [n for n in found if n.state_id in (JobState.Code.FAILED, JobState.Code.CANCELLED)]
    if ended:
        raise Conflict(f"“{ended[0]}” has failed or was cancelled; nothing can wait for it.")
    return found


def _how_many(item: InputSpec) -> str:
    if item.at_least != item.at_most:
        return f"{item.at_least} to {item.at_most} files"
    return "one file" if item.at_least == 1 else f"{item.at_least} files"


def find_inputs(
    actor: User, project: Project, spec: OperationSpec, wanted: Sequence[tuple[str, uuid.UUID]]
) -> list[tuple[LineageRole.Code, Version]]:
    """The input versions with their roles, checked against what the operation declares."""
    specs = {item.role.code: item for item in spec.inputs}
    problems: list[str] = []
    found: list[tuple[LineageRole.Code, Version]] = []
    versions = {
        version.code: version
        for version in Version.objects.visible_to(actor)
        .filter(code__in=[code for _, code in wanted], asset__project=project)
        .select_related("blob__media_type", "blob__image", "blob__video", "asset__kind")
    }
    for role, code in wanted:
        version = versions.get(code)
        if role not in specs:
            problems.append(f"“{role}” is no input of this operation.")
        elif version is None:
            problems.append(f"{role}: no such file in this project.")
        elif version.asset.kind.code not in specs[role].kinds:
            problems.append(f"{role}: must be {' or '.join(specs[role].kinds)}.")
        else:
            found.append((specs[role].role, version))
    for role, item in specs.items():
        count = sum(r.code == role for r, _ in found)
        if not item.at_least <= count <= item.at_most and not problems:
            problems.append(f"{item.role.label} takes {_how_many(item)}, not {count or 'none'}.")
    if problems:
        raise Invalid("The inputs do not fit. " + problems[0], fields={"inputs": problems})
    return found
