"""Stability AI through the whole engine: states, messages, charges."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.jobs.finish import LOST, end_attempt
from pipeline.jobs.models import ErrorClass, JobState
from pipeline.jobs.states import ACTIVE
from pipeline.providers.models import Provider
from pipeline.providers.registry import ADAPTERS
from pipeline.providers.stability.adapter import StabilityAdapter
from studio.core.models import Project, User
from tests.pipeline.providers.through_engine import Engine, prepare_engine
from tests.standins.stability import KEY

S = JobState.Code
SQUARE = {"prompt": "a lighthouse", "width_px": 256, "height_px": 256, "variations": 2}
CREDIT = 1_000_000
#: What each operation needs at least.
LEAST: dict[str, tuple[dict[str, Any], list[str]]] = {
    "create.image": ({**SQUARE, "variations": 1}, []),
    "edit.erase": ({}, ["base", "mask"]),
    "edit.inpaint": ({"prompt": "a boat"}, ["base", "mask"]),
    "edit.outpaint": ({"left_px": 20}, ["base"]),
    "edit.search_replace": ({"search_prompt": "dog", "prompt": "cat"}, ["base"]),
    "edit.search_recolor": ({"select_prompt": "coat", "prompt": "red"}, ["base"]),
    "edit.remove_background": ({}, ["base"]),
    "edit.replace_background": (
        {"background_prompt": "a harbour", "light_direction": "left"},
        ["base", "reference", "style"],
    ),
    "upscale.fast": ({}, ["base"]),
    "upscale.conservative": ({"prompt": "a face"}, ["base"]),
    "upscale.creative": ({"prompt": "a face"}, ["base"]),
    "control.sketch": ({"prompt": "a castle"}, ["control"]),
    "control.structure": ({"prompt": "a castle"}, ["control"]),
    "control.style": ({"prompt": "a castle", "aspect": "4:5"}, ["style"]),
    "control.style_transfer": ({}, ["base", "style"]),
    "transform.image_to_3d": ({"vertex_budget": 1000}, ["base"]),
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
    monkeypatch.setitem(ADAPTERS, "stability", StabilityAdapter(poll_s=0.01, timeout_s=30))
    return prepare_engine(
        Provider.Code.STABILITY,
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
    assert {code for code, _ in offers} == set(LEAST)
    for operation, offer in offers:
        parameters, roles = LEAST[operation]
        inputs = {role: mask if role == "mask" else picture for role in roles}
        before = engine.balance()
        job = engine.submit(operation, parameters, inputs, offer.model)
        held = before - engine.balance()
        ended, attempt = engine.run()
        assert ended.state_id == S.SUCCEEDED, f"{offer.sku}: {attempt.message} {attempt.detail}"
        assert ended.pk == job.pk
        assert ended.outputs.count() == 1
        charged = before - engine.balance()
        assert charged == held > 0, offer.sku
    assert len(standin.recorder.find("POST")) == len(offers)


@pytest.mark.parametrize(
    ("prompt", "fault", "kind", "words"),
    [
        ("[flagged]", {}, ErrorClass.Code.POLICY, "moderation declined"),
        ("[filtered]", {}, ErrorClass.Code.POLICY, "blurred"),
        ("a", {"status": 500}, ErrorClass.Code.PROVIDER, "does not charge"),
        ("a", {"cut": True}, ErrorClass.Code.PROVIDER, "may be billed"),
        (
            "a",
            {"status": 429, "headers": {"Retry-After": "600"}},
            ErrorClass.Code.PROVIDER,
            "600 s",
        ),
    ],
)
def test_what_fails_costs_nothing(
    engine: Engine, standin: Any, prompt: str, fault: Any, kind: ErrorClass.Code, words: str
) -> None:
    if fault:
        standin.faults.add(method="POST", **fault)
    before = engine.balance()
    engine.submit("create.image", {**SQUARE, "prompt": prompt}, model="core")
    assert engine.balance() == before - 2 * 3 * CREDIT
    ended, attempt = engine.run()
    assert ended.state_id == S.FAILED
    assert attempt.error_class_id == kind
    assert words in attempt.message
    assert KEY not in attempt.message + attempt.detail
    assert engine.balance() == before


def test_what_was_delivered_before_a_failure_is_paid_and_no_more(
    engine: Engine, standin: Any
) -> None:
    standin.faults.add(method="POST", skip=1, status=402)
    before = engine.balance()
    engine.submit("create.image", SQUARE, model="core")
    ended, attempt = engine.run()
    assert ended.state_id == S.FAILED
    assert "no credit left" in attempt.message
    assert ended.outputs.count() == 1
    assert engine.balance() == before - 3 * CREDIT


def test_after_a_crash_a_result_is_asked_for_and_not_paid_twice(
    engine: Engine, standin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = engine.add_picture()
    job = engine.submit("upscale.creative", {"prompt": "a face"}, {"base": picture})

    class Crash(BaseException):
        """The process dies."""

    def die(*args: Any, **words: Any) -> None:
        raise Crash

    with monkeypatch.context() as broken:
        broken.setattr("pipeline.providers.http.ProviderClient.get", die)
        with pytest.raises(Crash):
            engine.run()
    attempt = job.attempts.get()
    assert end_attempt(attempt, LOST)
    job.refresh_from_db()
    assert job.state_id in (S.QUEUED, *ACTIVE)
    ended, _ = engine.run()
    assert ended.state_id == S.SUCCEEDED
    assert len(standin.recorder.find("POST")) == 1
    assert ended.outputs.count() == 1
