"""The page of a scene: timeline, panel, edits, redo, cuts, locks."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pipeline.jobs.models import Job
from pipeline.scenes.arrangement import current
from pipeline.scenes.engine import advance
from pipeline.scenes.models import Boundary, Cut, Scene, SceneState, Take, TakeMeasure, TakeSample
from pipeline.scenes.services import edits
from pipeline.scenes.services.boundaries import boundaries_of
from studio.core.models import Project, User
from studio.live import locks
from tests.pipeline.scenes.builders import add_take, build_scene, run_jobs
from tests.pipeline.scenes.stage import begun, cast_character, draft
from tests.support.clients import signed_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def scene(creator: User, project: Project) -> Scene:
    """Three segments of ten frames."""
    return build_scene(creator, project, takes=[10, 10, 10])


def text_of(answer: Any) -> str:
    return " ".join(html.unescape(answer.content.decode()).split())


def act(client: Client, scene: Scene, action: str, **sent: Any) -> Any:
    return client.post(f"/scenes/{scene.code}/{action}/", sent, headers=HTMX)


def order_of(scene: Scene) -> list[int]:
    fresh = Scene.objects.get(pk=scene.pk)
    placed = fresh.edit.placements.select_related("segment").order_by("position")
    return [row.segment.number for row in placed]


def test_the_timeline_shows_segments_and_boundaries(
    creator: User, project: Project, scene: Scene
) -> None:
    page = text_of(signed_in(creator).get(f"/scenes/{scene.code}/"))
    assert "Ready" in page
    assert "3</strong> of 3 segments" in page
    assert 'aria-label="Segment 1: 10 frames, 0.42 s, take 1 of 1 is shown"' in page
    assert 'aria-label="Boundary 1 | 2: waits"' in page
    assert "Generated" in page
    assert "Render a cut" in page


def test_a_measured_boundary_has_grade_score_and_address(
    creator: User, project: Project, scene: Scene
) -> None:
    boundaries_of(current(scene))
    run_jobs(scene)
    answer = signed_in(creator).get(f"/scenes/{scene.code}/")
    join = answer.context["board"].columns[0].join
    boundary = Boundary.objects.order_by("pk")[0]
    assert join.url == f"/boundaries/{boundary.code}/"
    assert join.grade in ("good", "fair", "poor")
    assert join.score_text
    assert f'class="join is-{join.grade}"' in answer.content.decode()


def test_a_draft_says_what_it_costs_and_starts(creator: User, project: Project) -> None:
    scene = draft(creator, cast_character(creator, project))
    client = signed_in(creator)
    page = text_of(client.get(f"/scenes/{scene.code}/"))
    assert SceneState.Code.DRAFT.label in page
    assert "0</strong> of 2 segments" in page
    action = client.get(f"/scenes/{scene.code}/").context["board"].actions[0]
    assert (action.name, action.price_microcredits > 0) == ("start", True)
    answer = act(client, scene, "start")
    assert answer.status_code == 204
    assert "scene-changed" in answer.headers["HX-Trigger"]
    assert Scene.objects.get().state_id == SceneState.Code.GENERATING
    assert act(client, scene, "pause").status_code == 204
    assert "Paused" in text_of(client.get(f"/scenes/{scene.code}/"))
    assert act(client, scene, "resume").status_code == 204
    assert act(client, scene, "cancel").status_code == 204
    assert act(client, scene, "pause").status_code == 409


def test_a_take_under_way_shows_its_progress(creator: User, project: Project) -> None:
    scene = begun(creator, cast_character(creator, project))
    advance(scene.pk)
    take = Take.objects.get()
    page = text_of(signed_in(creator).get(f"/scenes/{scene.code}/"))
    assert f'<live-progress data-job="{take.job.code}"' in page
    assert "Waits for the segment before it" in page


def test_a_stopped_scene_says_why_and_where(creator: User, scene: Scene) -> None:
    Scene.objects.filter(pk=scene.pk).update(state_id=SceneState.Code.GENERATING)
    Scene.objects.filter(pk=scene.pk).update(
        state_id=SceneState.Code.STOPPED, stop_reason="Drift is 0.5, above the limit."
    )
    page = text_of(signed_in(creator).get(f"/scenes/{scene.code}/"))
    assert "The scene needs a person." in page
    assert "Drift is 0.5, above the limit." in page
    assert "Resume" in page


def test_parts_are_given_alone(creator: User, scene: Scene) -> None:
    client = signed_in(creator)
    top = client.get(f"/scenes/{scene.code}/", headers=HTMX).content.decode()
    rest = client.get(f"/scenes/{scene.code}/?part=rest", headers=HTMX).content.decode()
    assert top.lstrip().startswith('<div id="scene-top"')
    assert "scene-history" not in top
    assert rest.lstrip().startswith('<div id="scene-rest"')


def test_another_take_is_selected_and_undone(creator: User, scene: Scene) -> None:
    segment = scene.segments.get(number=2)
    take = add_take(scene, segment, frames=10, offset=9)
    client = signed_in(creator)
    assert f'id="select-{take.code}"' in client.get(f"/scenes/{scene.code}/").content.decode()
    answer = act(client, scene, "select", take=take.code, version=scene.version)
    assert answer.status_code == 204
    page = text_of(client.get(f"/scenes/{scene.code}/"))
    assert "take 2 of 2 is shown" in page
    assert "Segment 2: take 2" in page
    late = act(client, scene, "select", take=segment.takes.first().code, version=scene.version)
    assert late.status_code == 409
    assert "Somebody changed this scene meanwhile" in text_of(late)
    assert act(client, scene, "undo").status_code == 204
    assert "take 1 of 2 is shown" in text_of(client.get(f"/scenes/{scene.code}/"))
    assert act(client, scene, "redo").status_code == 204
    assert "take 2 of 2 is shown" in text_of(client.get(f"/scenes/{scene.code}/"))
    assert act(client, scene, "jump", edit=1).status_code == 204
    assert "take 1 of 2 is shown" in text_of(client.get(f"/scenes/{scene.code}/"))


def test_branches_of_the_history_are_told_apart(creator: User, scene: Scene) -> None:
    second = scene.segments.get(number=2)
    edits.trim_take(actor=creator, scene=scene, segment=second, in_frame=0, out_frame=6)
    edits.undo(actor=creator, scene=scene)
    edits.remove_segment(actor=creator, scene=scene, segment=second)
    rows = signed_in(creator).get(f"/scenes/{scene.code}/").context["board"].history
    assert [(row.depth, row.starts_branch, row.node.is_here) for row in rows] == [
        (0, False, False),
        (1, True, False),
        (0, False, True),
    ]


def test_a_take_is_trimmed_in_the_projects_numbers(creator: User, scene: Scene) -> None:
    client = signed_in(creator)
    segment = scene.segments.get(number=1)
    sent = {"segment": segment.code, "in_frame": 2, "last_frame": 7}
    assert act(client, scene, "trim", **sent).status_code == 204
    placed = Scene.objects.get().edit.placements.get(position=0)
    assert (placed.in_frame, placed.out_frame) == (2, 8)
    assert "frames 2–7 of 0–9" in text_of(client.get(f"/scenes/{scene.code}/"))
    wrong = act(client, scene, "trim", **sent | {"last_frame": 70})
    assert (wrong.status_code, "within 0–9" in text_of(wrong)) == (422, True)
    assert act(client, scene, "trim", **sent | {"in_frame": "-1"}).status_code == 422


def test_segments_are_moved_and_removed(creator: User, scene: Scene) -> None:
    client = signed_in(creator)
    first, second = scene.segments.get(number=1), scene.segments.get(number=2)
    assert act(client, scene, "move", segment=first.code, by="later").status_code == 204
    assert order_of(scene) == [2, 1, 3]
    assert act(client, scene, "move", segment=first.code, to=3).status_code == 204
    assert order_of(scene) == [2, 3, 1]
    assert act(client, scene, "remove", segment=second.code).status_code == 204
    assert order_of(scene) == [3, 1]
    page = text_of(client.get(f"/scenes/{scene.code}/"))
    assert "Not shown:" in page
    assert f"/segments/{second.code}/" in page
    assert act(client, scene, "move", segment=second.code, by="later").status_code == 409


def test_the_panel_shows_takes_with_their_measures(creator: User, scene: Scene) -> None:
    segment = scene.segments.get(number=1)
    take = segment.takes.get()
    TakeMeasure.objects.create(take=take, measure_id=1, score=0.125)
    address = f"/scenes/{scene.code}/segments/{segment.code}/"
    client = signed_in(creator)
    panel = text_of(client.get(address, headers=HTMX))
    assert panel.startswith("<segment-panel")
    assert "Drift, mean" in panel
    assert "0.125" in panel
    part = text_of(client.get(f"{address}?part=takes", headers=HTMX))
    assert part.startswith('<section id="panel-takes"')
    whole = text_of(client.get(address))
    assert "<segment-panel" in whole
    assert "scene-timeline-title" in whole


def test_a_reviewer_looks_and_changes_nothing(reviewer: User, scene: Scene) -> None:
    client = signed_in(reviewer)
    segment = scene.segments.get(number=1)
    page = text_of(client.get(f"/scenes/{scene.code}/"))
    panel = text_of(client.get(f"/scenes/{scene.code}/segments/{segment.code}/", headers=HTMX))
    for word in ("do-undo", "redo-selection", "do-render", "jump-"):
        assert f'id="{word}' not in page
    assert "trim-form" not in panel
    assert "segment-lock" not in panel
    assert act(client, scene, "undo").status_code == 403


def test_the_second_person_is_told_who_edits(
    creator: User, admin: User, project: Project, scene: Scene
) -> None:
    segment = scene.segments.get(number=1)
    address = f"/segments/{segment.code}"
    first, second = signed_in(creator), signed_in(admin)
    assert "Others see that you are editing" in text_of(first.post(f"{address}/lock/"))
    assert "cleo is editing this segment" in text_of(second.post(f"{address}/lock/"))
    assert "cleo is editing" in text_of(second.get(f"/scenes/{scene.code}/"))
    assert "is editing</span>" not in text_of(first.get(f"/scenes/{scene.code}/"))
    sent = {"segment": segment.code, "in_frame": 0, "last_frame": 5}
    refused = act(second, scene, "trim", **sent)
    assert (refused.status_code, "cleo is editing segment 1" in text_of(refused)) == (409, True)
    assert "Others see" in text_of(second.post(f"{address}/break-lock/"))
    assert "ada is editing this segment" in text_of(first.post(f"{address}/lock/"))
    assert second.post(f"{address}/unlock/").status_code == 204
    assert locks.holder(segment.code) is None


def test_segments_are_redone_with_changes(creator: User, scene: Scene) -> None:
    client = signed_in(creator)
    first, third = scene.segments.get(number=1), scene.segments.get(number=3)
    address = f"/scenes/{scene.code}/redo-takes/"
    form = text_of(client.get(f"{address}?segment={first.code}&segment={third.code}"))
    assert "Redo segments 1, 3" in form
    assert "Make 2 takes" in form
    sent = {"segment": [str(first.code), str(third.code)], "seed": "new", "count": 2}
    sent |= {"prompt": "{name} runs", "negative_prompt": "", "change-motion": "pan-left"}
    price = text_of(client.post(f"{address}price/", sent, headers=HTMX))
    assert "Make 4 takes" in price
    wrong = client.post(address, sent | {"prompt": "{hat}"}, headers=HTMX)
    assert wrong.status_code == 422
    assert "{hat} is no trait" in text_of(wrong)
    answer = client.post(address, sent, headers=HTMX)
    assert answer.status_code == 204
    made = Take.objects.filter(segment__in=[first, third], number__gt=1)
    assert made.count() == 4
    assert {take.job.parameters["prompt"] for take in made} == {"Ada runs"}
    assert {take.job.parameters["motion"] for take in made} == {"pan-left"}
    assert client.get(address, headers=HTMX).status_code == 422


def test_a_cut_is_asked_for(creator: User, scene: Scene) -> None:
    boundaries_of(current(scene))
    run_jobs(scene)
    client = signed_in(creator)
    assert act(client, scene, "cut", profile="h265").status_code == 204
    cut = Cut.objects.get()
    page = text_of(client.get(f"/scenes/{scene.code}/"))
    assert f"/cuts/{cut.code}/" in page
    assert "as it stands" in page
    assert act(client, scene, "cut", profile="betamax").status_code == 422


def test_curves_have_bands_and_words(creator: User, scene: Scene) -> None:
    for take in Take.objects.all():
        for frame in (0, 4, 9):
            TakeSample.objects.create(
                take=take, frame=frame, drift_score=frame / 50, motion_score=0, flicker_score=0.99
            )
    drift, flicker = signed_in(creator).get(f"/scenes/{scene.code}/").context["board"].curves
    assert (len(drift.bands), len(drift.lines)) == (3, 3)
    assert drift.bands[1].left_percent == "33.333%"
    assert drift.summary == (
        "Drift from Seed A: 0.000 to 0.180, 0.087 on average; "
        "highest in segment 1, frame 9 of its take."
    )
    assert flicker.bands[0].mean == "0.990"


def test_the_page_costs_the_same_whatever_its_length(creator: User, project: Project) -> None:
    counts = []
    client = signed_in(creator)
    for takes in ([4, 4], [4] * 8):
        scene = build_scene(creator, project, takes=takes)
        client.get(f"/scenes/{scene.code}/")
        with CaptureQueriesContext(connection) as found:
            client.get(f"/scenes/{scene.code}/")
        counts.append(len(found))
    assert counts[0] == counts[1]
    assert counts[0] <= 70


def test_jobs_of_the_scene_are_told_apart(creator: User, scene: Scene) -> None:
    """Nothing of another scene's costs is counted."""
    other = Job.objects.count()
    assert other
    assert "credits so far" not in text_of(signed_in(creator).get(f"/scenes/{scene.code}/"))
