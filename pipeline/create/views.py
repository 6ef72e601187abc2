"""The Create page and its fragments."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe

from assets.library.services import set_favourite
from assets.models import Version
from pipeline.create import queries, services
from pipeline.create.examples import EXAMPLES
from pipeline.create.forms import CreateForm
from pipeline.create.recall import initial_from, initial_from_query
from pipeline.jobs.shown import show_file
from pipeline.presets.queries import find_templates, group_templates, recommended_templates
from studio.core.errors import DomainError, Invalid, NotFound
from studio.core.models import Project
from studio.core.web import redirect, render_page, trigger, wants_fragment

PAGE = "pipeline/create/page.html"


def create(request: HttpRequest) -> HttpResponse:
    """The page; with `?job=` or `?version=` all parameters of that job come back.

    `?results=` shows a job's results and its parameters, without its random seed.
    """
    if request.method == "POST":
        return _submit(request)
    user: Any = request.user
    job, with_seed = _recalled(user, request.GET)
    projects = queries.creatable_projects(user)
    project = queries.last_used(user, projects)
    initial = {"project": str(project.code) if project else ""}
    initial |= initial_from(job.job, with_seed=with_seed) if job else {}
    initial |= initial_from_query(request.GET)
    if wanted := request.GET.get("project"):
        initial["project"] = wanted
    form = CreateForm(projects=projects, initial=initial)
    context = _context(user, form, job) | _estimate(user, form.as_sent())
    return render_page(request, PAGE, context)


def _recalled(user: Any, query: QueryDict) -> tuple[Any, bool]:
    """The job that the address names, and whether its random seed comes back too."""
    if code := query.get("version"):
        return queries.shown_job(user, queries.visible_output(user, _uuid(code)).job.code), True
    if code := query.get("job"):
        return queries.shown_job(user, _uuid(code)), True
    if code := query.get("results"):
        return queries.shown_job(user, _uuid(code)), False
    return None, False


def _context(user: Any, form: CreateForm, job: Any = None) -> dict[str, Any]:
    return {
        "form": form,
        "shown": job,
        "recent": queries.recent_jobs(user),
        "recommended": recommended_templates(prompt=str(form["prompt"].value() or ""), limit=4),
        "examples": EXAMPLES,
        "may_create": bool(form.fields["project"].choices),
    }


def _submit(request: HttpRequest) -> HttpResponse:
    """Make the job: its results take their place in the page, errors stay in the form (422)."""
    user: Any = request.user
    form = CreateForm(request.POST, projects=queries.creatable_projects(user))
    job = None
    if form.is_valid():
        project = Project.objects.get_visible(user, code=form.cleaned_data["project"])
        try:
            job = services.submit_creation(actor=user, project=project, form=form)
        except Invalid as error:
            form.add_problem(error)
    if job is None:
        context = _context(user, form)
        return render_page(request, PAGE, context, part="panels", status=422)
    url = f"{reverse('pipeline:create')}?results={job.code}"
    return _show_new(request, job.code, url)


def _show_new(request: HttpRequest, code: UUID, url: str) -> HttpResponse:
    if not wants_fragment(request):
        return redirect(request, url)
    context = {"shown": queries.shown_job(request.user, code)}
    response = render_page(request, "pipeline/create/results.html", context)
    response.headers["HX-Push-Url"] = url
    return trigger(response, **{"create-submitted": {"code": str(code)}})


@require_POST
def estimate(request: HttpRequest) -> HttpResponse:
    """The button with what it costs, how the size is reached, and what stands in the way."""
    user: Any = request.user
    form = CreateForm(request.POST, projects=queries.creatable_projects(user))
    context = {"form": form, **_estimate(user, form)}
    return render_page(request, "pipeline/create/estimate.html", context)


def _estimate(user: Any, form: CreateForm) -> dict[str, Any]:
    """The estimate of a sent form, or the problem with it; neither while the form is not valid."""
    form.data = form.data.copy()
    if not form.data.get("prompt", "").strip():
        form.data["prompt"] = "…"  # the price does not depend on it, and is told from the start
    if not form.is_valid():
        return {}
    try:
        project = Project.objects.get_visible(user, code=form.cleaned_data["project"])
        return {"estimate": services.estimate(actor=user, project=project, form=form)}
    except DomainError as error:
        return {"problem": error}


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """The results of a job, as they are now."""
    shown = queries.shown_job(request.user, _uuid(request.GET.get("job", "")))
    return render_page(request, "pipeline/create/results.html", {"shown": shown})


@require_safe
def recent(request: HttpRequest) -> HttpResponse:
    """One's own latest jobs."""
    context = {"recent": queries.recent_jobs(request.user)}
    return render_page(request, "pipeline/create/recent.html", context)


@require_GET
def templates(request: HttpRequest) -> HttpResponse:
    """Formats: found by words, and recommended for the prompt."""
    text = request.GET.get("q", "")[:200]
    prompt = request.GET.get("prompt", "")[:4000]
    context = {
        "groups": group_templates(find_templates(text)),
        "recommended": recommended_templates(goal=text, prompt="" if text else prompt),
        "text": text,
    }
    return render_page(request, "pipeline/create/templates.html", context)


@require_GET
def recommended(request: HttpRequest) -> HttpResponse:
    """The formats that suit the prompt, as chips."""
    prompt = request.GET.get("prompt", "")[:4000]
    context = {"recommended": recommended_templates(prompt=prompt, limit=4)}
    return render_page(request, "pipeline/create/recommended.html", context)


@require_POST
def vary(request: HttpRequest, version: UUID) -> HttpResponse:
    """Make pictures like this one, from a neighbouring random seed."""
    user: Any = request.user
    number = request.POST.get("number", "4")
    if not number.isdecimal() or len(number) > 3:
        raise Invalid("Say how many variations to make.")
    output = queries.visible_output(user, version)
    job = services.vary_picture(actor=user, output=output, number=int(number))
    return _show_new(request, job.code, f"{reverse('pipeline:create')}?results={job.code}")


@require_POST
def renew(request: HttpRequest, job: UUID) -> HttpResponse:
    """Make new pictures where an earlier result was reused."""
    user: Any = request.user
    reused = queries.shown_job(user, job).job
    made = services.make_new_ones(actor=user, job=reused)
    return _show_new(request, made.code, f"{reverse('pipeline:create')}?results={made.code}")


@require_POST
def favourite(request: HttpRequest, version: UUID) -> HttpResponse:
    """Like a picture, or no longer; the answer is the button."""
    user: Any = request.user
    found = Version.objects.for_detail().get_visible(user, code=version)
    liked = request.POST.get("like") == "1"
    set_favourite(actor=user, asset=found.asset, favourite=liked)
    context = {"file": show_file(found, is_favourite=liked)}
    return render_page(request, "pipeline/create/favourite.html", context)


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Two to four pictures side by side, two also under a wipe."""
    codes = [_uuid(code) for code in request.GET.getlist("v")]
    outputs = queries.compared_outputs(request.user, codes)
    items = [
        {"output": output, "file": show_file(output.version), "letter": letter}
        for output, letter in zip(outputs, "ABCD", strict=False)
    ]
    template = "pipeline/create/compare.html"
    return render_page(request, template, {"items": items}, part="comparison")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("This address names no job and no picture.") from error
