"""Edits: selecting, trimming, ordering, and a history in which nothing is lost."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.scenes import arrangement as history
from pipeline.scenes.models import EditKind, Scene, SceneEdit, Segment, Take, TakeWish
from pipeline.scenes.services import edits
from studio.core.errors import Conflict, Forbidden, Invalid, NotFound
from studio.core.models import Project, User
from studio.core.services import create_user, set_member
from studio.live.locks import acquire_lock
from studio.live.models import Event
from tests.pipeline.scenes.builders import add_take, build_scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(creator: User, project: Project) -> Scene:
    return build_scene(creator, project, takes=[4, 5, 6])


def segment(scene: Scene, number: int) -> Segment:
    return scene.segments.get(number=number)


def order(scene: Scene) -> list[int]:
    numbers = {s.pk: s.number for s in scene.segments.all()}
    return [numbers[item.segment_id] for item in history.current(Scene.objects.get(pk=scene.pk))]


def test_a_take_is_selected_as_an_edit_of_its_own(scene: Scene, creator: User) -> None:
    before = history.current(scene)
    take = add_take(scene, segment(scene, 2), frames=7)
    edit = edits.select_take(actor=creator, scene=scene, take=take, expected_version=scene.version)
    scene.refresh_from_db()
    assert (edit.kind_id, edit.actor, edit.parent.kind_id) == (
        EditKind.Code.SELECT,
        creator,
        EditKind.Code.GENERATE,
    )
    assert str(edit) == "2: Segment 2: take 2"
    items = history.current(scene).items
    assert (items[1].take_id, items[1].in_frame, items[1].out_frame) == (take.pk, 0, 7)
    assert (items[0], items[2]) == (before.items[0], before.items[2])
    assert history.of_edit(edit.parent_id) == before
    said = Event.objects.get(kind__code="scene.edited")
    assert said.data == {"edit": 2, "summary": "2: Segment 2: take 2"}
    again = edits.select_take(actor=creator, scene=scene, take=take)
    assert again == edit


def test_a_take_that_was_wished_for_is_a_redo(scene: Scene, creator: User) -> None:
    take = add_take(scene, segment(scene, 2), frames=7)
    TakeWish.objects.create(take=take, asked_by=creator)
    edit = edits.select_take(actor=creator, scene=scene, take=take)
    assert (edit.kind_id, edit.summary) == (EditKind.Code.REDO, "Segment 2 redone: take 2")


def test_trims_keep_within_the_take(scene: Scene, creator: User) -> None:
    middle = segment(scene, 2)
    edits.trim_take(actor=creator, scene=scene, segment=middle, in_frame=1, out_frame=4)
    item = history.current(Scene.objects.get(pk=scene.pk)).find(middle.pk)
    assert item is not None
    assert (item.in_frame, item.out_frame) == (1, 4)
    for bad in ((0, 6), (3, 3), (4, 2), (2, 3), (-1, 3)):
        with pytest.raises(Invalid):
            edits.trim_take(
                actor=creator, scene=scene, segment=middle, in_frame=bad[0], out_frame=bad[1]
            )


def test_segments_are_reordered_removed_and_brought_back(scene: Scene, creator: User) -> None:
    first, second, third = scene.segments.all()
    edits.reorder_segments(actor=creator, scene=scene, segments=[third, first, second])
    assert order(scene) == [3, 1, 2]
    with pytest.raises(Invalid):
        edits.reorder_segments(actor=creator, scene=scene, segments=[third, third, second])
    edits.undo(actor=creator, scene=scene)
    edits.remove_segment(actor=creator, scene=scene, segment=second)
    assert order(scene) == [1, 3]
    with pytest.raises(Conflict):
        edits.remove_segment(actor=creator, scene=scene, segment=second)
    edits.select_take(actor=creator, scene=scene, take=second.takes.get())
    assert order(scene) == [1, 2, 3]
    edits.remove_segment(actor=creator, scene=scene, segment=first)
    edits.remove_segment(actor=creator, scene=scene, segment=second)
    with pytest.raises(Conflict, match="at least one"):
        edits.remove_segment(actor=creator, scene=scene, segment=third)


def test_redo_follows_the_branch_last_visited(scene: Scene, creator: User) -> None:
    first, second, third = scene.segments.all()
    older = edits.remove_segment(actor=creator, scene=scene, segment=first)
    deeper = edits.remove_segment(actor=creator, scene=scene, segment=second)
    edits.jump_to(actor=creator, scene=scene, edit=older.parent)
    newer = edits.remove_segment(actor=creator, scene=scene, segment=third)
    edits.jump_to(actor=creator, scene=scene, edit=deeper)
    assert order(scene) == [3]
    assert edits.undo(actor=creator, scene=scene) == older
    assert edits.undo(actor=creator, scene=scene) == older.parent
    with pytest.raises(Conflict, match="nothing to undo"):
        edits.undo(actor=creator, scene=scene)
    assert edits.redo_edit(actor=creator, scene=scene) == older  # not `newer`, the latest child
    assert edits.redo_edit(actor=creator, scene=scene) == deeper
    with pytest.raises(Conflict, match="nothing to do again"):
        edits.redo_edit(actor=creator, scene=scene)
    assert edits.jump_to(actor=creator, scene=scene, edit=newer) == newer
    assert order(scene) == [1, 2]


def test_who_comes_second_is_told(scene: Scene, creator: User, project: Project) -> None:
    """Two people on one segment: the lock names its holder, the version keeps every update."""
    other = create_user(actor=None, username="olga", password="correct-horse-battery")
    set_member(actor=creator, project=project, user=other, role=creator.role_id)
    first, second = segment(scene, 1), segment(scene, 2)
    acquire_lock(actor=other, project=project, subject_code=second.code)
    with pytest.raises(Conflict, match="olga is editing segment 2"):
        edits.trim_take(actor=creator, scene=scene, segment=second, in_frame=0, out_frame=3)
    with pytest.raises(Conflict, match="segment 2"):
        edits.remove_segment(actor=creator, scene=scene, segment=second)
    assert SceneEdit.objects.filter(scene=scene).count() == 1

    seen = scene.version
    edits.trim_take(
        actor=other, scene=scene, segment=second, in_frame=0, out_frame=3, expected_version=seen
    )
    with pytest.raises(Conflict, match="changed this scene meanwhile"):
        edits.trim_take(
            actor=creator, scene=scene, segment=first, in_frame=0, out_frame=3,
            expected_version=seen,
        )  # fmt: skip
    with pytest.raises(Conflict, match="olga"):  # undoing would change what olga works on
        edits.undo(actor=creator, scene=scene)
    fresh = Scene.objects.get(pk=scene.pk)
    edits.trim_take(
        actor=creator, scene=scene, segment=first, in_frame=0, out_frame=3,
        expected_version=fresh.version,
    )  # fmt: skip
    shown = history.current(Scene.objects.get(pk=scene.pk)).items
    assert [(item.in_frame, item.out_frame) for item in shown[:2]] == [(0, 3), (0, 3)]


def test_only_makers_edit(scene: Scene, reviewer: User, outsider: User) -> None:
    for person, error in ((reviewer, Forbidden), (outsider, NotFound), (AnonymousUser(), NotFound)):
        with pytest.raises(error):
            edits.undo(actor=person, scene=scene)  # type: ignore[arg-type]


def test_takes_that_are_not_ready_or_of_another_scene(
    scene: Scene, creator: User, project: Project
) -> None:
    take = add_take(scene, segment(scene, 1), frames=4)
    take.examination.delete()
    take = Take.objects.get(pk=take.pk)
    with pytest.raises(Conflict, match="not ready"):
        edits.select_take(actor=creator, scene=scene, take=take)
    other = build_scene(creator, project, takes=[4], title="Run")
    with pytest.raises(Invalid, match="another scene"):
        edits.select_take(actor=creator, scene=other, take=take)
    with pytest.raises(Invalid, match="another scene"):
        edits.jump_to(actor=creator, scene=other, edit=scene.edit)


def test_segments_finished_after_an_edit_join_the_arrangement_and_the_generation(
    scene: Scene, creator: User
) -> None:
    edits.remove_segment(actor=creator, scene=scene, segment=segment(scene, 1))
    locked = history.lock_scene(scene)
    late = Segment.objects.create(scene=scene, number=4, frames_wanted=4)
    take = add_take(scene, late, frames=4)
    history.append_generated(locked, late, take, 0, 4)
    history.append_generated(locked, late, take, 0, 4)  # a second look changes nothing
    assert order(scene) == [2, 3, 4]
    edits.jump_to(actor=creator, scene=scene, edit=scene.edits.get(parent=None))
    assert order(scene) == [1, 2, 3, 4]


actions = st.lists(
    st.tuples(st.sampled_from(["take", "trim", "order", "remove", "undo", "redo", "jump"]),
              st.integers(0, 10**6)),
    min_size=1, max_size=25,
)  # fmt: skip


@given(actions=actions)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_point_of_the_history_can_be_taken_up_again(
    actions: list[tuple[str, int]], scene: Scene, creator: User
) -> None:
    """Random edits, undos and jumps; each edit always restores exactly what it led to."""
    if not segment(scene, 1).takes.filter(number=2).exists():
        add_take(scene, segment(scene, 1), frames=8)
    scene = Scene.objects.get(pk=scene.pk)
    known = {scene.edit_id: history.current(scene)}
    for name, number in actions:
        before = Scene.objects.get(pk=scene.pk)
        try:
            edit = act(name, number, before, creator)
        except Conflict:
            assert history.current(Scene.objects.get(pk=scene.pk)) == known[before.edit_id]
            continue
        now = Scene.objects.get(pk=scene.pk)
        assert now.edit_id == edit.pk
        if name == "undo":
            assert edit.pk == before.edit.parent_id
            forward = edits.redo_edit(actor=creator, scene=scene)
            assert forward.pk == before.edit_id
            edit = edits.undo(actor=creator, scene=scene)
        shown = history.current(Scene.objects.get(pk=scene.pk))
        assert known.setdefault(edit.pk, shown) == shown
    for pk, arrangement in known.items():
        if pk is not None:
            edits.jump_to(actor=creator, scene=scene, edit=SceneEdit.objects.get(pk=pk))
            assert history.current(Scene.objects.get(pk=scene.pk)) == arrangement


def act(name: str, number: int, scene: Scene, creator: User) -> SceneEdit:
    """One action chosen by a name and a number."""
    shown = list(scene.segments.filter(pk__in=[i.segment_id for i in history.current(scene)]))
    chosen = shown[number % len(shown)]
    match name:
        case "take":
            takes = list(segment(scene, 1).takes.all())
            return edits.select_take(actor=creator, scene=scene, take=takes[number % len(takes)])
        case "trim":
            first, length = number % 2, 2 + number % 2
            return edits.trim_take(
                actor=creator, scene=scene, segment=chosen, in_frame=first, out_frame=first + length
            )
        case "order":
            turned = shown[number % len(shown) :] + shown[: number % len(shown)]
            return edits.reorder_segments(actor=creator, scene=scene, segments=turned)
        case "remove":
            return edits.remove_segment(actor=creator, scene=scene, segment=chosen)
        case "undo":
            return edits.undo(actor=creator, scene=scene)
        case "redo":
            return edits.redo_edit(actor=creator, scene=scene)
    every = list(SceneEdit.objects.filter(scene=scene))
    return edits.jump_to(actor=creator, scene=scene, edit=every[number % len(every)])
