"""Verdicts on takes and cuts, and the final approval of a cut."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from assets.library.services import change_retention
from assets.models import RetentionClass
from pipeline.review.events import ReviewEvents
from pipeline.review.models import FinalApproval, Verdict, VerdictKind
from pipeline.review.queries import Blocker, final_blockers
from pipeline.scenes.live import publish_cut, publish_take
from pipeline.scenes.models import Cut, Scene, Take
from studio.core.access import CapabilityCode, require
from studio.core.errors import Conflict, Invalid
from studio.core.models import User
from studio.live.services import record_event


def give_verdict(
    *, actor: User, subject: Take | Cut, kind: VerdictKind.Code, note: str = ""
) -> Verdict:
    """Say what one thinks of a take or a cut; what was said before stays in its history.

    Raises:
        NotFound, Forbidden: by the access rule (comment).
        Conflict: there is nothing to look at yet, or the cut is final.
        Invalid: a rejection without a reason.
    """
    scene = _scene(subject)
    project = scene.character.project
    require(actor, CapabilityCode.COMMENT, project)
    note = note.replace("\x00", "").strip()
    if kind == VerdictKind.Code.REJECTED and not note:
        message = "Say why it is rejected."
        raise Invalid(message, fields={"note": [message]})
    if len(note) > 1000:
        message = "A note has at most 1,000 characters."
        raise Invalid(message, fields={"note": [message]})
    if subject.version is None:
        raise Conflict("There is nothing to look at yet.", remedy="Wait until its job has ended.")
    is_cut = isinstance(subject, Cut)
    with transaction.atomic():
        if is_cut:  # an approval at the same moment waits, and then hears of this; or the other way
            Scene.objects.select_for_update(of=("self",)).get(pk=scene.pk)
        if is_cut and FinalApproval.objects.filter(cut_id=subject.pk).exists():
            raise Conflict("This cut is final.", remedy="Render a new cut to change something.")
        verdict = Verdict.objects.create(
            take=subject if isinstance(subject, Take) else None,
            cut=subject if isinstance(subject, Cut) else None,
            version=subject.version,
            kind_id=kind.value,
            note=note,
            given_by=actor,
        )
        record_event(
            ReviewEvents.CUT_VERDICT if is_cut else ReviewEvents.TAKE_VERDICT,
            project=project,
            actor=actor,
            subject_code=subject.code,
            label=str(subject),
            data={"verdict": kind.code, "note": note[:300]},
            notify=[subject.created_by] if subject.created_by_id != actor.pk else [],
        )
        _tell(scene, subject)
    return verdict


def approve_final(*, actor: User, cut: Cut, note: str = "") -> FinalApproval:
    """Declare a cut final: its file is kept as precious, and it may be delivered.

    Raises:
        NotFound, Forbidden: by the access rule (approve).
        Conflict: something is in the way; the message lists what, and what to do.
    """
    scene = _scene(cut)
    project = scene.character.project
    require(actor, CapabilityCode.APPROVE, project)
    note = note.replace("\x00", "").strip()[:1000]
    with transaction.atomic():
        # Whoever changes the scene waits; two approvals at the same moment see each other.
        Scene.objects.select_for_update(of=("self",)).get(pk=scene.pk)
        refuse(final_blockers(cut), note)
        try:
            with transaction.atomic():
                approval = FinalApproval.objects.create(cut=cut, approved_by=actor, note=note)
        except IntegrityError as error:
            raise Conflict("This cut is final already.") from error
        assert cut.version is not None  # else a blocker would have said so
        change_retention(
            actor=actor, asset=cut.version.asset, retention_class=RetentionClass.Code.FINAL
        )
        record_event(
            ReviewEvents.CUT_FINAL,
            project=project,
            actor=actor,
            subject_code=cut.code,
            label=str(cut),
            data={"note": note[:300]} if note else None,
            notify=[scene.created_by] if scene.created_by_id != actor.pk else [],
        )
        _tell(scene, cut)
    return approval


def refuse(blockers: list[Blocker], note: str) -> None:
    """Pass when nothing is in the way, or only what a note may waive.

    Raises:
        Conflict: with every reason.
    """
    standing = [b for b in blockers if not (b.is_waivable and note)]
    if standing:
        raise Conflict(
            "This cut can't become final. " + " ".join(b.message for b in standing),
            remedy=" ".join(dict.fromkeys(b.remedy for b in standing)),
        )


def _scene(subject: Take | Cut) -> Scene:
    """The scene with its character and project; the caller may have loaded them."""
    return subject.scene if isinstance(subject, Cut) else subject.segment.scene


def _tell(scene: Scene, subject: Take | Cut) -> None:
    if isinstance(subject, Cut):
        publish_cut(scene, subject)
    else:
        publish_take(scene, subject)
