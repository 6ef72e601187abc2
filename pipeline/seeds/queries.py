"""Reads of seed images: heroes, variations with what a grid shows, readiness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from assets.models import Version
from pipeline.characters.models import Character
from pipeline.characters.readiness import Badge, register, register_portraits
from pipeline.jobs.models import Job, JobState
from pipeline.jobs.queries import for_list
from pipeline.jobs.states import FINAL
from pipeline.seeds.models import (
    CheckResult,
    CheckVerdict,
    SeedImage,
    SeedSlot,
    Variation,
)
from studio.core.errors import NotFound


def hero(character: Character, slot: SeedSlot.Code) -> Variation | None:
    """The variation that scenes are made from, with its version and file. One query."""
    rows = Variation.objects.filter(
        seed_image__character=character, seed_image__slot=slot, is_hero=True
    )
    return rows.select_related("version__blob__image", "version__asset", "seed_image").first()


def heroes_of(characters: Sequence[Character]) -> dict[tuple[int, int], Variation]:
    """The heroes by primary key of the character and id of the slot. One query."""
    rows = Variation.objects.filter(
        seed_image__character__in=[c.pk for c in characters], is_hero=True
    ).select_related("seed_image", "version__blob__image", "version__blob__rendition_failure")
    return {(row.seed_image.character_id, row.seed_image.slot_id): row for row in rows}


def sibling(seed_image: SeedImage) -> SeedImage:
    """The other seed image of the same character. One query."""
    other = SeedSlot.Code.B if seed_image.slot_id == SeedSlot.Code.A else SeedSlot.Code.A
    rows = SeedImage.objects.select_related("character__project")
    return rows.get(character=seed_image.character_id, slot=other)


def visible_seed_image(user: Any, code: object) -> SeedImage:
    """A seed image with its character and project.

    Raises:
        NotFound: there is none for this person.
    """
    rows = SeedImage.objects.select_related("character__project")
    return rows.get_visible(user, code=code)


def visible_variation(user: Any, code: object) -> Variation:
    """A variation with all that its page shows.

    Raises:
        NotFound: there is none for this person.
    """
    found: Variation = with_files(Variation.objects.all()).get_visible(user, code=code)
    return found


def variations_by_code(
    user: Any, seed_image: SeedImage, codes: Sequence[object]
) -> list[Variation]:
    """Variations of one seed image, in the order of their codes.

    Raises:
        NotFound: one of them is not there.
    """
    rows = with_files(seed_image.variations.visible_to(user)).filter(code__in=codes)
    found = {row.code: row for row in rows}
    wanted: list[Any] = list(dict.fromkeys(codes))
    if any(code not in found for code in wanted):
        raise NotFound("One of these variations does not belong to this seed image.")
    return [found[code] for code in wanted]


def with_files(variations: Any) -> Any:
    """With seed image, file, thumbnails, checks, waivers and the job's output, if any."""
    checks = CheckResult.objects.select_related("waiver__waived_by__profile")
    return variations.select_related(
        "seed_image__character__project",
        "version__asset__project",
        "version__blob__media_type",
        "version__blob__image",
        "version__blob__rendition_failure",
        "created_by__profile",
    ).prefetch_related(Prefetch("checks", checks.order_by("check_kind_id")))


def open_jobs(seed_image: SeedImage) -> QuerySet[Job]:
    """Jobs under way for a seed image, newest first, as lists show them."""
    jobs = Job.objects.filter(seed_request__seed_image=seed_image).exclude(state_id__in=FINAL)
    return for_list(jobs).order_by("-id")


def latest_failure(seed_image: SeedImage) -> Job | None:
    """The latest job for a seed image, when it has failed: its person should see why."""
    jobs = Job.objects.filter(seed_request__seed_image=seed_image)
    latest = for_list(jobs).order_by("-id").first()
    return latest if latest is not None and latest.state_id == JobState.Code.FAILED else None


def worst_verdict(variation: Variation) -> CheckVerdict.Code | None:
    """The worst that the checks say; None: not checked yet. No query after `with_files`."""
    verdicts = [check.verdict_id for check in variation.checks.all()]
    return CheckVerdict.Code(max(verdicts)) if verdicts else None


def seed_url(seed_image: SeedImage) -> str:
    """The address of a seed image's page."""
    return reverse("pipeline:seed-image", args=[seed_image.code])


@register(order=10)
def seed_badges(characters: Sequence[Character]) -> Mapping[int, list[Badge]]:
    """A and B: whether each has a hero, and if not, why. Three queries."""
    pks = [character.pk for character in characters]
    images = SeedImage.objects.filter(character__in=pks).order_by("slot_id")
    heroes = set(
        Variation.objects.filter(seed_image__character__in=pks, is_hero=True).values_list(
            "seed_image_id", flat=True
        )
    )
    states = _states(pks)
    found: dict[int, list[Badge]] = {}
    for image in images:
        slot = SeedSlot.Code(image.slot_id)
        ready = image.pk in heroes
        reason = "A hero is chosen." if ready else states.get(image.pk, "No picture yet.")
        badge = Badge(
            f"seed-{slot.code}", slot.code.upper(), ready, f"{slot.label}: {reason}",
            seed_url(image),
        )  # fmt: skip
        found.setdefault(image.character_id, []).append(badge)
    return found


def _states(character_pks: Sequence[int]) -> dict[int, str]:
    """Why a seed image without hero has none, by primary key. One query."""
    rows = (
        Variation.objects.filter(seed_image__character__in=character_pks, discarded_at=None)
        .order_by()
        .values_list("seed_image_id", "pk", "checks__verdict_id")
    )
    worst: dict[int, dict[int, int]] = {}
    for image, pk, verdict in rows:
        each = worst.setdefault(image, {})
        each[pk] = max(each.get(pk, 0), verdict or 0)
    found: dict[int, str] = {}
    for image, each in worst.items():
        best = min(each.values())
        found[image] = {
            0: "Checks are running; then choose the hero.",
            CheckVerdict.Code.PASS: "No hero is chosen yet.",
            CheckVerdict.Code.WARN: "No hero is chosen yet; the best picture has warnings.",
            CheckVerdict.Code.FAIL: "Every picture fails a check.",
        }[best]
    return found


@register_portraits
def portraits(characters: Sequence[Character]) -> Mapping[int, Version]:
    """A character is shown by the hero of Seed A, else of Seed B. One query."""
    heroes = heroes_of(characters)
    found: dict[int, Version] = {}
    for character in characters:
        for slot in (SeedSlot.Code.A, SeedSlot.Code.B):
            row = heroes.get((character.pk, int(slot)))
            if row is not None:
                found.setdefault(character.pk, row.version)
    return found
