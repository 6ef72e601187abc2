"""The Create page: form, price, submission, results, recall."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from pipeline.jobs.models import DerivationKind, Job, JobState
from pipeline.operations.create_image import ASPECTS
from tests.pipeline.create.conftest import HTMX, run_all

pytestmark = pytest.mark.django_db


def form_of(project: Any, **changes: Any) -> dict[str, Any]:
    """The fields as the browser sends them."""
    values = {
        "project": str(project.code),
        "prompt": "a lighthouse at dusk",
        "negative_prompt": "",
        "style": "",
        "format": "exact",
        "template": "",
        "aspect": "1:1",
        "width_px": "96",
        "height_px": "64",
        "quality": "draft",
        "variations": "2",
        "random_seed": "",
        "model": "local/sketch",
        "reuse": "on",
        "guidance": "7.0",
        "steps": "10",
    }
    return {**values, **changes}


def test_first_page_of_a_newcomer(web, creator) -> None:
    page = web(creator).get("/create/").content.decode()
    assert "Make your first picture" in page
    assert "not a model" in page
    assert page.count('class="card example"') == 3
    assert "instagram-story" in page
    assert 'style="' not in page
    assert "<script>" not in page


def test_the_price_is_on_the_button_from_the_start(web, creator, make) -> None:
    client = web(creator)
    first = client.get("/create/?template=instagram-story").content.decode()
    assert "Drawn at 864×1536, enlarged ×1.25 to 1080×1920" in first
    assert "Create 4" in first
    assert 'class="cost"' in first
    recalled = client.get(f"/create/?job={make(random_seed=5, guidance=0.0).code}").content.decode()
    assert "An identical result is there already" in recalled


def test_examples_fill_the_form(web, creator) -> None:
    client = web(creator)
    page = client.get("/create/?prompt=A+boat&template=instagram-story&style=anime")
    form = page.context["form"]
    assert form["prompt"].value() == "A boat"
    assert form["format"].value() == "template"
    assert 'value="instagram-story" ' in page.content.decode()


def test_estimate_tells_price_and_size(web, creator, project) -> None:
    data = form_of(project, prompt="", format="template", template="instagram-story")
    page = web(creator).post("/create/estimate/", data, headers=HTMX).content.decode()
    assert "Drawn at 864×1536, enlarged ×1.25 to 1080×1920" in page
    assert "Create 2" in page
    assert "credits</span>" in page


def test_estimate_says_what_is_wrong(web, creator, project) -> None:
    data = form_of(project, width_px="10")
    page = web(creator).post("/create/estimate/", data, headers=HTMX).content.decode()
    assert "<strong>Width:</strong> Must be 64 or more." in page


def test_estimate_tells_reasons_and_remedies(web, creator, project) -> None:
    creator.subscriptions.update(ends_at=timezone.now())
    page = web(creator).post("/create/estimate/", form_of(project), headers=HTMX).content.decode()
    assert "You have no plan." in page
    assert "Ask an Admin to give you one." in page
    assert "disabled" in page


def test_submission_shows_the_job_and_its_address(web, creator, project) -> None:
    client = web(creator)
    answer = client.post("/create/", form_of(project), headers=HTMX)
    job = Job.objects.get()
    assert answer.status_code == 200
    assert answer.headers["HX-Push-Url"] == f"/create/?results={job.code}"
    assert "create-submitted" in answer.headers["HX-Trigger"]
    page = answer.content.decode()
    assert f'data-job="{job.code}"' in page
    assert page.count("is not finished yet") == 2
    assert "Cancel" in page
    assert job.parameters["prompt"] == "a lighthouse at dusk"


def test_submission_without_htmx_goes_to_the_results(web, creator, project) -> None:
    answer = web(creator).post("/create/", form_of(project))
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/create/?results={Job.objects.get().code}"


def test_errors_stay_in_the_form(web, creator, project) -> None:
    data = form_of(project, prompt=" ", variations="11")
    answer = web(creator).post("/create/", data, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This is needed." in page
    assert "Must be 10 or less." in page
    assert 'id="create-inputs"' in page
    assert '<hx-partial hx-target="#create-parameters"' in page
    assert "<html" not in page
    whole = web(creator).post("/create/", data)
    assert whole.status_code == 422
    assert "<html" in whole.content.decode()
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("given", "size", "template"),
    [
        ({"format": "template", "template": "email-banner"}, (600, 200), "email-banner"),
        ({"format": "template", "template": ""}, (1024, 1024), ""),
        ({"format": "aspect", "aspect": "9:16", "template": "email-banner"}, ASPECTS["9:16"], ""),
        ({"format": "exact", "template": "email-banner"}, (96, 64), ""),
    ],
)
def test_only_the_chosen_format_counts(web, creator, project, given, size, template) -> None:
    answer = web(creator).post("/create/", form_of(project, **given), headers=HTMX)
    assert answer.status_code == 200, answer.content
    parameters = Job.objects.get().parameters
    assert (parameters["width_px"], parameters["height_px"]) == size
    assert parameters["template"] == template


def test_results_show_every_picture_as_soon_as_it_is_there(web, creator, make) -> None:
    client = web(creator)
    job = make(variations=2, run=False)
    waiting = client.get(f"/create/results/?job={job.code}", headers=HTMX).content.decode()
    assert waiting.count("is not finished yet") == 2
    run_all()
    done = client.get(f"/create/results/?job={job.code}", headers=HTMX).content.decode()
    for output in job.outputs.all():
        assert f"/files/{output.version.code}/" in done
        assert f'data-asset="{output.version.asset.code}"' in done
    assert "is not finished yet" not in done
    assert "Succeeded" in done


def test_the_same_again_is_reused_and_new_ones_can_be_made(web, creator, project) -> None:
    client = web(creator)
    client.post("/create/", form_of(project), headers=HTMX)
    run_all()
    estimate = client.post("/create/estimate/", form_of(project), headers=HTMX).content.decode()
    assert "An identical result is there already" in estimate
    again = client.post("/create/", form_of(project), headers=HTMX).content.decode()
    assert "Reused — no charge" in again
    reused = Job.objects.order_by("-id").first()
    renewed = client.post(f"/create/renew/{reused.code}/", headers=HTMX)
    assert renewed.status_code == 200
    made = Job.objects.order_by("-id").first()
    assert made.state_id == JobState.Code.QUEUED
    assert made.parameters == reused.parameters
    assert made.random_seed != reused.random_seed


def test_reuse_can_be_switched_off(web, creator, project) -> None:
    client = web(creator)
    data = form_of(project)
    client.post("/create/", data, headers=HTMX)
    run_all()
    del data["reuse"]
    client.post("/create/", data, headers=HTMX)
    assert Job.objects.filter(state_id=JobState.Code.QUEUED).count() == 1


def test_recall_brings_everything_back(web, creator, make) -> None:
    client = web(creator)
    job = make(prompt="a fox", negative_prompt="fog", style="anime", guidance=0.0, random_seed=7)
    version = job.outputs.get().version
    for address in (f"?job={job.code}", f"?version={version.code}"):
        form = client.get(f"/create/{address}").context["form"]
        values = {name: form[name].value() for name in form.fields}
        assert values["prompt"] == "a fox"
        assert values["negative_prompt"] == "fog"
        assert values["style"] == "anime"
        assert values["guidance"] == 0.0
        assert values["random_seed"] == 7
        assert (values["format"], values["width_px"], values["height_px"]) == ("exact", 64, 96)
        assert values["project"] == str(job.project.code)
    form = client.get(f"/create/?results={job.code}").context["form"]
    assert form["random_seed"].value() is None


def test_a_recalled_job_submitted_again_is_the_same_recipe(web, creator, project, make) -> None:
    client = web(creator)
    job = make(
        prompt="a fox", style="anime", template="email-banner", width_px=None, height_px=None
    )
    form = client.get(f"/create/?job={job.code}").context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in data.items() if value not in (None, False)}
    client.post("/create/", data, headers=HTMX)
    again = Job.objects.order_by("-id").first()
    assert again.recipe_id == job.recipe_id
    assert again.derivation.kind_id == DerivationKind.Code.CACHE_HIT


def test_recent_jobs_are_ones_own(web, creator, reviewer, make) -> None:
    make(prompt="a fox")
    assert "a fox" in web(creator).get("/create/recent/", headers=HTMX).content.decode()
    assert "a fox" not in web(reviewer).get("/create/recent/", headers=HTMX).content.decode()


def test_the_project_last_used_is_offered_first(web, creator, project, make) -> None:
    client = web(creator)
    assert client.get("/create/").context["form"]["project"].value() != str(project.code)
    make()
    assert client.get("/create/").context["form"]["project"].value() == str(project.code)


def test_reviewers_are_told(web, reviewer, project) -> None:
    client = web(reviewer)
    page = client.get("/create/")
    assert "Your role lets you look and compare" in page.content.decode()
    answer = client.post("/create/", form_of(project), headers=HTMX)
    assert answer.status_code == 422
    assert not Job.objects.exists()


def test_templates_are_found_and_recommended(web, creator) -> None:
    client = web(creator)
    found = client.get("/create/templates/?q=insta+story", headers=HTMX).content.decode()
    assert 'data-value="instagram-story"' in found
    assert 'data-value="web-hero"' not in found
    chips = client.get("/create/recommended/?prompt=a+tweet", headers=HTMX).content.decode()
    assert 'data-value="x-post"' in chips
    assert "Made for X" in chips


@pytest.mark.parametrize("address", ["?job=nonsense", "?job=", "?version=1", "?results=x"])
def test_damaged_addresses(web, creator, address) -> None:
    status = web(creator).get(f"/create/{address}").status_code
    assert status == (200 if address == "?job=" else 404)
