"""WaveSpeed through the whole engine: states, messages, charges."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assets.library.services import add_asset
from assets.models import Origin, RetentionClass, Version
from assets.storage.store import ingest_bytes
from pipeline.jobs.models import ErrorClass, JobState
from pipeline.providers.models import Provider
from pipeline.providers.registry import ADAPTERS
from pipeline.providers.wavespeed.adapter import WaveSpeedAdapter
from studio.core.models import Project, User
from tests.pipeline.providers.films import recording_bytes
from tests.pipeline.providers.through_engine import Engine, prepare_engine
from tests.standins.wavespeed import KEY

S = JobState.Code
SQUARE = {"prompt": "a boat", "width_px": 256, "height_px": 256, "variations": 1}
CREDIT = 1_000_000
#: What each operation needs at least.
LEAST: dict[str, tuple[dict[str, Any], list[str]]] = {
    "create.image": (SQUARE, []),
    "edit.prompt": ({"instruction": "make it winter", "variations": 1}, ["base"]),
    "transform.image_to_video": (
        {"prompt": "waves", "frames": 24, "width_px": 96, "height_px": 80, "resolution": "480p"},
        ["start-frame", "audio"],
    ),
    "transform.talking_avatar": ({"seconds": 3}, ["base", "audio"]),
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
    monkeypatch.setitem(ADAPTERS, "wavespeed", WaveSpeedAdapter(poll_s=0.01))
    return prepare_engine(
        Provider.Code.WAVESPEED,
        standin.url,
        KEY,
        settings=settings,
        folder=tmp_path,
        admin=admin,
        creator=creator,
        project=project,
    )


def add_recording(engine: Engine) -> Version:
    return add_asset(
        actor=engine.creator,
        project=engine.project,
        blob=ingest_bytes(recording_bytes(4), "audio/wav"),
        title="Recording",
        origin=Origin.Code.UPLOAD,
        retention_class=RetentionClass.Code.SOURCE,
        file_name="recording.wav",
    )


def test_every_offer_runs_and_is_charged_what_was_estimated(engine: Engine, standin: Any) -> None:
    picture, sound = engine.add_picture(), add_recording(engine)
    offers = engine.offers()
    assert {code for code, _ in offers} == set(LEAST)
    for operation, offer in offers:
        parameters, roles = LEAST[operation]
        inputs = {role: sound if role == "audio" else picture for role in roles}
        before = engine.balance()
        engine.submit(operation, parameters, inputs, offer.model)
        held = before - engine.balance()
        ended, attempt = engine.run()
        assert ended.state_id == S.SUCCEEDED, f"{offer.sku}: {attempt.message} {attempt.detail}"
        assert ended.outputs.count() == 1
        assert before - engine.balance() == held > 0, offer.sku
        assert standin.recorder.find("POST", f"/api/v3/{offer.identifier}"), offer.sku


@pytest.mark.parametrize(
    ("prompt", "fault", "kind", "words"),
    [
        ("[filtered]", {}, ErrorClass.Code.POLICY, "declined the request"),
        ("[failed]", {}, ErrorClass.Code.PROVIDER, "ran out of memory"),
        ("a", {"method": "POST", "status": 402}, ErrorClass.Code.POLICY, "no credit left"),
        ("a", {"method": "POST", "cut": True}, ErrorClass.Code.PROVIDER, "may be billed"),
        ("a", {"path": "/files/*", "status": 404}, ErrorClass.Code.PROVIDER, "hand out"),
    ],
)
def test_what_fails_costs_nothing(
    engine: Engine, standin: Any, prompt: str, fault: Any, kind: ErrorClass.Code, words: str
) -> None:
    if fault:
        standin.faults.add(**fault)
    before = engine.balance()
    engine.submit("create.image", {**SQUARE, "prompt": prompt}, model="qwen-image")
    assert engine.balance() == before - 3 * CREDIT
    ended, attempt = engine.run()
    assert ended.state_id == S.FAILED
    assert attempt.error_class_id == kind
    assert words in attempt.message
    assert KEY not in attempt.message + attempt.detail
    assert engine.balance() == before
