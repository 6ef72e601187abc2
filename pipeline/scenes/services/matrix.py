"""The scene matrix: characters × scene types, with price and time before anything is made."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from assets.models import Version
from billing.prices.quotes import charge_for, current_price
from pipeline.characters.models import Character
from pipeline.operations.catalogue import CATALOGUE
from pipeline.operations.declaration import OfferSpec, Parameters
from pipeline.scenes.heroes import Heroes, hero_pictures, missing_hero
from pipeline.scenes.models import Scene, SceneState, SceneTypeVersion, TakeExamination
from pipeline.scenes.planning import plan_segments
from pipeline.scenes.recipe import Recipe, resolve
from pipeline.scenes.requests import EXAMINE, clean_parameters
from pipeline.scenes.services.making import make_scene
from pipeline.scenes.slots import missing_traits, traits_of
from pipeline.seeds.models import SeedSlot
from studio.core.access import CapabilityCode, require
from studio.core.errors import Invalid
from studio.core.models import Project, User

MEASURE = "video.measure_boundary"
#: Cells of one matrix.
MOST_CELLS = 1000
#: Finished takes that tell how long the next ones take.
HISTORY = 200


@dataclass(frozen=True)
class Estimate:
    """What a scene by a recipe takes.

    `amount_microcredits` is the most that can be charged; `seconds` is None while this studio has
    no finished take by the same offer.
    """

    segments: int
    frames: int
    amount_microcredits: int
    seconds: float | None


@dataclass(frozen=True)
class Cell:
    """A character by a scene type; `skip_reason` says why no scene is made, or is empty."""

    character: Character
    type_version: SceneTypeVersion
    skip_reason: str
    estimate: Estimate

    @property
    def is_planned(self) -> bool:
        """Whether a scene would be made."""
        return not self.skip_reason


@dataclass(frozen=True)
class Matrix:
    """All cells, row by row: the characters in order, each with the scene types in order."""

    cells: tuple[Cell, ...]

    @property
    def planned(self) -> list[Cell]:
        """The cells for which a scene would be made."""
        return [cell for cell in self.cells if cell.is_planned]

    @property
    def amount_microcredits(self) -> int:
        """The most that all planned scenes together can be charged."""
        return sum(cell.estimate.amount_microcredits for cell in self.planned)

    @property
    def seconds(self) -> float | None:
        """Work of one machine for all planned scenes; None when that is not known of one."""
        found = [cell.estimate.seconds for cell in self.planned]
        known = [seconds for seconds in found if seconds is not None]
        return sum(known) if len(known) == len(found) else None


def plan_matrix(
    *,
    actor: User,
    project: Project,
    characters: Sequence[Character],
    type_versions: Sequence[SceneTypeVersion],
) -> Matrix:
    """What making a scene of each character by each scene type would mean; nothing is made.

    Raises:
        NotFound, Forbidden, Conflict: by the access rule (create).
        Invalid: something is of another project, or there are too many cells.
    """
    require(actor, CapabilityCode.CREATE, project)
    _check(project, characters, type_versions)
    recipes = {version.pk: resolve(version) for version in type_versions}
    estimates = {pk: estimate(recipe) for pk, recipe in recipes.items()}
    heroes, traits = hero_pictures(characters), traits_of(characters)
    there = _existing(characters, type_versions)
    cells = []
    for character in characters:
        for version in type_versions:
            recipe = recipes[version.pk]
            if (character.pk, version.scene_type_id) in there:
                reason = "Has a scene of this type already."
            else:
                reason = _hindrance(
                    character, version, recipe, heroes[character.pk], traits[character.pk]
                )
            cells.append(Cell(character, version, reason, estimates[version.pk]))
    return Matrix(tuple(cells))


def create_scenes(
    *, actor: User, project: Project, pairs: Sequence[tuple[Character, SceneTypeVersion]]
) -> list[Scene]:
    """Make the scenes of the pairs for which a matrix plans one; the others are skipped.

    Raises:
        As `plan_matrix`.
    """
    characters = list({character.pk: character for character, _ in pairs}.values())
    versions = list({version.pk: version for _, version in pairs}.values())
    wanted = {(character.pk, version.pk) for character, version in pairs}
    with transaction.atomic():
        # Whoever makes scenes of the same characters waits, and then finds these.
        rows = Character.objects.select_for_update().order_by("pk")
        list(rows.filter(pk__in=[character.pk for character in characters]))
        matrix = plan_matrix(
            actor=actor, project=project, characters=characters, type_versions=versions
        )
        heroes = hero_pictures(characters)
        recipes = {version.pk: resolve(version) for version in versions}
        made = []
        for cell in matrix.planned:
            character, version = cell.character, cell.type_version
            if (character.pk, version.pk) in wanted:
                title = f"{character.name} · {version.scene_type.name}"[:120]
                seeds = _seeds(heroes[character.pk])
                recipe = recipes[version.pk]
                made.append(make_scene(actor, character, version, recipe, title, seeds))
    return made


def estimate(recipe: Recipe) -> Estimate:
    """What a scene by a recipe takes; a query or two for each kind of job.

    Raises:
        NotFound: the price book has no price for the offer.
    """
    frames = plan_segments(
        recipe.target_frames,
        recipe.tolerance_frames,
        recipe.segment_min_frames,
        recipe.segment_max_frames,
    )
    asked = [recipe.segment_max_frames] * len(frames) if recipe.is_elastic else frames
    takes = [clean_parameters(recipe, count) for count in asked]
    amount = _amount(recipe.offer_spec, takes)
    examine = CATALOGUE[EXAMINE]
    amount += _amount(examine.offer(), [examine.clean({"longest": count}) for count in asked])
    measure = CATALOGUE[MEASURE]
    amount += _amount(measure.offer(), [measure.clean({})] * (len(frames) - 1))
    per_frame = seconds_per_frame(recipe)
    seconds = per_frame * sum(asked) if per_frame is not None else None
    return Estimate(len(frames), recipe.target_frames, amount, seconds)


def seconds_per_frame(recipe: Recipe) -> float | None:
    """The median of this studio's own finished takes by the same offer and size. One query.

    None while there is none.
    """
    rows = (
        TakeExamination.objects.filter(
            frames__gt=0,
            take__job__offer=recipe.offer,
            take__job__parameters__width_px=recipe.width_px,
            take__job__parameters__height_px=recipe.height_px,
        )
        .order_by("-pk")
        .values_list("frames", "take__job__outputs__elapsed_ms", "job__outputs__elapsed_ms")
    )
    figures = [
        ((making or 0) + (examining or 0)) / 1000 / frames
        for frames, making, examining in rows[:HISTORY]
        if frames
    ]
    return statistics.median(figures) if figures else None


def _amount(offer: OfferSpec, jobs: Sequence[Parameters]) -> int:
    """The most that jobs of an offer can be charged together."""
    if not jobs:
        return 0
    price = current_price(offer.sku)
    return sum(
        charge_for(
            price,
            offer.most_milli(parameters) * parameters.outputs_expected(),
            parameters.model_dump(mode="json"),
        )
        for parameters in jobs
    )


def _existing(
    characters: Sequence[Character], type_versions: Sequence[SceneTypeVersion]
) -> set[tuple[int, int]]:
    """Which characters have a scene of which scene types, cancelled ones aside."""
    rows = Scene.objects.filter(
        character__in=characters,
        type_version__scene_type__in=[version.scene_type_id for version in type_versions],
    ).exclude(state_id=SceneState.Code.CANCELLED)
    return set(rows.values_list("character_id", "type_version__scene_type_id"))


def _hindrance(
    character: Character,
    version: SceneTypeVersion,
    recipe: Recipe,
    heroes: Heroes,
    traits: dict[str, str],
) -> str:
    if character.archived_at is not None:
        return "The character is archived."
    if version.scene_type.archived_at is not None:
        return "The scene type is archived."
    if message := missing_hero(heroes):
        return message
    missing = missing_traits(recipe.prompt, traits) + missing_traits(recipe.negative_prompt, traits)
    if missing:
        return f"Set {', '.join(f'“{key}”' for key in dict.fromkeys(missing))} first."
    return ""


def _seeds(heroes: Heroes) -> tuple[Version, Version]:
    return heroes[SeedSlot.Code.A], heroes[SeedSlot.Code.B]


def _check(
    project: Project,
    characters: Sequence[Character],
    type_versions: Sequence[SceneTypeVersion],
) -> None:
    if not characters:
        raise Invalid("Choose a character.", fields={"characters": ["Choose at least one."]})
    if not type_versions:
        raise Invalid("Choose a scene type.", fields={"types": ["Choose at least one."]})
    if len(characters) * len(type_versions) > MOST_CELLS:
        raise Invalid(f"At most {MOST_CELLS:,} scenes can be planned at once.")
    foreign = [str(c) for c in characters if c.project_id != project.pk]
    foreign += [str(v) for v in type_versions if v.scene_type.project_id != project.pk]
    if foreign:
        raise Invalid(f"“{foreign[0]}” belongs to another project.")
