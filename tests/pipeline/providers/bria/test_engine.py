"""Bria through the whole engine: states, messages, charges."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assets.storage.store import open_blob
from pipeline.jobs.models import ErrorClass, JobState
from pipeline.providers.bria.adapter import BriaAdapter
from pipeline.providers.models import Provider
from pipeline.providers.registry import ADAPTERS
from studio.core.models import Project, User
from tests.pipeline.providers.through_engine import Engine, prepare_engine
from tests.standins.bria import KEY

S = JobState.Code
SQUARE = {"prompt": "a lighthouse", "width_px": 256, "height_px": 256, "variations": 2}
CREDIT = 1_000_000
#: What each operation needs at least.
LEAST: dict[str, tuple[dict[str, Any], list[str]]] = {
    "create.image": ({**SQUARE, "variations": 1}, []),
    "prompt.structure": ({"prompt": "a lighthouse"}, []),
    "edit.prompt": ({"instruction": "make it winter", "guidance": 4, "steps": 30}, ["base"]),
    "edit.erase": ({}, ["base", "mask"]),
    "edit.inpaint": ({"prompt": "a boat"}, ["base", "mask"]),
    "edit.outpaint": ({"left_px": 20}, ["base"]),
    "edit.search_replace": ({"search_prompt": "dog", "prompt": "cat"}, ["base"]),
    "edit.remove_background": ({}, ["base"]),
    "edit.replace_background": ({"background_prompt": "a harbour"}, ["base"]),
    "upscale.increase": ({"factor": 2}, ["base"]),
    "upscale.creative": ({"prompt": "a face"}, ["base"]),
}


@pytest.fixture
def engine(
    transactional_db: None,
    standin: Any,
    settings: Any,
    tmp_path: Path,
    admin: User,
    creator: User,
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
) -> Engine:
    monkeypatch.setitem(ADAPTERS, "bria", BriaAdapter(poll_s=0.01))
    return prepare_engine(
        Provider.Code.BRIA,
        standin.url,
        KEY,
        settings=settings,
        folder=tmp_path,
        admin=admin,
        creator=creator,
        project=project,
    )


def test_every_offer_runs_and_is_charged_what_was_estimated(engine: Engine, standin: Any) -> None:
    picture, mask = engine.add_picture(), engine.add_picture(grey=True)
    offers = engine.offers()
    assert {code for code, _ in offers} <= set(LEAST)
    assert len(offers) >= 9
    for operation, offer in offers:
        parameters, roles = LEAST[operation]
        inputs = {role: mask if role == "mask" else picture for role in roles}
        before = engine.balance()
        job = engine.submit(operation, parameters, inputs, offer.model)
        held = before - engine.balance()
        ended, attempt = engine.run()
        assert ended.state_id == S.SUCCEEDED, f"{offer.sku}: {attempt.message} {attempt.detail}"
        assert (ended.pk, ended.outputs.count()) == (job.pk, 1)
        assert before - engine.balance() == held > 0, offer.sku
    assert len(standin.recorder.find("POST")) == len(offers)


def test_a_structured_prompt_becomes_a_document_and_then_a_picture(
    engine: Engine, standin: Any
) -> None:
    engine.submit("prompt.structure", {"prompt": "a lighthouse"})
    described, _ = engine.run()
    with open_blob(described.outputs.get().version.blob) as file:
        document = json.load(file)
    assert document["short_description"] == "a lighthouse"
    text = json.dumps(document)
    engine.submit("create.image", {**SQUARE, "structured_prompt": text})
    ended, _ = engine.run()
    assert ended.state_id == S.SUCCEEDED
    sent = standin.recorder.find("POST", "/v2/image/generate")[-1].json()
    assert sent["structured_prompt"] == text
    assert "prompt" not in sent
    assert sent["model_version"] == "FIBO"


@pytest.mark.parametrize(
    ("prompt", "fault", "kind", "words"),
    [
        ("[flagged]", {}, ErrorClass.Code.POLICY, "moderation declined"),
        ("[filtered]", {}, ErrorClass.Code.POLICY, "moderation declined"),
        ("a", {"method": "POST", "status": 403}, ErrorClass.Code.POLICY, "quota"),
        ("a", {"method": "POST", "cut": True}, ErrorClass.Code.PROVIDER, "may be billed"),
        ("a", {"path": "/results/*", "status": 404}, ErrorClass.Code.PROVIDER, "hand out"),
    ],
)
def test_what_fails_costs_nothing(
    engine: Engine, standin: Any, prompt: str, fault: Any, kind: ErrorClass.Code, words: str
) -> None:
    if fault:
        standin.faults.add(**fault)
    before = engine.balance()
    engine.submit("create.image", {**SQUARE, "prompt": prompt, "variations": 1})
    assert engine.balance() == before - 4 * CREDIT
    ended, attempt = engine.run()
    assert ended.state_id == S.FAILED
    assert attempt.error_class_id == kind
    assert words in attempt.message
    assert KEY not in attempt.message + attempt.detail
    assert engine.balance() == before
