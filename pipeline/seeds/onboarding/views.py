"""The page of an import: which ZIP or folder, what would be created, and doing it."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from assets.library.services import trash_asset
from assets.models import Version
from assets.storage.backends import backend, check_space, disk_errors
from assets.storage.store import open_blob
from pipeline.create.queries import creatable_projects
from pipeline.seeds.models import Variation
from pipeline.seeds.onboarding.plan import Entry, plan_import
from pipeline.seeds.onboarding.services import plan_archive, run_archive, run_import
from studio.core.access import CapabilityCode, require
from studio.core.errors import Conflict, DomainError, Invalid, NotFound
from studio.core.models import Project
from studio.core.web import redirect, render_page

PAGE = "pipeline/seeds/import.html"
_SALT = "pipeline.seeds.onboarding"
KEPT_SECONDS = 3600


@require_http_methods(["GET", "HEAD", "POST"])
def onboard(request: HttpRequest) -> HttpResponse:
    """The form; a POST with a ZIP (`archive`) or a list of files (`manifest`) shows the plan."""
    user: Any = request.user
    projects = creatable_projects(user)
    chosen = request.POST.get("project") or request.GET.get("project", "")
    context: dict[str, Any] = {
        "projects": projects,
        "chosen": chosen,
        "most_files": settings.CHARACTER_IMPORT_MAX_FILES,
        "most_bytes": settings.CHARACTER_IMPORT_MAX_BYTES,
    }
    status = 200
    if request.method == "POST":
        project = _project(request, chosen)
        context["project"] = project
        try:
            context |= _planned(request, project)
        except DomainError as error:
            context["problem"] = error
            status = error.status
    return render_page(request, PAGE, context, part="plan", status=status)


def _project(request: HttpRequest, text: str) -> Project:
    try:
        code = uuid.UUID(text)
    except ValueError as error:
        raise Invalid("Choose a project.", fields={"project": ["Choose one."]}) from error
    project = Project.objects.get_visible(request.user, code=code)
    require(request.user, CapabilityCode.CREATE, project)
    return project


def _planned(request: HttpRequest, project: Project) -> dict[str, Any]:
    """The plan, and what it takes to run it."""
    user: Any = request.user
    if manifest := request.POST.get("manifest"):
        return {"plan": plan_import(project, _entries(manifest)), "is_folder": True}
    file = request.FILES.get("archive")
    if file is None:
        raise Invalid("Choose a ZIP.", fields={"archive": ["Choose one."]})
    check_space(file.size or 0)
    path = backend().spool / f"import-{uuid.uuid4().hex}.zip"
    with disk_errors():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as target:
            shutil.copyfileobj(cast(BinaryIO, file), target)
    try:
        plan = plan_archive(actor=user, project=project, path=path)
    except DomainError:
        path.unlink(missing_ok=True)
        raise
    document = {"file": path.name, "user": user.pk, "project": str(project.code)}
    return {"plan": plan, "token": signing.dumps(document, salt=_SALT)}


def _entries(manifest: str) -> list[Entry]:
    """The files of a folder, as the browser lists them: pairs of path and size."""
    try:
        rows = json.loads(manifest)
        return [Entry(str(path), int(size)) for path, size in rows]
    except (ValueError, TypeError, OverflowError) as error:
        raise Invalid("The list of files is damaged.", remedy="Choose the folder again.") from error


@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """Do what was shown: `token` of a ZIP, or `path` and `version` of each file of a folder."""
    user: Any = request.user
    if request.POST.get("token"):
        project, path = _kept(request)
        try:
            report = run_archive(actor=user, project=project, path=path)
        finally:
            path.unlink(missing_ok=True)
    else:
        project = _project(request, request.POST.get("project", ""))
        versions = _versions(request, project)
        entries = [Entry(p, v.blob.size_bytes) for p, v in versions.items()]
        plan = plan_import(project, entries)

        @contextmanager
        def open_entry(entry: Entry) -> Iterator[BinaryIO]:
            with open_blob(versions[entry.path].blob) as source:
                yield source

        report = run_import(actor=user, plan=plan, open_entry=open_entry)
        for version in versions.values():  # they brought the bytes; the characters have their own
            if not Variation.objects.filter(version__asset=version.asset_id).exists():
                trash_asset(actor=user, asset=version.asset)
    messages.success(request, report.sentence)
    for file, reason in report.refused[:5]:
        messages.warning(request, f"{file}: {reason}")
    return redirect(request, f"{reverse('pipeline:characters')}?project={project.code}")


def _kept(request: HttpRequest) -> tuple[Project, Path]:
    """The project and the ZIP that a token means, taken away: whoever comes second finds none."""
    try:
        document = signing.loads(request.POST["token"], salt=_SALT, max_age=KEPT_SECONDS)
    except signing.BadSignature as error:
        raise Conflict("This preview is too old.", remedy="Choose the ZIP again.") from error
    if document["user"] != request.user.pk:
        raise NotFound("There is no such import.")
    project = _project(request, document["project"])
    path = backend().spool / Path(document["file"]).name
    taken = path.with_name(f"{path.stem}-{uuid.uuid4().hex}.part")
    try:
        path.rename(taken)
    except FileNotFoundError as error:
        raise Conflict(
            "This ZIP was imported already.", remedy="Look at the characters."
        ) from error
    return project, taken


def _versions(request: HttpRequest, project: Project) -> dict[str, Version]:
    """The uploaded file of each path."""
    paths, codes = request.POST.getlist("path"), request.POST.getlist("version")
    if not paths or len(paths) != len(codes):
        raise Invalid("The list of files is damaged.", remedy="Choose the folder again.")
    try:
        wanted = [uuid.UUID(code) for code in codes]
    except ValueError as error:
        raise Invalid("The list of files is damaged.") from error
    rows = Version.objects.visible_to(request.user).filter(code__in=wanted, asset__project=project)
    found = {row.code: row for row in rows.select_related("blob", "asset__project")}
    if any(code not in found for code in wanted):
        raise NotFound("One of the files is not in this project.")
    return {path: found[code] for path, code in zip(paths, wanted, strict=True)}
