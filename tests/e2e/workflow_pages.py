"""The pages of workflows and of readiness."""

from __future__ import annotations

from tests.e2e.page import Page
from tests.support.studio import RunningStudio

#: Parts of these pages and addresses that only act.
WORKFLOW_NO_PAGES = {
    "workflow-bind", "workflow-unbind", "workflow-archive", "workflow-restore", "workflow-graph",
    "workflow-state", "workflow-check", "readiness-check", "worker-workflows",
    "workflow-run-estimate", "workflow-run-slot",
}  # fmt: skip

WORKFLOW_PAGES = (
    Page("workflows", "/workflows/"),
    Page("workflows-nothing", "/workflows/?q=zzzz", person="creator"),
    Page("workflows-archived", "/workflows/?archived=1", person="creator"),
    Page("workflow-new", "/workflows/new/"),
    Page("workflow", "/workflows/{workflow}/"),
    Page("workflow-edit", "/workflows/{workflow}/edit/"),
    Page("workflow-version", "/workflow-versions/{workflow_version}/"),
    Page("workflow-mapping", "/workflow-versions/{workflow_version}/mapping/"),
    Page("workflow-dry-run", "/workflow-versions/{workflow_version}/dry-run/"),
    Page("workflow-run", "/workflow-versions/{workflow_version}/run/", person="creator"),
    Page("readiness", "/workers/readiness/", person="creator"),
)


def fill_workflows(studio: RunningStudio) -> dict[str, str]:
    """The places of a workflow that comes with the studio."""
    with studio.api() as api:
        rows = api.get("workflows/").json()["results"]
    row = next(item for item in rows if item["slug"] == "sdxl-inpaint")
    return {"workflow": row["code"], "workflow_version": row["version"]["code"]}
