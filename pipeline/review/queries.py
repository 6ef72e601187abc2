"""What was said of takes and cuts, and what keeps a cut from becoming final."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import F, Max

from pipeline.characters.queries import rights_standing
from pipeline.review.models import Verdict, VerdictKind
from pipeline.scenes.arrangement import Key, of_edit
from pipeline.scenes.gates import failures, findings
from pipeline.scenes.joins import JoinStanding, JoinState, standing, with_details
from pipeline.scenes.models import Boundary, Cut, SceneEdit, Take
from pipeline.scenes.recipe import Recipe, resolve
from pipeline.seeds.models import CheckVerdict


def current_verdicts(
    *, takes: Collection[int] = (), cuts: Collection[int] = ()
) -> dict[int, Verdict]:
    """The verdict that counts for each of these takes, or of these cuts, by their id. One query.

    What nobody has spoken about is not in the answer: it is pending.
    """
    by, wanted = ("take_id", takes) if takes else ("cut_id", cuts)
    latest = (
        Verdict.objects.filter(**{f"{by}__in": wanted})
        .values(by)
        .annotate(latest=Max("id"))
        .values("latest")
    )
    found = Verdict.objects.filter(id__in=latest).select_related("kind", "given_by")
    return {getattr(verdict, by): verdict for verdict in found}


def verdict_history(subject: Take | Cut) -> list[Verdict]:
    """Everything that was said of a take or a cut, newest first. One query."""
    said = subject.verdicts
    return list(said.select_related("kind", "given_by", "version").order_by("-id"))


@dataclass(frozen=True)
class Blocker:
    """One reason why a cut can't become final as it is.

    `is_waivable`: a person may approve nevertheless, with a note that says why.
    """

    code: str
    message: str
    remedy: str
    is_waivable: bool = False


def final_blockers(cut: Cut) -> list[Blocker]:
    """What keeps a cut from becoming final; empty when nothing does. A fixed number of queries."""
    if cut.version_id is None:
        return [
            Blocker("not-rendered", "This cut is not rendered yet.", "Wait for its job to end.")
        ]
    recipe = resolve(cut.scene.type_version)
    return [
        *_rights(cut),
        *_verdict(cut),
        *_gates(cut, recipe),
        *_boundaries(cut, recipe),
        *_compliance(cut),
    ]


def _rights(cut: Cut) -> list[Blocker]:
    character = cut.scene.character
    standing = rights_standing(character)
    if standing.is_valid:
        return []
    return [
        Blocker(
            "rights",
            standing.reason,
            f"Record who allows the use of {character.name}'s likeness on the character's page.",
        )
    ]


def _verdict(cut: Cut) -> list[Blocker]:
    verdict = current_verdicts(cuts=[cut.pk]).get(cut.pk)
    if verdict is None or verdict.kind_id not in (
        VerdictKind.Code.REJECTED,
        VerdictKind.Code.CHANGES,
    ):
        return []
    said = VerdictKind.Code(verdict.kind_id).label.lower()
    return [
        Blocker(
            "verdict",
            f"{verdict.given_by} said “{said}”: {verdict.note or 'no reason given'}.",
            "Render a new cut, or let a reviewer change the verdict.",
        )
    ]


def _gates(cut: Cut, recipe: Recipe) -> list[Blocker]:
    """Takes that fail a gate, unless a person has approved that very take."""
    takes = list(
        Take.objects.filter(pk__in=cut.pieces.exclude(take=None).values("take_id"))
        .select_related("segment")
        .prefetch_related("measures")
        .order_by("segment__number")
    )
    approved = {
        pk
        for pk, verdict in current_verdicts(takes=[t.pk for t in takes]).items()
        if verdict.kind_id == VerdictKind.Code.APPROVED
    }
    return [
        Blocker(
            "gate",
            f"Segment {take.segment.number}, take {take.number}: {finding.sentence}",
            "Redo the segment, or approve this take if it may stay.",
        )
        for take in takes
        if take.pk not in approved
        for finding in failures(findings(take, recipe.gates))
    ]


def _boundaries(cut: Cut, recipe: Recipe) -> list[Blocker]:
    return [
        Blocker(
            "boundary",
            f"The join of segments {left} and {right} is not good. {flag.reason}",
            "Heal it another way, redo a segment, or say in the note why it may stay.",
            is_waivable=True,
        )
        for left, right, flag in _flagged(cut.edit, recipe.boundary_threshold_permille / 1000)
    ]


def _flagged(edit: SceneEdit, threshold: float) -> list[tuple[int, int, JoinStanding]]:
    """The joins of an edit that a person must decide about, with the segments they are between."""
    bridges = of_edit(edit.pk).bridges()
    takes = {take for key in bridges for take in (key.left_take_id, key.right_take_id)}
    rows = with_details(Boundary.objects.filter(left_take__in=takes, right_take__in=takes))
    found = []
    for row in rows.select_related("left_take__segment", "right_take__segment").order_by("id"):
        key = Key(row.left_take_id, row.left_out, row.right_take_id, row.right_in)
        if key not in bridges:
            continue
        stands = standing(row, bridges[key], threshold)
        if stands.state == JoinState.FLAGGED:
            numbers = row.left_take.segment.number, row.right_take.segment.number
            found.append((*numbers, stands))
    return found


def _compliance(cut: Cut) -> list[Blocker]:
    failed = cut.findings.filter(verdict_id=CheckVerdict.Code.FAIL)
    return [
        Blocker(
            "compliance",
            f"{finding.name}: {finding.found}, but {finding.wanted} is wanted.",
            "Change the profile or the scene, and render again.",
        )
        for finding in failed.order_by("name")
    ]


def finals(project_id: int) -> list[Cut]:
    """The final cuts of a project, by character and scene. One query."""
    cuts = Cut.objects.filter(scene__character__project_id=project_id)
    return list(
        cuts.exclude(final_approval=None)
        .select_related(
            "scene__character", "version__blob__media_type", "profile", "final_approval"
        )
        .order_by(F("scene__character__name"), "scene__number", "-number")
    )
