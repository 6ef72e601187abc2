"""Every page of the product: where it is, and for whom."""

from __future__ import annotations

import os
import time
from typing import Any

import httpx

from tests.e2e.line_pages import LINE_PAGES, fill_line
from tests.e2e.page import Page
from tests.e2e.provider_pages import PROVIDER_PAGES
from tests.e2e.worker_pages import WORKER_PAGES, fill_workers
from tests.e2e.workflow_pages import WORKFLOW_PAGES, fill_workflows
from tests.support.studio import RunningStudio

PROMPTS = (
    (
        "A lighthouse on a cliff at dusk, warm golden light, calm sea, three gulls",
        "instagram-story",
    ),
    ("Snowy mountains above a still lake, pine forest, morning mist", "blog-header"),
)
DRAFT = {"quality": "draft"}


PAGES = (
    Page("login", "/login/", person=None),
    Page("home", "/"),
    Page("create", "/create/", person="creator"),
    Page("create-results", "/create/?results={job}", person="creator"),
    Page("create-compare", "/create/compare/?v={version}&v={version_2}", person="creator"),
    Page("structured", "/create/structured/", person="creator"),
    Page("library", "/library/", person="creator"),
    Page("library-nothing", "/library/?q=zzzz", person="creator"),
    Page("asset", "/library/{asset}/", person="creator"),
    Page("asset-title", "/library/{asset}/title/?edit=1", person="creator"),
    Page("asset-trash", "/library/{asset}/trash/", person="creator"),
    Page("upload", "/library/upload/", person="creator"),
    Page("trash", "/library/?trash=1", person="creator"),
    Page("jobs", "/jobs/", person="creator"),
    Page("job", "/jobs/{job}/", person="creator"),
    Page("job-again", "/jobs/{again}/", person="creator"),
    Page("job-failed", "/jobs/{failed}/", person="creator"),
    Page("projects", "/projects/", person="creator"),
    Page("project", "/projects/{project}/", person="creator"),
    Page("members", "/projects/{project}/members/", person="creator"),
    Page("project-settings", "/projects/{project}/settings/", person="creator"),
    Page("operations", "/operations/", person="creator"),
    Page("operation", "/operations/create.image/", person="creator"),
    Page("run", "/operations/edit.prompt/run/?base={version}", person="creator"),
    Page("run-results", "/operations/create.image/run/?results={job}", person="creator"),
    Page(
        "run-choose", "/operations/seed.crop/run/choose/base/?project={project}", person="creator"
    ),
    Page("send-to", "/operations/send/{version}/", person="creator"),
    Page("wallet", "/wallet/", person="creator"),
    Page("prices", "/wallet/prices/", person="admin"),
    Page("me", "/me/", person="creator"),
    Page("password", "/me/password/", person="creator"),
    Page("sessions", "/me/sessions/", person="creator"),
    Page("api-keys", "/me/api-keys/", person="creator"),
    Page("notifications", "/me/notifications/", person="creator"),
    Page("people", "/people/", person="admin"),
    Page("styleguide", "/styleguide/", person="admin"),
    Page("not-found", "/nowhere/", person="creator", status=404),
    Page("forbidden", "/people/", person="creator", status=403),
    Page("api-docs", "/api/docs/", person="creator", is_foreign=True),
    Page("admin", "/admin/", person="admin", is_foreign=True),
    *LINE_PAGES,
    *PROVIDER_PAGES,
    *WORKER_PAGES,
    *WORKFLOW_PAGES,
)


def fill(studio: RunningStudio) -> dict[str, str]:
    """Make content: pictures, a repeat, a failure, trash, a favourite; a cut. The places."""
    project = studio.cast["project"]
    with studio.api() as api:
        made = [
            studio.submit(
                "create.image",
                {"prompt": text, "template": template, "variations": 2, "random_seed": 7} | DRAFT,
            )
            for text, template in PROMPTS
        ]
        failed = studio.submit("system.noop", {"outputs": 1, "fail": True})
        for job in (*made, failed):
            wait(api, job)
        again = api.post(f"jobs/{made[0]}/make-again/", json={}).json()["code"]
        wait(api, again)
        outputs = api.get(f"jobs/{made[0]}/").json()["outputs"]
        versions = [output["version"] for output in outputs]
        asset = outputs[0]["asset"]
        api.put(f"assets/{asset}/favourite/", json={})
        gone = api.get(f"jobs/{made[1]}/").json()["outputs"][0]["asset"]
        api.delete(f"assets/{gone}/")
    return (
        fill_line(studio)
        | fill_workers(studio)
        | fill_workflows(studio)
        | {
            "project": project,
            "job": made[0],
            "again": again,
            "failed": failed,
            "asset": asset,
            "version": versions[0],
            "version_2": versions[1],
        }
    )


def wait(api: httpx.Client, job: str) -> dict[str, Any]:
    """Until the job has ended; what it is then."""
    deadline = time.monotonic() + float(os.environ.get("E2E_PATIENCE_SECONDS", "90"))
    while time.monotonic() < deadline:
        found: dict[str, Any] = api.get(f"jobs/{job}/").json()
        if found["state"] in ("succeeded", "failed", "cancelled"):
            return found
        time.sleep(0.2)
    raise TimeoutError(f"job {job} did not end")
