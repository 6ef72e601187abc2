"""The scene matrix as its page shows it: rows of characters, columns of scene types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.urls import reverse

from pipeline.characters.models import Character
from pipeline.scenes.models import Scene, SceneState, SceneType, SceneTypeVersion
from pipeline.scenes.pages.types import creatable, visible_projects
from pipeline.scenes.services.matrix import Cell, Matrix, plan_matrix
from studio.core.models import Project

#: More characters or scene types than this are chosen by hand.
MOST_CHARACTERS, MOST_TYPES = 60, 12


@dataclass(frozen=True)
class Choice:
    """Which characters and scene types are looked at, by code; nothing chosen means all."""

    characters: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)

    @classmethod
    def from_query(cls, query: Any) -> Choice:
        """Read from an address or a form."""
        return cls(query.getlist("character")[:200], query.getlist("type")[:50])


@dataclass(frozen=True)
class ShownCell:
    """A cell: the scene that exists, what would be made, or why not."""

    cell: Cell
    scene: Scene | None
    value: str

    @property
    def scene_url(self) -> str:
        """Where the scene is."""
        return reverse("pipeline:scene", args=[self.scene.code]) if self.scene else ""

    @property
    def seconds_ms(self) -> int | None:
        """How long making it takes, if that is known."""
        seconds = self.cell.estimate.seconds
        return round(seconds * 1000) if seconds is not None else None


@dataclass(frozen=True)
class ShownRow:
    """A character with its cells."""

    character: Character
    cells: list[ShownCell]


def matrix_context(user: Any, project: Project, choice: Choice) -> dict[str, Any]:
    """Everything that the page of the matrix shows."""
    characters = list(_characters(project, choice.characters))
    versions = newest_versions(_types(project, choice.types))
    context: dict[str, Any] = {
        "all_characters": _characters(project, [])[:200],
        "all_types": _types(project, [])[:50],
        "versions": versions,
        "rows": [],
        "has_characters": bool(characters),
        "is_cut_off": len(characters) > MOST_CHARACTERS or len(versions) > MOST_TYPES,
    }
    characters, versions = characters[:MOST_CHARACTERS], versions[:MOST_TYPES]
    if not characters or not versions:
        return context
    plan = plan_matrix(actor=user, project=project, characters=characters, type_versions=versions)
    seconds = plan.seconds
    return context | {
        "versions": versions,
        "rows": _rows(plan, characters, len(versions)),
        "planned": len(plan.planned),
        "amount_microcredits": plan.amount_microcredits,
        "seconds_ms": round(seconds * 1000) if seconds is not None else None,
    }


def _rows(plan: Matrix, characters: Sequence[Character], width: int) -> list[ShownRow]:
    scenes = Scene.objects.filter(character__in=characters).exclude(
        state_id=SceneState.Code.CANCELLED
    )
    there = {
        (scene.character_id, scene.type_version.scene_type_id): scene
        for scene in scenes.select_related("type_version", "state").order_by("pk")
    }
    shown = [
        ShownCell(
            cell,
            there.get((cell.character.pk, cell.type_version.scene_type_id)),
            f"{cell.character.code}:{cell.type_version.scene_type.code}",
        )
        for cell in plan.cells
    ]
    return [
        ShownRow(character, shown[at * width : (at + 1) * width])
        for at, character in enumerate(characters)
    ]


def wanted_pairs(
    project: Project, cells: Sequence[str]
) -> list[tuple[Character, SceneTypeVersion]]:
    """The pairs that a form named as `<character>:<scene type>`; unknown ones are left out."""
    pairs = [cell.partition(":")[::2] for cell in cells[:1000]]
    characters = {str(c.code): c for c in _characters(project, [one for one, _ in pairs] or ["-"])}
    versions = {
        str(v.scene_type.code): v
        for v in newest_versions(_types(project, [other for _, other in pairs] or ["-"]))
    }
    return [
        (characters[one], versions[other])
        for one, other in pairs
        if one in characters and other in versions
    ]


def newest_versions(types: Any) -> list[SceneTypeVersion]:
    """The newest version of each scene type, in their order. One query."""
    rows = (
        SceneTypeVersion.objects.filter(scene_type__in=list(types))
        .select_related("scene_type", "offer__operation", "offer__model__provider")
        .order_by("scene_type", "-number")
        .distinct("scene_type")
    )
    return sorted(rows, key=lambda version: (version.scene_type.name, version.pk))


def default_project(user: Any) -> Project | None:
    """The project whose matrix is shown when none is named: the first with characters."""
    projects = creatable(user) or visible_projects(user)
    with_characters = set(
        Character.objects.filter(project__in=projects, archived_at=None).values_list(
            "project_id", flat=True
        )
    )
    return next((p for p in projects if p.pk in with_characters), projects[0] if projects else None)


def open_characters(project: Project) -> list[Character]:
    """Characters of a project that are worked with, by name."""
    return list(_characters(project, []))


def open_types(project: Project) -> list[SceneType]:
    """Scene types of a project that are in use, by name."""
    return list(_types(project, []))


def _characters(project: Project, codes: Sequence[str]) -> Any:
    found = Character.objects.filter(project=project, archived_at=None).order_by("name", "pk")
    return found.filter(code__in=_codes(codes)) if codes else found


def _types(project: Project, codes: Sequence[str]) -> Any:
    found = SceneType.objects.filter(project=project, archived_at=None).order_by("name", "pk")
    return found.filter(code__in=_codes(codes)) if codes else found


def _codes(texts: Sequence[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
