"""The structured prompt editor: page, check, light, proposals, pictures."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from pipeline.imaging.lighting_rig import STANDARD_RIG, compile_rig
from pipeline.imaging.structured import to_text
from pipeline.imaging.structured_words import expand
from pipeline.jobs.models import Job
from pipeline.operations import offers
from pipeline.operations.create_image import CREATE_IMAGE
from pipeline.providers.bria.adapter import BriaAdapter
from pipeline.providers.models import Provider
from pipeline.providers.registry import ADAPTERS
from studio.core.errors import Invalid
from studio.core.models import Project, User
from tests.pipeline.create.conftest import HTMX
from tests.pipeline.imaging.test_structured import WHOLE
from tests.pipeline.providers.through_engine import prepare_engine
from tests.standins.bria import KEY, create_app
from tests.standins.faults import Recorder
from tests.standins.server import serve

pytestmark = pytest.mark.django_db
TEXT = to_text(WHOLE)


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a key of every provider were there."""
    monkeypatch.setattr(offers, "USABLE", [])


def sent(project: Project, **changes: Any) -> dict[str, Any]:
    values = {
        "project": str(project.code),
        "way": "words",
        "words": "a boat",
        "edited": "raw",
        "document": TEXT,
        "model": "bria/fibo",
        "aspect": "1:1",
        "variations": "2",
        "quality": "standard",
    }
    return {name: value for name, value in {**values, **changes}.items() if value is not None}


def post(client: Client, where: str, data: dict[str, Any], status: int = 200) -> str:
    answer = client.post(f"/create/structured/{where}", data, headers=HTMX)
    assert answer.status_code == status, answer.content[:3000]
    return answer.content.decode()


def test_the_page_has_a_field_for_everything(web, creator, project) -> None:
    page = web(creator).get("/create/structured/").content.decode()
    for path in ("short_description", "lighting.shadows", "photographic_characteristics.focus"):
        assert f'data-path="{path}"' in page
    assert 'data-path="objects.__.skin_tone_and_texture"' in page
    assert 'data-path="text_render.__.font"' in page
    assert page.count('type="range"') == 15
    assert page.count("data-set=") + page.count("data-rig=") >= 8
    assert "style=" not in page.replace("data-style=", "")


def test_a_document_is_checked_and_put_into_sentences(web, creator, project) -> None:
    page = post(web(creator), "check/", sent(project))
    assert "The document follows the schema." in page
    assert "Lighting: dusk" in page
    assert "The chosen model follows the document itself." in page
    assert page.count('class="cost"') == 2
    other = post(web(creator), "check/", sent(project, model="stability/core"))
    assert "it gets this text as its prompt" in other


def test_what_is_no_json_says_where(web, creator, project) -> None:
    page = post(web(creator), "check/", sent(project, document='{\n "a" 1}'))
    assert "Line 2, column 6" in page
    assert re.search(r'id="structured-make-button"[^>]*disabled', page)
    assert "data-problem" not in page


def test_messages_name_their_field(web, creator, project) -> None:
    wrong = WHOLE | {"short_description": "", "extra": 1}
    page = post(web(creator), "check/", sent(project, document=json.dumps(wrong)))
    assert 'data-problem="short_description" >' in page
    assert 'data-problem="extra" data-note' in page
    assert "1 to complete" in page
    refused = post(web(creator), "make/", sent(project, document=json.dumps(wrong)), 422)
    assert "Complete the document first." in refused
    assert not Job.objects.exists()


def test_without_scripts_the_form_goes_to_the_server_and_back(web, creator, project) -> None:
    data = sent(project, edited="", change="objects add")
    data |= {"d.short_description": "A pier", "d.objects.0.description": "a gull"}
    page = post(web(creator), "", data)
    assert 'data-path="objects.1.description"' in page
    assert 'value="a gull"' in page or ">a gull</textarea>" in page
    assert ">A pier</textarea>" in page
    assert "A lighthouse" not in page
    raw = post(web(creator), "", sent(project, change=""))
    assert ">a keeper</textarea>" in raw


def test_the_rig_is_put_into_words(web, creator) -> None:
    words = compile_rig(STANDARD_RIG)
    assert words.direction in post(web(creator), "light/", {})
    behind = post(web(creator), "light/", {"rig.key.azimuth": "180"})
    assert "from directly behind" in behind
    for wrong in ("181", "x", "9" * 5000):
        post(web(creator), "light/", {"rig.key.azimuth": wrong}, 422)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"way": "refine", "document": "{"}, "no JSON yet"),
        ({"way": "refine", "document": '{"short_description": ""}'}, "nothing to refine"),
        ({"way": "picture", "words": ""}, "Write a prompt, or choose a picture."),
        ({"way": "refine", "words": ""}, "Say in the prompt what to change"),
        ({"quality": "best"}, "Quality: "),
        ({"way": "guess"}, "Have a document made from: "),
    ],
)
def test_what_can_not_be_asked_says_why(web, creator, project, changes, words) -> None:
    assert words in post(web(creator), "ask/", sent(project, **changes), 422)
    assert not Job.objects.exists()


def test_a_picture_for_who_reads_no_documents(web, creator, project) -> None:
    client = web(creator)
    page = post(client, "make/", sent(project, model="stability/core", random_seed="7"))
    job = Job.objects.get()
    assert f'data-job="{job.code}"' in page
    assert job.parameters["prompt"] == expand(WHOLE)
    assert json.loads(job.parameters["structured_prompt"]) == WHOLE
    assert (job.random_seed, job.outputs_expected) == (7, 2)
    again = client.get(f"/create/structured/?job={job.code}").content.decode()
    assert ">a keeper</textarea>" in again
    assert 'value="stability/core" selected' in again
    assert f"/create/structured/?job={job.code}" in page


def test_only_jobs_with_a_document_open_here(web, creator, outsider, make) -> None:
    job = make(run=False)
    assert web(creator).get(f"/create/structured/?job={job.code}").status_code == 404
    assert web(creator).get(f"/create/structured/?proposal={job.code}").status_code == 404
    assert web(outsider).get(f"/create/structured/?proposal={job.code}").status_code == 404
    assert web(creator).get("/create/structured/?job=x").status_code == 404


def test_a_reviewer_may_look_but_not_make(web, reviewer, project) -> None:
    assert "Your role lets you look" in web(reviewer).get("/create/structured/").content.decode()
    for where in ("ask/", "make/"):
        post(web(reviewer), where, sent(project), 422)
    assert not Job.objects.exists()


def test_a_document_alone_makes_the_prompt() -> None:
    size = {"width_px": 64, "height_px": 64}
    alone = CREATE_IMAGE.clean({"structured_prompt": TEXT, **size})
    assert alone.model_dump()["prompt"] == expand(WHOLE)
    both = CREATE_IMAGE.clean({"structured_prompt": TEXT, "prompt": "a boat", **size})
    assert both.model_dump()["prompt"] == "a boat"
    for wrong in ("{", "[" * 15_000):
        with pytest.raises(Invalid) as caught:
            CREATE_IMAGE.clean({"structured_prompt": wrong, **size})
        assert caught.value.fields["structured_prompt"] == ["This is not JSON."]
    with pytest.raises(Invalid):
        CREATE_IMAGE.clean({"prompt": "", **size})


@pytest.mark.django_db(transaction=True)
def test_from_words_to_a_document_to_a_picture(
    web: Any, admin: User, creator: User, project: Project, settings: Any, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setitem(ADAPTERS, "bria", BriaAdapter(poll_s=0.01))
    recorder, client = Recorder(), web(creator)
    with serve(create_app(recorder=recorder)) as served:
        engine = prepare_engine(
            Provider.Code.BRIA, served.url, KEY, settings=settings, folder=tmp_path,
            admin=admin, creator=creator, project=project,
        )  # fmt: skip
        waiting = post(client, "ask/", sent(project, words="a harbour"))
        job = Job.objects.get()
        assert f'data-job="{job.code}"' in waiting
        assert "data-proposed" not in waiting
        engine.run()
        there = post(client, f"proposal/{job.code}/", sent(project))
        assert "<ins>a harbour</ins>" in there
        assert "<del>A lighthouse at dusk</del>" in there
        page = client.get(f"/create/structured/?proposal={job.code}").content.decode()
        assert "data-proposed" in page
        post(client, "ask/", sent(project, way="refine", words="make it winter"))
        engine.run()
        refined = recorder.find("POST", "/v2/structured_prompt/generate")[-1].json()
        assert json.loads(refined["structured_prompt"]) == WHOLE
        assert refined["prompt"] == "make it winter"
        picture = engine.add_picture()
        asked = sent(project, way="picture", words="", **{"input.base": picture.code})
        post(client, "ask/", asked)
        engine.run()
        described = recorder.find("POST", "/v2/structured_prompt/generate")[-1].json()
        assert set(described) >= {"images"}
        assert "structured_prompt" not in described
        post(client, "make/", sent(project, variations="1"))
        engine.run()
        made = recorder.find("POST", "/v2/image/generate")[-1].json()
        assert json.loads(made["structured_prompt"]) == WHOLE
        assert "prompt" not in made
