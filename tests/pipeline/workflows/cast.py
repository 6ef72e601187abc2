"""Who may use the addresses of workflows: a project's are its own, the studio's for Admins."""

from __future__ import annotations

from typing import Any

from pipeline.operations.create_image import CREATE_IMAGE
from pipeline.workflows.importing import Imported
from pipeline.workflows.installing import ready_workflows
from pipeline.workflows.models import Workflow, WorkflowVersion
from pipeline.workflows.services import import_workflow
from tests.pipeline.comfyui.cast import instance
from tests.support.access import Cast, Rule, declare, provide

SIGNED_IN, VIEW, CREATE, ADMIN = Rule.SIGNED_IN, Rule.VIEW, Rule.CREATE, Rule.ADMIN


def graph() -> dict[str, Any]:
    return dict(ready_workflows()["sdxl-text-to-image"].graph)


@provide
def version(cast: Cast) -> WorkflowVersion:
    """A draft of a workflow in the project; an instance is registered that lacks its nodes."""
    cast.make(instance)
    return import_workflow(
        actor=cast.creator, project=cast.project, name=cast.text, description=cast.text,
        imported=Imported(graph()),
        parameters=ready_workflows()["sdxl-text-to-image"].parameters,
    )  # fmt: skip


@provide
def archived(cast: Cast) -> Workflow:
    """Another one, for what would spoil the first."""
    made = import_workflow(
        actor=cast.creator, project=cast.project, name="Old", imported=Imported(graph())
    )
    return made.workflow


def one(cast: Cast) -> dict[str, Any]:
    return {"code": cast.make(version).workflow.code}


def other(cast: Cast) -> dict[str, Any]:
    return {"code": cast.make(archived).code}


def of_version(cast: Cast) -> dict[str, Any]:
    return {"code": cast.make(version).code}


def slot(cast: Cast) -> dict[str, Any]:
    made = import_workflow(
        actor=cast.creator, project=cast.project, name="With files",
        imported=Imported(dict(ready_workflows()["sdxl-inpaint"].graph)),
        parameters=ready_workflows()["sdxl-inpaint"].parameters,
    )  # fmt: skip
    return {"code": made.code, "role": "mask"}


def worker(cast: Cast) -> dict[str, Any]:
    cast.make(version)
    return {"code": cast.make(instance).worker.code}


STATE = {"POST": lambda cast: {"state": "tested"}}
BIND = {"POST": lambda cast: {"operation": CREATE_IMAGE.code}}
RENAME = {"name": "Another name", "description": ""}

declare("pipeline:workflows", GET=SIGNED_IN)
#: Whose it will be is a choice in the form, among those the person may make things in.
declare("pipeline:workflow-new", GET=Rule.MAKERS, POST=Rule.MAKERS)
declare("pipeline:workflow", one, GET=VIEW)
declare(
    "pipeline:workflow-edit", one, GET=CREATE, POST=CREATE, bodies={"POST": lambda cast: RENAME}
)
declare("pipeline:workflow-bind", one, POST=CREATE, bodies=BIND)
declare("pipeline:workflow-unbind", one, POST=CREATE, bodies=BIND)
declare("pipeline:workflow-archive", other, POST=CREATE)
declare("pipeline:workflow-restore", other, POST=CREATE)
declare("pipeline:workflow-version", of_version, GET=VIEW)
declare("pipeline:workflow-graph", of_version, GET=VIEW)
declare("pipeline:workflow-mapping", of_version, GET=CREATE, POST=CREATE)
declare("pipeline:workflow-state", of_version, POST=CREATE, bodies=STATE)
declare("pipeline:workflow-check", of_version, POST=CREATE)
declare("pipeline:workflow-dry-run", of_version, GET=CREATE, POST=CREATE)
declare("pipeline:readiness", GET=SIGNED_IN)
declare("pipeline:readiness-check", POST=ADMIN)
declare("pipeline:worker-workflows", worker, GET=SIGNED_IN)
#: The project of the job is a choice in the form, among those the person may create in.
declare("pipeline:workflow-run", of_version, GET=VIEW, POST=VIEW)
declare("pipeline:workflow-run-estimate", of_version, POST=VIEW)
declare("pipeline:workflow-run-slot", slot, GET=VIEW)

declare(
    "api-workflows",
    GET=SIGNED_IN,
    POST=CREATE,
    bodies={
        "POST": lambda cast: {
            "name": "By script",
            "project": str(cast.project.code),
            "document": graph(),
        }
    },
)
declare("api-workflow", one, GET=VIEW, PATCH=CREATE, bodies={"PATCH": lambda cast: RENAME})
declare("api-workflow-archive", other, POST=CREATE)
declare("api-workflow-restore", other, POST=CREATE)
declare("api-workflow-bind", one, POST=CREATE, bodies=BIND)
declare("api-workflow-unbind", one, POST=CREATE, bodies=BIND)
declare(
    "api-workflow-versions",
    GET=SIGNED_IN,
    POST=CREATE,
    bodies={"POST": lambda cast: {"workflow": str(one(cast)["code"])}},
)
declare("api-workflow-version", of_version, GET=VIEW)
declare("api-workflow-state", of_version, POST=CREATE, bodies=STATE)
declare(
    "api-workflow-dry-run",
    of_version,
    POST=CREATE,
    bodies={"POST": lambda cast: {"worker": str(worker(cast)["code"])}},
)
declare("api-workflow-check", of_version, POST=CREATE)
declare("api-readiness", GET=SIGNED_IN)
declare("api-readiness-check", POST=ADMIN)
