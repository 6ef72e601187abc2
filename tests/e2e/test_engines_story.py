"""A studio without a GPU in a browser: from a registered server to a Creator's first picture."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from pipeline.imaging.seeds import variant_seed
from tests.e2e import steps
from tests.e2e.browser import MARKS, PATIENCE_MS, Watch, sync_api
from tests.e2e.conftest import Opener
from tests.e2e.people import People
from tests.standins.comfyui import ComfyStandIn

pytestmark = MARKS
expect = sync_api.expect

INSTANCE, WORKFLOW = "Loft 24 GB", "House style"
PROMPT = "A lighthouse at dusk, three gulls"
RANDOM_SEED = 20260214

#: As ComfyUI exports it in API format.
GRAPH: dict[str, Any] = {
    "4": {
        "class_type": "CheckpointLoaderSimple",
        "inputs": {"ckpt_name": "sd_xl_base_1.0.safetensors"},
    },
    "5": {
        "class_type": "EmptyLatentImage",
        "inputs": {"width": 512, "height": 512, "batch_size": 1},
    },
    "6": {
        "class_type": "CLIPTextEncode",
        "inputs": {"text": "a house by the sea", "clip": ["4", 1]},
        "_meta": {"title": "Positive"},
    },
    "7": {
        "class_type": "CLIPTextEncode",
        "inputs": {"text": "text, watermark", "clip": ["4", 1]},
        "_meta": {"title": "Negative"},
    },
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 1, "steps": 4, "cfg": 7.0, "sampler_name": "euler", "scheduler": "normal",
            "denoise": 1.0, "model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0],
            "latent_image": ["5", 0],
        },
    },
    "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
    "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "house", "images": ["8", 0]}},
}  # fmt: skip


@dataclass
class Story:
    """The server, and what was seen on the way."""

    server: ComfyStandIn
    facts: str = ""
    suggested: dict[str, str] = field(default_factory=dict)
    sent: dict[str, Any] = field(default_factory=dict)
    worker_url: str = ""
    version_url: str = ""
    workflow_url: str = ""
    job: str = ""
    pictures: list[bytes] = field(default_factory=list)


@pytest.fixture(scope="module")
def story(people: People) -> Iterator[Story]:
    """An Admin prepares everything, a Creator runs it; both by the pages alone."""
    with ComfyStandIn(step_seconds=0.02) as server:
        told = Story(server)
        for person, acts in (
            ("admin", (register, import_workflow, try_out, put_into_production, bind)),
            ("creator", (create,)),
        ):
            context = people.context(person)
            context.set_default_timeout(PATIENCE_MS)
            watch = Watch(context, {people.studio.url})
            page = context.new_page()
            for act in acts:
                act(told, page)
            context.close()
            assert watch.problems == []
        yield told


def register(told: Story, page: sync_api.Page) -> None:
    """Give name and address, then watch it come online by itself."""
    page.goto("/workers/new/")
    page.get_by_label("Name").fill(INSTANCE)
    page.get_by_label("Address").fill(told.server.url)
    page.get_by_label("Tags").fill("24gb loft")
    page.get_by_role("button", name="Register").click()
    page.wait_for_url(re.compile(rf"/workers/{steps.UUID}/"))
    told.worker_url = page.url
    facts = page.locator(".worker-facts")
    state = page.get_by_label("State", exact=True)
    expect(state).to_contain_text("Online")
    expect(facts).to_contain_text("Answers after")
    told.facts = " ".join(facts.inner_text().split())


def import_workflow(told: Story, page: sync_api.Page) -> None:
    """Give the file, look at what can be set, keep it."""
    page.goto("/workflows/new/")
    content = json.dumps(GRAPH).encode()
    page.get_by_label("File").set_input_files(
        {"name": "house.json", "mimeType": "application/json", "buffer": content}
    )
    page.get_by_label("Name").fill(WORKFLOW)
    page.get_by_role("button", name="Read it").click()
    expect(page.locator("#read-title")).to_have_text("7 nodes were read")
    expect(page.get_by_text("Instances that would do")).to_contain_text(INSTANCE)
    for line in range(page.locator(".workflow-lines tbody tr").count()):
        name = page.locator(f"#id_p-{line}-name").input_value()
        if name and page.locator(f"#id_p-{line}-use").is_checked():
            told.suggested[name] = page.locator(f"#id_p-{line}-targets").input_value()
    page.get_by_role("button", name="Import as a draft").click()
    page.wait_for_url(re.compile(rf"/workflow-versions/{steps.UUID}/"))
    told.version_url = page.url


def try_out(told: Story, page: sync_api.Page) -> None:
    """A dry run: what would be sent, and that the server would take it."""
    form = page.get_by_role("form", name="Dry run")
    form.get_by_label("Instance").select_option(label=INSTANCE)
    form.get_by_label("Random seed").fill("77")
    form.get_by_role("button", name="Try it out").click()
    expect(page.get_by_text("The instance would take it.")).to_be_visible()
    page.get_by_text("The graph as it would be sent").click()
    told.sent = json.loads(page.locator(".workflow-sent").inner_text())
    assert told.server.prompts == [], "a dry run sends nothing"


def put_into_production(told: Story, page: sync_api.Page) -> None:
    """Draft, tested, production, once an instance is known to have all that it needs."""
    page.locator("#do-check").click()
    expect(page.get_by_text("Instances that would do")).to_contain_text(INSTANCE)
    for state in ("tested", "production"):
        page.locator(f"#to-{state}").click()
        expect(page.locator(f".workflow-state[data-state={state}]").first).to_be_visible()


def bind(told: Story, page: sync_api.Page) -> None:
    """Let it serve the operation behind the Create page."""
    page.get_by_role("link", name=WORKFLOW).first.click()
    page.wait_for_url(re.compile(rf"/workflows/{steps.UUID}/"))
    told.workflow_url = page.url
    page.get_by_label("Let it serve").select_option("create.image")
    page.get_by_role("button", name="Bind").click()
    expect(page.get_by_role("region", name="Serves")).to_contain_text("Unbind")


def create(told: Story, page: sync_api.Page) -> None:
    """Choose the studio's own model, and touch nothing until the picture is there."""
    page.goto("/create/")
    page.locator("#id_model").select_option(label=WORKFLOW)
    steps.fill_in(page, "Lighthouse", PROMPT, 1)
    page.locator("#id_random_seed").fill(str(RANDOM_SEED))
    making = steps.make(page, page.locator("#create-button").click, 1)
    told.job = making.job
    told.pictures = steps.files_shown(page)


def test_the_server_shows_how_it_fares(story: Story, open_as: Opener) -> None:
    assert re.search(r"Queue 0 running, 0 waiting", story.facts)
    assert "Video memory" in story.facts
    page = open_as("creator")
    page.goto("/workers/")
    expect(page.get_by_role("main")).to_contain_text(INSTANCE)
    page.goto(story.worker_url)
    expect(page.locator("body")).not_to_contain_text(story.server.url)  # an Admin's business


def test_what_can_be_set_was_found(story: Story) -> None:
    assert story.suggested["prompt"] == "6.text"
    assert story.suggested["negative_prompt"] == "7.text"
    assert story.suggested["random_seed"] == "3.seed"
    assert story.suggested["width_px"] == "5.width"
    assert story.sent["3"]["inputs"]["seed"] == variant_seed(77, 0) % 2**53


def test_the_creator_has_the_picture_that_was_asked_for(story: Story, open_as: Opener) -> None:
    (prompt,) = [p for p in story.server.prompts if p.accepted]
    assert prompt.graph["6"]["inputs"]["text"] == PROMPT
    assert story.server.times_run(prompt.prompt_id) == 1
    picture = steps.decode(story.pictures[0])
    latent = prompt.graph["5"]["inputs"]
    assert (picture.width_px, picture.height_px) == (latent["width"], latent["height"])
    assert picture.shades > 1
    page = open_as("creator")
    page.goto(f"/jobs/{story.job}/")
    main = page.get_by_role("main")
    expect(main).to_contain_text("Succeeded")
    expect(main).to_contain_text(WORKFLOW)
    expect(main).to_contain_text(INSTANCE)


def test_matrix_and_readiness_name_it(story: Story, open_as: Opener) -> None:
    page = open_as("creator")
    page.goto("/providers/?provider=comfyui")
    row = page.get_by_role("row").filter(has_text=WORKFLOW)
    expect(row).to_contain_text("can run")
    expect(row).to_contain_text("100 %")
    page.goto("/workers/readiness/")
    row = page.get_by_role("row").filter(has_text=WORKFLOW)
    expect(row).to_contain_text("Ready")
    expect(row).to_contain_text("Production")
