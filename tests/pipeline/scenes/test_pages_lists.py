"""The list of scenes, the matrix, the scenes of a character, and what the lists cost."""

from __future__ import annotations

import html
from typing import Any

import pytest

from pipeline.characters.readiness import readiness_of
from pipeline.scenes.models import Scene, SceneState
from studio.core.models import Project, User
from tests.pipeline.scenes.stage import SMALL, cast_character, draft, scene_type
from tests.support.clients import signed_in
from tests.support.query_counts import assert_recorded_queries

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def text_of(answer: Any) -> str:
    return " ".join(html.unescape(answer.content.decode()).split())


def copies(creator: User, project: Project, rows: int) -> None:
    """Scenes and scene types until there are so many of both."""
    character = project.characters.first() or cast_character(creator, project)
    first = Scene.objects.first() or draft(creator, character)
    for number in range(Scene.objects.count(), rows):
        version = scene_type(creator, project, f"Portrait {number}")
        Scene.objects.create(
            character=character,
            type_version=version,
            number=number + 1,
            title=f"Scene {number}",
            random_seed=number,
            seed_a=first.seed_a,
            seed_b=first.seed_b,
            created_by=creator,
        )


def test_without_scenes_the_list_leads_to_the_matrix(creator: User, project: Project) -> None:
    page = text_of(signed_in(creator).get("/scenes/"))
    assert "No scenes yet" in page
    assert 'href="/scenes/matrix/"' in page
    assert "No scene fits" in text_of(signed_in(creator).get("/scenes/?state=ready"))


def test_scenes_are_listed_and_filtered(
    creator: User, outsider: User, reviewer: User, project: Project
) -> None:
    scene = draft(creator, cast_character(creator, project))
    client = signed_in(creator)
    (line,) = client.get("/scenes/").context["rows"]
    assert (line.scene.pk, line.shown, line.planned) == (scene.pk, 0, 2)
    code = scene.character.code
    assert len(client.get(f"/scenes/?character={code}&state=draft").context["rows"]) == 1
    assert not client.get(f"/scenes/?project={project.code}&state=ready").context["rows"]
    assert not signed_in(outsider).get("/scenes/").context["rows"]
    assert len(signed_in(reviewer).get("/scenes/").context["rows"]) == 1
    assert client.get("/scenes/?state=lost").status_code == 422
    assert client.get("/scenes/?project=x").status_code == 404


def test_further_pages_follow(creator: User, project: Project, monkeypatch: Any) -> None:
    monkeypatch.setattr("pipeline.scenes.pages.lists.PAGE_SIZE", 2)
    monkeypatch.setattr("pipeline.scenes.pages.types.PAGE_SIZE", 2)
    copies(creator, project, 5)
    client = signed_in(creator)
    for address, rows in (("/scenes/", "rows"), ("/scene-types/", "types")):
        seen, cursor = 0, ""
        for _ in range(3):
            answer = client.get(address, {"cursor": cursor})
            seen += len(answer.context[rows])
            cursor = answer.context["next"]
        assert (seen, cursor) == (5, "")
        cursor = client.get(address).context["next"]
        part = client.get(address, {"cursor": cursor}, headers=HTMX).content.decode()
        assert part.lstrip().startswith("<tr")


def test_the_matrix_says_what_each_cell_means(creator: User, project: Project) -> None:
    ready = cast_character(creator, project, "Mara")
    cast_character(creator, project, "Noor", heroes="a")
    first, second = scene_type(creator, project, "One"), scene_type(creator, project, "Two")
    client = signed_in(creator)
    address = f"/scenes/matrix/?project={project.code}"
    page = text_of(client.get(address))
    assert page.count('name="cell"') == 2
    assert "2</strong> scenes" in page
    assert page.count("Choose a hero for Seed B first.") == 2
    cell = f"{ready.code}:{first.scene_type.code}"
    answer = client.post(address, {"cell": [cell, f"{ready.code}:{project.code}", "damaged"]})
    assert answer.status_code == 303
    scene = Scene.objects.get()
    assert (scene.character, scene.type_version) == (ready, first)
    page = text_of(client.get(address))
    assert f'href="/scenes/{scene.code}/"' in page
    assert page.count('name="cell"') == 1
    assert f"{second.scene_type.code}" in page
    assert client.post(address, {}, headers=HTMX).status_code == 422


def test_one_scene_is_made_by_hand(creator: User, project: Project) -> None:
    client = signed_in(creator)
    address = f"/scenes/new/?project={project.code}"
    assert "A scene needs a character and a scene type." in text_of(client.get(address))
    mara = cast_character(creator, project, "Mara")
    noor = cast_character(creator, project, "Noor", heroes="a")
    version = scene_type(creator, project)
    sent = {"character": mara.code, "type_version": version.scene_type.code, "title": "Dawn"}
    for _ in range(2):
        answer = client.post(address, sent)
        assert answer.status_code == 303
    assert [scene.title for scene in Scene.objects.order_by("pk")] == ["Dawn", "Dawn"]
    refused = client.post(address, sent | {"character": noor.code}, headers=HTMX)
    assert (refused.status_code, "Seed B" in text_of(refused)) == (422, True)
    assert client.post(address, {}, headers=HTMX).status_code == 422


def test_an_empty_matrix_says_what_is_missing(creator: User, project: Project) -> None:
    client = signed_in(creator)
    address = f"/scenes/matrix/?project={project.code}"
    assert "No characters in this project yet" in text_of(client.get(address))
    cast_character(creator, project)
    assert "No scene types in this project yet" in text_of(client.get(address))


def test_a_character_shows_its_scenes(creator: User, reviewer: User, project: Project) -> None:
    character = cast_character(creator, project)
    address = f"/characters/{character.code}/scenes/"
    assert "No scenes yet" in text_of(signed_in(creator).get(address))
    scene = draft(creator, character)
    shown = text_of(signed_in(creator).get(address))
    assert f'href="/scenes/{scene.code}/"' in shown
    assert f"character={character.code}" in shown
    assert "Scene matrix" not in text_of(signed_in(reviewer).get(address))
    page = signed_in(creator).get(f"/characters/{character.code}/")
    assert address in page.content.decode()


def test_a_character_says_how_many_scenes_are_ready(creator: User, project: Project) -> None:
    character = cast_character(creator, project)

    def badge() -> tuple[str, bool]:
        found = readiness_of([character])[character.pk]
        return next((b.label, b.is_ready) for b in found if b.code == "scenes")

    assert badge() == ("Scenes 0", False)
    scene = draft(creator, character)
    assert badge() == ("Scenes 0/1", False)
    for state in (SceneState.Code.GENERATING, SceneState.Code.READY):
        Scene.objects.filter(pk=scene.pk).update(state_id=state.value)
    assert badge() == ("Scenes 1/1", True)


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("pipeline/scenes", "/scenes/"),
        ("pipeline/scene types", "/scene-types/"),
        ("pipeline/scenes of a character", "/characters/{character}/scenes/"),
    ],
)
def test_lists_cost_the_same_whatever_their_length(
    creator: User, project: Project, name: str, address: str
) -> None:
    character = cast_character(creator, project)
    client = signed_in(creator)
    assert SMALL["width_px"]
    assert_recorded_queries(
        name,
        lambda: client.get(address.format(character=character.code)),
        lambda rows: copies(creator, project, rows),
    )
