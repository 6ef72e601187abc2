"""Hugging Face through the whole engine: states, messages, charges."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.jobs.models import ErrorClass, JobState
from pipeline.providers.huggingface.adapter import HuggingFaceAdapter
from pipeline.providers.models import Provider
from pipeline.providers.registry import ADAPTERS
from studio.core.models import Project, User
from tests.pipeline.providers.through_engine import Engine, prepare_engine
from tests.standins.huggingface import KEY

S = JobState.Code
SQUARE = {"prompt": "a boat", "width_px": 256, "height_px": 256, "variations": 1}
CREDIT = 1_000_000
#: What each operation needs at least.
LEAST: dict[str, tuple[dict[str, Any], list[str]]] = {
    "create.image": (SQUARE, []),
    "edit.prompt": ({"instruction": "make it winter", "variations": 1}, ["base"]),
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
    monkeypatch.setitem(ADAPTERS, "huggingface", HuggingFaceAdapter(poll_s=0.01))
    return prepare_engine(
        Provider.Code.HUGGINGFACE,
        standin.url,
        KEY,
        settings=settings,
        folder=tmp_path,
        admin=admin,
        creator=creator,
        project=project,
    )


def test_every_offer_runs_and_is_charged_what_was_estimated(engine: Engine, standin: Any) -> None:
    picture = engine.add_picture()
    offers = engine.offers()
    assert {code for code, _ in offers} == set(LEAST)
    for operation, offer in offers:
        parameters, roles = LEAST[operation]
        before = engine.balance()
        engine.submit(operation, parameters, dict.fromkeys(roles, picture), offer.model)
        held = before - engine.balance()
        ended, attempt = engine.run()
        assert ended.state_id == S.SUCCEEDED, f"{offer.sku}: {attempt.message} {attempt.detail}"
        assert ended.outputs.count() == 1
        assert before - engine.balance() == held > 0, offer.sku
    assert len(standin.recorder.find("POST")) == len(offers)


@pytest.mark.parametrize(
    ("prompt", "fault", "kind", "words"),
    [
        ("[flagged]", {}, ErrorClass.Code.POLICY, "Moderation declined"),
        ("[empty]", {}, ErrorClass.Code.PROVIDER, "without a picture"),
        ("a", {"method": "POST", "status": 404}, ErrorClass.Code.PROVIDER, "any more"),
        ("a", {"method": "POST", "status": 402}, ErrorClass.Code.POLICY, "no credit left"),
        ("a", {"method": "POST", "cut": True}, ErrorClass.Code.PROVIDER, "may be billed"),
    ],
)
def test_what_fails_costs_nothing(
    engine: Engine, standin: Any, prompt: str, fault: Any, kind: ErrorClass.Code, words: str
) -> None:
    if fault:
        standin.faults.add(**fault)
    before = engine.balance()
    engine.submit("create.image", {**SQUARE, "prompt": prompt}, model="flux.1-dev")
    assert engine.balance() == before - 3 * CREDIT
    ended, attempt = engine.run()
    assert ended.state_id == S.FAILED
    assert attempt.error_class_id == kind
    assert words in attempt.message
    assert KEY not in attempt.message + attempt.detail
    assert engine.balance() == before
