"""What the pages of review read: one function a page, a fixed number of queries each."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.urls import reverse

from assets.models import Version
from pipeline.review import shown
from pipeline.review.models import FinalApproval
from pipeline.review.queries import final_blockers, verdict_history
from pipeline.scenes.arrangement import current
from pipeline.scenes.joins import JoinState, result_of, standing, with_details
from pipeline.scenes.models import Boundary, Bridge, Cut, HealMethod, Take
from pipeline.scenes.queries import first_number
from pipeline.scenes.recipe import resolve
from pipeline.scenes.services.edits import key_of
from studio.core.access import CapabilityCode, capabilities

__all__ = [
    "boundary_context",
    "cut_context",
    "get_boundary",
    "get_cut",
    "get_take",
    "take_context",
    "url_of",
]

_LOOKS = [
    ("ghost", "Ghost"),
    ("side", "Side by side"),
    ("wipe", "Wipe"),
    ("difference", "Difference"),
    ("through", "Along the cut"),
]


def get_take(user: Any, code: UUID) -> Take:
    """A take with what its page reads.

    Raises:
        NotFound: there is none for this person.
    """
    takes: Any = Take.objects.select_related(
        "segment__scene__character__project",
        "segment__scene__type_version__scene_type",
        "version__asset",
        "version__blob",
        "examination",
        "job__creator",
        "created_by",
    )
    found: Take = takes.get_visible(user, code=code)
    return found


def get_boundary(user: Any, code: UUID) -> Boundary:
    """A boundary with what its page reads.

    Raises:
        NotFound: there is none for this person.
    """
    boundaries: Any = with_details(Boundary.objects.all()).select_related(
        "measurement__job",
        "left_take__segment__scene__character__project",
        "left_take__segment__scene__type_version",
        "left_take__version",
        "right_take__segment",
        "right_take__version",
        "right_take__examination",
    )
    found: Boundary = boundaries.get_visible(user, code=code)
    return found


def get_cut(user: Any, code: UUID) -> Cut:
    """A cut with what its page reads.

    Raises:
        NotFound: there is none for this person.
    """
    cuts: Any = Cut.objects.select_related(
        "scene__character__project",
        "scene__type_version",
        "scene__created_by",
        "edit",
        "profile",
        "job",
        "created_by",
        "version__asset",
        "version__blob__media_type",
        "final_approval__approved_by",
        "poster",
    )
    found: Cut = cuts.get_visible(user, code=code)
    return found


def url_of(subject: Take | Cut | Boundary) -> str:
    """The page of a take, a cut or a boundary."""
    return reverse(f"pipeline:{type(subject).__name__.lower()}", args=[subject.code])


def take_context(user: Any, take: Take, beside: str = "") -> dict[str, Any]:
    """What the page of a take shows; `beside` is the code of another take of the segment."""
    scene = take.segment.scene
    project = scene.character.project
    recipe = resolve(scene.type_version)
    first = first_number(project.pk)
    siblings = list(
        Take.objects.filter(segment=take.segment)
        .select_related("version", "examination", "segment")
        .order_by("number")
    )
    at = [sibling.pk for sibling in siblings].index(take.pk)
    other = next((s for s in siblings if str(s.code) == beside and s.pk != take.pk), None)
    return {
        "take": take,
        "scene": scene,
        "project": project,
        "player": shown.clip_of_take(take, recipe, first),
        "other": shown.clip_of_take(other, recipe, first) if other is not None else None,
        "other_code": other.code if other is not None else None,
        "others": [s for s in siblings if s.pk != take.pk and s.version_id is not None],
        "before": siblings[at - 1].code if at else None,
        "after": siblings[at + 1].code if at + 1 < len(siblings) else None,
        "measures": shown.measures_of(take, recipe),
        "facts": _facts(take),
        "verdict_url": reverse("pipeline:take-verdict", args=[take.code]),
        "live_trigger": "take-changed from:body, live-resync from:body",
        **_said(user, project, take),
    }


def _facts(take: Take) -> list[tuple[str, str]]:
    found = getattr(take, "examination", None)
    facts = [("Asked for by", str(take.created_by)), ("Random seed", str(take.job.random_seed))]
    if found is not None and found.frames is not None:
        facts += [("Frames", str(found.frames)), ("Ends at frame", str(found.end_frame))]
        if found.end_reason:
            facts.append(("Why there", found.end_reason))
    return facts


def _said(user: Any, project: Any, subject: Take | Cut) -> dict[str, Any]:
    granted = capabilities(user, project)
    said = verdict_history(subject)
    return {
        "verdict": said[0] if said else None,
        "verdicts": said,
        "may_comment": CapabilityCode.COMMENT in granted and subject.version_id is not None,
        "may_create": CapabilityCode.CREATE in granted,
        "may_approve": CapabilityCode.APPROVE in granted,
        "note": "",
    }


def cut_context(user: Any, cut: Cut) -> dict[str, Any]:
    """What the page of a cut shows."""
    project = cut.scene.character.project
    recipe = resolve(cut.scene.type_version)
    first = first_number(project.pk)
    final: FinalApproval | None = getattr(cut, "final_approval", None)
    blockers = final_blockers(cut) if final is None else []
    poster = getattr(cut, "poster", None)
    return {
        "cut": cut,
        "scene": cut.scene,
        "project": project,
        "player": shown.clip_of_cut(cut, recipe, first),
        "file_url": shown.file_url(cut.version) if cut.version is not None else "",
        "pieces": _pieces(cut, first),
        "findings": list(cut.findings.select_related("verdict").order_by("id")),
        "final": final,
        "blockers": blockers,
        "is_blocked": any(not blocker.is_waivable for blocker in blockers),
        "needs_note": any(blocker.is_waivable for blocker in blockers),
        "poster": first + (poster.frame if poster is not None else 0),
        "poster_url": reverse("pipeline:cut-poster", args=[cut.code]),
        "approve_url": reverse("pipeline:cut-approve", args=[cut.code]),
        "verdict_url": reverse("pipeline:cut-verdict", args=[cut.code]),
        "live_trigger": "cut-changed from:body, live-resync from:body",
        **_said(user, project, cut),
    }


def _pieces(cut: Cut, first: int) -> list[dict[str, Any]]:
    rows = cut.pieces.select_related("take__segment", "bridge__boundary").order_by("position")
    return [
        {
            "take": row.take,
            "bridge": row.bridge,
            "in_frame": first + row.in_frame,
            "last_frame": first + row.out_frame - 1,
            "start_number": first + row.start_frame,
        }
        for row in rows
    ]


def boundary_context(user: Any, boundary: Boundary) -> dict[str, Any]:
    """What the page of a boundary shows."""
    scene = boundary.left_take.segment.scene
    project = scene.character.project
    recipe = resolve(scene.type_version)
    bridges = list(boundary.bridges.all())
    used_id = current(scene).bridges().get(key_of(boundary))
    used = next((bridge for bridge in bridges if bridge.pk == used_id), None)
    measured = getattr(boundary, "measurement", None)
    is_measured = measured is not None and measured.is_passed is not None
    return {
        "boundary": boundary,
        "scene": scene,
        "project": project,
        "left_number": boundary.left_take.segment.number,
        "right_number": boundary.right_take.segment.number,
        "fps_num": recipe.fps_num,
        "fps_den": recipe.fps_den,
        "looks": _LOOKS,
        "join": _inspected(measured) if is_measured else None,
        "sequence": json.dumps(shown.join_of(boundary, used) if is_measured else []),
        "clips": _clips(boundary, used),
        "scores": shown.scores_of(boundary),
        "state": _state(boundary, used_id, recipe.boundary_threshold_permille / 1000),
        "bridges": [_bridge_row(boundary, bridge, used_id) for bridge in bridges],
        "methods": [(code.code, code.label) for code in HealMethod.Code],
        "heal_url": reverse("pipeline:boundary-heal", args=[boundary.code]),
        "may_create": CapabilityCode.CREATE in capabilities(user, project),
        "live_trigger": "boundary-changed from:body, live-resync from:body",
    }


def _inspected(measured: Any) -> dict[str, int]:
    """The two pictures that meet: the last one of the left take, the first one of the right."""
    return {"left_frame": max(0, measured.left_frame - 1), "right_frame": measured.right_frame}


def _clips(boundary: Boundary, bridge: Bridge | None) -> list[tuple[str, str]]:
    sides: list[tuple[str, Version | None]] = [
        ("left", boundary.left_take.version),
        ("right", boundary.right_take.version),
    ]
    result = result_of(bridge) if bridge is not None else None
    if result is not None:
        sides.append(("bridge", result.version))
    return [(side, shown.file_url(version)) for side, version in sides if version is not None]


def _state(boundary: Boundary, used_id: int | None, threshold: float) -> dict[str, str]:
    stands = standing(boundary, used_id, threshold)
    return {
        "code": stands.state.value,
        "label": stands.state.value.capitalize(),
        "reason": stands.reason if stands.state == JoinState.FLAGGED else "",
    }


def _bridge_row(boundary: Boundary, bridge: Bridge, used_id: int | None) -> dict[str, Any]:
    result = result_of(bridge)
    is_used = bridge.pk == used_id
    if result is None:
        chip, word = bridge.job.state.code, bridge.job.state.label
    elif is_used:
        chip, word = "good", "In use"
    else:
        chip, word = ("ready", "Better") if result.is_better else ("warn", "Not better")
    use_url = reverse("pipeline:boundary-bridge", args=[boundary.code])
    return {
        "bridge": bridge,
        "method": str(result.method_used if result is not None else bridge.method),
        "result": result,
        "chip": chip,
        "word": word,
        "is_used": is_used,
        "may_use": result is not None and result.is_better and not is_used,
        "url": use_url,
    }
