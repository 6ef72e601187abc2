"""Running any operation by its form: page, files, models, price, submission, recall."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from pipeline.jobs.models import Job
from pipeline.operations import offers
from pipeline.operations.catalogue import CATALOGUE
from pipeline.operations.declaration import OfferSpec
from studio.core.models import Project, User
from tests.pipeline.operations.inputs import audio_version, image_version

pytestmark = pytest.mark.django_db
#: All but workflows, which are run by a page with fields of their own: `pipeline:workflow-run`.
LISTED = [s.code for s in CATALOGUE.values() if s.is_listed and s.code != "comfyui.run"]
CROP = {"left_px": 1, "top_px": 2, "width_px": 30, "height_px": 20}


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a key of every provider were there."""
    monkeypatch.setattr(offers, "USABLE", [])


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, address: str, status: int = 200) -> str:
    answer = browser(user).get(address)
    assert answer.status_code == status, answer.content[:2000]
    return answer.content.decode()


@pytest.mark.parametrize("code", LISTED)
def test_every_listed_operation_has_its_page(creator: User, project: Project, code: str) -> None:
    text = page(creator, f"/operations/{code}/run/")
    spec = CATALOGUE[code]
    for item in spec.inputs:
        assert f'id="slot-{item.role.code}"' in text
    for offer in spec.offers:
        assert f'value="{offer.provider}/{offer.model}"' in text
    for name, field in spec.parameters.model_fields.items():
        extra: Any = field.json_schema_extra or {}
        if extra.get("widget") != "hidden":
            assert f'data-parameter="{name}"' in text


def test_what_is_needed_comes_first_and_how_many_last(creator: User, project: Project) -> None:
    text = page(creator, "/operations/edit.prompt/run/")
    order = re.findall(r'data-parameter="(instruction|resolution|variations|guidance)"', text)
    assert order == ["instruction", "resolution", "variations", "guidance"]


def test_steps_of_the_studio_have_none(creator: User) -> None:
    page(creator, "/operations/system.noop/run/", 404)
    page(creator, "/operations/make.tea/run/", 404)


def test_a_file_comes_with_the_address(creator: User, project: Project) -> None:
    version = image_version(project, 64, 48)
    text = page(creator, f"/operations/upscale.fast/run/?base={version.code}")
    assert f'name="input.base" value="{version.code}"' in text
    assert "64 × 48" in text
    assert f'<option value="{project.code}" selected>' in text
    page(creator, "/operations/upscale.fast/run/?base=x", 404)


def test_files_of_others_are_not_shown(outsider: User, project: Project) -> None:
    version = image_version(project)
    assert str(version.code) not in page(
        outsider, f"/operations/upscale.fast/run/?base={version.code}"
    )
    there = f"/operations/upscale.fast/run/slot/base/?add={version.code}"
    page(outsider, there, 404)
    page(outsider, f"/operations/upscale.fast/run/choose/base/?project={project.code}", 404)
    page(outsider, f"/operations/send/{version.code}/", 404)


def send(user: User, code: str, where: str = "", **values: Any) -> Any:
    data = {name.replace("__", "."): value for name, value in values.items()}
    return browser(user).post(
        f"/operations/{code}/run/{where}", data, headers={"HX-Request": "true"}
    )


def test_submitting_makes_the_job_with_its_files(creator: User, project: Project) -> None:
    version = image_version(project, 64, 48)
    answer = send(
        creator, "seed.crop", project=project.code, input__base=version.code, reuse="on",
        may_fall_back="on", **CROP,
    )  # fmt: skip
    assert answer.status_code == 200, answer.content[:2000]
    job = Job.objects.get()
    assert job.parameters == CROP
    assert job.may_fall_back
    assert job.inputs.get().version == version
    assert f'data-job="{job.code}"' in answer.content.decode()
    assert answer.headers["HX-Push-Url"] == f"/operations/seed.crop/run/?results={job.code}"
    shown = page(creator, answer.headers["HX-Push-Url"])
    assert f'data-job="{job.code}"' in shown
    recalled = page(creator, f"/operations/seed.crop/run/?job={job.code}")
    assert f'name="input.base" value="{version.code}"' in recalled
    assert re.search(r'name="width_px" value="30"', recalled)
    assert re.search(r'value="local/crop"[^>]*checked', recalled)
    page(creator, f"/operations/seed.refine/run/?job={job.code}", 404)


def test_zero_is_a_value(creator: User, project: Project) -> None:
    version = image_version(project, 64, 48)
    values = CROP | {"left_px": 0, "top_px": 0}
    send(creator, "seed.crop", project=project.code, input__base=version.code, **values)
    assert Job.objects.get().parameters == values


def test_what_is_wrong_stays_in_the_form(creator: User, project: Project) -> None:
    answer = send(creator, "seed.crop", project=project.code, left_px=7, offer="local/crop")
    assert answer.status_code == 422
    text = answer.content.decode()
    assert 'id="run-form"' in text
    assert "This is needed." in text
    assert re.search(r'name="left_px" value="7"', text)
    missing = send(creator, "seed.crop", project=project.code, offer="local/crop", **CROP)
    assert missing.status_code == 422
    assert "Base image takes one file, not none" in missing.content.decode()
    assert not Job.objects.exists()


def test_the_estimate_prices_every_model(creator: User, project: Project) -> None:
    version = image_version(project)
    answer = send(
        creator, "edit.prompt", "estimate/", project=project.code, input__base=version.code,
        offer="wavespeed/seedream-v4.5", variations=2, resolution="8k",
    )  # fmt: skip
    text = answer.content.decode()
    button = text[text.index('id="run-button"') : text.index("</button>")]
    assert re.search(r">\s*8<", button.replace('<span class="visually-hidden">', "<")), button
    row = text[text.index("Nano Banana Pro Ultra") :]
    assert "36" in row[: row.index("</li>")]
    assert "Not used: Guidance, Negative prompt, Random seed, Resolution, Steps." in text


def test_a_model_is_chosen_by_the_rule(creator: User, project: Project) -> None:
    version = image_version(project)
    common = {"project": project.code, "input__base": version.code, "instruction": "winter"}
    cheap = send(creator, "edit.prompt", "estimate/", rule="price", **common).content.decode()
    assert "Qwen Image Edit. You have" in cheap
    best = send(creator, "edit.prompt", "estimate/", rule="quality", **common).content.decode()
    assert "Nano Banana Pro Ultra. You have" in best


def test_why_a_model_can_not_be_used(
    creator: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_key(offer: OfferSpec, user: Any) -> str:
        return "No key for Bria yet." if offer.provider == "bria" else ""

    monkeypatch.setattr(offers, "USABLE", [no_key])
    text = page(creator, "/operations/edit.erase/run/")
    assert "No key for Bria yet." in text
    assert re.search(r'value="bria/eraser"[^>]*disabled', text)
    gone = page(creator, "/operations/create.image/run/")
    assert re.search(r'value="gemini/imagen-4.0"[^>]*disabled', gone)
    assert "etired on 17 Aug 2026; use Gemini Nano Banana 2.1" in gone


def test_a_slot_takes_versions_and_assets(creator: User, project: Project) -> None:
    first, second = image_version(project), image_version(project, 32, 32)
    there = "/operations/edit.prompt/run/slot/reference/"
    both = page(creator, f"{there}?input.reference={first.code}&add={second.asset.code}")
    assert both.index(str(first.code)) < both.index(f'value="{second.code}"')
    one = page(
        creator, f"/operations/edit.prompt/run/slot/base/?input.base={first.code}&add={second.code}"
    )
    assert f'value="{second.code}"' in one
    assert f'value="{first.code}"' not in one
    page(creator, "/operations/edit.prompt/run/slot/voice/", 404)


def test_choosing_offers_files_of_the_kind(creator: User, project: Project) -> None:
    picture, voice = image_version(project, 40, 30), audio_version(project)
    there = f"/operations/transform.talking_avatar/run/choose/audio/?project={project.code}"
    text = page(creator, there)
    assert f'data-version="{voice.code}"' in text
    assert str(picture.code) not in text
    assert "Nothing in this project matches." in page(creator, f"{there}&q=zzzz")


def test_an_asset_leads_to_what_can_be_made_of_it(creator: User, project: Project) -> None:
    version = image_version(project)
    text = page(creator, f"/operations/send/{version.code}/")
    assert f"/operations/upscale.fast/run/?base={version.code}" in text
    assert f"/operations/control.sketch/run/?control={version.code}" in text
    voice = audio_version(project)
    spoken = page(creator, f"/operations/send/{voice.code}/")
    assert f"/operations/transform.talking_avatar/run/?audio={voice.code}" in spoken
    assert "upscale.fast" not in spoken
    assert f"/operations/send/{version.code}/" in page(creator, f"/library/{version.asset.code}/")


def test_a_reviewer_may_look_but_not_run(reviewer: User, project: Project) -> None:
    assert "Your role lets you look" in page(reviewer, "/operations/upscale.fast/run/")
    answer = send(reviewer, "upscale.fast", project=project.code)
    assert answer.status_code == 422
    assert not Job.objects.exists()


def test_the_create_page_says_what_a_model_makes_no_use_of(creator: User, project: Project) -> None:
    values = {"project": project.code, "prompt": "a", "model": "stability/core", "aspect": "16:9"}
    client = browser(creator)
    plain = client.post("/create/estimate/", values).content.decode()
    assert "Not used by this model" not in plain
    assert "Drawn at 2016×1152" in plain
    changed = client.post("/create/estimate/", values | {"guidance": "0"}).content.decode()
    assert "Not used by this model: Guidance." in changed
    page_text = page(creator, "/create/")
    assert 'value="gemini/nano-banana-2.1"' in page_text
    assert 'value="gemini/imagen-4.0"' not in page_text  # retired
