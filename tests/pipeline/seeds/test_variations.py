"""Variations: bad pictures, heroes, warnings and who takes them, jobs that bring more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from assets.models import Lineage, RetentionClass, Version
from assets.storage.store import ingest_bytes
from pipeline.characters.models import Character
from pipeline.characters.queries import readiness
from pipeline.jobs.claim import claim_job, this_worker
from pipeline.jobs.finish import SUCCEEDED, end_attempt, record_output
from pipeline.jobs.models import JobState
from pipeline.jobs.moves import move
from pipeline.providers.base import Produced
from pipeline.seeds import checking, services
from pipeline.seeds.models import (
    CheckResult,
    CheckVerdict,
    SeedCheck,
    SeedSlot,
    Variation,
    VariationMethod,
)
from pipeline.seeds.profile import set_threshold
from pipeline.seeds.queries import hero
from studio.core.errors import Conflict, Forbidden, Invalid
from studio.core.models import Project, User
from tests.assets.pictures import png
from tests.pipeline.seeds.conftest import seed
from tests.pipeline.seeds.pictures import no_face, portrait, two_faces

pytestmark = pytest.mark.django_db
Vary = Callable[..., Variation]
A, B = SeedSlot.Code.A, SeedSlot.Code.B


def deliver(content: bytes) -> None:
    """Do what a worker does with the next job, whose only output is this picture."""
    attempt = claim_job(this_worker())
    assert attempt is not None
    assert move(attempt.job, JobState.Code.RUNNING)
    record_output(
        attempt,
        Produced(0, content, "image/png", 1, 1000, 10),
        ingest_bytes(content, "image/png"),
    )
    assert end_attempt(attempt, SUCCEEDED)


def verdicts(variation: Variation) -> dict[str, str]:
    rows = variation.checks.select_related("check_kind", "verdict")
    return {row.check_kind.code: row.verdict.code for row in rows}


@pytest.mark.parametrize(
    ("content", "check", "words"),
    [
        (png(10, 10, shade=7), "short_side", "only 10 px"),
        (no_face(), "faces", "No face was found"),
        (two_faces(), "faces", "2 faces were found"),
    ],
    ids=["10×10", "no face", "two faces"],
)
def test_bad_pictures_are_told_why(
    jane: Character, varied: Vary, creator: User, content: bytes, check: str, words: str
) -> None:
    made = varied(seed(jane), content)
    result = made.checks.get(check_kind__code=check)
    assert result.verdict_id == CheckVerdict.Code.FAIL
    assert words in result.message
    with pytest.raises(Conflict, match="can't be the hero"):
        services.choose_hero(actor=creator, variation=made)
    with pytest.raises(Conflict, match="A fail can't be accepted"):
        services.waive_warning(actor=creator, result=result, reason="I like it")


def test_a_good_portrait_becomes_the_hero_and_permanent(
    jane: Character, varied: Vary, creator: User, reviewer: User
) -> None:
    made = varied(seed(jane))
    assert set(verdicts(made).values()) == {"pass"}
    assert len(verdicts(made)) == 10
    with pytest.raises(Forbidden):
        services.choose_hero(actor=reviewer, variation=made)
    services.choose_hero(actor=creator, variation=made)
    assert hero(jane, A) == made
    made.version.asset.refresh_from_db()
    assert made.version.asset.retention_class_id == RetentionClass.Code.SOURCE
    assert readiness(jane)[0].is_ready
    with pytest.raises(Conflict, match="hero can't be discarded"):
        services.discard_variation(actor=creator, variation=made)
    with pytest.raises(IntegrityError), transaction.atomic():
        Variation.objects.filter(pk=made.pk).update(discarded_at=timezone.now())


def test_one_hero_and_likeness_to_it(jane: Character, varied: Vary, creator: User) -> None:
    first = varied(seed(jane))
    second = varied(seed(jane), portrait(3))
    services.choose_hero(actor=creator, variation=first)
    checking.run_likeness(jane.pk)
    second.refresh_from_db()
    assert second.likeness_score is not None
    assert second.likeness_score > 0.8
    services.choose_hero(actor=creator, variation=second)
    first.refresh_from_db()
    assert (first.is_hero, hero(jane, A)) == (False, second)
    with pytest.raises(IntegrityError), transaction.atomic():
        Variation.objects.filter(pk=first.pk).update(is_hero=True)


def test_a_warning_needs_a_persons_word(
    jane: Character, varied: Vary, creator: User, project: Project
) -> None:
    set_threshold(
        actor=creator, project=project, check=SeedCheck.Code.SHORT_SIDE, warn=2000, fail=100
    )
    made = varied(seed(jane))
    result = made.checks.get(check_kind__code="short_side")
    assert (result.verdict_id, result.warn_score) == (CheckVerdict.Code.WARN, 2000)
    with pytest.raises(Conflict, match="nobody has taken that upon themselves"):
        services.choose_hero(actor=creator, variation=made)
    with pytest.raises(Invalid):
        services.waive_warning(actor=creator, result=result, reason=" ")
    services.waive_warning(actor=creator, result=result, reason="Only for the web")
    with pytest.raises(Conflict, match="already"):
        services.waive_warning(actor=creator, result=result, reason="Again")
    services.choose_hero(actor=creator, variation=made)
    checking.run_checks(made.pk, again=True)
    result.refresh_from_db()
    assert result.waiver.reason == "Only for the web"
    with pytest.raises(Invalid):
        set_threshold(
            actor=creator, project=project, check=SeedCheck.Code.SHORT_SIDE, warn=100, fail=200
        )


def test_what_is_not_checked_yet_waits(
    jane: Character, picture: Callable[..., Version], creator: User
) -> None:
    made = services.upload_variation(actor=creator, seed_image=seed(jane), version=picture())
    with pytest.raises(Conflict, match="not finished"):
        services.choose_hero(actor=creator, variation=made)
    with pytest.raises(Conflict, match="variation 1 already"):
        services.upload_variation(actor=creator, seed_image=seed(jane), version=made.version)


def test_lost_checks_are_made_again_once(
    jane: Character,
    picture: Callable[..., Version],
    creator: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = services.upload_variation(
        actor=creator, seed_image=seed(jane), version=picture(png(30, 30, shade=9))
    )
    sent: list[tuple[object, ...]] = []
    monkeypatch.setattr(checking, "enqueue", lambda *args, **_: sent.append(args))
    monkeypatch.setattr(checking, "backlog", lambda _: 0)
    checking.sweep_checks()
    assert sent == []
    Variation.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    checking.sweep_checks()
    checking.sweep_checks()
    assert sent == [(checking.CHECKS_TASK, made.pk, True)]
    assert made.checks.get().message == checking.LOST
    checking.run_checks(made.pk, True)
    assert not CheckResult.objects.filter(message=checking.LOST).exists()


def test_other_files_and_projects_are_refused(
    jane: Character, picture: Callable[..., Version], creator: User
) -> None:
    from assets.library.models import Origin
    from assets.library.services import add_asset
    from studio.core.services import create_project

    elsewhere = create_project(actor=creator, name="Elsewhere")
    with pytest.raises(Invalid, match="another project"):
        services.upload_variation(
            actor=creator, seed_image=seed(jane), version=picture(project=elsewhere)
        )
    text = add_asset(
        actor=creator, project=jane.project, blob=ingest_bytes(b"words", "text/plain"),
        title="Words", origin=Origin.Code.UPLOAD, retention_class=RetentionClass.Code.SOURCE,
    )  # fmt: skip
    with pytest.raises(Invalid, match="must be a picture"):
        services.upload_variation(actor=creator, seed_image=seed(jane), version=text)


def test_retouched_outside_is_the_next_version_with_its_lineage(
    jane: Character, varied: Vary, creator: User
) -> None:
    from assets.library.services import add_version

    made = varied(seed(jane))
    with pytest.raises(Invalid, match="no later version"):
        services.add_retouched(actor=creator, variation=made, version=made.version)
    later = add_version(
        actor=creator,
        asset=made.version.asset,
        blob=ingest_bytes(png(40, 50, shade=5), "image/png"),
    )
    retouched = services.add_retouched(actor=creator, variation=made, version=later)
    assert retouched.method_id == VariationMethod.Code.RETOUCHED
    assert retouched.number == 2
    assert Lineage.objects.filter(output=later, input=made.version).exists()


def test_a_job_brings_a_variation_and_a_reused_one_no_second(
    jane: Character, varied: Vary, creator: User
) -> None:
    made = varied(seed(jane))
    box = {"left_px": 100, "top_px": 20, "width_px": 64, "height_px": 80}
    job = services.request_crop(actor=creator, variation=made, parameters=box)
    deliver(png(64, 80, shade=78))
    cropped = Variation.objects.get(method=VariationMethod.Code.CROPPED)
    assert (cropped.number, cropped.seed_image) == (2, made.seed_image)
    assert cropped.version == job.outputs.get().version
    services.discard_variation(actor=creator, variation=cropped)
    services.request_crop(actor=creator, variation=made, parameters=box)
    cropped.refresh_from_db()
    assert cropped.discarded_at is None
    assert Variation.objects.count() == 2
    with pytest.raises(Conflict, match="No job made"):
        services.make_again(actor=creator, variation=made)


def test_directions_and_what_they_start_from(jane: Character, varied: Vary, creator: User) -> None:
    with pytest.raises(Conflict, match="no hero of Seed A"):
        services.request_forward(actor=creator, seed_image=seed(jane, B), parameters={})
    with pytest.raises(Invalid, match="Forward makes Seed B"):
        services.request_forward(actor=creator, seed_image=seed(jane, A), parameters={})
    services.choose_hero(actor=creator, variation=varied(seed(jane)))
    job = services.request_forward(
        actor=creator,
        seed_image=seed(jane, B),
        parameters={"variations": 1, "width_px": 96, "height_px": 120},
    )
    deliver(png(96, 120, shade=77))
    made = Variation.objects.get(seed_image=seed(jane, B))
    assert made.method_id == VariationMethod.Code.FORWARD
    again = services.make_again(actor=creator, variation=made)
    assert (again.parameters, again.random_seed != job.random_seed) == (job.parameters, True)
